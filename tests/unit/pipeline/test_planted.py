"""Planted data: drawn from the seed, found by the real detectors whatever the seed, and missed when a detector fails."""

import hashlib

import pytest

from licit.detectors.registry import find_detectors
from licit.pipeline.deidentify import DIRECT, DeidentifySettings
from licit.pipeline.planted import plant
from licit.testing import FailingDetector


@pytest.fixture(scope="module")
def detectors():
    return find_detectors()


def test_all_that_is_planted_is_found_whatever_the_seed(detectors):
    """A build must not stop by the luck of its seed."""
    for number in range(60):
        planted = plant(hashlib.sha256(bytes([number])).digest()[:8], detectors, DeidentifySettings(labels=DIRECT))
        assert planted.missed == {}
        assert sum(planted.drawn.values()) == 14


def test_a_detector_that_stays_away_is_seen(detectors):
    """Without the detector of a kind, what was planted of that kind is missed."""
    fewer = [one for one in detectors if not one.labels & {"IP_ADDRESS"}]
    assert plant(b"seed", fewer, DeidentifySettings()).missed.get("IP_ADDRESS") == 2


def test_what_nobody_looked_at_is_missed(detectors):
    """A record held by a failing detector, or no detector at all, finds nothing planted."""
    everything = plant(b"seed", (), DeidentifySettings())
    assert everything.missed == everything.drawn
    failing = plant(b"seed", (*detectors, FailingDetector()), DeidentifySettings())
    assert failing.missed == failing.drawn


def test_surrogates_do_not_hide_what_is_planted(detectors):
    """A plan that replaces by surrogates, made of the same reserved numbers, is asked for the same."""
    assert plant(b"seed", detectors, DeidentifySettings(replace="surrogates")).missed == {}


def test_only_what_the_plan_replaces_is_planted(detectors):
    """A plan that replaces e-mail addresses alone is asked for these alone."""
    planted = plant(b"seed", detectors, DeidentifySettings(labels=("EMAIL",)))
    assert planted.as_json() == {"drawn": {"EMAIL": 2}, "missed": {}}
