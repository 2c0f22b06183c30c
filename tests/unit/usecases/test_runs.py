"""Training runs: begun at the gate, ended with a word, named by every recall until then and after."""

import json

import pytest
from click.testing import CliRunner

from licit.core.errors import EvidenceError, InputError, RefusedError, SetupError
from licit.surfaces.cli import main
from licit.surfaces.loader import open_release
from licit.usecases.queries import downstream_of, explain_subject, recall
from licit.usecases.runs import Begun, end_run, record_model, retrainings, runs_at, start_run

BEGUN = Begun(releases=["release-1"], by="ines", code="v1", model="petit-1")


def said(world, *argv: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*argv, "--workspace", str(world.root)], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.output


def duties(world) -> dict[str, str]:
    return {duty.name: duty.about for duty in recall(world.ports).duties}


def test_a_run_is_named_from_its_first_row_on(full):
    """A run that began and has not ended is named by recall, explain and the person's own answers, and is to be stopped.

    Law: FOL-01
    """
    assert start_run(full.ports, BEGUN) == "run-1"
    full.object("user1")
    (touched,) = recall(full.ports).touched
    assert [(run["run"], run["state"]) for run in touched.runs] == [("run-1", "started")]
    assert "under way since" in "\n".join(recall(full.ports).lines())
    assert duties(full)["stop the run under way"].startswith("run run-1 on release-1")
    (place,) = explain_subject(full.ports, "user1", "chat").went
    assert [run["run"] for run in place["runs"]] == ["run-1"]
    full.space.patch("release-1")
    assert "it is withdrawn" in duties(full)["stop the run under way"]
    end_run(full.ports, "run-1", by="ines", aborted=True, why="objection")
    assert "stop the run under way" not in duties(full)


@pytest.mark.parametrize(("what", "reason"), [("object", "removals-pending"), ("patch", "release-withdrawn"), ("other", "release-unknown")])
def test_a_run_begins_on_a_live_release_only(full, what, reason):
    """What the loader refuses begins no run, and nothing is entered.

    Law: FOL-02
    """
    if what != "other":
        full.object("user1")
    if what == "patch":
        full.space.patch("release-1")
    before = full.ports.log.head()
    with pytest.raises(RefusedError, match=reason):
        start_run(full.ports, Begun(releases=["release-9" if what == "other" else "release-1"], by="ines", code="v1"))
    assert full.ports.log.head() == before


def test_a_refusal_while_the_question_is_asked_is_not_overlooked(full, monkeypatch):
    """An objection that is entered between the question and the entry of the run is seen before the run begins.

    Law: FOL-02
    """
    writing = full.ports.log.writing

    def late():
        monkeypatch.undo()
        full.object("user1")
        return writing()

    monkeypatch.setattr(type(full.ports.log), "writing", lambda log: late())
    with pytest.raises(RefusedError, match="removals-pending"):
        start_run(full.ports, BEGUN)
    assert runs_at(full.ports) == {}


def test_the_command_begins_and_ends_a_run(full, tmp_path):
    """``licit run start`` refuses what is altered, prints the run's id; ``end`` records model and state, and can be said anew."""
    begin = ("run", "start", "--release", "release-1", "--by", "ines", "--code", "v1", "--model", "petit-1")
    assert json.loads(said(full, *begin, "--json")) == {"run": "run-1", "releases": ["release-1"]}
    assert "run-2 is under way" in said(full, *begin)
    assert "run-known" in said(full, *begin, "--id", "run-2", code=2)
    assert "release-unknown" in said(full, "run", "start", "--release", "release-9", "--by", "ines", "--code", "v1", code=2)
    assert "--why" in said(full, "run", "end", "run-2", "--aborted", "--by", "ines", code=2)
    assert "run-unknown" in said(full, "run", "end", "run-9", "--by", "ines", code=2)
    assert "aborted" in said(full, "run", "end", "run-2", "--aborted", "--why", "begun in error", "--by", "ines")
    assert "model petit-1 is recorded" in said(full, "run", "end", "run-1", "--by", "ines", "--next-retrain", "2026-06-30")
    listed = {one["run"]: one for one in json.loads(said(full, "run", "list", "--json"))["runs"]}
    assert {name: (one["state"], one["why"]) for name, one in listed.items()} == {"run-1": ("finished", ""), "run-2": ("aborted", "begun in error")}
    assert downstream_of(full.ports).runs_of("release-1")[0]["models"] == ["petit-1"]
    said(full, "run", "end", "run-2", "--by", "ines")
    assert runs_at(full.ports)["run-2"].state == "finished"
    (path,) = (full.root / "releases/release-1").glob("data/*.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert "release-altered" in said(full, *begin, code=1)
    assert len(runs_at(full.ports)) == 2


def refused_meanwhile(world, opened) -> None:
    world.object("user1")
    world.clock.advance(minutes=5)
    list(opened)


def test_a_block_of_python_is_a_run(full, tmp_path):
    """A ``with`` block is finished at its end, and broken off by what raises in it: its kind is told, its words are not."""
    opened = open_release(full.root / "releases/release-1", clock=full.clock)
    (tmp_path / "m").mkdir()
    (tmp_path / "m/weights.bin").write_bytes(b"w")
    with opened.run(model="petit-1", by="ines", code="v1") as run:
        assert runs_at(full.ports)[run.id].under_way
        run.record_model(next_retrain_due="2026-06-30", files=tmp_path / "m")
    *_, last = full.ports.log.entries(kinds=("model",))
    assert list(last.decision["files"]) == ["m/weights.bin"]
    with pytest.raises(ValueError, match="le renard"), opened.run(model="petit-1", by="ines", code="v1"):
        raise ValueError("le renard violet")
    with pytest.raises(RefusedError), opened.run(by="ines", code="v1"):
        refused_meanwhile(full, opened)
    assert [(run.state, run.why) for run in runs_at(full.ports).values()] == [
        ("finished", ""), ("aborted", "ValueError"), ("aborted", "removals-pending")]
    with pytest.raises(RefusedError, match="removals-pending"), opened.run(by="ines", code="v1"):
        pass
    assert len(runs_at(full.ports)) == 3


def test_what_is_recorded_beside_a_run_ends_none(full):
    """A run under way stays so when releases are added to it; an entry whose state nobody knows is an error."""
    start_run(full.ports, BEGUN)
    full.space.register("run", id="run-1", releases=["release-1"], code="v2")
    assert runs_at(full.ports)["run-1"].under_way
    with pytest.raises(InputError):
        start_run(full.ports, Begun(releases=["release-1"], by="ines", code=""))
    full.ports.enter("run", {"id": "run-1", "state": "paused"})
    with pytest.raises(EvidenceError, match="entry-unreadable"):
        recall(full.ports)


def test_a_model_is_owed_a_retraining_until_it_was_trained_again(full):
    """What leaves a release is owed by each model of its runs, is an alarm once the day is over, and ends with a later run.

    Law: FOL-04
    """
    start_run(full.ports, BEGUN)
    record_model(full.ports, "petit-1", run="run-1", by="ines", next_retrain_due="2026-03-20")
    end_run(full.ports, "run-1", by="ines")
    assert retrainings(full.ports) == []
    full.object("user1")
    patched = full.space.patch("release-1")
    (owed,) = retrainings(full.ports)
    assert (owed.model, owed.releases, owed.due, owed.late) == ("petit-1", ("release-1",), "2026-03-20", False)
    full.clock.advance(days=30)
    (owed,) = retrainings(full.ports)
    assert owed.late
    assert owed.line() in said(full, "run", "list").replace("\n", " ")
    start_run(full.ports, Begun(releases=[patched.name], by="ines", code="v2", model="petit-1"))
    record_model(full.ports, "petit-1", run="run-2", by="ines", next_retrain_due="2026-09-30")
    assert retrainings(full.ports) == []
    (told,) = downstream_of(full.ports).runs_of("release-1")
    assert (told["replaced"], told["next_retrain_due"]) == (True, "")


def test_a_run_elsewhere_is_recorded_at_the_workspace(full, tmp_path):
    """Away from its workspace a release has no log to record a run in, and says so."""
    away = tmp_path / "away" / "release-1"
    away.parent.mkdir()
    (full.root / "releases/release-1").rename(away)
    with pytest.raises(SetupError, match="workspace"), open_release(away, clock=full.clock).run(by="ines", code="v1"):
        pass
