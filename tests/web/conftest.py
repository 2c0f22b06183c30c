"""The server's fixtures."""

from serving import quick_passwords, served, shared  # noqa: F401 (fixtures)
from upstream import gateway, one_upstream, upstream  # noqa: F401 (fixtures)
