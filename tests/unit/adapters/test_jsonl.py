"""Files of lines: whole or not at all, in order, a few batches at a time."""

import os
import stat
from functools import partial

import pytest

from licit.adapters.jsonl import batches, in_order, opened_lines, write_lines, written_whole
from licit.core.errors import InputError, SetupError, UnavailableError


def test_a_file_appears_only_when_its_block_ends_well(tmp_path):
    """A run that fails leaves what was there, and no half of anything."""
    target = tmp_path / "out.jsonl"
    target.write_text("before")

    def fail():
        with written_whole(target) as file:
            write_lines(file, [b"half"])
            assert target.read_text() == "before"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]
    assert target.read_text() == "before"
    with written_whole(target) as file:
        write_lines(file, [b"a", b"b"])
    assert target.read_bytes() == b"a\nb\n"


def test_a_device_or_pipe_is_written_and_never_replaced(tmp_path):
    """Writing to a pipe leaves a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with written_whole(pipe) as file:
        write_lines(file, [b"a"])
    assert os.read(reader, 10) == b"a\n"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_keeps_pointing_at_its_file(tmp_path):
    """The file that a link names is replaced, not the link."""
    (tmp_path / "real").write_text("before")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with written_whole(tmp_path / "link") as file:
        file.write(b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "after"


def test_a_private_file_is_its_owners(tmp_path):
    """Nobody else may read it."""
    with written_whole(tmp_path / "own", private=True) as file:
        file.write(b"x")
    assert (tmp_path / "own").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["folder", "missing/out.jsonl"])
def test_a_place_that_cannot_be_written_is_said_before_the_work(tmp_path, name):
    """No work is done for a file that cannot be."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(SetupError), written_whole(tmp_path / name):
        raise AssertionError


def test_a_missing_input_is_an_error(tmp_path):
    """No file is not an empty file."""
    with pytest.raises(InputError), opened_lines(tmp_path / "none"):
        raise AssertionError


def test_lines_come_in_batches_of_about_one_size():
    """Every line is in one batch, in order."""
    lines = [(number, b"x" * 10) for number in range(25)]
    made = list(batches(iter(lines), 100))
    assert [line for batch in made for line in batch] == lines
    assert [len(batch) for batch in made] == [10, 10, 5]


def double(number):
    return 2 * number


def die(number):
    os._exit(1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_order_and_items_are_taken_as_needed(jobs):
    """However many processes: the order is kept, and only a few items are in hand."""
    taken = []

    def items():
        for number in range(40):
            taken.append(number)
            yield number

    results = in_order(double, items(), jobs=jobs)
    assert next(results) == 0
    assert len(taken) <= 6
    assert list(results) == [2 * number for number in range(1, 40)]


def test_a_dead_worker_is_an_error():
    """Nothing is made up for the lines of a worker that died."""
    with pytest.raises(UnavailableError):
        list(in_order(partial(die), range(3), jobs=2))
