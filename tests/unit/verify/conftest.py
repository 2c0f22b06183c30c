"""Releases for the verifier's tests, each built from nothing in the test's own folder."""

import pytest
from release_builder import World


@pytest.fixture
def world(tmp_path):
    """Give a company whose release would hold; the test changes it, then writes it."""
    return World(tmp_path)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Give a written release, shared by tests that put back what they change."""
    world = World(tmp_path_factory.mktemp("sound"))
    return world, world.write()
