"""The first look: what it passes over, no rule of any detector would have found."""

import random
import re
import string
from re import _parser as parser

import pytest

from licit.detectors import _scan
from licit.detectors._first_look import FirstLook, needed
from licit.detectors._plain import CrossingError, plain
from licit.detectors._scan import MARK, Scan, blocks, plain_options, wider
from licit.detectors.registry import find_detectors

_ANY = string.ascii_letters + string.digits + " .,:;/@-_='"


def _scans():
    return [scan for one in find_detectors() for scan in vars(one).values() if isinstance(scan, Scan)]


def _drawn(row, draw):
    """Draw words that a shape matches, places and borders left to luck."""
    out = ""
    for name, value in row:
        kind = str(name)
        if kind == "LITERAL":
            out += chr(value)
        elif kind == "NOT_LITERAL" or kind == "ANY":
            out += draw.choice(_ANY)
        elif kind == "IN":
            out += _of_class(value, draw)
        elif kind == "SUBPATTERN":
            out += _drawn(value[3], draw)
        elif kind == "BRANCH":
            out += _drawn(draw.choice(value[1]), draw)
        elif kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most = value[0], min(value[1], value[0] + 3)
            out += "".join(_drawn(value[2], draw) for _ in range(draw.randint(least, most)))
    return out


def _of_class(items, draw):
    kinds = [item for item in items if str(item[0]) != "NEGATE"]
    if len(kinds) < len(items):
        allowed = [c for c in _ANY if re.fullmatch("[^" + "".join(_written(kind) for kind in kinds) + "]", c)]
        return draw.choice(allowed)
    name, value = draw.choice(kinds)
    if str(name) == "RANGE":
        return chr(draw.randint(*value))
    return chr(value) if str(name) == "LITERAL" else {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "x"}[str(value)]


def _written(kind):
    name, value = kind
    if str(name) == "RANGE":
        return f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
    return re.escape(chr(value)) if str(name) == "LITERAL" else {"CATEGORY_DIGIT": r"\d", "CATEGORY_SPACE": r"\s", "CATEGORY_WORD": r"\w"}[str(value)]


def test_every_rule_leaves_its_sign():
    """Whatever a rule of any detector matches, the first look does not pass over: drawn from each rule's own shape."""
    draw, looked, rules = random.Random(4), 0, 0
    for scan in _scans():
        for rule, find in zip(scan.rules, scan._exact, strict=True):
            tree, matched = parser.parse(rule.shape), 0
            for _ in range(8):
                data = (draw.choice((" ", "", "a ")) + _drawn(tree, draw) + draw.choice((" ", "", " a"))).encode("latin-1", "replace")
                if find(data, 0, len(data))[0] >= 0:
                    matched += 1
                    assert _scan._FIRST_LOOK._sign_in(data), rule.shape[:60]
            looked += matched > 0
            rules += 1
    assert looked > 0.8 * rules


def test_what_is_found_does_not_hang_on_the_first_look(monkeypatch):
    """On texts torn and mixed at random every scan finds the same with the first look and without."""
    draw = random.Random(5)
    words = ("le moteur chauffe un peu quand il pleut camille@example.org zero six quarante douze mot passe est Soleil rue des Lilas "
             "12 mars my password is hunter2! je m'appelle Camille -----BEGIN bonjour u/camille four one two oh seven nine eight "
             "http://a.example/?token=x vingt premier mai born I live in Lyon M. Martin AKIAABCDEFGHIJKLMNOP {mdp: x}").split()
    texts = [draw.choice((" ", "\n", ", ")).join(draw.choices(words, k=draw.randint(1, 5))) for _ in range(20)]
    for text in texts:
        page = plain([text])
        with_it = [sorted(scan.matches(page)) for scan in _scans()]
        with monkeypatch.context() as patch:
            patch.setattr(_scan._FIRST_LOOK, "loud", lambda page, blocks: list(blocks(page)))
            assert with_it == [sorted(scan.matches(page)) for scan in _scans()]


def test_ordinary_words_are_passed_over():
    """Sentences that hold nothing are not scanned at all."""
    page = plain(["le moteur chauffe un peu quand il pleut, et nobody looks at it. Really?"] * 2_000)
    assert not _scan._FIRST_LOOK.loud(page, blocks)


@pytest.mark.parametrize(("shape", "rare"), [
    ("[0-9]{2}", "0123456789"), ("(?:[0-9]|@)x", "0123456789@"), ("a[0-9]?", ""), ("a(?:[0-9]|b)", ""), ("[0-9a]", ""), ("a@[0-9]", "@"),
    ("(?:x@)?", ""), ("(?:x@)+", "@"), ("[^@]", ""), ("(", "")])
def test_only_bytes_of_which_every_match_holds_one_are_needed(shape, rare):
    """A class is needed where no match does without it; what may be left out or be an ordinary byte is none."""
    assert needed(shape) == frozenset(rare.encode())


def test_a_first_look_that_stops_early_raises():
    """A pass that does not report the mark is a failure and not a quiet block."""
    look = FirstLook(wider, plain_options(), MARK)
    look.add(["[0-9]"])
    look._find = lambda data: None
    with pytest.raises(CrossingError, match="before the end"):
        look.loud(plain(["abc"]), blocks)
