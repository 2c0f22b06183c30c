"""What a new user meets: every command explains itself, wrong places are told before anything is entered, Ctrl-C is no crash."""

import json
import os
import signal
import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner
from world import chat, people_chats, prose

from licit.surfaces.cli import COMMANDS, main


@pytest.fixture
def run(world):
    """Run a command in a world; give what it printed."""
    def run(*argv: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, [*argv, "--workspace", str(world.root)], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    return run


def every():
    """Give every command that can be run, with the words that call it."""
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        yield from below(name, command)


def below(name, command):
    """Give a command, or of a group everything that can be run below it."""
    if isinstance(command, click.Group):
        for word, one in command.commands.items():
            yield from below(f"{name} {word}", one)
    else:
        yield name, command


def test_every_command_has_an_example():
    """``--help`` of each command ends with an example that begins with its own name; verify has its own parser."""
    lacking = [name for name, command in every() if name != "verify" and
               not (command.epilog or "").startswith(f"Example: licit {name}")]
    assert lacking == []


def test_python_runs_it_as_a_module_too():
    """Where the scripts of an environment are not on the path, the interpreter starts the same command."""
    done = subprocess.run([sys.executable, "-m", "licit", "--help"], capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in ("build", "verify", "audit"))


def test_every_option_says_what_it_is():
    """Every option has a sentence of help."""
    bare = [(name, option.name) for name, command in every() for option in command.params
            if isinstance(option, click.Option) and not option.hidden and not option.help]
    assert bare == []


@pytest.mark.parametrize("argv", [["rights", "object", "--subject", "ada"], ["rights", "object-outsider", "--email", "a@example.org"],
                                  ["review", "refuse", "RECORD", "--by", "ines", "--why", "x"]])
@pytest.mark.parametrize("place", ["missing/receipt.json", "."])
def test_a_receipt_that_cannot_be_written_stops_first(run, world, tmp_path, argv, place):
    """Nothing is entered in the log whose receipt would be lost; the same command can be run again."""
    world.take([chat("c", "ada", prose("c"))])
    argv = [world.record("c", "ada") if word == "RECORD" else word for word in argv]
    size = world.ports.log.head()
    assert "Nothing was recorded" in run(*argv, "--receipt", str(tmp_path / place), code=2)
    assert world.ports.log.head() == size


@pytest.mark.parametrize(("text", "said"), [("", "no receipt"), ("nonsense", "no receipt"), ("[1]\n", "no receipt"),
                                            ("{}\n{}\n", "2 receipts"), ("{}\n", "no receipt")])
def test_what_is_no_receipt(run, tmp_path, text, said):
    """A file that holds no receipt, or several, is told so."""
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    assert said in run("log", "prove", "--receipt", str(tmp_path / "r.json"), "--release", "r", "-o", str(tmp_path / "p"), code=2)


def test_what_brings_nothing_says_so(run, tmp_path):
    """An empty folder or file, or a chat without a source, imports nothing and says so."""
    (tmp_path / "empty").mkdir()
    assert "no file" in run("import", str(tmp_path / "empty"), "--source", "chat")
    path = tmp_path / "c.jsonl"
    path.write_text(json.dumps(chat("c", "ada", prose("c"))) + "\n", encoding="utf-8")
    said = run("import", str(path))
    assert "--source ID" in said
    assert "nothing was imported" in said


def test_warnings_stay_out_of_json(world):
    """What is no fault is said on standard error, so that machines still read one JSON value."""
    result = CliRunner().invoke(main, ["build", "--json", "--workspace", str(world.root)], catch_exceptions=False)
    assert json.loads(result.stdout)["release"] is None
    assert "Nothing was imported yet" in result.stderr


@pytest.mark.parametrize("argv", [["build", "."], ["policy", "adopt", ".", "--by", "ines"]])
def test_a_folder_is_no_plan(run, argv):
    """A folder in the place of a file is named, and no half-done work is spoken of."""
    assert "Name a file" in run(*argv, code=2)


def test_a_workspace_made_twice_is_left_alone(world):
    """A second ``licit init`` says that nothing was changed."""
    said = CliRunner().invoke(main, ["init", str(world.root)], catch_exceptions=False).output
    assert "here already" in said


def test_stopped_in_the_middle(world):
    """Ctrl-C in the middle of a build is told in a line, and the same build then completes.

    Law: REL-01
    """
    world.take(people_chats(people=6, each=6))
    code = ("import sys, time; import licit.usecases.release as r\n"
            "whole = r.stage\n"
            "def stage(*a):\n"
            "    found = whole(*a); print('staged', flush=True); time.sleep(30); return found\n"
            "r.stage = stage\n"
            "from licit.surfaces.cli import main\n"
            f"main(['build', '--workspace', {str(world.root)!r}, '--jobs', '1'])")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) as child:
        assert child.stdout.readline() == "staged\n"
        time.sleep(0.1)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
    assert child.returncode == 130
    assert "run the same command again" in said
    assert "Traceback" not in said
    assert world.build().tally.released == 36
