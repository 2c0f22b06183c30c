"""Other people's programs in environments of their own, made once: their pinned parts are not those of licit's environment."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from fcntl import LOCK_EX, flock
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What plug-ins are tried with. A mark written last tells a whole environment from one that broke off.
LITELLM = ("litellm[proxy]==1.106.2",)
#: Langfuse's client, and OpenAI's as OpenTelemetry instruments it.
TELEMETRY = ("langfuse==5.0.4", "openai==3.54.0", "opentelemetry-instrumentation-genai-openai==1.3b0")
#: Open WebUI's wheel with what its loader and its runner of filters import; 75 of its 91 requirements are left out.
OPEN_WEBUI = ("open-webui==0.12.4", "aiohappyeyeballs==2.7.1", "aiohttp==3.14.5", "aiosignal==1.4.0", "aiosqlite==0.22.1", "alembic==1.18.4",
              "annotated-doc==0.0.7", "annotated-types==0.8.0", "anyio==4.16.0", "attrs==26.1.0", "beautifulsoup4==4.14.3", "certifi", "cffi==2.1.1",
              "charset-normalizer==3.5.2", "click==8.5.1", "cryptography==48.0.1", "fastapi==0.136.3", "frozenlist==1.8.0", "greenlet==3.5.6", "h11==0.16.0",
              "idna==3.20", "loguru==0.7.3", "Mako==1.4.3", "Markdown==3.10.2", "markdown-it-py==4.3.0", "MarkupSafe==3.0.4", "mdurl==0.1.2",
              "mimeparse==0.1.3", "multidict==7.2.1", "orjson", "pillow", "propcache==0.5.4", "pycparser==3.12", "pydantic==2.13.4", "pydantic_core==2.46.4",
              "Pygments==2.21.0", "PyJWT==2.13.0", "python-engineio==4.15.1", "redis==8.0.1", "requests==2.34.2", "rich==15.0.0", "shellingham==1.5.4",
              "simple-websocket==1.1.0", "soupsieve==4.1.2", "SQLAlchemy==2.0.50", "starlette==1.10.0", "typer==0.29.2", "typing_extensions==4.16.0",
              "typing-inspection==0.4.5", "urllib3==2.8.0", "uvicorn==0.54.0", "wsproto==1.3.2", "yarl==1.25.1")
_WHOLE = "whole"
#: What is said and answered in such a program, and looked for afterwards.
WORD, ANSWER = "tambour-violet", "renard-bleu"


def python_of(name: str, packages: tuple[str, ...], *more: str) -> Path:
    """Give the Python of an environment with some packages, making it where there is none; ``more`` are words for pip.

    One process makes it and the others wait. Where no registry can be reached the test is skipped, and says so; any other failure fails.
    """
    folder = Path(os.environ.get("LICIT_PEERS") or Path(tempfile.gettempdir()) / "licit-peers")
    home = folder / f"{name}-{hashlib.sha256(' '.join((*packages, *more)).encode()).hexdigest()[:12]}"
    python = home / "bin" / "python"
    folder.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (home / _WHOLE).exists():
            shutil.rmtree(home, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
            pip = subprocess.run([str(python), "-m", "pip", "install", "--quiet", *more, *packages], capture_output=True, text=True)
            if pip.returncode and "connection" in pip.stderr.lower():
                import pytest  # the programs that import this module have none

                pytest.skip(f"{name} is not installed, and no registry can be reached")
            assert pip.returncode == 0, pip.stderr[-2000:]
            (home / _WHOLE).touch()
    return python


def environment(**more: str) -> dict[str, str]:
    """Give the variables for such a program: the plug-ins can be imported, and no page of the network is asked."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LICIT_", "PYTEST", "OPENAI"))}
    return {**plain, "PYTHONPATH": str(ROOT / "src"), "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", **more}
