"""Shared fixtures: a pretend company's workspace, made once and copied for each test that wants one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from world import World, copied, make, people_chats

from licit.pipeline import seal
from licit.usecases import deciding


@pytest.fixture(scope="session")
def empty_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(tmp_path_factory.mktemp("empty") / "w")


@pytest.fixture(scope="session")
def full_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Twelve chats of four people, imported and released once, by the rules as they ship and in no order of tests by others."""
    assert (seal.PEOPLE, deciding.AUDITABLE) == (1000, 1000), "a test that patches what all share must ask for this world first"
    world = make(tmp_path_factory.mktemp("full") / "w")
    world.take(people_chats())
    world.build()
    return world


@pytest.fixture
def world(empty_world: World, tmp_path: Path) -> World:
    """A workspace with a policy and an approved source of the company's own, ``chat``; nothing imported yet."""
    return copied(empty_world, tmp_path / "w")


@pytest.fixture
def full(full_world: World, tmp_path: Path) -> World:
    """The same with twelve chats of four people (``user0`` … ``user3``) and one release, ``release-1``."""
    return copied(full_world, tmp_path / "w")


@pytest.fixture
def fresh_copy(full_world: World, tmp_path: Path) -> Callable[[], World]:
    """Give as many copies of the full world as a property needs."""
    number = iter(range(10_000))
    return lambda: copied(full_world, tmp_path / f"copy{next(number)}")
