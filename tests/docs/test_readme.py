"""The README keeps its word: its session runs, line by line, in a shell, and prints what it shows."""

import re
from pathlib import Path

import pytest
from page_sessions import ROOT, Step, Terminal, like, play, steps

README = ROOT / "README.md"


def test_readme_session_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types what the README shows gets what the README shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.delenv("LICIT_WORKSPACE", raising=False)
    done = play(README, Terminal(tmp_path))
    assert sum(step.text.startswith("licit ") for step in done) >= 10
    assert sum(bool(step.shown) for step in done) >= 9


@pytest.mark.slow
def test_readme_session_runs_in_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does so with the installed command in a shell of its own, too."""
    monkeypatch.delenv("LICIT_WORKSPACE", raising=False)
    assert play(README, Terminal(tmp_path, real=True))


def test_readmes_show_one_session() -> None:
    """The French README shows the same commands as the English one."""
    assert [step.text for step in steps(ROOT / "README.fr.md")] == [step.text for step in steps(README)]


@pytest.mark.parametrize(("name", "most"), [("README.md", 120), ("README.fr.md", 120), ("CONTRIBUTING.md", 170)])
def test_what_is_read_first_is_short(name: str, most: int) -> None:
    """A newcomer reads a README of at most 120 lines and a CONTRIBUTING of at most 170."""
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= most


def test_readme_names_the_two_commands_and_claims_no_anonymity() -> None:
    """The README starts with make demo and make test, says what is not promised once, and never says anonymous."""
    for name, word in (("README.md", "licit is no legal advice"), ("README.fr.md", "licit n'est pas un conseil juridique")):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.index("make demo") < text.index("make test") < text.index("licit init")
        assert text.count(word) == 1
        assert "de-identified (personal data)" in text
        assert not re.search("anonym", text, re.IGNORECASE)


def test_comparison_sees_a_difference() -> None:
    """Shown output matches only what was printed; an ellipsis stands for the rest of a line, or for lines."""
    assert like(("a …", "…", "z")).fullmatch("a b\nm\nn\nz\n")
    assert not like(("a …", "z")).fullmatch("a b\nm\nz\n")
    assert not like(("a",)).fullmatch("b\n")


def test_failing_command_fails_the_page(tmp_path: Path) -> None:
    """A page whose command fails unannounced, or prints something else, is wrong."""
    page = tmp_path / "page.md"
    for text in ("```console\n$ false\n```\n", "```console\n$ echo one\ntwo\n```\n"):
        page.write_text(text, encoding="utf-8")
        with pytest.raises(AssertionError):
            play(page, Terminal(tmp_path, real=True))
    page.write_text("```console\n$ false\n$ echo $?\n1\n```\n", encoding="utf-8")
    assert [step.kind for step in play(page, Terminal(tmp_path, real=True))] == ["run", "run"]
    assert Step(kind="run", text="false", line=1) in steps(page)
