"""Core imports the standard library only and reads nothing but its arguments; the arrows point down."""

import ast
import sys
from pathlib import Path

import pytest
from importlinter import cli
from source_tree import ROOT, core, imported

_WORLD = {"time", "random", "secrets", "os", "io", "socket", "subprocess", "uuid", "tempfile", "shutil", "glob", "logging",
          "sqlite3", "urllib", "http", "threading", "multiprocessing", "asyncio", "locale", "platform", "getpass"}
_CALLS = {"open", "input", "print", "eval", "exec", "__import__", "breakpoint"}
_METHODS = {"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes", "getenv", "urandom",
            "cwd", "home", "expanduser", "token_bytes", "import_module"}


def impurities(path: str, tree: ast.Module) -> list[str]:
    """Find what reaches outside: foreign modules, clocks, randomness, files, the environment."""
    found = []
    for node in ast.walk(tree):
        for name in imported(node):
            top = name.split(".")[0]
            if name.startswith("..") or (top and (top not in sys.stdlib_module_names or top in _WORLD)):
                found.append(f"{path}:{node.lineno} imports {name}")
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in _CALLS:
                found.append(f"{path}:{node.lineno} calls {called.id}")
            if isinstance(called, ast.Attribute) and called.attr in _METHODS:
                found.append(f"{path}:{node.lineno} calls .{called.attr}")
    return found


def test_core_is_pure() -> None:
    """Time, keys and randomness are arguments of core; it reads no file, clock or environment."""
    assert len(core()) > 10
    assert [line for path, tree in core().items() for line in impurities(path, tree)] == []


@pytest.mark.parametrize("code", ["import numpy", "import os", "from time import time", "from ..pipeline import stage",
                                  "x = open('f')", "datetime.now(UTC)", "Path('f').read_text()", "import os.path",
                                  "def f():\n    import random"])
def test_the_scan_sees_impurities(code: str) -> None:
    """The scan is no blank cheque: each way out is seen."""
    assert len(impurities("x.py", ast.parse(code))) == 1


def test_arrows_point_down(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The contracts on imports hold: surfaces, wiring, rooms, use cases, pipeline, core; the verifier stands alone."""
    monkeypatch.chdir(ROOT)
    code = cli.lint_imports(config_filename=str(ROOT / ".importlinter"), cache_dir=str(tmp_path))
    assert code == 0, capsys.readouterr().out
