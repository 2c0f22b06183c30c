"""The server's fixtures."""

from serving import quick_passwords, served, shared  # noqa: F401 (fixtures)
from upstream import gateway, module_gateway, one_upstream, passing, upstream  # noqa: F401 (fixtures)
