"""The contract of the catalogue, on every database: the newest state of each record, and where it lies."""

import pytest

from licit.adapters.catalogue import SqlCatalogue
from licit.adapters.database import connect


@pytest.fixture
def catalogue(database):
    """Give an empty catalogue."""
    engine = connect(database)
    yield SqlCatalogue(engine)
    engine.dispose()


def test_every_record_is_found_however_many(catalogue):
    """More records than one question holds are all stored and found; others are not."""
    versions = {f"r{number}": bytes([number % 256]) * 16 for number in range(1201)}
    catalogue.add("h1", versions)
    assert catalogue.stored([*versions, "other"]) == {name: (version, "h1") for name, version in versions.items()}
    assert catalogue.stored([]) == {}


def test_a_later_shard_supersedes_an_earlier_one(catalogue):
    """A record that is stored anew lies in the later shard alone, the rest stay where they are; forgotten ones are gone."""
    catalogue.add("h1", {"a": b"1" * 16, "b": b"1" * 16})
    catalogue.add("h2", {"b": b"2" * 16, "c": b"2" * 16})
    assert catalogue.stored(["a", "b", "c"]) == {"a": (b"1" * 16, "h1"), "b": (b"2" * 16, "h2"), "c": (b"2" * 16, "h2")}
    catalogue.forget(["b"])
    assert catalogue.stored(["a", "b"]) == {"a": (b"1" * 16, "h1")}


def test_nothing_changes_nothing(catalogue):
    """A shard without records and a list of nobody leave everything as it is, and are no error."""
    catalogue.add("h1", {"a": b"1" * 16})
    catalogue.add("h2", {})
    catalogue.forget([])
    assert catalogue.stored(["a"]) == {"a": (b"1" * 16, "h1")}
