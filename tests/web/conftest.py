"""The server's fixtures."""

from serving import quick_passwords, served, shared  # noqa: F401 (fixtures)
