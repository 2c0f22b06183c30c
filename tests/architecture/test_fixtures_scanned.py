"""The repository's own data are scanned for marks of shadow libraries, as research repositories have shipped such texts."""

from source_tree import ROOT

from licit.pipeline.provenance import marked_names, marks_of

_DATA = ("tests/data", "bench/data", "examples", "src/licit/data", "training", "docs/images")
_WORDS = (".txt", ".md", ".jsonl", ".json", ".csv", ".html", ".toml", ".xml")


def test_no_data_of_ours_has_a_mark() -> None:
    """No file that is shipped or tested with has a path, words or links as a shadow library's files have.

    Law: SHD-05
    """
    files = [path for folder in _DATA for path in sorted((ROOT / folder).rglob("*")) if path.is_file() and "__pycache__" not in path.parts]
    names = [path.relative_to(ROOT).as_posix() for path in files]
    assert len(files) > 20
    assert {names[number]: marks for number, marks in marked_names(names).items()} == {}
    texts = [path.read_text(encoding="utf-8", errors="replace") if path.suffix in _WORDS else "" for path in files]
    assert {names[number]: marks for number, marks in marks_of([{}] * len(files), texts).items()} == {}


def test_the_scan_can_fail() -> None:
    """A file of such a library beside them would be seen."""
    assert marked_names(["tests/data/A title (z-lib.org).txt"])
