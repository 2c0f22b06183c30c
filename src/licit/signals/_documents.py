"""What an EPUB and a PDF say of themselves: the package document, and the XMP packet.

Rules kept here: members are unpacked to a limit; a document that cannot be opened is an error, for it may say something.

Law: SIG-12
"""

import functools
import io
import zipfile
import zlib

from ._xml import named, parsed

_LARGEST = 8 << 20
_OPENS, _CLOSES = (b"<x:xmpmeta", b"<rdf:RDF"), (b"</x:xmpmeta>", b"</rdf:RDF>")


@functools.lru_cache(maxsize=2)
def package_of(epub: bytes) -> bytes:
    """Give the package document of an EPUB.

    Raises:
        ValueError: it cannot be opened, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(epub)) as archive:
            roots = [element.get("full-path", "") for element in named(parsed(_member(archive, "META-INF/container.xml")), "rootfile")]
            if not roots:
                raise ValueError("epub-no-package")
            return _member(archive, roots[0])
    except (zipfile.BadZipFile, KeyError, OSError, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(f"epub-{type(error).__name__}") from None


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        out = file.read(_LARGEST + 1)
    if len(out) > _LARGEST:
        raise ValueError("unpacks-too-large")
    return out


@functools.lru_cache(maxsize=2)
def packets_of(body: bytes) -> tuple[bytes, ...]:
    """Give the XMP packets that stand unpacked in a file, and a PDF's own.

    Raises:
        ValueError: a PDF cannot be opened.
    """
    out, at = [], 0
    while (start := min((found for mark in _OPENS if (found := body.find(mark, at)) >= 0), default=-1)) >= 0:
        mark = 0 if body.startswith(_OPENS[0], start) else 1
        end = body.find(_CLOSES[mark], start)
        at = (end if end >= 0 else len(body)) + len(_CLOSES[mark])
        out.append(body[start:at])
    if b"%PDF-" in body[:1024] and not out:
        from pypdf import PdfReader  # a tenth of a command's start, and most commands meet no PDF
        from pypdf.errors import PyPdfError

        try:
            root = PdfReader(io.BytesIO(body)).trailer["/Root"].get_object()
            if (packet := root.get("/Metadata")) is not None:  # type: ignore[union-attr]
                out.append(packet.get_object().get_data())
        except (PyPdfError, ValueError, KeyError, AttributeError, TypeError, RecursionError, OSError, NotImplementedError, zlib.error) as error:
            raise ValueError(f"pdf-{type(error).__name__}") from None
    return tuple(out)
