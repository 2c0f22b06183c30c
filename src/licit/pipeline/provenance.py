"""Marks of shadow libraries on a file's path, its metadata and in its words.

A mark says by which channel a text came, not what its status is: a public-domain book got there is held as well, to be
acquired again from a lawful source. Writing *about* such a library is no mark, nor is an ISBN in a bibliography.

Rules kept here:

- Hosts, decisions and tainted sets are data (``shadow.toml``); a family more is an entry there. Nothing is ever looked up.
- Names and addresses are judged where a source declares them; in words only what such files carry: a watermark or a link
  that stands alone on its line.
- A set of which one part is tainted is marked unless the row says that it is of another part.
- One pass over the bytes says whether anything can be there; exact work is for what that pass saw.

Law: SHD-01, SHD-02, SHD-03, SHD-04, SHD-05
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

import re2

_TABLE: dict[str, Any] = tomllib.loads(files(__package__).joinpath("shadow.toml").read_text(encoding="utf-8"))
_SITES = {site: family["name"] for family in _TABLE["family"] for site in family.get("sites", ())}
_FAMILY: dict[str, str] = {host: family["name"] for family in _TABLE["family"] for host in family["hosts"]} | _SITES
_WORDS = {one["word"]: one["family"] for one in _TABLE["dataset"]}
_HOSTS = "|".join(re.escape(host) for host in sorted(_FAMILY.keys() - _SITES, key=len, reverse=True))
_SITE = rf"(?:[\w-]+\.)*(?:({'|'.join(map(re.escape, _SITES))})|({_HOSTS})\d*(?:\.[a-z]{{2,}})?\.[a-z]{{2,}})"

#: Names of files as such libraries write them, each with its family.
_FILES: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(shape, re.I), family) for shape, family in (
    (r"- libgen\.[a-z]{2,}\.(?:epub|pdf|mobi|azw3|djvu|fb2|txt|lit|rtf)\b", "Library Genesis"),
    (r"-- (?:[0-9a-f]{32} -- )?Anna[’'_]?s Archive\b|-- [0-9a-f]{32} --", "Anna's Archive"),
    (r"\((?:z-lib\.(?:org|io|fm)|z-library(?:\.sk)?)\)", "Z-Library"),
    (r"annas_archive_(?:data|meta)__|\bpilimi-(?:zlib|torrents)", "Anna's Archive"),
    (r"(?:^|/)10\.\d{4,9}@[^/\s]+\.pdf$", "Sci-Hub"),
    (r"(?:^|/)(?:sm_\d{8}-\d{8}|[rf]_\d{3,7})\.torrent$", "Library Genesis")))

#: A batch of such a torrent, where a field says that it is one.
_BATCH = re.compile(r"(?:sm_\d{8}-\d{8}|[rf]_\d{3,7})(?:\.(?:torrent|zip|tar|7z))?", re.I)

_ADDRESS = re.compile(rf"(?:^|https?://|//){_SITE}(?:[/:?#]|$)", re.I)
_BY_SUM = re.compile(r"/(?:get|ads|download|book/index|main)\.php\?(?:[\w=&]*&)?md5=[0-9a-f]{32}|/md5/[0-9a-f]{32}\b"
                     r"|/covers/(?:\d+/)?[0-9a-f]{32}", re.I)

#: The lines that such files carry: alone on a line, with the host that they came from.
_WATERMARK = re.compile(
    r"^[ \t]*(?:downloaded from|téléchargé (?:sur|depuis)|uploaded by|heruntergeladen von|descargado (?:de|desde)"
    r"|this (?:e-?book|book|file|document) (?:was|has been) (?:downloaded|obtained) from)"
    rf"[ \t]*:?[ \t]*(?:https?://)?(?:www\.)?{_SITE}\S*[ \t]*$", re.I | re.M)
_LINK_ALONE = re.compile(rf"^[ \t]*<?(?:https?://)?(?:www\.)?{_SITE}/\S*[0-9a-f]{{32}}\S*[ \t]*$", re.I | re.M)
_HOST_ALONE = re.compile(rf"[ \t]*\(?(?:https?://)?(?:www\.)?{_SITE}/?\)?[ \t]*", re.I)

#: What any mark in words holds, as bytes: a link by sum, or the name of a host.
_SEEN = re2.compile(("(?i)" + "|".join(sorted({re.escape(host) for host in _FAMILY}))).encode())
#: What any mark in a name holds.
_NAMED = re2.compile(("(?i)" + "|".join([*sorted({re.escape(host) for host in _FAMILY}), *_WORDS, "anna.{0,4}s.archive", "annas_archive",
                                         "pilimi", "md5", "covers/", "[0-9a-f]{32}", r"10\.[0-9]{4,9}@", r"\.torrent", "pile", "pajama",
                                         r"^[rf]_[0-9]", "sm_[0-9]"])).encode())

_PLACES = frozenset("url urls source_url page_url canonical_url download_url link uri href origin path file filename file_name filepath "
                    "file_path torrent magnet infohash source warc-target-uri target_uri identifier".split())
_TORRENTS = frozenset({"torrent", "magnet", "torrent_name"})
_SETS = frozenset("dataset dataset_name dataset_id data_set set_name pile_set_name redpajama_set_name slimpajama_set_name subset config "
                  "collection corpus source source_dataset data_source origin parent derived_from_dataset repository repo repo_id".split())
_DATA_ENDINGS = frozenset("jsonl json parquet arrow tar gz tgz zst zip 7z bin npy txt csv tsv idx xz bz2 mds".split())
#: Words that stand beside a tainted set's in the name of a copy or a cut of it.
_BESIDE = frozenset("the pile minus without no only gutenberg train training valid val validation test dev eval split part parts shard shards "
                    "chunk chunks subset sample samples small mini tiny full raw clean cleaned dedup deduped deduplicated filtered text texts "
                    "txt en english fr data dataset datasets defunct corpus set copy plaintext tok tokenized tokens neox llama gpt2 fiction "
                    "books book mpt mosaicml 7b of and v".split())
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark: its kind (``path``, ``address``, ``md5``, ``dataset``, ``torrent``, ``watermark``) and the family, "" unknown."""

    kind: str
    family: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Why a family is listed: the court and day of a decision, and whether it was read or only reported."""

    court: str
    day: date
    reported: bool


@cache
def decisions() -> Mapping[str, tuple[Listed, ...]]:
    """Give each family's decisions; a family without one is on licit's own list."""
    return {family["name"]: tuple(Listed(one["court"], one["day"], one["reported"]) for one in family.get("decision", ()))
            for family in _TABLE["family"]}


def shadow_marks(declared: Mapping[str, str], text: str) -> list[str]:
    """Give the kinds of mark found: ``path``, ``address``, ``watermark`` …; none for most texts."""
    return sorted({mark.kind for mark in marks_of([declared], [text]).get(0, ())})


def marks_of(declared: Sequence[Mapping[str, str]], texts: Sequence[str]) -> dict[int, list[Mark]]:
    """Give the marks of those of many texts, by number, that have any in their words or in what their sources declare.

    "" stands for a text that is not to be searched.
    """
    found: dict[int, list[Mark]] = {}
    if _may("\n".join([value for fields in declared for value in fields.values()]), _NAMED):
        found = {i: _in_fields(fields) for i, fields in enumerate(declared) if fields}
    if _may("\n".join(texts), _SEEN):
        for i, text in enumerate(texts):
            if text and _may(text, _SEEN):
                found[i] = [*found.get(i, ()), *_in_words(text)]
    return {i: list(dict.fromkeys(marks)) for i, marks in sorted(found.items()) if marks}


def marked_names(names: Sequence[str]) -> dict[int, list[Mark]]:
    """Give the marks of those of many paths or file names, by number, that have any."""
    if not _may("\n".join(names), _NAMED):
        return {}
    return {i: marks for i, name in enumerate(names) if _may(name, _NAMED) and (marks := _in_place(name))}


def _may(text: str, shape: Any) -> bool:
    return shape.search(text.encode("utf-8", "replace")) is not None


def _in_words(text: str) -> list[Mark]:
    out = [Mark("watermark", _family(found)) for found in _WATERMARK.finditer(text)]
    out += [Mark("md5", _family(found)) for found in _LINK_ALONE.finditer(text)]
    lines = [line for line in (*text[:2000].split("\n"), *text[-2000:].split("\n")) if line.strip()]
    if len(lines) > 6:  # a host alone, as the first or last line of a text of several
        out += [Mark("watermark", _family(found)) for line in (lines[0], lines[-1]) if (found := _HOST_ALONE.fullmatch(line))]
    return out


def _family(found: re.Match[str]) -> str:
    return _FAMILY.get((found[1] or found[2]).lower(), "")


def _in_fields(declared: Mapping[str, str]) -> list[Mark]:
    if not _may("\n".join(declared.values()), _NAMED):
        return []
    told = {key.rpartition(".")[2].lower(): value[:4000] for key, value in declared.items() if value}
    out: list[Mark] = []
    for key, value in told.items():
        if key in _PLACES:
            out += _in_place(value)
        if key in _SETS:
            out += _in_set(value, told)
        if key in _TORRENTS and (_BATCH.fullmatch(value.strip()) or _tainted_words(value)):
            out.append(Mark("torrent", "Library Genesis"))
    return out


def _in_place(value: str) -> list[Mark]:
    plain = unquote(value) if "%" in value else value
    out = [Mark("path", family) for shape, family in _FILES if shape.search(plain)]
    if found := _ADDRESS.search(plain):
        out.append(Mark("address", _family(found)))
    if _BY_SUM.search(plain):
        out.append(Mark("md5"))
    if "://" not in plain:
        parts = plain.replace("\\", "/").split("/")
        for at, part in enumerate(parts):
            if word := _tainted_words(part, file=at == len(parts) - 1):
                out.append(Mark("dataset", _WORDS[word]))
            elif part.lower() == "book" and at and "redpajama" in parts[at - 1].lower():
                out.append(Mark("dataset", _WORDS["redpajamabook"]))
    return out


def _in_set(value: str, told: Mapping[str, str]) -> list[Mark]:
    name = value.strip().lower()
    if len(name) > _LONGEST_NAME or len(name.split()) > 3:
        return []  # prose about a set, not its name
    words = re.split(r"[^a-z0-9]+", name)
    for word, family in _WORDS.items():
        if word in words:
            return [Mark("dataset", family)]
    for mixed in _TABLE["mixed"]:
        if name in mixed["names"]:
            parts = [told[key].strip().lower() for key in mixed["part"] if told.get(key)]
            if not parts or set(parts) & set(mixed["tainted"]):
                return [Mark("dataset", mixed["family"])]
    return []


def _tainted_words(part: str, *, file: bool = False) -> str:
    """Give the tainted set's word that a folder or file is named by, "" where the name only speaks of it."""
    words = [word for word in re.split(r"[^a-z0-9]+", part.lower()) if word]
    tainted = next((word for word in words if word in _WORDS), "")
    if not tainted:
        return ""
    ending = words[-1] if file and "." in part else ""
    beside = [word for word in words if word != tainted and word not in _BESIDE and word not in _DATA_ENDINGS and not word.isdecimal()]
    return tainted if not beside or ending in _DATA_ENDINGS - {"txt", "json", "csv", "zip"} else ""
