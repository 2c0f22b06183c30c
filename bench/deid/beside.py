"""Beside: the numbers to reach that other benches measure, asked of them, so that one table holds all.

Rules kept here:

- A bench that is not there, breaks, overruns or says something else than it did is told as not measured: what it does not
  say is never taken for nought.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from .targets import Target

_SECONDS = 900
_NUMBER = r"\s+([\d.,]+)"
_SURROGATES = (
    ("surrogates that stand in their own record, or are a name of any list",
     (r"stand in their own record" + _NUMBER, r"are a name of any list" + _NUMBER)),
    ("records that replacing a second time changes, by placeholders and by surrogates",
     (r"(?s)deidentify, placeholders.*?a second time changes" + _NUMBER, r"(?s)deidentify, surrogates.*?a second time changes" + _NUMBER)))


def rows(*, quick: bool) -> list[Target]:
    """Give the rows that others measure; ``quick`` leaves them unmeasured."""
    surrogates, detect = ("", "") if quick else (_said("surrogates"), _said("detect"))
    drawn = re.search(r"surrogates drawn" + _NUMBER, surrogates)
    out = [nought(what, f" in {drawn[1]} drawn" if drawn and number == 0 else "", patterns, surrogates)
           for number, (what, patterns) in enumerate(_SURROGATES)]
    return [prefilter(detect), *out]


def nought(what: str, of: str, patterns: tuple[str, ...], said: str) -> Target:
    """Give a row whose numbers must all be nought."""
    found = [match[1] for pattern in patterns if (match := re.search(pattern, said))]
    whole = len(found) == len(patterns)
    return Target(what=what, asked="0", got=" and ".join(found) + of if whole else "", command="python -m bench surrogates",
                  reached=all(float(one.replace(",", "")) == 0 for one in found) if whole else None)


def prefilter(said: str) -> Target:
    """Give the row of bytes that no detector cares for."""
    found = re.search(r"(?i)(?:no detector cares for|nothing to find|prefilter)[^\n\d]*" + r"([\d.,]+) MB/s", said)
    return Target(what="bytes that no detector cares for (prefilter)", asked="≥ 150 MB/s", got=f"{found[1]} MB/s" if found else "",
                  reached=float(found[1].replace(",", "")) >= 150 if found else None, command="python -m bench detect")


def _said(name: str) -> str:
    try:
        done = subprocess.run([sys.executable, "-m", "bench", name], cwd=Path(__file__).parents[2], capture_output=True, text=True,
                              check=False, timeout=_SECONDS, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout if done.returncode == 0 else ""
