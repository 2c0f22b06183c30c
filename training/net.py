"""The network: hashed rows of a kind of token, a window of kinds, two convolutions, two heads.

The first layer over tokens is linear in the kinds, so it is computed once per kind and only summed per token.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from licit.detectors._features import ROWS, SIZES, WORD_FEATURES

from .epoch import ANY, N_TAGS, Block

WIDTH, KIND, HIDDEN, POOL = 32, 128, 96, 16
WINDOW = (-2, -1, 0, 1, 2)
DILATIONS = (1, 1)
TRIGRAM_SHARE = .3
GAP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Scores: [tokens, 2 heads × tags], of each token being looked at at all, of each text being a judgment."""

    tags: Tensor
    gate: Tensor
    register: Tensor


class Dropout(nn.Module):
    """Dropout whose masks are drawn as bytes: several times quicker on one core than torch's own."""

    def __init__(self, share: float, seed: int) -> None:
        super().__init__()
        self.lost = round(share * 256)
        self.rng = np.random.Generator(np.random.SFC64(seed))

    def forward(self, x: Tensor) -> Tensor:
        """Drop a share of the values while training."""
        if not self.training:
            return x
        bytes_ = torch.from_numpy(self.rng.integers(0, 256, x.shape, np.uint8))
        return x * ((bytes_ >= self.lost) * (256 / (256 - self.lost)))


class Net(nn.Module):
    """What is trained; the table of rows is kept apart (see :class:`Rows`)."""

    def __init__(self, dropout: float, seed: int, window: Sequence[int] = WINDOW) -> None:
        super().__init__()
        self.window_steps = tuple(window)
        self.dropout = Dropout(dropout, seed)
        self.kind = nn.Linear((len(SIZES) + 1) * WIDTH, KIND, bias=False)
        self.kind_norm = nn.BatchNorm1d(KIND)
        self.window = nn.Linear(KIND, len(window) * HIDDEN, bias=False)
        self.gate = nn.Linear(KIND, len(window))
        self.pool_in = nn.Linear(KIND, POOL)
        self.pool_out = nn.Linear(POOL, HIDDEN, bias=False)
        self.register = nn.Linear(POOL, 1)
        self.norms = nn.ModuleList(nn.BatchNorm1d(HIDDEN) for _ in range(1 + len(DILATIONS)))
        self.convs = nn.ModuleList(nn.Linear(3 * HIDDEN, HIDDEN, bias=False) for _ in DILATIONS)
        self.head = nn.Linear(2 * HIDDEN, 2 * N_TAGS)

    def forward(self, rows: Tensor, trigrams: Tensor, places: "Places") -> "Answer":
        """Give the scores of tags, of the gate and of each text's register."""
        x = torch.cat([rows.flatten(1), trigrams.sum(1) * TRIGRAM_SHARE], 1)
        v = self.dropout(torch.relu(self.kind_norm(self.kind(self.dropout(x)))))
        sides = len(self.window_steps)
        parts = torch.cat([self.window(v), v.new_zeros(1, sides * HIDDEN)]).view(-1, HIDDEN)
        lets = torch.cat([self.gate(v), v.new_zeros(1, sides)]).view(-1)
        # The window's rows of each token, by their numbers, summed at once.
        near = torch.stack([places.kinds[places.at + step] * sides + n for n, step in enumerate(self.window_steps)], 1)
        gate = functional.embedding_bag(near, lets[:, None], mode="sum")[:, 0]
        h = functional.embedding_bag(near, parts, mode="sum")
        u = functional.embedding(places.kinds[places.at], torch.relu(self.pool_in(v)))
        mean = v.new_zeros(places.texts, POOL).index_add(0, places.text, u) / places.lengths[:, None]
        register = self.register(mean)[:, 0]
        if self.training:
            mean = mean * (torch.rand(places.texts, 1) > .25)
        h = h + functional.embedding(places.text, self.pool_out(mean))
        first = h = self.dropout(torch.relu(self.norms[0](h)))
        for number, conv in enumerate(self.convs):
            spread = h.new_zeros(places.size, HIDDEN).index_copy(0, places.at, h)
            sides_of = [spread.index_select(0, places.at + step) for step in (-DILATIONS[number], DILATIONS[number])]
            h = torch.relu(self.norms[number + 1](conv(torch.cat([sides_of[0], h, sides_of[1]], 1))))
            h = self.dropout(h) if number + 1 == len(self.convs) else h
        return Answer(tags=self.head(torch.cat([first, h], 1)), gate=gate, register=register)


class Places:
    """Where a block's tokens lie, with gaps between texts that no convolution crosses."""

    def __init__(self, block: Block) -> None:
        text = torch.from_numpy(block.texts)
        _, self.text, counts = torch.unique_consecutive(text, return_inverse=True, return_counts=True)
        self.texts, self.lengths = len(counts), counts.float()
        self.at = torch.arange(len(text)) + GAP * (self.text + 1)
        self.size = len(text) + GAP * (self.texts + 1)
        self.kinds = torch.full((self.size,), len(block.rows))
        self.kinds[self.at] = torch.from_numpy(block.kinds)


class Rows:
    """The table of rows, updated by Adam only where a block touched it."""

    def __init__(self, seed: int) -> None:
        made = torch.Generator().manual_seed(seed)
        self.table = torch.randn(ROWS, WIDTH, generator=made) * .1
        self.table[ROWS - 1] = 0
        self.first, self.second = torch.zeros_like(self.table), torch.zeros_like(self.table)

    def take(self, *ids: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Give the rows that some ids name, as a leaf, their numbers, and the ids among them."""
        used, back = torch.unique(torch.cat([one.flatten() for one in ids]), return_inverse=True)
        leaf = self.table[used].requires_grad_()
        return leaf, used, [one.view(ids[i].shape) for i, one in enumerate(back.split([one.numel() for one in ids]))]

    def step(self, leaf: Tensor, used: Tensor, rate: float, count: int) -> None:
        """Update the rows from their gradient."""
        grad = leaf.grad
        assert grad is not None
        first = self.first[used].mul_(.9).add_(grad, alpha=.1)
        second = self.second[used].mul_(.99).addcmul_(grad, grad, value=.01)
        self.first[used], self.second[used] = first, second
        self.table[used] -= rate * (first / (1 - .9 ** count)) / ((second / (1 - .99 ** count)).sqrt() + 1e-8)
        self.table[ROWS - 1] = 0


def drop_words(rows: Tensor, share: float, flags: float) -> Tensor:
    """Hide all that names a word itself for a share of kinds, so that shape and neighbours must do; and lists."""
    out = rows.clone()
    words = torch.rand(len(rows)) < share
    for feature in WORD_FEATURES:
        out[words, feature] = ROWS - 1
    out[torch.rand(len(rows)) < flags, len(SIZES) - 1] = ROWS - 1
    return out


def loss(answer: Answer, general: Tensor, court: Tensor, judgment: Tensor, taught: Tensor | None = None) -> Tensor:
    """Give the loss where any of the allowed tags is right, over both heads, with that of the gate and the register.

    ``taught`` holds the probabilities that teachers give, if any: they weigh as much as what the sets tell, and are cut
    to what the sets allow.
    """
    bits = 1 << torch.arange(N_TAGS)
    out = answer.tags.new_zeros(())
    held = torch.zeros(len(general))
    for number, (allowed, weight) in enumerate(((general, 1.), (court, .7))):
        log = torch.log_softmax(answer.tags[:, number * N_TAGS:(number + 1) * N_TAGS], 1)
        some = (allowed[:, None] & bits) == 0
        hard = -torch.logsumexp(log.masked_fill(some, -1e4), 1)
        if taught is not None:
            soft = taught[:, number * N_TAGS:(number + 1) * N_TAGS].masked_fill(some, 0) + 1e-6
            soft = soft / soft.sum(1, keepdim=True)
            hard = .3 * hard - .7 * (soft * log).sum(1)
        out = out + weight * hard.mean()
        told = torch.where(some[:, 0], 1., 1 - log[:, 0].detach().exp())
        held = torch.maximum(held, told if number == 0 else torch.where(allowed == ANY, 0., told))
    missed = functional.binary_cross_entropy_with_logits(answer.gate, held, weight=1 + 7 * held)
    wrong = functional.binary_cross_entropy_with_logits(answer.register, judgment)
    return out + .1 * missed + .05 * wrong


def answer(net: Net, rows: Rows, block: Block) -> Answer:
    """Run a network over a block, without learning."""
    with torch.no_grad():
        leaf, _, (word_ids, letter_ids) = rows.take(torch.from_numpy(block.rows), torch.from_numpy(block.trigrams))
        told: Answer = net(functional.embedding(word_ids, leaf), functional.embedding(letter_ids, leaf), Places(block))
        return told


def taught(teachers: Sequence[tuple[Net, Rows]], block: Block) -> Tensor:
    """Give the mean of what teachers hold each token to be, for both heads."""
    total = torch.zeros(len(block.kinds), 2 * N_TAGS)
    for net, rows in teachers:
        tags = answer(net, rows, block).tags
        total += torch.cat([torch.softmax(tags[:, :N_TAGS], 1), torch.softmax(tags[:, N_TAGS:], 1)], 1)
    return total / len(teachers)
