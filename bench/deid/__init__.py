"""Peers side by side: what licit finds and how fast, beside Presidio, spaCy and datatrove, on the same texts in one run.

Usage: LICIT_BENCH_DATA=DATA python -m bench deid

Makes once an environment of the peers' own and trains a spaCy NER on the corpora that licit's own network learnt from, in
``LICIT_BENCH_PEERS`` (else the system's temporary folder); then runs each system in a process of its own, one thread, one
after another, on the same files. Prints what each finds, how fast, and the table of numbers to reach; a copy as JSON goes
to ``LICIT_BENCH_JSON``, else beside the environment. ``LICIT_BENCH_QUICK=1`` takes a part of each set, for a look.

What cannot be compared is told under the tables.
"""

from .side_by_side import main

__all__ = ["main"]
