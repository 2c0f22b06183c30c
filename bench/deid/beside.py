"""Beside: the numbers to reach that need no peer, measured here or by the bench that owns them, so that one table holds all.

Rules kept here:

- A bench that is not there, breaks, overruns or says something else than it did is told as not measured: what it does not
  say is never taken for nought.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from licit.detectors.registry import find_detectors

from .targets import Target

_SECONDS = 900
_NUMBER = r"\s+([\d.,]+)"
_SURROGATES = (
    ("surrogates that stand in their own record, or are a name of any list",
     (r"stand in their own record" + _NUMBER, r"are a name of any list" + _NUMBER)),
    ("records that replacing a second time changes, by placeholders, by surrogates and by surrogates with every label",
     tuple(rf"(?m)^{way}: a second time changes" + _NUMBER for way in ("placeholders", "surrogates", "surrogates, every label"))))


def rows(texts: Sequence[str], *, quick: bool) -> list[Target]:
    """Give these rows; ``quick`` leaves them unmeasured. ``texts`` are real ones."""
    surrogates = "" if quick else _said("surrogates")
    drawn = re.search(r"surrogates drawn" + _NUMBER, surrogates)
    out = [nought(what, f" in {drawn[1]} drawn" if drawn and number == 0 else "", patterns, surrogates)
           for number, (what, patterns) in enumerate(_SURROGATES)]
    return [prefilter({} if quick else unloved(texts)), *out]


def nought(what: str, of: str, patterns: tuple[str, ...], said: str) -> Target:
    """Give a row whose numbers must all be nought."""
    found = [match[1] for pattern in patterns if (match := re.search(pattern, said))]
    whole = len(found) == len(patterns)
    return Target(what=what, asked="0", got=" and ".join(found) + of if whole else "", command="python -m bench surrogates",
                  reached=all(float(one.replace(",", "")) == 0 for one in found) if whole else None)


def prefilter(rates: Mapping[str, float]) -> Target:
    """Give the row of bytes that no detector of shapes cares for, from megabytes a second of each alone."""
    together = 1 / sum(1 / rate for rate in rates.values()) if rates else 0.0
    return Target(what="bytes that no detector cares for: all detectors of shapes, one after another (not `names` and `tagger`, which read each word)",
                  asked="≥ 150 MB/s", reached=together >= 150 if rates else None,
                  got=f"{together:.0f} MB/s; alone {', '.join(f'{name} {rate:.0f}' for name, rate in sorted(rates.items()))}" if rates else "")


def unloved(texts: Sequence[str]) -> dict[str, float]:
    """Measure each detector of shapes on texts of which only small letters are left, in megabytes a second of CPU time."""
    plain = [re.sub(r"[^a-z]+", " ", text.lower()) for text in texts]
    size, out = sum(map(len, plain)) / 1e6, {}
    for detector in find_detectors():
        if detector.name in ("names", "tagger"):
            continue
        took = []
        for _ in range(3):
            begun = time.process_time()
            found = detector.find(plain, [""] * len(plain))
            took.append(time.process_time() - begun)
        if any(found):
            # Then this is no text that nobody cares for, and the rest would be too good a figure.
            return {}
        out[detector.name] = size / max(min(took), 1e-9)
    return out


def _said(name: str) -> str:
    try:
        done = subprocess.run([sys.executable, "-m", "bench", name], cwd=Path(__file__).parents[2], capture_output=True, text=True,
                              check=False, timeout=_SECONDS, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout if done.returncode == 0 else ""
