"""``make train``: from the corpora to the files that ship, the same bytes every time.

Usage: python -m training DATA [--quick]

Makes the list of places, a licit release of the corpora, the network from that release, the integer networks from it,
and prints what they find on the slices kept apart. ``--quick`` goes the whole way with one short epoch, to see that the
way is open; its files are not for shipping.
"""

import hashlib
import re
import sys
import tempfile
from pathlib import Path

from licit.detectors.registry import find_detectors

from . import corpora, places, release
from .choose import choose, sample
from .export import FOLDER, export
from .fit import Recipe, fit
from .invent import Invention
from .measure import report

CARD = Path(__file__).resolve().parent.parent / "docs/model-card.md"
FILES = ("kinds.onnx", "tokens.onnx", "places.npz")
_LIST = re.compile(r"(?<=<!-- files -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main() -> None:
    """Run everything."""
    quick = "--quick" in sys.argv
    data = Path(next((word for word in sys.argv[1:] if not word.startswith("-")), "../shared/data"))
    say("reading the corpora")
    kept = corpora.load(data)
    places.build()
    say("making a release of them")
    with tempfile.TemporaryDirectory() as folder:
        made = release.make(kept, Path(folder))
    say(made.tally)
    invention = Invention(data)
    net, rows = fit(made.sources, invention, Recipe(epochs=1, made=500) if quick else Recipe())
    some = sample(made.sources, invention)
    export(net, rows, some, choose(net, rows, some))
    CARD.write_text(_LIST.sub(lambda _: listed(), CARD.read_text(encoding="utf-8")), encoding="utf-8")
    say(listed())
    for part in ("tune", "report"):
        say(f"on the slices kept to {part}:")
        report(kept, data, find_detectors(), part, say)


def listed() -> str:
    """List the shipped files with their digests, as the card does."""
    return "".join(f"| `{name}` | {(FOLDER / name).stat().st_size:,} | `{digest}` |\n" for name in FILES
                   if (digest := hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()))


def say(line: str) -> None:
    """Tell how far it is."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
