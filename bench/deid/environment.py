"""Environment: the peers in a virtual environment of their own, at pinned versions, and the NER they are given.

Rules kept here:

- Nothing of it enters licit's own environment. It is made once, in the folder ``LICIT_BENCH_PEERS`` or the system's folder
  for what may be lost; a mark written last tells a whole one from one that broke off.
- Only packages are fetched, by pip, from where pip is set to fetch; no model is.
- The NER is trained there, once for each digest of the corpora and of how it is trained.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from training.corpora import Source

#: Everything whose version can change a figure.
PINNED = ("presidio-analyzer==2.2.366", "spacy==3.8.18", "thinc==8.3.14", "numpy==2.4.6", "phonenumbers==9.0.43",
          "tldextract==5.4.0", "regex==2026.11.15", "datatrove==0.10.1")
#: One thread each, whatever a library would take.
ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")
#: Changes when the trainer or what it is given changes in kind.
_RECIPE = "1"
_SECONDS = 720
_EPOCHS = 4
_WHOLE = "whole"


def folder() -> Path:
    """Give the folder that keeps the environment and the NER."""
    told = os.environ.get("LICIT_BENCH_PEERS")
    return Path(told) if told else Path(tempfile.gettempdir()) / "licit-bench-peers"


def build() -> Path:
    """Give the Python of the peers' environment, making it where there is none.

    Raises:
        SystemExit: it cannot be made; says what pip said.
    """
    home = folder() / f"env-{hashlib.sha256(' '.join(PINNED).encode()).hexdigest()[:12]}"
    python = home / "bin" / "python"
    if (home / _WHOLE).exists():
        return python
    shutil.rmtree(home, ignore_errors=True)
    print(f"making an environment for the peers: {', '.join(PINNED)}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    done = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PINNED], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The peers cannot be installed, so there is nothing to compare with:\n{done.stderr[-2000:]}")
    (home / _WHOLE).touch()
    return python


def ner(python: Path, data: Path, sources: Sequence[Source], *, quick: bool) -> Path:
    """Give the folder of the spaCy NER trained on these corpora, training it where there is none.

    ``quick`` is content with half a minute's training where there is no other; its figures are then no comparison.
    """
    digest = hashlib.sha256(_RECIPE.encode())
    for source in sources:
        digest.update(json.dumps([source.name, source.tells, source.passages], ensure_ascii=False).encode())
    target = folder() / f"ner-{digest.hexdigest()[:16]}"
    if quick and not (target / "facts.json").exists():
        target = target.with_name(target.name + "-quick")
    if (target / "facts.json").exists():
        return target
    # Needs what training needs; a run on a trained NER does not.
    from . import equal

    shutil.rmtree(target, ignore_errors=True)
    print(f"training a spaCy NER on the corpora that may train, {30 if quick else _SECONDS} s of one core", flush=True)
    with tempfile.TemporaryDirectory() as place:
        texts = equal.write(data, sources, Path(place), 1 if quick else _EPOCHS)
        subprocess.run(["nice", "-n", "15", str(python), str(Path(__file__).with_name("learn.py")), str(texts),
                        str(30 if quick else _SECONDS), str(target)], check=True, env=os.environ | ALONE)
    return target
