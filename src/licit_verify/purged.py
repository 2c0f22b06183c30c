"""Why a withdrawn release lacks files: its words were erased since. It fails all the same, and the reason is named.

Rules kept here:

- Only data files may be missing, each with a record that the log says was erased, or all of them once the log says that the
  time of a withdrawn release was over; anything else wrong is told as it is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from .casefile import Casefile
from .files import Release, files_intact
from .keychain import Chain
from .report import Fault
from .rewrites import gone_before
from .rights import Entry
from .rows import table


def files_in_order(release: Release, pinned: bytes | None, case: Casefile | None, later: Chain | None = None) -> None:
    """Insist that the release holds its files and nothing else.

    Raises:
        Fault: otherwise; of a release withdrawn and purged of erased words, saying so.
    """
    try:
        files_intact(release, pinned, later)
    except Fault as fault:
        raise (_purged(release, case, fault) if case else None) or fault from None


def _purged(release: Release, case: Casefile, fault: Fault) -> Fault | None:
    missing = [path for path in release.names("data") if path not in release.listing.files]
    if not missing or set(fault.files) - set(missing):
        return None
    try:
        name, entries = release.get("name", str), case.ledger().entries
        gone = gone_before(case, len(entries) and entries[-1].seq + 1)
        withdrawn = next((entry for entry in entries if entry.kind == "release-withdrawn"
                          and isinstance(entry.decision, Mapping) and entry.decision.get("release") == name), None)
        if withdrawn is not None and (over := _over(entries, name, withdrawn)) is not None:
            return Fault("withdrawn on {day} for {by}, and its rows were removed on {over}, when their time was over",
                         *missing, day=f"{withdrawn.received_at:%Y-%m-%d}", by=withdrawn.decision.get("by", ""), over=f"{over:%Y-%m-%d}")
        for path in missing:
            ids = table(release.need(path.replace("data/", "ids/", 1)), ["record"])
            if gone.isdisjoint(ids.column("record").to_pylist()):
                return None
    except (Fault, ValueError, OSError):
        return None
    if withdrawn is None:
        return None
    return Fault("withdrawn on {day} for {by}, and purged of words that were erased since: {number} data files are gone",
                 *missing, day=f"{withdrawn.received_at:%Y-%m-%d}", by=withdrawn.decision.get("by", ""), number=len(missing))


def _over(entries: Sequence[Entry], name: str, withdrawn: Entry) -> datetime | None:
    """Give when the time of a withdrawn release's rows was over by an entry of the log, None where none says so."""
    for entry in entries:
        body = entry.decision if entry.kind == "retention" and isinstance(entry.decision, Mapping) else {}
        days = body.get("days")
        if (body.get("release") == name and body.get("answer") == "due" and type(days) is int and entry.recorded_at and withdrawn.recorded_at
                and entry.recorded_at - withdrawn.recorded_at >= timedelta(days=days)):
            return entry.recorded_at
    return None
