"""Every seam to the outside, as Protocols, on one page.

A plug-in is any object that fits; nothing here is inherited. Tables cross these seams as ``Table`` (a pyarrow Table),
typed loosely because core imports the standard library only. Each port has one contract suite, run on every
implementation, under ``tests/contracts/``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from .ids import SubjectId
from .models import LanguageModel as LanguageModel
from .records import Record, SetAside
from .spans import Span

Table = Any


class Clock(Protocol):
    """Tells the time; only surfaces and wiring hold one."""

    def now(self) -> datetime:
        """Give the time, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """One file a reader may read: its name as the user knows it, its size in bytes, and how to open it.

    ``name`` may be a path inside an archive (``export.zip/conversations.json``). ``head`` holds the first bytes (at
    most 64 KiB), decoded leniently, for recognition. ``sibling`` opens a file beside it (same folder or archive) or
    gives None; ``siblings`` lists their names.
    """

    name: str
    size: int
    head: str = field(repr=False)
    open: Any  # Callable[[], BinaryIO]
    siblings: tuple[str, ...] = ()
    sibling: Any = None  # Callable[[str], BinaryIO | None]
    path: Path | None = None


class Reader(Protocol):
    """Turns one file of one format into records.

    ``recognise`` looks at content, never at the name alone, and says how sure it is (0 not mine, 100 certain).
    ``read`` streams: it must not hold the whole file, must go on after a record it cannot read (yielding a
    :class:`SetAside`), and counts what it did not understand in ``Record.strange``. It raises
    :class:`~licit.core.errors.InputError` only when nothing of the file can be read.
    """

    name: str

    def recognise(self, file: InputFile) -> int:
        """Say how sure it is that the file is of this format: 0 to 100."""
        ...

    def read(self, file: InputFile) -> Iterator[Record | SetAside]:
        """Read the file, record by record."""
        ...


class Detector(Protocol):
    """Finds personal data in texts.

    ``languages`` is empty when it serves every language. ``find`` gets many texts at once (so that it can work on
    columns) with a language hint for each ("" unknown) and gives for each its spans, sorted by place. It is
    deterministic, changes nothing, fetches nothing, and raises when it cannot look: the caller then holds the record.
    """

    name: str
    version: str
    labels: frozenset[str]
    languages: frozenset[str]

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitive:
    """What a screener found in one text: the reason name to answer with, and the family (``health``, ``offence`` …)."""

    reason: str
    family: str


class Screener(Protocol):
    """Looks for what must not be trained on at all: special categories, offences, minors, pasted chats, intimate talk.

    It looks at every text whatever its language; ``languages`` are those in which it was measured, and no other passes.
    """

    name: str
    version: str
    languages: frozenset[str]

    def look(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Sensitive]]:
        """Give for each text what was found, the strictest first."""
        ...


class Signer(Protocol):
    """Signs bytes with one Ed25519 key; ``key_id`` names the public key, ``chain`` holds the links that led to it."""

    @property
    def key_id(self) -> str:
        """Name the public key."""
        ...

    @property
    def chain(self) -> Sequence[Mapping[str, Any]]:
        """Give the links that led to this key from the first (:mod:`licit.core.keychain`)."""
        ...

    def public_key(self) -> bytes:
        """Give the raw 32-byte public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Sign a message: 64 bytes."""
        ...


class SigningKeys(Signer, Protocol):
    """All signing keys of a workspace: as a signer the one that the log names last."""

    def current(self) -> Signer:
        """Give the key that signs now, for whoever needs its name and its signature to belong together."""
        ...

    def of(self, public_key: str) -> Signer:
        """Give a key by its public half in hexadecimal, to finish what it began."""
        ...

    def make(self) -> Signer:
        """Make a key; it signs nothing until a link of the log names it."""
        ...


class Keys(Protocol):
    """Gives the secret keys of a workspace by use (``records``, ``order``, ``lookup`` …), 32 bytes each."""

    def secret(self, use: str) -> bytes:
        """Give the key for one use."""
        ...

    def epoch(self, use: str) -> str:
        """Name the key's epoch, for identifiers that carry it."""
        ...

    def epochs(self, use: str) -> Mapping[str, bytes]:
        """Give every epoch's key of a use by the epoch's name, the current one last."""
        ...

    def rotate(self, use: str) -> str:
        """Start a new epoch of a use, durably, and name it; older epochs stay."""
        ...

    def random(self, size: int) -> bytes:
        """Give fresh random bytes, for salts and subject ids made at arrival."""
        ...


class Identities(Protocol):
    """Keeps the random subject id of every (issuer, kind, key), found by keyed hash only."""

    def subjects_for(self, people: Sequence[tuple[str, str, str]], *, create: bool) -> list[SubjectId]:
        """Give a subject id for each (issuer, kind, raw key), in order; "" where unknown and ``create`` is false."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to append: see :mod:`licit.core.rights` for kinds and bodies."""

    kind: str
    subject: SubjectId
    received_at: datetime
    decision: Mapping[str, Any]
    particulars: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Writing(Protocol):
    """The log while one writer holds it."""

    def head(self) -> tuple[int, bytes]:
        """Give the size and root as this writer sees them."""
        ...

    def append(self, entries: Sequence[NewEntry]) -> range:
        """Append in this transaction; give the sequence numbers."""
        ...


class Log(Protocol):
    """The one append-only log. Sequence numbers start at 0 and have no gaps."""

    def append(self, entries: Sequence[NewEntry]) -> range:
        """Append durably, all or none; give the sequence numbers."""
        ...

    def head(self) -> tuple[int, bytes]:
        """Give the size and the RFC 6962 root."""
        ...

    def require_sound(self) -> None:
        """Derive the whole log again from what is stored; raise where anything does not agree."""
        ...

    def writing(self) -> AbstractContextManager["Writing"]:
        """Hold the log: nobody else appends until the block ends; what was appended in it is durable then, or void."""
        ...

    def entries(self, *, start: int = 0, stop: int | None = None, subject: SubjectId | None = None,
                kinds: Iterable[str] = ()) -> Iterator[Any]:
        """Give :class:`~licit.core.rights.Entry` in sequence, optionally of one subject or of some kinds."""
        ...

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        """Give the RFC 6962 audit path of one entry in the tree of a size."""
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Give the RFC 6962 consistency proof between two sizes."""
        ...

    def erase_particulars(self, seqs: Iterable[int]) -> int:
        """Delete the particulars of entries, bytes included; give how many were still there."""
        ...

    def receipt(self, seq: int, *, origin: str, tag_key: bytes = b"") -> Any:
        """Give the :class:`~licit.core.notes.Receipt` of an entry, to be signed by the caller."""
        ...

    def commitments(self, seq: int) -> Any:
        """Give what is stored of one entry: ``about``, ``decision`` and ``particulars`` openings, and their commitments."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the log has come: its size and root.

    ``pending`` is the size it once had, where entries of it are lost and nobody has accepted that; 0 otherwise.
    ``restored`` says that a backup was put back here.
    """

    size: int
    root: bytes = field(repr=False)
    pending: int = 0
    restored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """An entry kept apart from the log: its number there, itself, and how its person is found (tag key, time, look-up)."""

    seq: int
    entry: NewEntry
    person: tuple[bytes, str, str] | None = field(default=None, repr=False)


class HighWater(Protocol):
    """Knows how far the log has ever come, apart from the database, and what was refused on the way."""

    def last(self) -> Mark:
        """Give the newest mark."""
        ...

    def lost(self) -> list[Withheld] | None:
        """Give the entries that restrict and that the log lacks; None when it lacks nothing."""
        ...

    def since(self, size: int, root: bytes) -> list[Withheld]:
        """Give what may be entered again of the entries after a position, which the log must have had."""
        ...

    def put_back(self, pending: int) -> None:
        """Mark the log as it is after a backup was put back; what it once held is pending until accepted."""
        ...

    def enter_again(self, lost: Sequence[Withheld]) -> None:
        """Append entries again, in their order; people that the log does not know are made known as they were."""
        ...

    def accept(self) -> None:
        """Mark that what was pending is accepted."""
        ...


class Corpus(Protocol):
    """Immutable files under one folder, addressed by relative path; each appears whole and durable, or not at all."""

    def path(self, relative: str) -> Path:
        """Give the place of a file."""
        ...

    def write_bytes(self, relative: str, data: bytes) -> str:
        """Write a file whole; give its SHA-256 as text."""
        ...

    def write(self, relative: str, table: Table, *, rows_in_group: int = 8192, plain: Sequence[str] = ()) -> str:
        """Write a table as Parquet, columns of random values ``plain``; give the file's SHA-256 as text."""
        ...

    def read(self, relative: str, columns: Sequence[str] | None = None) -> Table:
        """Read a table, some columns of it or all."""
        ...

    def frame(self, relatives: Sequence[str], columns: Iterable[str], kept: Any = None) -> Any:
        """Read some columns of several files, which have them all, as one Polars frame; only rows that are ``kept``."""
        ...

    def batches(self, relative: str, rows: int) -> Iterator[Any]:
        """Read a table in batches of so many rows."""
        ...

    def digest(self, relative: str) -> str:
        """Give the SHA-256 of a file's bytes as text."""
        ...

    def exists(self, relative: str) -> bool:
        """Tell whether a file is there."""
        ...

    def link(self, source: str, relative: str) -> None:
        """Make a file appear at a second place without copying where the disk allows it."""
        ...

    def remove(self, relative: str) -> None:
        """Remove a file, if it is there."""
        ...


class Catalogue(Protocol):
    """Knows which state of each record is stored, and where, so that importing twice changes nothing."""

    def stored(self, records: Sequence[str]) -> Mapping[str, tuple[bytes, str]]:
        """Give the version and shard of each record that is stored."""
        ...

    def add(self, shard: str, versions: Mapping[str, bytes]) -> None:
        """Record the versions that a shard holds; a later shard supersedes an earlier one."""
        ...

    def forget(self, records: Sequence[str]) -> None:
        """Forget records that were erased."""
        ...


class Runner(Protocol):
    """Maps a function over independent tasks, in this process, in several, or on a cluster; results come in order."""

    def map(self, task: Any, items: Sequence[Any]) -> Iterator[Any]:
        """Give each item's result, in the order of the items."""
        ...
