"""Checks a licit release without trusting licit: imports nothing of it."""
