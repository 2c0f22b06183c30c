"""Fitting: epochs of varied texts through the network, one thread, the same every time."""

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch.nn import functional

from .corpora import Source
from .epoch import Block, blocks, texts
from .invent import Invention
from .net import Net, Places, Rows, drop_words, loss, taught


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train: each number is explained in docs/model-card.md."""

    seed: int = 1
    epochs: int = 5
    made: int = 12_000
    rate: float = 3e-3
    dropout: float = .25
    word_drop: float = .25
    flag_drop: float = .1


def fit(sources: Sequence[Source], invention: Invention, recipe: Recipe, teachers: Sequence[tuple[Net, Rows]] = (),
        after: Callable[[Net, Rows], None] | None = None) -> tuple[Net, Rows]:
    """Train a network, from teachers too if there are any; ``after`` sees it after each epoch."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(recipe.seed)
    net, rows = Net(recipe.dropout, recipe.seed), Rows(recipe.seed)
    flat = [value for name, value in net.named_parameters() if "norm" in name or "bias" in name]
    rest = [value for name, value in net.named_parameters() if not ("norm" in name or "bias" in name)]
    optimiser = torch.optim.AdamW([{"params": rest, "weight_decay": .01}, {"params": flat, "weight_decay": 0}], lr=1e-9,
                                  betas=(.9, .99))
    count, steps, begin = 0, 0, time.monotonic()
    some: list[Block] = []
    for epoch in range(recipe.epochs):
        rng = random.Random(recipe.seed * 1_000 + epoch)
        # Varied texts are read twice: making them anew costs as much as reading them.
        if epoch % 2 == 0:
            some = blocks(texts(sources, invention, rng, recipe.made), 1 + recipe.seed * 100 + epoch, rng)
        else:
            rng.shuffle(some)
        steps = steps or len(some) * recipe.epochs
        net.train()
        total = 0.
        for block in some:
            count += 1
            rate = recipe.rate * min(count / 100, max(0., 1 - (count - 100) / max(1, steps - 90)) + 1e-3)
            total += _step(_Learner(net=net, rows=rows, optimiser=optimiser, recipe=recipe, teachers=teachers), block, rate, count)
        sys.stdout.write(f"seed {recipe.seed} epoch {epoch + 1}/{recipe.epochs}: loss {total / len(some):.4f}, "
                         f"{len(some)} blocks, {time.monotonic() - begin:.0f} s\n")
        sys.stdout.flush()
        if after:
            after(net, rows)
    net.eval()
    return net, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learner:
    net: Net
    rows: Rows
    optimiser: torch.optim.Optimizer
    recipe: Recipe
    teachers: Sequence[tuple[Net, Rows]]


def _step(learner: _Learner, block: Block, rate: float, count: int) -> float:
    ids = drop_words(torch.from_numpy(block.rows), learner.recipe.word_drop, learner.recipe.flag_drop)
    leaf, used, (word_ids, letter_ids) = learner.rows.take(ids, torch.from_numpy(block.trigrams))
    told = learner.net(functional.embedding(word_ids, leaf), functional.embedding(letter_ids, leaf), Places(block))
    out = loss(told, torch.from_numpy(block.general), torch.from_numpy(block.court), torch.from_numpy(block.judgment),
               taught(learner.teachers, block) if learner.teachers else None)
    for group in learner.optimiser.param_groups:
        group["lr"] = rate
    learner.optimiser.zero_grad(set_to_none=True)
    out.backward()
    torch.nn.utils.clip_grad_norm_(learner.net.parameters(), 5.)
    learner.optimiser.step()
    learner.rows.step(leaf, used, rate, count)
    return float(out.detach())
