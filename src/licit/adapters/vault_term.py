"""The end of a vault's scopes: each is forgotten so many days after it was last written to.

Rules kept here:

- The days run from the last writing that the vault's log tells of; a scope that was made and never written, from its making.
- A scope that somebody reads or writes just now is not forgotten, and is named: it stays due.

Law: DEI-04
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from licit.core.errors import InputError, UnavailableError
from licit.core.policy import parse_moment

from .text_vault import TextVault, Who

#: A vault's scopes are for a short time, unless somebody says how long.
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """A scope that can still be read, when it was last written to, and whether its days are over."""

    scope: str
    written: datetime
    due: bool


def aged(vault: TextVault, days: int, now: datetime) -> list[Aged]:
    """Give every scope that can still be read, the oldest first.

    Raises:
        InputError: less than a day.
        EvidenceError: the vault's log is not whole, so that nobody can say how old anything is.
    """
    if days < 1:
        raise InputError("a vault's scopes end after a day at least", reason="days-unclear")
    written = {line.scope: parse_moment(line.at) for line in vault.told() if line.what in ("made", "written")}
    found = [Aged(scope=scope, written=written[scope], due=now - written[scope] >= timedelta(days=days))
             for scope, there in vault.scopes().items() if there]
    return sorted(found, key=lambda one: (one.written, one.scope))


def forget_due(vault: TextVault, days: int, who: Who) -> Iterator[tuple[str, bool]]:
    """Forget every scope whose days are over; give each with whether it is gone, false where it was in use."""
    for one in aged(vault, days, who.at):
        if one.due:
            try:
                vault.forget(one.scope, who)
            except UnavailableError:
                yield one.scope, False
            else:
                yield one.scope, not vault.scopes()[one.scope]
