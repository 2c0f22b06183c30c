"""The sweep's short cut: nothing is looked for only where the whole sweep would find nothing."""

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from licit.core.spans import Span
from licit.pipeline import sweep

_WORDS = ("Jean", "jean", "JEAN", "Dupont", "dupont84", "jdupont", "J.", "J", "D.", "Li", "li", "Wu", "M.", "m'", "Élodie", "elodie",
          "ÉLODIE", "Straße", "STRASSE", "ﬁn", "Œuvre", "de", "van", "06", "39", "98", "o\u00adk", "Du\u200dpont", "Дuроnt", "12", "x_li", "jeanli",
          "jean.dupont@example.org", "ıl", "ª", "½", "rose", "Rose", "—", "…", "…li", "Ünal", "unal", "œ", "jeand", "a")
_LABELS = ("PERSON", "EMAIL", "PHONE", "HANDLE", "LOCATION")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_WORDS), st.sampled_from((" ", ", ", "", "-", "\n"))), min_size=2, max_size=14), st.data())
def test_what_the_short_cut_passes_over_the_sweep_would_not_find(words: list[tuple[str, str]], data: st.DataObject) -> None:
    """With and without the short cut the same is found, whatever the case, accents, joiners and places of the words."""
    text, bounds = "", [0]
    for word, sign in words:
        text += word + sign
        bounds.append(len(text))
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, min(first + 3, len(words))))
    span = Span(start=bounds[first], end=bounds[last - 1] + len(words[last - 1][0]), label=data.draw(st.sampled_from(_LABELS)), detector="x")
    short = sweep.sweep_names([text], [(span,)])
    with patch.object(sweep, "_may_stand", lambda told, text: True):
        assert short == sweep.sweep_names([text], [(span,)])


def test_the_short_cut_is_taken() -> None:
    """A text in which no word of a name stands again is passed over, in plain and in accented letters."""
    told = {("PERSON", "Élodie Exemple"): None}
    assert not sweep._may_stand(told, "Où sont mes clés ?")
    assert sweep._may_stand(told, "Où est elodie ?")
    assert sweep._may_stand(told, "Où est É. ?")


def test_a_title_may_open_what_is_found_again() -> None:
    """A whole name that begins outside what was found and ends inside is found with its title."""
    text = "M. Dupont vint. M. Dupont"
    found = (Span(start=0, end=9, label="PERSON", detector="x"), Span(start=19, end=25, label="PERSON", detector="x"))
    (swept,) = sweep.sweep_names([text], [found])
    assert 16 in [span.start for span in swept]


def test_many_findings_are_not_sought_one_by_one() -> None:
    """With more than a few findings the short cut is not tried: findings times text would be quadratic."""
    told = {("PERSON", f"Nom{number}"): None for number in range(40)}
    with patch.object(sweep, "_narrow", side_effect=AssertionError("looked")):
        assert sweep._may_stand(told, "rien")
