"""Writes the generated pages of the documents, or says which are stale: ``python -m docs.build [--check]``.

A page is a module of ``docs/generators`` with a ``PATH`` below ``docs/`` and ``render() -> str``; nothing else names it.
A generator raises ``ValueError`` when what it documents contradicts itself (the law table does); then nothing of that
page is written and the command fails.
"""

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

from docs import generators

DOCS = Path(__file__).parent


def pages() -> list[ModuleType]:
    """Find every generator, by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(generators.__path__) if not info.name.startswith("_"))
    return [importlib.import_module(f"{generators.__name__}.{name}") for name in names]


def build(*, check: bool) -> list[str]:
    """Write every page, or compare it with what is there; give the faults, one line each."""
    faults = []
    for page in pages():
        path = DOCS / page.PATH
        try:
            text = page.render()
        except ValueError as error:
            faults.append(f"{page.PATH}: {error}")
            continue
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            faults.append(f"{page.PATH}: stale; run python -m docs.build")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return faults


def main() -> int:
    """Run from the command line: 0 when all is current."""
    faults = build(check="--check" in sys.argv[1:])
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
