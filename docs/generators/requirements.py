"""The law table: every requirement, what implements it and what tests it, found from the docstrings.

A docstring's line ``Law: CHO-01, CHO-05`` in ``src`` says that this file implements those; in ``tests``, that this test
would fail if they were broken. ``docs/law/requirements.toml`` holds the rest: text, source, priority, and what is waived
or still to come.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from licit.core.evidence import CLAIMS

PATH = "law/requirements.md"
ROOT = Path(__file__).parents[2]

_LINE = re.compile(r"^\s*Law:\s*((?:[A-Z]{3}-\d\d[\s,.;]*)+)", re.MULTILINE)
_MENTION = re.compile(r"^\s*Law:(.*)$", re.MULTILINE)
_ID = re.compile(r"[A-Z]{3}-\d\d")
_HEAD = """\
# The law table

Each duty that licit answers to, where it comes from, how far it is met, and where to look. *Met* means that code and a
test name it; *in part* that both do and more is to come; *to come* that it is listed for a part of the product that is
not finished. Sources marked † were read second-hand or from memory and are to be checked before anybody quotes them;
references to the GDPR are by article (a bare number is one) and were not compared with the Official Journal. This is not
legal advice. Priority 1 blocks a release.

This page is generated from `docs/law/requirements.toml` and from the `Law:` lines of docstrings; the build fails when a
duty of priority 1 is neither met, waived nor listed as to come, and when a docstring names a duty that does not exist.
"""


def requirements() -> dict[str, dict[str, Any]]:
    """Read the data: a requirement's id (``CHO-01``) and its fields, with its family's title.

    Raises:
        ValueError: a field that is not one, or a part that is not listed.
    """
    data = tomllib.loads((ROOT / "docs" / "law" / "requirements.toml").read_text(encoding="utf-8"))
    parts, out = data.pop("parts"), {}
    for letter, families in data.items():
        for family, table in families.items():
            title = f"{letter}. {table.pop('title')}"
            for number, fields in table.items():
                if unknown := set(fields) - {"p", "source", "text", "to_come", "waived", "unverified", "claims"}:
                    raise ValueError(f"{family}-{number} has unknown fields: {', '.join(sorted(unknown))}")
                if unknown := set(fields.get("claims", ())) - set(CLAIMS):
                    raise ValueError(f"{family}-{number} names unknown claims: {', '.join(sorted(unknown))}")
                part = parts[fields["to_come"]] if "to_come" in fields else ""
                out[f"{family}-{number}"] = {"title": title, "waived": "", "claims": [], **fields, "to_come": part}
    return out


def docstrings(folder: str) -> Iterator[tuple[str, str]]:
    """Give the place and text of every docstring below a folder."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                place = str(path.relative_to(ROOT))
                if not isinstance(node, ast.Module):
                    place += f"::{node.name}"
                yield place, ast.get_docstring(node) or ""


def links(folder: str) -> tuple[dict[str, list[str]], list[str]]:
    """Find which places below a folder name which requirement, and the lines that cannot be read."""
    found: dict[str, list[str]] = {}
    odd = []
    for place, text in docstrings(folder):
        ids = [name for line in _LINE.findall(text) for name in _ID.findall(line)]
        odd += [f"{place} has a Law line without ids" for line in _MENTION.findall(text) if not _ID.search(line)]
        for name in dict.fromkeys(ids):
            found.setdefault(name, []).append(place)
    return found, odd


def faults(known: dict[str, dict[str, Any]], code: dict[str, list[str]], tests: dict[str, list[str]]) -> list[str]:
    """Find what contradicts: unknown ids, and requirements of priority 1 that nobody answers for."""
    out = [f"{place} names {name}, which is no requirement"
           for found in (code, tests) for name, places in found.items() if name not in known for place in places]
    for name, fields in known.items():
        if fields["p"] == 1 and not (fields["waived"] or fields["to_come"]):
            missing = [what for what, found in (("code", code), ("test", tests)) if name not in found]
            out += [f"{name} has no {' and no '.join(missing)} that names it"] if missing else []
    return out


def _state(name: str, fields: dict[str, Any], code: dict[str, list[str]], tests: dict[str, list[str]]) -> str:
    if fields["waived"]:
        return f"waived: {fields['waived']}"
    if name in code and name in tests:
        return f"in part; the rest with {fields['to_come']}" if fields["to_come"] else "met"
    return f"to come with {fields['to_come']}" if fields["to_come"] else "open"


def _places(places: list[str], folder: str) -> str:
    files = dict.fromkeys(place.split("::")[0].removeprefix(folder) for place in places)
    return "<br>".join(f"`{file}`" for file in files)


def render() -> str:
    """Give the page.

    Raises:
        ValueError: the table, the code and the tests contradict each other.
    """
    known = requirements()
    (code, odd_code), (tests, odd_tests) = links("src"), links("tests")
    if wrong := [*odd_code, *odd_tests, *faults(known, code, tests)]:
        raise ValueError("the law table does not hold:\n  " + "\n  ".join(wrong))
    states = {name: _state(name, fields, code, tests) for name, fields in known.items()}
    out, title = [_HEAD, _summary(known, states)], ""
    for name, fields in known.items():
        if fields["title"] != title:
            title = fields["title"]
            out.append(f"\n## {title}\n\n| id | P | what must hold | source | state | code | tests | claims |\n"
                       + "|---" * 8 + "|")
        source = fields["source"] + (" †" if fields.get("unverified") else "")
        claims = "<br>".join(f"`{claim}`" for claim in fields["claims"])
        out.append(f"| {name} | {fields['p']} | {fields['text']} | {source} | {states[name]} | "
                   f"{_places(code.get(name, []), 'src/')} | {_places(tests.get(name, []), 'tests/')} | {claims} |")
    return "\n".join(out) + "\n"


def _summary(known: dict[str, dict[str, Any]], states: dict[str, str]) -> str:
    rows = ["| priority | met | in part | to come | waived | open | all |", "|---|---|---|---|---|---|---|"]
    for priority in (1, 2):
        own = [state for name, state in states.items() if known[name]["p"] == priority]
        counts = [sum(state.startswith(start) for state in own) for start in ("met", "in part", "to come", "waived",
                                                                              "open")]
        rows.append(f"| {priority} | " + " | ".join(map(str, [*counts, len(own)])) + " |")
    return "\n".join(rows)
