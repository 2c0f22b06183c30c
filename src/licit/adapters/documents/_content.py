"""Opens a document: bounded bytes, and text of a known encoding or none.

Rules kept here: nothing larger than :data:`LARGEST` is read; an encoding is taken from a byte order mark, from what
the document declares, or is UTF-8, and never guessed; broken bytes and NULs are an error, not a replacement character.
"""

import codecs

from licit.core.errors import InputError
from licit.core.ports import InputFile

#: Largest document, in bytes.
LARGEST = 64 * 1024 * 1024

# Only what pages are written in: some of Python's other codecs unpack archives or take quadratic time.
_ENCODINGS = frozenset(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "ascii", "koi8-r", "koi8-u", "mac-roman", "gb2312",
     "gbk", "gb18030", "big5", "euc_jp", "shift_jis", "cp932", "iso2022_jp", "euc_kr", "cp949", "cp866", "cp874",
     *(f"iso8859-{n}" for n in range(1, 17) if n != 12), *(f"cp{n}" for n in range(1250, 1259))])
# As browsers do: a page that can be read far enough to say "utf-16" is not in UTF-16, and Latin-1 means Windows-1252.
_READ_AS = {"utf-16": "utf-8-sig", "utf-16-le": "utf-8-sig", "utf-16-be": "utf-8-sig", "utf-8": "utf-8-sig",
            "ascii": "cp1252", "iso8859-1": "cp1252"}


def read_bytes(file: InputFile) -> bytes:
    """Read a whole file of at most :data:`LARGEST` bytes.

    Raises:
        InputError: it is larger (``too-large``), whatever size was declared.
    """
    chunks, left = [], LARGEST + 1
    with file.open() as stream:
        while left and (chunk := stream.read(left)):
            chunks.append(chunk)
            left -= len(chunk)
    data = b"".join(chunks)
    if len(data) > LARGEST:
        raise InputError(f"The file holds more than {LARGEST} bytes.", about=file.name, reason="too-large",
                         remedy="Split it into documents.")
    return data


def decode(data: bytes, about: str, declared: str = "") -> str:
    """Decode by byte order mark, else by the declared encoding, else as UTF-8; CRLF becomes LF.

    Raises:
        InputError: bytes that the encoding does not allow (``broken-utf8``), an encoding that is not on the list
            (``encoding-unknown``) or a NUL character (``nul-bytes``).
    """
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif declared and not data.startswith(codecs.BOM_UTF8):
        encoding = _encoding(declared, about)
    try:
        text = data.decode(encoding)
    except UnicodeError:
        raise InputError("Its bytes are not in the encoding it should be in.", about=about, reason="broken-utf8",
                         remedy="Save it as UTF-8.") from None
    if "\0" in text:
        raise InputError("It holds NUL characters.", about=about, reason="nul-bytes",
                         remedy="Export it again as text.")
    return text.replace("\r\n", "\n")


def _encoding(declared: str, about: str) -> str:
    try:
        name = codecs.lookup(declared.strip()).name
    except LookupError:
        name = ""
    if name not in _ENCODINGS:
        raise InputError("It declares an encoding that is not on the list.", about=about, reason="encoding-unknown",
                         remedy="Save it as UTF-8.")
    return _READ_AS.get(name, name)


def read_text(file: InputFile) -> str:
    """Read a file of plain text.

    Raises:
        InputError: see :func:`read_bytes` and :func:`decode`.
    """
    return decode(read_bytes(file), file.name)
