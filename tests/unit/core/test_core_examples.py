"""The examples in core's docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

from licit import core

MODULES = sorted(info.name for info in pkgutil.iter_modules(core.__path__))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    """An example that a reader tries gives what the docstring says."""
    assert doctest.testmod(importlib.import_module(f"licit.core.{name}")).failed == 0
