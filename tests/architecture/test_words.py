"""One word per idea, British spelling, no path of a machine, every public name explained, every reason used."""

import ast
import re

from source_tree import ROOT, Function, trees

from licit.core.reasons import REASONS

TEXTS = [path for folder in ("src", "docs", "examples", "changes")
         for path in sorted((ROOT / folder).rglob("*")) if path.suffix in {".py", ".md", ".toml", ".txt", ".html"}]

#: Reasons that no file of src names yet; this list may only shrink.
TO_COME = {"shadow-library"}

#: American spellings in our own identifiers; words fixed by others (HTTP, CSS, SPDX, Croissant) live in strings.
_AMERICAN = {"color", "organization", "organize", "behavior", "center", "favorite", "normalize", "serialize", "recognize",
             "anonymize", "pseudonymize", "license", "analyze", "catalog", "canonicalize", "tokenize", "summarize"}
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MACHINE = re.compile(r"/(work|root|home|Users)/[a-z]|/tmp/[a-z]|[A-Z]:\\\\Users")


def identifiers(tree: ast.Module) -> set[str]:
    """Give the names that a file defines: functions, classes, arguments, variables, attributes assigned to."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return names


def american(name: str) -> bool:
    """Tell whether a word of an identifier, its plural or past form included, is spelt the American way."""
    words = {word.lower() for word in _WORD.findall(name)}
    return bool(_AMERICAN & (words | {word[:-1] for word in words if word.endswith(("s", "d"))}))


def test_identifiers_are_spelt_in_british_english() -> None:
    """Names say licence, colour, organisation, centre; not their American forms."""
    spelt = {f"{path}:{name}" for path, tree in trees().items() for name in identifiers(tree)
             if american(name)}
    assert spelt == set()


def test_the_spelling_scan_sees() -> None:
    """The scan finds an American word at the start, middle and end of a name."""
    assert all(map(american, ("color", "text_colors", "license_id", "OrganizationName", "normalized", "NORMALIZE")))
    assert not any(map(american, ("colour", "licence", "centre", "organisation", "licensee", "catalogue")))


def test_no_path_of_a_machine_is_written_down() -> None:
    """Nothing in the repository depends on, or tells of, the machine it was written on."""
    found = [f"{path.relative_to(ROOT)}:{n}" for path in TEXTS
             for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if _MACHINE.search(line)]
    assert found == []


def strings(tree: ast.Module) -> set[str]:
    """Give every text constant of a file."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_reason_given_exists() -> None:
    """A reason named in a call of ``because`` is declared."""
    given = {(path, node.args[0].value) for path, tree in trees().items() for node in ast.walk(tree)
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "because"
             and node.args and isinstance(node.args[0], ast.Constant)}
    assert {(path, reason) for path, reason in given if reason not in REASONS} == set()


def test_every_reason_declared_is_used() -> None:
    """A reason that nothing gives is dead, or stands on the list of those to come, which may only shrink."""
    used = set().union(*(strings(tree) for path, tree in trees().items()
                         if path.startswith("src/licit/") and not path.endswith("core/reasons.py")))
    used |= {word for path in (ROOT / "src/licit").rglob("*.toml") for word in re.findall(r'"([a-z-]+)"', path.read_text())}
    assert set(REASONS) - used - TO_COME == set(), f"reasons to come, still: {sorted(TO_COME - used)}"


def test_everything_public_is_explained() -> None:
    """Every public module, class, function and method has a docstring."""
    bare = set()
    for path, tree in trees().items():
        if not ast.get_docstring(tree) and tree.body:
            bare.add(path)
        for outer in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef)
                              and not node.name.startswith("_"))]:
            for node in outer.body:
                if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_") \
                        and not ast.get_docstring(node):
                    bare.add(f"{path}:{node.name}")
    assert bare == set()


def test_every_term_of_the_glossary_is_defined_once() -> None:
    """A glossary row has a term, a definition, the law's word and the French word; no term stands twice."""
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
    rows = [row for row in rows if not set(row[0]) <= set("-")]
    assert len(rows) > 25
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
    terms = [row[0].lower() for row in rows]
    assert sorted(set(terms)) == sorted(terms)
