"""The demonstration's training run, short: at the gate, in the log, found by the recall; what was not learnt is not shown as learnt."""

from datetime import date

import pytest

from licit.core.errors import RefusedError
from licit.surfaces.demo.screen import say
from licit.surfaces.demo.training import Training, names, trained
from licit.usecases.runs import runs_at


def test_a_run_of_the_demonstration_is_found_afterwards(full, tmp_path, monkeypatch):
    """The run and the saved model are in the log, the recall names them after an objection, and no run begins on what is refused.

    Law: FOL-01, FOL-02, FOL-04
    """
    monkeypatch.setattr("licit.surfaces.loader.gate.SystemClock", lambda: full.clock)
    called = names("essai-1", "petite-lueur-1", "recherche", date(2026, 3, 1))
    release = full.root / "releases/release-1"
    holds, values = trained(full.space, release, tmp_path / "model", Training(size="small", epochs=1), called)
    assert values["rows"] == 12
    assert not holds, "one pass over other texts cannot have taught the planted sentences"
    assert runs_at(full.ports)["essai-1"].state == "finished"
    full.object("user1")
    (touched,) = full.space.recall().touched
    assert [(run["run"], run["models"], run["next_retrain_due"]) for run in touched.runs] == [("essai-1", ["petite-lueur-1"], "2026-05-30")]
    with pytest.raises(RefusedError, match="removals-pending"):
        trained(full.space, release, tmp_path / "again", Training(size="small", epochs=1), called)


def test_numbers_are_written_as_the_language_does():
    """What was trained is said with the reader's own marks in numbers, and words stay words."""
    values = {"model": "m-1,5", "weights": 237312, "rows": 210, "release": "r", "run": "essai-1", "read": 0.1, "refused": 9.7}
    assert "237,312 weights" in say("trained", "en", **values)
    assert "m-1,5, 237\u202f312 poids" in say("trained", "fr", **values)
    assert "surprennent de 0,1" in say("trained-2", "fr", **values)
