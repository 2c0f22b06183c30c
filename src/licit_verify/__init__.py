"""Checks a licit release without trusting licit: imports nothing of it."""

from .claims import verify
from .report import Report, Result

__all__ = ["Report", "Result", "verify"]
