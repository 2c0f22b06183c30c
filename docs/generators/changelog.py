"""The changelog, from one small file for each change: ``changes/SLUG.KIND.md``, or ``changes/VERSION/…`` once released."""

from collections.abc import Iterator
from pathlib import Path

PATH = "../CHANGELOG.md"
CHANGES = Path(__file__).parents[2] / "changes"
KINDS = {"added": "Added", "changed": "Changed", "fixed": "Fixed", "removed": "Removed", "security": "Security"}

_HEAD = """\
# Changelog

What a user can do now, or must do otherwise. Each line is a file of `changes/`; this page is generated from them.
"""


def fragments(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the kind and text of every change in a folder, in order of name.

    Raises:
        ValueError: a file that is not named for a kind, or says nothing.
    """
    for path in sorted(folder.glob("*.md")):
        kind = path.stem.rpartition(".")[2]
        text = " ".join(path.read_text(encoding="utf-8").split())
        if kind not in KINDS or not text:
            raise ValueError(f"changes/{path.name} is not named SLUG.{'|'.join(KINDS)}.md, or says nothing")
        yield kind, text


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in folder.name.split("."))


def render() -> str:
    """Give the page.

    Raises:
        ValueError: a fragment or a version's folder is misnamed.
    """
    released = sorted((path for path in CHANGES.iterdir() if path.is_dir()), key=_version, reverse=True)
    out = [_HEAD]
    for title, folder in [("Unreleased", CHANGES), *((path.name, path) for path in released)]:
        found = list(fragments(folder))
        if found:
            out.append(f"## {title}\n")
        for kind, heading in KINDS.items():
            if lines := [f"- {text}" for own, text in found if own == kind]:
                out.append(f"### {heading}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(out).rstrip() + "\n"
