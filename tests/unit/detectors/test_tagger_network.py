"""The network's scores: a text gives the same to the last bit, alone, between others, and at a block's edge."""

import random

import numpy as np
import pytest

from licit.detectors import _network
from licit.detectors._features import cut
from licit.detectors._plain import plain

WORDS = ("Bonjour je m'appelle Walide Noblot j'habite à Fontenay moi c'est Zoé , écris à Mme Ellama avant le 12 mars . dossier n° "
         "4471960B my name is Ben Okoro and Rose lives in Leeds ! merci Uncle Richard").split()


def scored(texts):
    """Give for each text the scores of the tokens that are looked at, by their number in the text."""
    read = cut(plain(texts))
    told = _network.look(read)
    number = np.searchsorted(read.texts, told.tokens, side="right") - 1
    out = [{} for _ in texts]
    for token, text, scores in zip(told.tokens, number, told.scores, strict=True):
        out[text][int(token - read.texts[text])] = scores.tobytes()
    return out


@pytest.mark.parametrize("block", [5, 64, 1_024])
def test_a_text_scores_alike_alone_and_beside_others(monkeypatch, block):
    """Wherever a block of tokens begins or ends, each of its tokens sees all of its neighbours."""
    monkeypatch.setattr(_network, "_BLOCK", block)
    draw = random.Random(7)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(1, 14))) for _ in range(120)]
    together = scored(texts)
    assert any(together)
    assert [scored([text])[0] for text in texts] == together
