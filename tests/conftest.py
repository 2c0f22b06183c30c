"""Shared fixtures: a pretend company's workspace, made once and copied for each test that wants one; and what saves time.

No test cuts the power, so that what they write may lie in memory; nothing is installed while they run.
"""

import functools
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from world import PLANTED, World, chat, copied, make, people_chats, places_of

from licit.adapters import inputs
from licit.detectors import registry as detectors
from licit.pipeline import seal
from licit.signals import registry as signals
from licit.usecases import deciding
from licit.usecases.plan import parse_plan

_MEMORY = Path("/dev/shm")
_ENOUGH = 6 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Lay tests' folders in memory where there is plenty, for a commit waits for a disk; read once what is installed."""
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    once = functools.cache(entry_points)
    for module in (detectors, inputs, signals):
        module.entry_points = once


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a folder together, in whatever order, so that one worker makes what they share."""
    folders: dict[Path, int] = {}
    for item in items:
        folders.setdefault(item.path.parent, len(folders))
    items.sort(key=lambda item: folders[item.path.parent])


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[Any]:
    """Look for no garbage among what is collected, now or later: it stays to the end."""
    gc.disable()
    found = yield
    gc.collect()
    gc.freeze()
    gc.enable()
    return found


@pytest.fixture(scope="session")
def empty_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make(tmp_path_factory.mktemp("empty") / "w")
    world.ports.measure(parse_plan({}), "00" * 32)  # the detectors that ship, measured once for all copies
    return world


@pytest.fixture(scope="session")
def full_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Twelve chats of four people, imported and released once, by the rules as they ship and in no order of tests by others."""
    assert (seal.PEOPLE, deciding.AUDITABLE) == (1000, 1000), "a test that patches what all share must ask for this world first"
    world = make(tmp_path_factory.mktemp("full") / "w")
    world.take(people_chats())
    world.build()
    return world


@pytest.fixture(scope="session")
def planted_world(full_world: World, tmp_path_factory: pytest.TempPathFactory) -> World:
    """The full world with one more chat of ``user1`` that holds the planted words, released twice."""
    world = copied(full_world, tmp_path_factory.mktemp("planted") / "w")
    world.take([chat("planted", "user1", f"Bonjour, je voudrais dire que {PLANTED} avec toi.")])
    world.build()
    assert places_of(PLANTED, world.root)
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
