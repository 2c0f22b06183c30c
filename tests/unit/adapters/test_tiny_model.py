"""Rules of our own tiny language model."""

import numpy as np
import pytest

from licit.adapters.models import load_model
from licit.adapters.models.tiny import ABOUT, WEIGHTS, Shape, TinyModel, train
from licit.core.errors import EvidenceError, InputError

SHAPE = Shape(context=12, width=6, hidden=(48,))
TEXTS = ["Le héron attend près de l'écluse depuis midi.", "A kettle sings beside the copper window.", "Ärger mit dem Ofen?"]


@pytest.fixture(scope="module")
def learnt() -> TinyModel:
    """A model that saw three sentences often."""
    return train(TEXTS, size=SHAPE, epochs=400, seed=3)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    """Training is deterministic by its seed, down to the digest of what is saved."""
    one, two, other = (train(TEXTS, size=SHAPE, epochs=2, seed=seed) for seed in (1, 1, 2))
    assert one.digest == two.digest != other.digest


def test_what_was_seen_often_is_said_again(learnt):
    """A sentence learnt by heart comes back whole, and stops where it ended; one never seen is far less likely."""
    for text, (before, after) in zip(TEXTS, learnt.cut(TEXTS, 10, 9), strict=True):
        assert learnt.continue_([before], tokens=80) == [text[len(before):]]
        assert text.startswith(before + after)
    seen, unseen = learnt.score([("", TEXTS[1]), ("", "Nobody asked the zebra for its quiz.")])
    assert seen.logs.mean() > -0.2 > -2 > unseen.logs.mean()


def test_probabilities_follow_the_chain_rule(learnt):
    """A text is as likely as its beginning and then its rest; the moments are those of all 256 bytes."""
    whole, first, rest = learnt.score([("", TEXTS[0]), ("", TEXTS[0][:14]), (TEXTS[0][:14], TEXTS[0][14:])])
    assert np.allclose(whole.logs, np.concatenate([first.logs, rest.logs]), atol=1e-5)
    ascii_ = [chr(n) for n in range(1, 128)]
    logs = np.array([one.logs[0] for one in learnt.score([("zz", letter) for letter in ascii_])])
    one = learnt.score([("zz", "q")])[0]
    assert np.exp(logs).sum() <= 1 + 1e-6
    assert one.means[0] <= 0 <= one.variances[0]
    assert one.means[0] <= (np.exp(logs) * logs).sum() + 1e-6


def test_a_cut_is_made_between_characters(learnt):
    """What is cut off is whole characters, so that a continuation can be compared; one too short gives nothing."""
    (before, after), short = learnt.cut(["é" * 40, "é" * 4], 9, 9)
    assert (before, after) == ("é" * 5, "é" * 4)
    assert short is None


def test_a_saved_model_is_the_same_and_a_damaged_one_is_refused(learnt, tmp_path):
    """Reading gives the very model; a file that is cut, or says another shape, is an error and never a model."""
    folder = learnt.save(tmp_path / "m")
    again = load_model(str(folder))
    assert again.digest == learnt.digest
    assert again.continue_(["A kettle"], tokens=20) == learnt.continue_(["A kettle"], tokens=20)
    weights = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(weights[:-4])
    with pytest.raises(EvidenceError):
        load_model(str(folder))
    (folder / WEIGHTS).write_bytes(weights)
    (folder / ABOUT).write_text((folder / ABOUT).read_text().replace('"width": 6', '"width": 7'))
    with pytest.raises(EvidenceError):
        load_model(str(folder))


def test_nothing_to_learn_from_is_an_error(tmp_path):
    """No text, or an empty folder, makes no model."""
    for texts in ([], ["", ""]):
        with pytest.raises(InputError):
            train(texts, size=SHAPE)
    with pytest.raises(InputError):
        load_model(str(tmp_path))
