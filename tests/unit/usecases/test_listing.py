"""What is listed is what is there, with figures of this very version or none."""

import json

import pytest
from click.testing import CliRunner

from licit.detectors import registry
from licit.surfaces.cli import main
from licit.testing import FixedDetector
from licit.usecases.listing import figures_of, measured_alone
from licit.wiring import listed

ONE = FixedDetector(strings=(("Orla", "PERSON"), ("x", "EMAIL")), name="one")
LINES = b"\n".join(json.dumps({"id": number, "language": language, "text": text, "spans": spans}).encode() for number, (language, text, spans) in enumerate([
    ("en", "Ask Orla.", [{"start": 4, "end": 8, "label": "PERSON"}]), ("en", "Ask Ada.", [{"start": 4, "end": 7, "label": "PERSON"}]),
    ("fr", "Orla vient.", [])]))


def test_figures_are_of_one_detector_alone_by_language_and_label():
    """Found and right are counted for the labels it declares; what a language does not hold is not measured."""
    told = measured_alone(LINES, [ONE], registry.pin([ONE]))["detectors"]["one"]
    person = told["languages"]["en"]["labels"]["PERSON"]
    assert (person["recall"]["hits"], person["recall"]["of"], person["precision"]["hits"], person["precision"]["of"]) == (1, 2, 1, 1)
    assert "EMAIL" not in told["languages"]["en"]["labels"]
    assert told["languages"]["fr"]["labels"] == {}
    assert told["languages"]["fr"]["false_per_10kb"] > 0


def test_figures_of_another_version_are_none():
    """A detector whose code, data or settings changed since is not measured, whatever its name."""
    pin = registry.pin([ONE])[0]
    shipped = measured_alone(LINES, [ONE], [pin])
    assert figures_of("one", pin, shipped)["records"] == 3
    assert figures_of("one", pin + "0", shipped) is None
    assert figures_of("two", pin, shipped) is None


class _Entry:
    name, value = "extra", "somewhere:offer"

    def load(self):
        return lambda: (ONE,)


def test_everything_there_is_stands_in_the_list_with_where_it_is_from(monkeypatch, tmp_path):
    """Ours, an entry point's and a settings file's, detectors and screeners, each with its exact pin."""
    def load(model):
        return FixedDetector(strings=(("b", "PERSON"),), name=model.name)

    kind = type("Kind", (), {"name": "made-up", "load": lambda self: load})()
    monkeypatch.setattr(registry, "entry_points", lambda group: {"licit.detectors": [_Entry()], "licit.models": [kind]}.get(group, []))
    (tmp_path / "m").mkdir()
    (tmp_path / "detectors.toml").write_text('[[model]]\nname = "mine"\nkind = "made-up"\npath = "m"\n')
    found = {one.name: one for one in listed(tmp_path / "detectors.toml")}
    assert {found[name].kind for name in ("tagger", "patterns", "sensitive")} == {"bundled"}
    assert (found["one"].kind, found["one"].origin) == ("entry point", "entry point extra (somewhere:offer)")
    assert (found["mine"].kind, found["mine"].origin) == ("settings", "detectors.toml, made-up")
    assert found["sensitive"].what == "screener"
    assert {*registry.pin(registry.find_detectors(tmp_path / "detectors.toml"))} <= {one.pin for one in found.values()}
    assert found["one"].measured is None


def test_the_command_says_what_is_not_measured(monkeypatch):
    """People and machines are told the same, and nothing that was not measured looks as if it were."""
    told = json.loads(CliRunner().invoke(main, ["detectors", "--json"]).stdout)
    assert {"name", "version", "what", "kind", "from", "pin", "labels", "languages", "measured"} == set(told[0])
    monkeypatch.setattr(registry, "entry_points", lambda group: [_Entry()] if group == "licit.detectors" else [])
    shown = CliRunner().invoke(main, ["detectors"], env={"COLUMNS": "160"})
    assert shown.exit_code == 0
    line = next(line for line in shown.stdout.splitlines() if line.startswith("one "))
    assert "entry point" in line
    assert "EMAIL: not measured" in line


@pytest.mark.slow
def test_measured_now_is_measured_for_everything_that_the_set_holds():
    """Asked to, the command measures what is there on the set that comes with licit."""
    told = json.loads(CliRunner().invoke(main, ["detectors", "--json", "--measure"]).stdout)
    assert all(one["measured"] for one in told if one["what"] == "detector")
