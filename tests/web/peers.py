"""Other people's programs in environments of their own, made once: their pinned parts are not those of licit's environment."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What plug-ins are tried with. A mark written last tells a whole environment from one that broke off.
LITELLM = ("litellm[proxy]==1.106.2",)
_WHOLE = "whole"
#: What is said and answered in such a program, and looked for afterwards.
WORD, ANSWER = "tambour-violet", "renard-bleu"


def python_of(name: str, packages: tuple[str, ...], *more: str) -> Path:
    """Give the Python of an environment with some packages, making it where there is none; ``more`` are words for pip."""
    folder = Path(os.environ.get("LICIT_PEERS") or Path(tempfile.gettempdir()) / "licit-peers")
    home = folder / f"{name}-{hashlib.sha256(' '.join((*packages, *more)).encode()).hexdigest()[:12]}"
    python = home / "bin" / "python"
    if not (home / _WHOLE).exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *more, *packages], check=True)
        (home / _WHOLE).touch()
    return python


def environment(**more: str) -> dict[str, str]:
    """Give the variables for such a program: the plug-ins can be imported, and no page of the network is asked."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LICIT_", "PYTEST", "OPENAI"))}
    return {**plain, "PYTHONPATH": str(ROOT / "src"), "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", **more}
