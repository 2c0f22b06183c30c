"""A plan that names a model of others: it looks, it is pinned in the evidence, and where it fails the record is held."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from world import chat, prose

from licit.core.errors import SetupError
from licit.detectors import registry
from licit.testing import FailingDetector, FixedDetector

WORD = "fourchettes"
PLAN = {"detect": {"plugins": ["mine"]}}


@pytest.fixture
def plugged(world, monkeypatch):
    made = {"mine": lambda model: FixedDetector(strings=((WORD, "PERSON"),), name=model.name, version=model.digest()),
            "other": lambda model: FailingDetector(name=model.name)}
    kind = type("Kind", (), {"name": "made-up", "load": lambda self: lambda model: made[model.name](model)})()
    monkeypatch.setattr(registry, "entry_points", lambda group: [kind] if group == "licit.models" else [])
    for name in made:
        (world.root / name).mkdir()
    (world.root / "detectors.toml").write_text("".join(
        f'[[model]]\nname = "{name}"\nkind = "made-up"\npath = "{name}"\n' for name in made))
    world.take([chat("c", "ada", f"{prose('c')} Où sont les {WORD} ?")])
    return world


def manifest(built) -> dict:
    return json.loads((Path(built.path) / "manifest.json").read_bytes())


def words(built) -> str:
    return "".join(str(pq.read_table(file, partitioning=None).to_pylist()) for file in Path(built.path).glob("data/*.parquet"))


def test_a_model_looks_only_where_the_plan_names_it(plugged):
    """Without its name nothing of it is there; with it, it replaces, and its pin stands in manifest and measure."""
    without = plugged.build()
    assert not any(pin.startswith("mine@") for pin in manifest(without)["detectors"])
    built = plugged.build(**PLAN)
    assert (WORD in words(without), WORD in words(built)) == (True, False)
    told = manifest(built)
    pin = next(pin for pin in told["detectors"] if pin.startswith("mine@"))
    assert pin in json.loads((Path(built.path) / "evidence/measure.json").read_bytes())["pins"]
    assert told["lock"]["plan"]["plugins"] == ["mine"]
    (plugged.root / "mine" / "weights").write_bytes(b"2")
    (plugged.root / "detectors.toml").touch()
    assert pin not in manifest(plugged.build(**PLAN))["detectors"]


def test_a_model_that_fails_holds_what_it_should_have_read(plugged):
    """Nothing is released that a model which the plan names could not look at; planted data is missed as well."""
    built = plugged.build(detect={"plugins": ["mine", "other"]})
    assert built.tally.released == 0
    assert built.tally.held == {"detector-failed": 1}


def test_a_model_that_is_not_there_stops_the_build(plugged):
    """A name that the settings lack, or settings that are not there, are said before anything is built."""
    with pytest.raises(SetupError, match="did you mean 'mine'"):
        plugged.build(detect={"plugins": ["mina"]})
    (plugged.root / "detectors.toml").unlink()
    with pytest.raises(SetupError, match="settings of models"):
        plugged.build(**PLAN)
