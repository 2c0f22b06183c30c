"""What may not be said of a model without evidence."""

import pytest
from click.testing import CliRunner
from world import World, copied

from licit.core.errors import InputError, RefusedError
from licit.core.model_claims import CLAIMS, form, missing
from licit.surfaces.cli import main
from licit.usecases.model_claims import claim

WEIGHTS = "sha256:" + "ab" * 32
GOOD = {"canaries", "extraction", "membership", "personal"}


@pytest.fixture
def modelled(empty_world, tmp_path) -> World:
    """A workspace whose log knows a model, trained on one release."""
    world = copied(empty_world, tmp_path / "w")
    world.ports.enter("run", {"id": "run-1", "releases": ["release-1"], "by": "ines"})
    world.ports.enter("model", {"name": "petit-1", "run": "run-1", "next_retrain_due": "2026-06-30", "by": "ines"})
    return world


def audited(world: World, *, release="release-1", digest=WEIGHTS, found=(), not_run=(), **more) -> None:
    """Enter an audit."""
    world.ports.enter("model-audit", {"model": "petit-1", "full": True, **more, "digest": digest, "release": release, "manifest": "", "by": "ines", "audit": "sha256:" + "0" * 64,
                                      "found": list(found), "not_run": dict.fromkeys(not_run, "no-probabilities")})


def evidence(tmp_path, what, **other):
    """Write a form that is filled in whole, but for what is given."""
    given = {part.key: f"{part.key}.md" if part.paper else "2027-01-31" if part.key == "review" else f"A sentence that says it: {part.what}." for part in CLAIMS[what]} | other
    for part in CLAIMS[what]:
        if part.paper and given[part.key] == f"{part.key}.md":
            (tmp_path / f"{part.key}.md").write_text("What was found, by whom and how.")
    path = tmp_path / f"{what}.toml"
    path.write_text(f'claim = "{what}"\n[evidence]\n' + "".join(f'{key} = "{text}"\n' for key, text in given.items()))
    return path


@pytest.mark.parametrize("what", CLAIMS)
def test_a_claim_with_all_its_evidence_is_recorded(modelled, tmp_path, what):
    """Who says it, of which weights, on which papers by their digests and which audits, stands in the log.

    Law: MOD-06, FOL-06, FOL-07
    """
    audited(modelled)
    seq = claim(modelled.ports, what, "petit-1", evidence(tmp_path, what), "ines")
    (entry,) = modelled.ports.log.entries(kinds=("model-claim",))
    assert (entry.seq, entry.decision["claim"], entry.decision["by"], entry.decision["digest"]) == (seq, what, "ines", WEIGHTS)
    assert set(entry.decision["evidence"]) == {part.key for part in CLAIMS[what]}
    assert all(entry.decision["evidence"][part.key].startswith("sha256:") for part in CLAIMS[what] if part.paper)


@pytest.mark.parametrize("what", CLAIMS)
def test_each_part_of_the_evidence_is_needed(modelled, tmp_path, what):
    """Without any one part, or with next to nothing in it, the claim is refused by name and nothing is recorded.

    Law: MOD-06, FOL-06, FOL-07
    """
    audited(modelled)
    for part in CLAIMS[what]:
        with pytest.raises(RefusedError, match=part.key):
            claim(modelled.ports, what, "petit-1", evidence(tmp_path, what, **{part.key: ""}), "ines")
    assert list(modelled.ports.log.entries(kinds=("model-claim",))) == []
    assert missing(what, {}) == [part.key for part in CLAIMS[what]]


@pytest.mark.parametrize("what", ["anonymous", "unlearned"])
def test_audits_must_bear_it(modelled, tmp_path, what):
    """No audit, one of other or unknown weights, in part, of fewer rows than usual, or one that found something under any name: refused.

    Law: MOD-06, FOL-07
    """
    papers = evidence(tmp_path, what)
    for audit in ({}, {"digest": ""}, {"not_run": ["membership"]}, {"not_run": ["personal"]}, {"full": False}, {"full": None}):
        if audit:
            audited(modelled, **audit)
        with pytest.raises(RefusedError, match="audit"):
            claim(modelled.ports, what, "petit-1", papers, "ines")
    audited(modelled)
    claim(modelled.ports, what, "petit-1", papers, "ines")
    audited(modelled, model="petit-1-again", found=["extraction"])
    with pytest.raises(RefusedError, match="extraction"):
        claim(modelled.ports, what, "petit-1", papers, "ines")


def test_every_release_it_saw_must_be_audited(modelled, tmp_path):
    """A model that saw two releases is not called anonymous after an audit against one.

    Law: MOD-06
    """
    modelled.ports.enter("run", {"id": "run-1", "releases": ["release-2"], "by": "ines"})
    audited(modelled)
    with pytest.raises(RefusedError, match="release-2"):
        claim(modelled.ports, "anonymous", "petit-1", evidence(tmp_path, "anonymous"), "ines")


def test_weights_edited_are_no_evidence(modelled, tmp_path):
    """Saying how the weights were edited, and nothing else, is refused; so are an unknown model, nobody, and a form for another claim.

    Law: FOL-07
    """
    audited(modelled)
    only = tmp_path / "only.toml"
    only.write_text('claim = "unlearned"\n[evidence]\nmethod = "The weights were edited along the gradient of what is forgotten."\n')
    with pytest.raises(RefusedError, match="reference"):
        claim(modelled.ports, "unlearned", "petit-1", only, "ines")
    for what, model, by in (("anonymous", "petit-1", "ines"), ("unlearned", "petit-9", "ines"), ("unlearned", "petit-1", " ")):
        with pytest.raises(InputError):
            claim(modelled.ports, what, model, only, by)


def test_the_command_prints_the_form_and_refuses_it_empty(modelled, tmp_path):
    """The form as it is printed is refused, with exit code 1."""
    asked = ["model", "claim", "anonymous"]
    printed = CliRunner().invoke(main, [*asked, "--form"])
    assert (printed.exit_code, printed.output) == (0, form("anonymous"))
    (tmp_path / "f.toml").write_text(printed.output)
    refused = CliRunner().invoke(main, [*asked, "petit-1", "--evidence", str(tmp_path / "f.toml"), "--by", "ines", "--workspace", str(modelled.root)])
    assert refused.exit_code == 1
    assert "threat_model" in refused.output
