"""What a password of staff costs in a deployment; other tests hash at the least cost."""

import importlib.util

import pytest

from licit.adapters import staff

argon2 = pytest.importorskip("argon2", reason="the extra web is not installed")


def test_a_stored_password_costs_what_owasp_asks_for_at_least(tmp_path):
    """Argon2id with at least two passes over 19 MiB, salted: the stored hash says so itself, and only the password opens it."""
    from sqlalchemy import create_engine

    found = importlib.util.spec_from_file_location("licit.adapters.staff_as_deployed", staff.__file__)
    deployed = importlib.util.module_from_spec(found)  # a copy: the cost of the other may be lowered for this process
    found.loader.exec_module(deployed)
    engine = create_engine(f"sqlite:///{tmp_path / 'web.db'}")
    deployed.SqlStaff(engine).add("Ada Roux", "officer", "a long enough password", b"k" * 32)
    with engine.connect() as connection:
        (stored,) = connection.exec_driver_sql("SELECT password FROM staff").one()
    cost = argon2.extract_parameters(stored)
    assert cost.type is argon2.Type.ID
    assert (cost.time_cost >= 2, cost.memory_cost >= 19 * 1024, cost.parallelism >= 1) == (True, True, True)
    assert (cost.time_cost, cost.memory_cost, cost.parallelism) == tuple(deployed.COST.values())
    assert (cost.salt_len >= 16, cost.hash_len >= 32, "password" in stored) == (True, True, False)
    engine.dispose()
