"""Which conversation an answer belongs to that a request goes on from by its id, the words before it unsaid.

Rules kept here:

- The id of an answer is kept as a keyed hash with its person, in the name of the message that it was; so a restart forgets
  nothing, an erasure takes it along, and nobody goes on from somebody else's answer.
- What goes on from an answer that is not kept is not kept: which refusals reach it cannot be known.

Law: CHO-06
"""

from collections import OrderedDict
from collections.abc import Sequence

from ...core.errors import InputError
from ...core.ids import keyed, short_text
from ...usecases.continued import LINK, answered
from ...usecases.workspace import Workspace
from .thread import Thread

_REMEMBERED = 100_000


class Links:
    """Finds conversations by answers; asked by one thread."""

    def __init__(self, space: Workspace, key: bytes) -> None:
        """Take the workspace, and the key that the gateway names messages by."""
        self._space, self._key = space, key
        self._known: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def of(self, person: Sequence[str], answer: str) -> str:
        """Give the hash of an answer's id, "" for none."""
        parts = (one.encode("utf-8", "backslashreplace") for one in (answer, *person))
        return short_text(keyed(self._key, "licit/gateway-answer", *parts)) if answer else ""

    def add(self, link: str, thread: Thread) -> str:
        """Remember the conversation whose newest message is an answer; give the name that this message is stored by."""
        self._known[link] = thread.conversation, thread.names[-1]
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return thread.names[-1] + LINK + link

    def find(self, link: str, given: str) -> tuple[str, str]:
        """Give the conversation that an answer belongs to, and the answer's name; ``given`` is the product's id for it, "" for none.

        Raises:
            InputError: no such answer is known, or it is another conversation's (``thread-unknown``).
        """
        if (found := self._known.get(link)) is None and (stored := answered(self._space, link)) is not None:
            first, name = stored
            found = given or "gateway:" + first.removeprefix("m"), name
        if found is None or given not in ("", found[0]):
            raise InputError("the answer that this goes on from is not known", reason="thread-unknown")
        return found
