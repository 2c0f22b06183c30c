"""The server's fixtures."""

from serving import served  # noqa: F401 (a fixture)
