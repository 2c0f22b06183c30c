"""The registry: what there is, what is asked for, and what is exactly pinned."""

from dataclasses import replace

import pytest

from licit.core.errors import SetupError
from licit.detectors import registry
from licit.testing import FixedDetector

ONE = FixedDetector(strings=(("a", "PERSON"),), name="one", version="2")


def test_the_bundled_detectors_are_found_in_order():
    """Every module of the folder that offers detectors or screeners, by name."""
    names = [one.name for one in registry.find_detectors()]
    assert names == sorted(names)
    assert {"addresses", "identifiers", "names", "patterns", "phones", "secrets"} <= set(names)
    assert "sensitive" in [one.name for one in registry.find_screeners()]


class _Entry:
    def __init__(self, load):
        self.name, self.value, self.load = "extra", "somewhere:offer", load


def test_a_detector_from_elsewhere_is_found(monkeypatch):
    """An entry point is enough; no file is edited."""
    monkeypatch.setattr(registry, "entry_points", lambda group: [_Entry(lambda: lambda: (ONE,))] if group == "licit.detectors" else [])
    assert ONE in registry.find_detectors()


def test_a_detector_that_cannot_be_loaded_stops_the_run(monkeypatch):
    """It is not left out in silence."""
    def broken():
        raise ImportError("no such module")

    monkeypatch.setattr(registry, "entry_points", lambda group: [_Entry(broken)])
    with pytest.raises(SetupError, match="extra"):
        registry.find_detectors()


def test_two_of_one_name_stop_the_run(monkeypatch):
    """Nobody could say which of them looked."""
    monkeypatch.setattr(registry, "entry_points", lambda group: [_Entry(lambda: lambda: (replace(ONE, name="names"),))])
    with pytest.raises(SetupError, match="named names"):
        registry.find_detectors()


def test_a_required_detector_that_is_missing_is_named_with_what_there_is():
    """By name, by version or exactly."""
    exact = registry.pin([ONE])[0]
    for name in ("one", "one@2", exact):
        assert registry.require([name], [ONE]) == (ONE,)
    for name in ("two", "one@3", exact + "0"):
        with pytest.raises(SetupError, match=r"one@2\+"):
            registry.require([name], [ONE])


def test_a_pin_changes_with_version_rules_and_labels():
    """Results kept under a pin are never those of another detector."""
    pins = registry.pin([ONE, replace(ONE, name="b"), replace(ONE, version="3"), replace(ONE, strings=(("a", "EMAIL"),))])
    assert len(set(pins)) == 4
    assert registry.pin([ONE]) == registry.pin([ONE])


def test_pins_are_the_same_in_every_process():
    """A pin depends on files, not on hash seeds."""
    import subprocess
    import sys

    code = "from licit.detectors.registry import *; print(' '.join(pin((*find_detectors(), *find_screeners()))))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert tuple(out.stdout.split()) == registry.pin((*registry.find_detectors(), *registry.find_screeners()))
