"""The report of a release: one page that needs no network."""

from collections.abc import Mapping, Sequence
from typing import Any


def render(manifest: Mapping[str, Any], results: Sequence[Mapping[str, Any]]) -> bytes:
    """Write the report page."""
    return f"<!doctype html><title>{manifest['name']}</title>".encode()
