"""What may be said of a model, and the evidence without which it is not: anonymous, unlearned, not trained again.

Rules kept here:

- A claim needs every part of its evidence; one that is missing or empty is named, and nothing is recorded.
- What is recorded says who claims it and on what; licit never says itself that a model is anonymous or has unlearnt.

Law: MOD-06, FOL-06, FOL-07
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: A sentence is no shorter.
SHORTEST = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the evidence: its key, what it must say, and whether it is a paper (a file) or words."""

    key: str
    what: str
    paper: bool = True


#: The evidence of each claim.
CLAIMS: Mapping[str, tuple[Part, ...]] = {
    "anonymous": (
        Part("threat_model", "who might draw what from the model, by which means, inside and outside"),
        Part("tests", "the tests of resistance: by whom, when, how, and their results"),
        Part("dpia", "the data protection impact assessment, or why none is due"),
        Part("dpo_advice", "the advice of the data protection officer"),
        Part("measures", "what was done for each source, with its addresses, to keep personal data out or from being learnt"),
        Part("lifecycle", "measures over the model's life: review, monitoring, withdrawal"),
        Part("ratio", "the number of parameters against the size of the training data, and what follows from it", False),
        Part("residual_risk", "what risk is left, and why drawing data from it or by asking is insignificant"),
        Part("given", "the documents given to those who deploy the model and to the people concerned")),
    "unlearned": (
        Part("method", "what was done to the weights", False),
        Part("reference", "the model trained again without what is forgotten, and how the two compare"),
        Part("forget_quality", "the test that the two cannot be told apart on what is forgotten, with its p-value"),
        Part("utility", "what the model still does as well as before"),
        Part("extraction", "how much of what is forgotten can still be drawn out"),
        Part("membership", "membership tests of what is forgotten against rows held out"),
        Part("relearning", "how fast it comes back when the model is trained on a little of it"),
        Part("quantisation", "whether it comes back when the weights are made coarser")),
    "not-retrained": (
        Part("cost", "what training again would cost, in time, money and energy", False),
        Part("risk", "the risk to the people whose data stays in the model", False),
        Part("state_of_the_art", "what else could be done today, and why it is not enough or not done", False),
        Part("interim_measures", "what is done meanwhile, as filters of the output by general rules", False),
        Part("review", "the day on which this is looked at again, as 2027-01-31", False)),
}


def missing(claim: str, given: Mapping[str, Any]) -> list[str]:
    """Name the parts of a claim's evidence that are not given, or say next to nothing; unknown parts as well."""
    parts = {part.key: part for part in CLAIMS[claim]}
    short = [key for key, part in parts.items() if not isinstance(text := given.get(key), str)
             or len(text.strip()) < (1 if part.paper or key == "review" else SHORTEST)]
    return [*short, *(f"{key} (unknown)" for key in given if key not in parts)]


def form(claim: str) -> str:
    """Give a form to fill in, as TOML."""
    lines = [f'# The evidence for saying of a model: {claim}. Papers are files beside this one; words are a sentence at least.', f'claim = "{claim}"', "",
             "[evidence]"]
    for part in CLAIMS[claim]:
        lines += [f"# {'paper' if part.paper else 'words'}: {part.what}", f'{part.key} = ""']
    return "\n".join(lines) + "\n"
