"""The page on detectors and screeners, from the registry and the files of facts of each country."""

from collections.abc import Mapping
from inspect import getdoc
from typing import Any

from licit.detectors.identifiers import read_schemes
from licit.detectors.registry import find_detectors, find_screeners

PATH = "reference/detectors.md"

_HEAD = """\
# Detectors

Every detector that is installed looks at every text; one that fails, overruns or is missing holds the record
(`detector-failed`). How well they find what they look for is measured with `licit measure`; what they miss is said in the
[model card](../model-card.md). This page is generated from the registry; to add one, see
[add a detector](../howto/add-a-detector.md).
"""


def _first(thing: object) -> str:
    return (getdoc(type(thing)) or "").split("\n\n")[0].replace("\n", " ")


def _measured(screener: Any) -> list[str]:
    """Give what a screener was measured at, by language and family; nothing where it says nothing."""
    out: list[str] = []
    for language, found in sorted(getattr(screener, "measured", {}).items()):
        dev, held = found["dev"], found["held"]
        out.append(f"\n### `{screener.name}`, measured: {language}\n\n"
                   f"On {dev['sentences']:,} written sentences that rules may be tuned on and {held['sentences']:,} that none was tuned on "
                   f"({dev['without']:,} and {held['without']:,} of them reveal nothing), invented, by the author of the rules. Strangers' words will be met "
                   f"less well. Of the unseen ones that name the matter outright, {_rate(held['outright'])} are found; what is only implied is mostly "
                   f"missed. In brackets: Wilson 95 % bounds. Set, unseen half: `{held['digest'][:16]}…`; rules: `{found['rules'][:16]}…`.\n\n"
                   "| family | recall, tuned | recall, unseen | precision, unseen |\n|---|---|---|---|")
        out += [f"| {name} | {_rate(mine['recall'])} | {_rate(unseen['recall'])} | {_rate(unseen['precision'])} |" for name, mine, unseen in [
            ("all", dev["overall"], held["overall"]), *((name, dev["families"][name], held["families"][name]) for name in sorted(dev["families"]))]]
    return out


def _rate(rate: Mapping[str, Any]) -> str:
    share = "–" if rate["share"] is None else f"{rate['share']:.2f}"
    return f"{share} [{rate['low']:.2f}, {rate['high']:.2f}] of {rate['of']}"


def render() -> str:
    """Give the page."""
    out = [_HEAD, "## What finds personal data\n\n| detector | version | labels | what it does |\n|---|---|---|---|"]
    out += [f"| `{one.name}` | {one.version} | {', '.join(sorted(one.labels))} | {_first(one)} |" for one in find_detectors()]
    out.append("\n## What screens\n\nA screener looks for what must not be trained on at all.\n\n"
               "| screener | version | languages | what it does |\n|---|---|---|---|")
    out += [f"| `{one.name}` | {one.version} | {', '.join(sorted(one.languages))} | {_first(one)} |"
            for one in find_screeners()]
    out += [line for one in find_screeners() for line in _measured(one)]
    out.append("\n## Numbers, country by country\n\nA number that is told from chance by its shape or check digits counts alone; any "
               "other needs one of its context words nearby. To add a country, see "
               "[add a country](../howto/add-a-country.md).\n\n"
               "| country | number | label | check digits | counts alone | where the rule is from |\n|---|---|---|---|---|---|")
    out += [f"| {one.country} | `{one.name}` | {one.label} | {one.check or '–'} | {'yes' if one.strong else 'yes, unless something beside it speaks against it' if one.bare else 'no'} | "
            f"{one.source.replace('|', '/')} |" for one in read_schemes()]
    return "\n".join(out).rstrip() + "\n"
