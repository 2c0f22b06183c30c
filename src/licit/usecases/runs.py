"""Training runs: each begins at the gate, ends with a word on how, and is found by every question about a release.

Rules kept here:

- A run begins on releases that may be trained on at that moment, and is in the log before its first row is given.
- A run that nobody ended counts as under way; what an end says can be said anew, and the last word counts.
- An aborted run has read its releases all the same: nothing forgets it.

Law: FOL-01, FOL-02
"""

from datetime import datetime

from ..core.errors import RefusedError
from .queries import recall
from .register_view import ended, first_end
from .workspace import Workspace, releases_at

#: Kinds of entries that say nothing about whether a release may be trained on.
IDLE = frozenset({"run", "model", "recipient", "delivery", "reading", "backup"})


def insist_live(space: Workspace, name: str, manifest: str = "") -> datetime | None:
    """Insist that a release may be trained on now; give the moment from which a right that it rests on is over, None for never.

    ``manifest`` is the digest of the one in hand, which must be the one that the log knows.

    Raises:
        RefusedError: it is unknown, withdrawn, has removals pending, or rests on a right that is over.
    """
    known = releases_at(space.log).get(name)
    if known is None or (manifest and manifest != known.manifest):
        raise RefusedError("the workspace's log does not know this release", about=name, reason="release-unknown")
    if known.withdrawn >= 0:
        raise RefusedError("this release is withdrawn", about=name, reason="release-withdrawn",
                           remedy="Use the patch release that took its place.")
    pending = recall(space, release=name).touched
    if pending:
        raise RefusedError(f"{len(pending[0].rows)} rows must leave this release first", about=name,
                           reason="removals-pending", remedy="Build the patch: licit recall --patch.")
    over = [one for one in ended(space) if one.release == name]
    if over:
        raise RefusedError(over[0].line(), about=name, reason="right-ended",
                           remedy="Build anew: licit build leaves it out. What else rests on it: licit source list --ended.")
    return first_end(space, name)
