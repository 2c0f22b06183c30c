"""What every chat reader keeps: tier decides nothing, nothing is lost, nothing but an input error is raised."""

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licit.adapters.chatlogs._fields import TIER_FIELDS
from licit.core.errors import InputError
from licit.core.records import Record, SetAside, from_json, to_json

NAMES = ("chatgpt", "claude", "lechat", "gemini", "grok", "openai-messages", "sharegpt", "langfuse")
#: What a tool was given or gave is content, and a mapping's keys are ids: neither holds product fields.
CONTENT = frozenset({"input", "publicArguments", "context"})
IDS = frozenset({"mapping"})
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
    st.sampled_from(["id", "role", "content", "text", "type", "parent", "message", "nouveau"]) | st.text(max_size=5),
    inner, max_size=4), max_leaves=12)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def objects(value: Any, key: str = "") -> list[dict[str, Any]]:
    """List the objects of a value that may hold product fields."""
    if isinstance(value, list):
        return [found for item in value for found in objects(item, key)]
    if not isinstance(value, dict) or key in CONTENT:
        return []
    own = [] if key in IDS else [value]
    return own + [found for name, item in value.items() for found in objects(item, name)]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of every value inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def spelt(name: str, style: int) -> str:
    words = name.split("_")
    return (name, name.upper(), words[0] + "".join(word.title() for word in words[1:]), name.replace("_", "-"))[style]


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(additions=st.lists(st.tuples(st.integers(0, 99), st.sampled_from(sorted(TIER_FIELDS)), st.integers(0, 3), JSON),
                          min_size=1, max_size=8))
def test_tier_fields_change_nothing(chats, name, additions):
    """Adding or changing tier, plan, price, product or retention fields anywhere leaves every record as it was."""
    value = chats.value(name)
    changed = copy.deepcopy(value)
    targets = objects(changed)
    for place, key, style, addition in additions:
        targets[place % len(targets)][spelt(key, style)] = addition
    assert chats.out(name, changed) == chats.out(name, value)


@pytest.mark.parametrize("name", NAMES)
def test_every_tier_field_at_once_changes_nothing(chats, name):
    """All of them together, in every object, change nothing either."""
    value = chats.value(name)
    changed = copy.deepcopy(value)
    for target in objects(changed):
        target.update(dict.fromkeys(TIER_FIELDS, "enterprise"))
    assert chats.out(name, changed) == chats.out(name, value)


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(data=st.data())
def test_any_value_in_any_place_loses_no_conversation(chats, name, data):
    """Whatever stands where, each conversation comes out as a record or is set aside, and nothing else is raised."""
    value = chats.value(name)
    if name == "grok":
        value = value["conversations"]
    for _ in range(data.draw(st.integers(1, 3))):
        *above, last = data.draw(st.sampled_from([place for place in places(value) if place]))
        target = value
        for key in above:
            target = target[key]
        target[last] = data.draw(JSON)
    try:
        out = chats.out(name, {"conversations": value} if name == "grok" else value)
    except InputError:
        return
    assert all(isinstance(item, Record | SetAside) for item in out)
    assert [from_json(json.loads(json.dumps(to_json(item)))) for item in out if isinstance(item, Record)] == [
        item for item in out if isinstance(item, Record)]
    if name in ("chatgpt", "claude", "grok", "openai-messages", "sharegpt", "langfuse"):
        assert len(out) == len(value)
    elif name == "gemini":
        assert len(out) >= 1
        assert sum(isinstance(item, SetAside) for item in out) >= sum(not isinstance(item, dict) for item in value)
    else:
        assert sum(isinstance(item, SetAside) for item in out) >= sum(not isinstance(item, dict) for item in value)


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(items=st.lists(JSON, max_size=4))
def test_arbitrary_json_is_set_aside(chats, name, items):
    """An array of anything at all is read without another error than an input error, and nothing of it is lost."""
    try:
        out = chats.out(name, items)
    except InputError:
        return
    if name not in ("gemini", "lechat"):
        assert len(out) == len(items)
    assert all(isinstance(item, Record | SetAside) for item in out)


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(junk=st.binary(max_size=200))
def test_arbitrary_bytes_are_set_aside(chats, name, junk):
    """Bytes that are no JSON at all raise nothing but input errors."""
    try:
        out = chats.out(name, b"[" + junk)
    except InputError:
        return
    assert all(isinstance(item, Record | SetAside) for item in out)
    assert any(isinstance(item, SetAside) for item in out) or junk.count(b"]")


@pytest.mark.parametrize("name", NAMES)
def test_parents_come_first_and_ids_are_plain(chats, name):
    """In every record a turn follows its parent, and turn ids hold no text."""
    for item in chats.out(name, chats.value(name)):
        if not isinstance(item, Record):
            continue
        seen = set()
        for turn in item.turns:
            assert turn.parent is None or turn.parent in seen
            assert re.fullmatch(r"[A-Za-z0-9_.:-]+", turn.id)
            seen.add(turn.id)


@pytest.mark.parametrize("name", NAMES)
def test_reading_twice_gives_the_same(chats, name):
    """Reading is a function of the bytes."""
    assert chats.out(name, chats.value(name)) == chats.out(name, chats.value(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_item_costs_that_item_alone(chats, name):
    """Deep nesting, a NUL byte, broken UTF-8 and bad JSON each cost one item; what follows is read."""
    value = chats.value(name)
    value = value["conversations"] if name == "grok" else value
    good = json.dumps(value)[1:-1].encode()
    bad = [b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}", b'{"a":"\0"}', b'{"a":"\xff"}', b'{"a":tru}', b'{"a":1,"a":2}']
    data = b"[" + b",".join([*bad, good]) + b"]"
    out = chats.out(name, b'{"conversations":' + data + b"}" if name == "grok" else data)
    plain = chats.out(name, {"conversations": value} if name == "grok" else value)
    assert [item.reason for item in out if isinstance(item, SetAside)][:5] == [
        "too-deep", "nul-bytes", "broken-utf8", "broken-json", "duplicate-keys"]
    records = [item for item in plain if isinstance(item, Record)]
    read = [item for item in out if isinstance(item, Record)]
    assert [item.turns for item in read] == [item.turns for item in records]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_change_nothing(chats, name, encoding):
    """A byte order mark, or UTF-16 with one, gives the same records."""
    data = json.dumps(chats.value(name), ensure_ascii=False)
    file = chats.file(data.encode(encoding))
    file = type(file)(name=file.name, size=file.size, head=data[:65536], open=file.open)
    assert list(chats.readers[name].read(file)) == chats.out(name, chats.value(name))


@pytest.mark.parametrize("name", NAMES)
def test_half_a_character_is_mended_and_counted(chats, name):
    """Half a surrogate pair in a text is replaced and counted, so that the text can be written again."""
    data = json.dumps(chats.value(name)).replace("Merci", "Merci \\ud83d").encode()
    data = re.sub(rb'("(?:text|content|message|value|parts)": ?\[?")', rb"\1\\ud83d", data)
    out = [item for item in chats.out(name, data) if isinstance(item, Record)]
    assert out
    assert any("(half a character)" in item.strange for item in out)
    for item in out:
        json.dumps(to_json(item), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", NAMES)
def test_an_escaped_nul_sets_the_record_aside(chats, name):
    """A NUL character written as an escape is refused as a NUL byte is."""
    plain = json.dumps(chats.value(name)).encode()
    data = re.sub(rb'("(?:text|content|message|value|parts)": ?\[?")', rb"\1\\u0000", plain)
    assert "nul-bytes" in {item.reason for item in chats.out(name, data) if isinstance(item, SetAside)}
