"""The source files as syntax trees, read once for all architecture tests."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def trees() -> dict[str, ast.Module]:
    """Give every source file of all packages by its path from the repository's root."""
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
            for package in ("licit", "licit_verify", "licit_plugins") for path in sorted((SRC / package).rglob("*.py"))}


def core() -> dict[str, ast.Module]:
    """Give the files of core."""
    return {path: tree for path, tree in trees().items() if path.startswith("src/licit/core/")}


def imported(node: ast.AST) -> list[str]:
    """Give the names of modules that an import statement names; a relative one starts with a dot."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return ["." * node.level + (node.module or "")]
    return []


def functions(tree: ast.Module) -> Iterator[Function]:
    """Give every function and method, nested ones included."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))
