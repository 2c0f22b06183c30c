"""``make train``: from the corpora to the files that ship, the same bytes every time.

Usage: python -m training DATA [--quick]

Makes the list of places, a licit release of the corpora, teachers and from them the network out of that release, the
integer networks from it, and prints what they find on the slices kept apart. ``--quick`` goes the whole way with a little of everything, to see
that the way is open; it leaves the shipped files alone.
"""

import hashlib
import re
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

import torch

from . import corpora, places, release
from .choose import choose, sample
from .corpora import Source
from .export import FOLDER, Choices, export
from .fit import Recipe, fit
from .invent import Invention
from .measure import measured
from .net import Net, Rows

#: Seeds of the teachers, if any, and how the network that ships is trained.
TEACHERS: tuple[int, ...] = ()
PUPIL = Recipe(seed=3, made=16_000)
#: Chosen on the slices kept to tune: a person is told sooner, all else later, for people are what is replaced; in judgments
#: organisations somewhat sooner, for the network alone is shy of them there.
CHOICES = Choices(general=(1.55, -2.1, -1.6, -1.5, -1.5), court=(0, 0, .5, 0, 0))
CARD = Path(__file__).resolve().parent.parent / "docs/model-card.md"
FILES = ("kinds.onnx", "tokens.onnx", "places.npz")


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
    say(told(made))
    if quick:
        little = [replace(one, passages=one.passages[:100]) for one in made.sources]
        with tempfile.TemporaryDirectory() as folder:
            learnt(little, data, Path(folder), [Recipe(epochs=1, made=300)], Recipe(seed=11, epochs=1, made=300))
            say("the way is open; nothing was kept")
        return
    learnt(made.sources, data, FOLDER, [Recipe(seed=seed) for seed in TEACHERS], PUPIL)
    write_card(files=listed(), release=told(made))
    say(listed())
    # In a process of its own, for this one has already loaded the network that shipped before.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(measured, kept, data).result()


def learnt(sources: Sequence[Source], data: Path, folder: Path, recipes: Sequence[Recipe], pupil: Recipe) -> None:
    """Train teachers, two at a time, and from them and the release the network that ships; write it to a folder."""
    teachers = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        teachers += [revived(*one) for one in pool.map(teacher, repeat(sources), repeat(data), recipes)]
    invention = Invention(data)
    net, rows = fit(sources, invention, pupil, teachers)
    some = sample(sources, invention)
    export(net, rows, some, choose(net, rows, some, CHOICES), folder)


def teacher(sources: Sequence[Source], data: Path, recipe: Recipe) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Train one teacher, in a process of its own."""
    net, rows = fit(sources, Invention(data), recipe)
    return net.state_dict(), rows.table


def revived(state: dict[str, torch.Tensor], table: torch.Tensor) -> tuple[Net, Rows]:
    """Make a network of what another process learnt."""
    net, rows = Net(0, 0), Rows(0)
    net.load_state_dict(state)
    net.eval()
    rows.table = table
    return net, rows


def listed() -> str:
    """List the shipped files with their digests, as the card does."""
    return "".join(f"| `{name}` | {(FOLDER / name).stat().st_size:,} | `{digest}` |\n" for name in FILES
                   if (digest := hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()))


def told(made: release.Made) -> str:
    """Tell of the release that was learnt from, as the card does: its root, the digest of its texts, and its tally."""
    tally = "\n".join(line.rstrip() for line in made.tally.split("\n\n")[0].splitlines())
    return f"```text\nroot   {made.content_root}\ntexts  sha256:{made.texts}\n\n{tally}\n```\n"


def write_card(**parts: str) -> None:
    """Put parts into the card, each between its mark and the end mark that follows."""
    text = CARD.read_text(encoding="utf-8")
    for name, part in parts.items():
        text, count = re.subn(rf"(<!-- {name} -->\n).*?(<!-- end -->)", lambda found, part=part: found[1] + part + found[2], text,
                              flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"the card has {count} places for {name!r}, not one")
    CARD.write_text(text, encoding="utf-8")


def say(line: str) -> None:
    """Tell how far it is."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
