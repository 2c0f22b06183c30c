"""The page on detectors and screeners, from the registry and the files of facts of each country."""

from inspect import getdoc

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


def render() -> str:
    """Give the page."""
    out = [_HEAD, "## What finds personal data\n\n| detector | version | labels | what it does |\n|---|---|---|---|"]
    out += [f"| `{one.name}` | {one.version} | {', '.join(sorted(one.labels))} | {_first(one)} |" for one in find_detectors()]
    out.append("\n## What screens\n\nA screener looks for what must not be trained on at all.\n\n"
               "| screener | version | languages | what it does |\n|---|---|---|---|")
    out += [f"| `{one.name}` | {one.version} | {', '.join(sorted(one.languages))} | {_first(one)} |"
            for one in find_screeners()]
    out.append("\n## Numbers, country by country\n\nA number that is told from chance by its shape or check digits counts alone; any "
               "other needs one of its context words nearby. To add a country, see "
               "[add a country](../howto/add-a-country.md).\n\n"
               "| country | number | label | check digits | counts alone | where the rule is from |\n|---|---|---|---|---|---|")
    out += [f"| {one.country} | `{one.name}` | {one.label} | {one.check or '–'} | {'yes' if one.strong else 'yes, unless something beside it speaks against it' if one.bare else 'no'} | "
            f"{one.source.replace('|', '/')} |" for one in read_schemes()]
    return "\n".join(out).rstrip() + "\n"
