"""All papers of a release, by path.

Law: REL-09
"""

from collections.abc import Mapping
from typing import Any

from .summary import render_summary, summary


def render_papers(facts: Mapping[str, Any]) -> dict[str, bytes]:
    """Write every paper of a release from its facts."""
    told = summary(facts)
    return dict(sorted(render_summary(told).items()))
