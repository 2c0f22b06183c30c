"""A data engineer cleans files without a workspace: licit detect, licit deidentify, licit measure."""

import json
import runpy
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import licit
from licit import wiring
from licit.pipeline.deidentify import STAND_IN
from licit.surfaces.cli import main, text
from licit.testing import FailingDetector, FixedDetector

CANARY = "kestrel-canary-7719"
MAIL = "camille@example.org"
CHATS = [
    {"id": "a", "text": f"Je m'appelle Camille Exemple, {MAIL}, {CANARY}", "language": "fr"},
    {"id": "b", "messages": [{"role": "user", "content": f"My mail is {MAIL}"},
                             {"role": "assistant", "content": [{"type": "text", "text": "Call 06 39 98 12 34"}]}]},
    {"id": "c", "text": "nothing here"},
]


def run(*arguments, **given):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **given)


@pytest.fixture
def chats(tmp_path):
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in CHATS))
    return tmp_path / "in.jsonl"


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_detect_writes_a_line_for_each_record_and_never_the_text(chats, tmp_path):
    """Places with labels come out in order; the exit code is 0; no word of the text shows anywhere."""
    done = run("detect", chats, "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 0
    found = read(tmp_path / "out.jsonl")
    assert [record["id"] for record in found] == ["a", "b", "c"]
    assert {span["label"] for span in found[0]["spans"]} >= {"PERSON", "EMAIL"}
    assert {(span["message"], span.get("path")) for span in found[1]["spans"]} == {(0, None), (1, "/content/0/text")}
    assert all(set(span) - {"message", "path"} == {"start", "end", "label", "detector", "score"}
               for record in found for span in record["spans"])
    told = done.output + (tmp_path / "out.jsonl").read_text()
    assert not any(word in told for word in (CANARY, MAIL, "Camille"))


def test_standard_input_and_output_serve_pipes(chats):
    """A dash reads and writes; messages for people go to standard error."""
    done = run("detect", "-", input=chats.read_bytes())
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["a", "b", "c"]


def test_blank_lines_marks_and_line_ends_of_other_systems_are_no_records(tmp_path):
    """A byte order mark, CR LF and blank lines change nothing; a NUL or broken line is held in its place."""
    (tmp_path / "in.jsonl").write_bytes(b'\xef\xbb\xbf{"id": 1, "text": ""}\r\n\r\n  \n{"id": 2, "text": "\0"}\nnot json %b\n'
                                        b'{"id": 3, "text": ""}' % CANARY.encode())
    done = run("detect", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 3
    assert read(tmp_path / "out.jsonl") == [{"id": 1, "spans": []}, {"id": None, "held": "unreadable"},
                                            {"id": None, "held": "unreadable"}, {"id": 3, "spans": []}]
    assert "line 5" in done.stderr
    assert CANARY not in done.output


def test_an_empty_file_gives_an_empty_file(tmp_path):
    """Nothing in, nothing out, no fault."""
    (tmp_path / "in.jsonl").touch()
    assert run("detect", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == b""


def test_two_processes_give_the_same_file_as_one(tmp_path):
    """The order and every byte are kept, over many batches."""
    padding = "no names here, only words. " * 60
    (tmp_path / "in.jsonl").write_text("".join(
        json.dumps({"id": number % 7, "text": f"{padding} user{number}@example.org"}) + "\n" for number in range(600)))
    for jobs in (1, 2):
        assert run("detect", tmp_path / "in.jsonl", "-o", tmp_path / f"{jobs}", "--jobs", jobs).exit_code == 0
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert [record["id"] for record in read(tmp_path / "2")] == [number % 7 for number in range(600)]


def test_a_failing_detector_holds_its_records_and_the_others_are_written(chats, tmp_path, monkeypatch):
    """Held records have an id and a reason; the exit code is 3; nothing of them is told."""
    monkeypatch.setattr(text, "chosen", lambda: (FailingDetector(only_on=CANARY), FixedDetector(strings=((MAIL, "EMAIL"),))))
    for command in ("detect", "deidentify"):
        done = run(command, chats, "-o", tmp_path / command)
        assert done.exit_code == 3
        assert read(tmp_path / command)[0] == {"id": "a", "held": "detector-failed"}
        assert "held" not in read(tmp_path / command)[1]
        assert CANARY not in done.output + (tmp_path / command).read_text()


def test_a_run_that_breaks_leaves_no_file_and_tells_no_text(chats, tmp_path, monkeypatch):
    """An unforeseen fault ends the run with a message that holds nothing of the input."""
    def broken():
        raise RuntimeError(CANARY)

    monkeypatch.setattr(text, "chosen", broken)
    done = run("detect", chats, "-o", tmp_path / "out.jsonl")
    assert done.exit_code == 4
    assert CANARY not in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize("arguments", [
    ("detect", "none.jsonl"), ("detect", "in.jsonl", "-o", "no/such/folder/out"), ("detect", "in.jsonl", "-o", "."),
    ("detect", "in.jsonl", "--json"), ("detect", "in.jsonl", "--jobs", "-1"), ("deidentify", "in.jsonl", "--labels", "NAME"),
    ("deidentify", "in.jsonl", "--labels", ","), ("deidentify", "in.jsonl", "--restore"), ("deidentify",),
    ("deidentify", "in.jsonl", "--by", "me"), ("deidentify", "in.jsonl", "--vault", "v", "--key", "k"), ("measure", "none.jsonl")])
def test_wrong_use_is_said_with_the_code_2(chats, monkeypatch, arguments):
    """A mistake is named and nothing is written."""
    monkeypatch.chdir(chats.parent)
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert [path.name for path in chats.parent.iterdir()] == ["in.jsonl"]


def test_deidentify_gives_the_same_file_back_without_the_people(chats, tmp_path):
    """Fields and structure stay, people go, and the command on its own result changes nothing."""
    assert run("deidentify", chats, "-o", tmp_path / "one").exit_code == 0
    assert run("deidentify", tmp_path / "one", "-o", tmp_path / "two").exit_code == 0
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    clean = read(tmp_path / "one")
    assert clean[2] == CHATS[2]
    assert list(clean[0]) == ["id", "text", "language"]
    assert not any(word in (tmp_path / "one").read_text() for word in (MAIL, "Camille", "06 39 98"))


def test_stand_ins_of_two_runs_cannot_be_linked_unless_they_share_a_key(chats, tmp_path):
    """Each run has a key of its own; a key file makes runs agree."""
    for name, more in (("a", ()), ("b", ()), ("c", ("--key", tmp_path / "k")), ("d", ("--key", tmp_path / "k"))):
        assert run("deidentify", chats, "-o", tmp_path / name, *more).exit_code == 0
    names = {name: frozenset(STAND_IN.findall((tmp_path / name).read_text())) for name in "abcd"}
    assert not names["a"] & names["b"]
    assert names["c"] == names["d"]


WHY = ("--by", "counsel", "--reason", "a request of access")


def test_a_vault_brings_the_words_back_to_who_says_why(chats, tmp_path):
    """The words lie sealed apart from their key, and come back with a name and a reason in the log; without, nothing does."""
    vault = ("--vault", tmp_path / "v", "--scope", "spring")
    assert run("deidentify", chats, "-o", tmp_path / "out", *vault).exit_code == 0
    for file in ("v/log.jsonl", "v.keys/spring.key"):
        assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o600
    for missing in ((), ("--by", "counsel"), ("--reason", "x"), ("--by", " ", "--reason", "x")):
        done = run("deidentify", tmp_path / "out", "--restore", *vault, *missing, "-o", tmp_path / "back")
        assert (done.exit_code, (tmp_path / "back").exists()) == (2, False)
    assert run("deidentify", tmp_path / "out", "--restore", *vault, *WHY, "-o", tmp_path / "back").exit_code == 0
    assert read(tmp_path / "back") == CHATS
    assert json.loads((tmp_path / "v/log.jsonl").read_text().splitlines()[-1])["reason"] == "a request of access"
    (tmp_path / "out").write_text("".join((tmp_path / "out").read_text().splitlines(keepends=True)[:2]))
    assert run("deidentify", tmp_path / "out", "--restore", *vault, *WHY, "-o", tmp_path / "x").exit_code == 2
    assert not (tmp_path / "x").exists()


def test_a_forgotten_scope_is_gone_and_the_other_is_not(chats, tmp_path):
    """Forgetting says so, needs a name and a reason, and leaves other scopes; no message holds a word of the text."""
    for scope in ("spring", "autumn"):
        assert run("deidentify", chats, "-o", tmp_path / scope, "--vault", tmp_path / "v", "--scope", scope).exit_code == 0
    assert run("deidentify", "--forget", "spring", "--vault", tmp_path / "v").exit_code == 2
    done = run("deidentify", "--forget", "spring", "--vault", tmp_path / "v", *WHY)
    assert (done.exit_code, "spring is forgotten" in done.stderr) == (0, True)
    asked = {scope: run("deidentify", tmp_path / scope, "--restore", "--vault", tmp_path / "v", "--scope", scope, *WHY,
                        "-o", tmp_path / f"{scope}.back") for scope in ("spring", "autumn")}
    assert {scope: result.exit_code for scope, result in asked.items()} == {"spring": 2, "autumn": 0}
    assert "forgotten" in asked["spring"].output
    assert CANARY not in asked["spring"].output


def test_measure_shows_a_table_and_json(tmp_path):
    """People get a table, machines JSON; a label nobody looks for is named as such."""
    said = f"Je m'appelle Camille Exemple, {MAIL}, 75 kg"
    spans = [{"start": said.index(words), "end": said.index(words) + len(words), "label": label}
             for words, label in (("Camille Exemple", "PERSON"), (MAIL, "EMAIL"), ("75 kg", "QUANTITY"))]
    (tmp_path / "set.jsonl").write_text(json.dumps({"id": 1, "text": said, "language": "fr", "spans": spans}) + "\n")
    shown = run("measure", tmp_path / "set.jsonl")
    assert shown.exit_code == 0
    assert "not looked for" in shown.stdout
    out = json.loads(run("measure", tmp_path / "set.jsonl", "--json").stdout)
    assert out["labels"]["EMAIL"]["exact"]["recall"]["share"] == 1.0
    assert not any(word in shown.output + json.dumps(out) for word in (MAIL, "Camille"))


def test_a_set_with_bad_lines_is_measured_and_does_not_pass(tmp_path):
    """The rest is measured, the line is named, and the exit code is 3; no labelled text at all is a mistake."""
    (tmp_path / "set.jsonl").write_text('{"id": 1, "text": "x", "spans": []}\n' + json.dumps({"id": 2, "text": CANARY}))
    done = run("measure", tmp_path / "set.jsonl", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["unreadable"] == [{"line": 2, "reason": "no-spans"}]
    assert CANARY not in done.output
    (tmp_path / "set.jsonl").write_text("\n")
    assert run("measure", tmp_path / "set.jsonl").exit_code == 2


@pytest.mark.parametrize("command", ["detect", "deidentify", "measure"])
def test_help_has_an_example_that_the_command_takes(command):
    """The example in the help names only options there are."""
    shown = run(command, "--help").output
    example = shown[shown.index(f"licit {command} "):].split("Example: ")[-1].split()
    known = click.Context(main.get_command(click.Context(main), command))
    names = {name for option in known.command.params for name in option.opts}
    assert example[:2] == ["licit", command]
    assert {word for word in example if word.startswith("-")} <= names


def test_the_notebook_example_runs(monkeypatch, capsys):
    """What the documentation shows is what happens."""
    monkeypatch.setattr(licit, "detect", wiring.detect, raising=False)
    runpy.run_path(str(Path(__file__).parents[2] / "examples/detect_in_a_notebook.py"), run_name="__main__")
    assert "PERSON" in capsys.readouterr().out


def test_what_opens_a_workspace_is_not_loaded_for_plain_files():
    """Databases and tables take longer to load than most files take to look at, here and in each worker."""
    asked = "import sys, licit.surfaces.cli.text; print({'alembic', 'polars', 'pyarrow', 'sqlalchemy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"
