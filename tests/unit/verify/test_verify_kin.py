"""How an auditor finds documents that may translate one another: part by part, and as if all were compared with all."""

from itertools import combinations

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licit_verify import meeting

_VALUES = st.tuples(st.integers(0, 7), st.sampled_from((True, True, False))).map(lambda one: (one[0] << 61 | one[0] << 1) | one[1])
_DOCUMENTS = st.lists(st.tuples(st.sampled_from(("en", "fr")), st.frozensets(_VALUES, min_size=2, max_size=9)), min_size=2, max_size=7)

_SHARED = {1, 3, 5, *range(100, 120, 2)}  # three strong, ten weak: these decide
_MOSTLY_WEAK = [("en", frozenset(_SHARED | {11, 13, 15, 17, 19})), ("fr", frozenset(_SHARED | {21, 23, 25, 27, 29}))]


@settings(max_examples=25, deadline=None)
@example(_MOSTLY_WEAK, 1, 1)
@given(_DOCUMENTS, st.integers(1, 4), st.integers(1, 3))
def test_pairs_found_part_by_part_are_those_of_a_comparison_of_all(tmp_path_factory, documents, shard, most):
    """Whatever the parts, a pair is found when it is in two languages, shares an anchor that few share, and is alike; once.

    Law: DEI-07
    """
    old = {name: getattr(meeting, name) for name in ("MOST_SHARING", "_ANCHORS", "_DOCUMENTS", "_PAIRS")}
    try:
        meeting.MOST_SHARING, meeting._ANCHORS, meeting._DOCUMENTS, meeting._PAIRS = most + 1, 3, 2, 2
        noted = meeting.Meeting(tmp_path_factory.mktemp("kin"), sum(value % 2 for _, own in documents for value in own))
        for begin in range(0, len(documents), shard):
            lists = [sorted(own) or None for _, own in documents[begin:begin + shard]]
            noted.note(pa.array([[0], *lists], pa.list_(pa.uint64()))[1:])
        found = [*noted.pairs(pa.array([int(language == "fr") for language, _ in documents], pa.int32()))]
    finally:
        for name, value in old.items():
            setattr(meeting, name, value)
    few = [value for value in {value for _, own in documents for value in own if value % 2} if sum(value in own for _, own in documents) <= most + 1]
    assert sorted(found) == [(one, two) for one, two in combinations(range(len(documents)), 2) if documents[one][0] != documents[two][0]
                             and any(value in documents[one][1] & documents[two][1] for value in few)
                             and meeting.alike({*documents[one][1]}, {*documents[two][1]})]
