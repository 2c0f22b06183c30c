"""Choosing: the thresholds that are set after training, on training text."""

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .corpora import Source
from .epoch import ANY, N_TAGS, Block, blocks, texts
from .export import Choices
from .invent import Invention
from .net import Net, Rows, answer

#: The share of tokens with a tag that the gate may stop.
_STOPPED = .002


def sample(sources: Sequence[Source], invention: Invention) -> list[Block]:
    """Draw some training text, varied as in an epoch, to set scales and thresholds on."""
    rng = random.Random(99)
    some = texts(sources, invention, rng, 3_000)
    rng.shuffle(some)
    return blocks(some[:2_500], 0, rng)


def choose(net: Net, rows: Rows, some: Sequence[Block], choices: Choices) -> Choices:
    """Set the gate so that it stops two in a thousand of the tokens that have a tag with these choices."""
    net.eval()
    gates, tagged = [], []
    for block in some:
        told = answer(net, rows, block)
        scores = told.tags.numpy() + choices.added()
        general, court = scores[:, :N_TAGS].argmax(1) > 0, scores[:, N_TAGS:].argmax(1) > 0
        gates.append(told.gate.numpy())
        tagged.append(general | (court & (block.court != ANY)))
    gate = float(np.quantile(np.concatenate(gates)[np.concatenate(tagged)], _STOPPED))
    return replace(choices, gate=gate)
