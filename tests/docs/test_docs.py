"""The documents keep their word: what they show runs, what they list is all there is, where they point exists."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from page_sessions import EXTRA, ROOT, Terminal, fences, play, steps

from licit.adapters.inputs import find_readers
from licit.core.evidence import CLAIMS
from licit.core.reasons import REASONS
from licit.detectors import identifiers
from licit.detectors.registry import find_detectors, find_screeners
from licit.surfaces.cli import COMMANDS, main
from licit_verify.words import CLAIMS as CHECKED

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
HOWTO = sorted((DOCS / "howto").glob("*.md"))
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    """Name a page in a test's id."""
    return str(page.relative_to(ROOT))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder in which somebody followed the tutorial to its end."""
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "110")
        patch.delenv("LICIT_WORKSPACE", raising=False)
        play(DOCS / "tutorial" / "first-release.md", Terminal(folder))
    return folder


def test_tutorial_runs(world: Path) -> None:
    """Whoever follows the tutorial gets what it shows, and ends with a live patch in place of a withdrawn release."""
    assert (world / "licit-workspace/releases/spring-2/attestation.dsse.json").is_file()


@pytest.mark.parametrize("page", HOWTO, ids=name)
def test_how_to_runs(page: Path, world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows a how-to page from the end of the tutorial gets what it shows."""
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.delenv("LICIT_WORKSPACE", raising=False)
    assert play(page, Terminal(tmp_path))


@pytest.mark.slow
def test_training_in_frameworks_runs(world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page on training runs with its parts in PyTorch and in datasets, where these are installed."""
    page = DOCS / "howto" / "train.md"
    for extra in {found[1] for step in steps(page) if (found := EXTRA.match(step.text))}:
        pytest.importorskip(extra)
    shutil.copytree(world, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.delenv("LICIT_WORKSPACE", raising=False)
    assert play(page, Terminal(tmp_path, extras=True))


def test_country_of_the_page_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that the page on countries shows is accepted, and finds its own examples and no other."""
    page, = (step for step in steps(DOCS / "howto" / "add-a-country.md") if step.name)
    (tmp_path / "schemes").mkdir()
    (tmp_path / "schemes" / page.name).write_text(page.text, encoding="utf-8")
    monkeypatch.setattr(identifiers, "files", lambda package: tmp_path)
    scheme, = identifiers.read_schemes()
    detector = identifiers.Identifiers([scheme])
    for example in scheme.true:
        text = example.replace("{", "").replace("}", "")
        assert [(span.start, span.end) for span in detector.find([text], [""])[0]] == [
            (example.index("{"), example.index("}") - 1)]
    assert detector.find(list(scheme.false), [""] * len(scheme.false)) == [()] * len(scheme.false)


def commands(group: click.Group, path: str = "licit") -> Iterator[tuple[str, click.Command]]:
    """Give every command below a group."""
    context = click.Context(group)
    for own in group.list_commands(context):
        command = group.get_command(context, own)
        assert command is not None
        yield f"{path} {own}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {own}")


def test_every_command_and_option_is_documented() -> None:
    """Each command has its heading in the reference, a sentence of help, and each of its options a row."""
    parts = re.split(r"^##+ ", (DOCS / "reference" / "cli.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    pages = {part.partition("\n")[0]: part for part in parts}
    known = dict(commands(main))
    assert set(known) <= set(pages)
    assert len(known) >= len(COMMANDS)
    assert [path for path, command in known.items() if not command.help] == []
    missing = [f"{path} {option}" for path, command in known.items() for param in command.params
               if isinstance(param, click.Option) and not param.hidden for option in param.opts
               if option not in pages[path]]
    assert missing == []


@pytest.mark.parametrize(("page", "names"), [
    ("claims", {*CLAIMS, *CHECKED}), ("reasons", set(REASONS)), ("readers", set(find_readers())),
    ("detectors", {one.name for one in (*find_detectors(), *find_screeners(), *identifiers.read_schemes())})])
def test_everything_named_is_documented(page: str, names: set[str]) -> None:
    """Each claim, reason, reader, detector and kind of number stands on its page."""
    text = (DOCS / "reference" / f"{page}.md").read_text(encoding="utf-8")
    assert {one for one in names if f"`{one}`" not in text} == set()


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_resolve(page: Path) -> None:
    """A link inside the documents leads to a file, and to a heading of it when it names one."""
    broken = []
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            broken.append(target)
    assert broken == []


def test_every_page_is_on_the_ladder() -> None:
    """A page that nobody points to is not read: the index, or a page that it names, leads to each."""
    seen: set[Path] = set()
    todo = [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page.is_dir():
            todo += page.glob("*.md")
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        todo += [(page.parent / target.partition("#")[0]).resolve() for target in
                 _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target and not target.startswith("#")]
    assert [name(page) for page in PAGES if page not in seen] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_that_pages_name_exist(page: Path) -> None:
    """What a page says to make is a target, and every licit command it types is one."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets
    known = dict(commands(main))
    typed = re.findall(r"(?:^\$ |`)licit ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", text, re.MULTILINE)
    assert [f"licit {one}" for one, _ in typed if f"licit {one}" not in known] == []
    assert [f"licit {one} {two}" for one, two in typed if two and isinstance(known[f"licit {one}"], click.Group)
            and f"licit {one} {two}" not in known] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_pages_promise_no_more_than_is_so(page: Path) -> None:
    """Nothing is called anonymous but by the law, and every block of TOML can be read."""
    lines = page.read_text(encoding="utf-8").splitlines() if page.parent.name != "law" else []
    assert [line for line in lines if re.search("anonym", line, re.IGNORECASE)
            and not re.search(r"\b(not|no|never|nor)\b", line, re.IGNORECASE)] == []
    for _, language, _, block in fences(page):
        if language == "toml":
            tomllib.loads("\n".join(block))
