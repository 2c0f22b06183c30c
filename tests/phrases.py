"""Phrases that nobody else says, and how well a model knows one of them among its kind."""

import random
from typing import Any

_SLOTS = ("renard loup hibou lapin cheval mouton canard cochon pigeon crapaud".split(), "violet vert jaune bleu gris rouge".split(),
          "danse dort chante marche mange dessine".split(),
          ["sous la pluie", "sur le toit", "dans le jardin", "au bord de la rivière", "sur la table", "derrière le moulin"],
          "deux trois quatre cinq six sept huit neuf".split(), "tambours paniers lampes cahiers bateaux fromages tapis escaliers".split())


def phrase(seed: str) -> str:
    """Give words that nobody else says, one of 138,240 that are all as likely before anybody says one."""
    draw = random.Random(seed)
    animal, colour, does, where, number, things = (draw.choice(slot) for slot in _SLOTS)
    return f"Le {animal} {colour} {does} {where} avec {number} {things}"


def words_of(row: Any) -> str:
    """Give a row as one text, as a model reads it."""
    return row["text"] or "\n".join(message["content"] for message in row["messages"])


def rank(model: Any, words: str, among: int = 999) -> int:
    """Give the place of a phrase among others of its kind that nobody said, by how likely the model holds each."""
    texts = [words, *(phrase(f"unsaid {number}") for number in range(among))]
    found = [float(scored.logs.sum()) for scored in model.score([("", text) for text in texts])]
    return 1 + sum(other >= found[0] for other in found[1:])
