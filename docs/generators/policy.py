"""The page on the policy: the commented file that ``licit init`` writes, in which every block is off."""

from licit.core.policy import WAITING_DAYS
from licit.usecases.policy import TEMPLATE

PATH = "reference/policy.md"

_HEAD = f"""\
# The policy

The policy says what silence means. Nothing is in force until `licit policy adopt FILE`; a purpose or a time for which it
names no legal basis is held (`basis-missing`). Starts are included, ends are not. A waiting period that is not written is
{WAITING_DAYS} days. A notice or an assessment never changes under its id, and what was collected under consent never comes
under legitimate interest: such a policy is refused. This page is generated from `licit.usecases.policy`.
"""


def render() -> str:
    """Give the page."""
    return f"{_HEAD}\n```toml\n{TEMPLATE.rstrip()}\n```\n"
