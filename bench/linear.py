"""Linear: how fast one message is looked at and replaced as it grows, ordinary or made to be slow.

Usage: python -m bench linear, or python -m bench.linear [few | every | million] [LARGEST_MEGABYTES]

Prints megabytes for each second of processor time at each size. What is linear keeps its speed as the text grows; what is
quadratic loses nine tenths of it at each step; what would take longer than some seconds is left out (–). A few kinds of text
unless every one is asked for, under four minutes. With ``million`` one message with a million findings in the place of the table.
"""

import json
import math
import resource
import sys
import time
from collections.abc import Callable, Sequence

from bench.detect import texts
from licit.core.ports import Detector
from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import DeidentifySettings, find_all, replace_all
from licit.pipeline.sweep import sweep_names
from licit.usecases.text import detect_lines

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_SECONDS = 600
_PATIENCE = {"few": 20, "every": 60}
_KEY = b"k" * 32

#: What is said again and again.
_PIECES = {
    "a@": "a@", "a@a.": "a@a.", "a.": "a.", "digits": "1234567890", "one digit": "1", "groups of digits": "06 12 ", "dots": ".", "brackets": "[",
    "parentheses": "()", "quotes": '"', "backslashes": "\\", "entities": "&#64;", "percent signs": "%41", "ampersands": "&", "http://": "http://",
    "addresses of pages": "http://a.example/?token=x ", " @": " @", "emoji, joined": "👩🏽\u200d🚀", "joiners": "a\u200d", "accents apart": "e\u0301",
    "spaces": " ", "line breaks": "\n", "one word": "a", "one capital word": "A", "base64": "Q2FtaWxsZSBNb2TDqGxlIA", "lines of base64": "a" * 76 + "\n",
    "look-alikes": "аa", "titles": "M. ", "streets": "12 rue de la ", "days": "12/03/1985 ", "years in words": "mille neuf cent ",
    "days of a month": "12 mars ", "password=": "password=", "tokens": "eyJhbGciOi.", "0x": "0x", "colons": ":", "dashed": "a-", "underscores": "a_",
    "slashes": "/", "case numbers": "12/34 ", "names": "Jean Exemple ", "spelt mails": "jean dot ", "noughts said": "zero ", "ideographs": "字",
    "Arabic": "مرحبا "}


#: One of each manner of being slow: every detector, shapes, further readings, look-alikes, columns, numbers, names.
_FEW = ("ordinary chat", "aaaa…@", "a@a.", "dots", "http://", "emoji, joined", "spaces", "one word", "base64", "look-alikes", "percent signs",
        "one digit", "password=", "days", "names", "JSON in JSON")


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: (piece * (size // len(piece.encode()) + 1))[:max(1, size * len(piece) // len(piece.encode()))]


def _nested(size: int) -> str:
    """Give JSON in JSON in JSON, in a list as long as asked for."""
    inner = json.dumps([json.dumps([json.dumps(["to", "camille@example.org"])])])
    return json.dumps([inner] * max(1, size // (len(inner) * 2)))


def made() -> dict[str, Callable[[int], str]]:
    """Give each kind of text: a function from bytes to a text of about so many."""
    return {"ordinary chat": lambda size: " ".join(texts(size))[:size], "aaaa…@": lambda size: "a" * (size - 1) + "@"} | {
        name: _repeated(piece) for name, piece in _PIECES.items()}


def _rates(look: Callable[[int], tuple[int, bool]], sizes: Sequence[int], patience: float) -> list[float | None]:
    """Give megabytes a second at each size: nan where it was held, None where it would take longer than we wait."""
    out: list[float | None] = []
    for size in sizes:
        if out and out[-1] and size / out[-1] / 1e6 > patience:
            out.append(None)
            continue
        begun = time.process_time()
        length, looked = look(size)
        out.append(length / (time.process_time() - begun) / 1e6 if looked else float("nan"))
    return out


def _message(make: Callable[[int], str], detectors: Sequence[Detector]) -> Callable[[int], tuple[int, bool]]:
    """Look at one text: further readings, all detectors and the sweep."""
    def look(size: int) -> tuple[int, bool]:
        text = make(size)
        (found,) = find_all(detectors, [text], [""], seconds=_SECONDS)
        if found is not None:
            sweep_names([text], [found])
        return len(text.encode()), found is not None
    return look


def _in_json(detectors: Sequence[Detector]) -> Callable[[int], tuple[int, bool]]:
    def look(size: int) -> tuple[int, bool]:
        line = json.dumps({"id": 1, "text": _nested(size)}).encode()
        return len(line), not detect_lines(lambda: detectors, [(1, line)]).held
    return look


def _million(detectors: Sequence[Detector]) -> None:
    """Look for, and replace, a million addresses and names in one message."""
    few = [one for one in detectors if one.name in ("patterns", "names")]
    text = " ".join(f"u{number:06d}@example.net" for number in range(1_000_000))
    for replace in ("placeholders", "surrogates"):
        begun = time.process_time()
        (masked,) = replace_all(["r"], [[text]], [""], few, DeidentifySettings(seconds=_SECONDS, replace=replace), _KEY)
        took = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"a million addresses, {len(text) / 1e6:.0f} MB, {replace}: {sum(masked.counts.values()):,} replaced, "
              f"held {masked.reason or 'no'}, {took:.0f} s, peak {peak:,.0f} MiB", flush=True)


def main() -> None:
    """Print the table, or what a million findings take."""
    what = sys.argv[1] if len(sys.argv) > 1 else "few"
    sizes = [size for size in _SIZES if size <= (float(sys.argv[2]) * 1e6 if len(sys.argv) > 2 else _SIZES[-1])]
    detectors = find_detectors()
    if what == "million":
        _million(detectors)
        return
    find_all(detectors, ["Bonjour Camille"], [""])
    print(f"{'MB/s at':20}", *(f"{size / 1000:>9,.0f} kB" for size in sizes))
    kinds = {name: _message(make, detectors) for name, make in made().items()} | {"JSON in JSON": _in_json(detectors)}
    for name, look in kinds.items():
        if what != "every" and name not in _FEW:
            continue
        rates = _rates(look, sizes, _PATIENCE[what])
        print(f"{name:20}", *("           –" if rate is None else "        held" if math.isnan(rate) else f"{rate:12.2f}" for rate in rates), flush=True)


if __name__ == "__main__":
    main()
