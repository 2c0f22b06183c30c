"""The page on plans: the commented plan that ``licit init`` writes, and the closed lists its values come from."""

from licit.core.policy import PURPOSES
from licit.core.sources import USES
from licit.pipeline.deidentify import DIRECT
from licit.usecases.plan import ACCEPTABLE, TEMPLATE, THREADS

PATH = "reference/plan.md"

_HEAD = """\
# The plan

A plan says what a release is made of. An unknown field, or a value out of range, stops the build and is named. This is
the file that `licit init` writes; every line is the default, so an empty plan means the same. The page is generated from
`licit.usecases.plan`.
"""
_LISTS = {"`purpose`": PURPOSES, "`use`": USES, "`[records] threads`": THREADS, "`[deidentify] labels`, by default": DIRECT}


def render() -> str:
    """Give the page."""
    out = [_HEAD, f"```toml\n{TEMPLATE.rstrip()}\n```\n", "## Values\n\n| field | values |\n|---|---|"]
    out += [f"| {name} | {', '.join(f'`{value}`' for value in sorted(values) if value)} |" if name.endswith("default")
            else f"| {name} | {', '.join(f'`{value}`' for value in values)} |" for name, values in _LISTS.items()]
    out.append("\n## What a plan may accept at its own risk\n\nA switch that weakens a check begins with `accept_`. It is off "
               "unless set to true, is recorded in the manifest, and is shown in the report.\n\n| switch | gives up |\n|---|---|")
    out += [f"| `{name}` | {cost} |" for name, cost in ACCEPTABLE.items()]
    return "\n".join(out).rstrip() + "\n"
