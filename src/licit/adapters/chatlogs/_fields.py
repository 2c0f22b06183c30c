"""Reading one object of an export: what a reader asks for is given, what nobody asked for is counted.

Rules kept here:

- Tier, plan, price, product and retention fields are dropped unseen, under whatever spelling, by every reader alike:
  they decide nothing (GDPR Art. 12(5)), so they are not even counted.
- What was not understood is counted under the path of its key; a key that looks like data counts as ``(other)``.
- A value of the wrong type is not guessed at: it is counted and read as absent.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from licit.core.errors import InputError
from licit.core.records import State

TIER_FIELDS = frozenset({
    "account_plan", "account_tier", "account_type", "billing", "billing_plan", "billing_type", "chatgpt_plus_user",
    "current_plan", "customer_type", "has_subscription", "is_enterprise", "is_free", "is_paid", "is_paying",
    "is_plus_user", "is_premium", "is_pro", "is_subscribed", "licence_tier", "license_tier", "membership", "paid",
    "paying", "plan", "plan_id", "plan_name", "plan_type", "premium", "price", "price_id", "price_plan", "pricing",
    "product", "product_id", "product_name", "product_plan", "product_tier", "rate_limit_tier", "retention",
    "retention_days", "retention_period", "retention_policy", "service_tier", "sku", "subscription",
    "subscription_level", "subscription_plan", "subscription_status", "subscription_tier", "subscription_type", "tier",
    "user_plan", "user_tier", "workspace_plan", "workspace_type"})

_TIER = frozenset(name.replace("_", "") for name in TIER_FIELDS)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_NUMBER = re.compile(r"[0-9]{9,16}(?:\.[0-9]{0,12})?")
_MOST_STRANGE = 200
_NO = ("", "false", "no", "0", "none", "null")
_STATES: dict[str, State] = {
    "temporary": "temporary", "istemporary": "temporary", "istemporarychat": "temporary", "temporarychat": "temporary",
    "incognito": "temporary", "isincognito": "temporary", "ephemeral": "temporary", "isephemeral": "temporary",
    "deleted": "deleted", "isdeleted": "deleted", "deletedat": "deleted", "removed": "deleted", "trashed": "deleted",
    "expired": "expired", "isexpired": "expired", "expiredat": "expired"}
_STATE_WORDS: dict[str, State] = {
    "live": "live", "active": "live", "open": "live", "closed": "live", "archived": "live", "saved": "live", "visible": "live",
    "normal": "live", "complete": "live", "completed": "live", "done": "live", "finished": "live", "ok": "live", "temporary": "temporary", "incognito": "temporary", "ephemeral": "temporary",
    "deleted": "deleted", "removed": "deleted", "trashed": "deleted", "expired": "expired"}
PROTECTION: tuple[State, ...] = ("live", "unknown", "temporary", "expired", "deleted")


@lru_cache(maxsize=4096)
def is_tier(key: str) -> bool:
    """Tell whether a key names tier, plan, price, product or retention, however it is spelt."""
    return re.sub(r"[^a-z0-9]", "", key.lower()) in _TIER


@lru_cache(maxsize=4096)
def _state_named(key: str) -> State | None:
    return _STATES.get(re.sub(r"[^a-z0-9]", "", key.lower()))


class Strange(dict[str, int]):
    """Counts what was not understood, by path of keys; never holds a value."""

    def note(self, path: str) -> None:
        """Count one occurrence; past two hundred different paths the rest count as ``(other)``."""
        path = path if path in self or len(self) < _MOST_STRANGE else "(other)"
        self[path] = self.get(path, 0) + 1


@lru_cache(maxsize=4096)
def plain_key(key: str) -> str:
    """Give a key if it looks like a name for a field, else ``(other)``: some exports use data as keys."""
    plain = _PLAIN_KEY.fullmatch(key) and sum(char.isdigit() for char in key) < 5
    return key if plain else "(other)"


class Fields:
    """One object of an export, read key by key; :meth:`close` counts the keys nobody read."""

    __slots__ = ("_keys", "_path", "_read", "_strange", "value")

    def __init__(self, value: Mapping[str, Any], strange: Strange, path: str = "") -> None:
        self.value, self._strange, self._path = value, strange, path
        self._keys = value.keys()
        self._read: set[str] = set()

    def lacks(self, keys: Iterable[str]) -> bool:
        """Tell whether it has none of the keys."""
        return self._keys.isdisjoint(keys)

    def raw(self, key: str) -> Any:
        """Give a value as it is, None when absent."""
        self._read.add(key)
        return self.value.get(key)

    def text(self, *keys: str) -> str:
        """Give the first non-empty string under any of the keys, "" when there is none."""
        found = ""
        if self._keys.isdisjoint(keys):
            return found
        self._read.update(keys)
        for key in keys:
            if (value := self.value.get(key)) is None:
                continue
            if isinstance(value, str):
                found = found or value
            else:
                self.strange(key)
        return found

    def name(self, *keys: str) -> str:
        """Give an identifier: a string, or a whole number as a string."""
        for key in keys:
            value = self.raw(key)
            if isinstance(value, int) and not isinstance(value, bool):
                return str(value)
        return self.text(*keys)

    def time(self, *keys: str) -> str:
        """Give the first known time under any of the keys as ISO 8601 UTC; "" when unknown."""
        found = ""
        if self._keys.isdisjoint(keys):
            return found
        self._read.update(keys)
        for key in keys:
            if not (value := self.value.get(key)):
                continue
            if not (moment := stamp(value)):
                self.strange(key)
            found = found or moment
        return found

    def list(self, key: str) -> list[Any]:
        """Give a list, empty when absent."""
        value = self.raw(key)
        if isinstance(value, list):
            return value
        if value is not None:
            self.strange(key)
        return []

    def object(self, key: str) -> "Fields":
        """Give an object, empty when absent."""
        value = self.raw(key)
        if value is not None and not isinstance(value, Mapping):
            self.strange(key)
        return Fields(value if isinstance(value, Mapping) else {}, self._strange, self.path(key))

    def objects(self, key: str) -> Iterator["Fields"]:
        """Give the objects of a list; an item that is none is counted."""
        for item in self.list(key):
            if isinstance(item, Mapping):
                yield self.inside(key, item)
            else:
                self.strange(key)

    def inside(self, key: str, value: Mapping[str, Any]) -> "Fields":
        """Give an object that lies under a key."""
        return Fields(value, self._strange, self.path(key))

    def skip(self, *keys: str) -> None:
        """Leave keys out knowingly: they are understood and serve nothing here."""
        if not self._keys.isdisjoint(keys):
            self._read.update(keys)

    def state(self) -> State:
        """Tell whether the product says it is temporary, deleted or expired; the most protective of what it says.

        A word under ``state`` that nobody knows leaves the state unknown; one under ``status``, which says many other
        things, counts where it is known.
        """
        found: State = "live"
        if self.value.keys().isdisjoint(("state", "status")) and not any(map(_state_named, self.value)):
            return found
        for key, value in self.value.items():
            state: State | None = None
            if (named := _state_named(key)) is not None:
                state = "live" if not value or str(value).strip().lower() in _NO else named
            elif key == "state" and isinstance(value, str):
                state = _STATE_WORDS.get(value.strip().lower(), "unknown")
                if state == "unknown":
                    self.strange(key)
            elif key == "status" and isinstance(value, str):
                state = _STATE_WORDS.get(value.strip().lower())
                if state == "live":
                    continue
            if state is not None:
                self._read.add(key)
                found = max(found, state, key=PROTECTION.index)
        return found

    def strange(self, key: str) -> None:
        """Count a key as not understood."""
        self._strange.note(self.path(key))

    def path(self, key: str) -> str:
        """Give the path of a key, fit to be shown."""
        return f"{self._path}.{plain_key(key)}" if self._path else plain_key(key)

    def unread(self) -> Iterator[tuple[str, Any]]:
        """Give the keys nobody read with their values; tier fields and nulls are not among them."""
        for key, value in self.value.items():
            if key not in self._read and value is not None and not is_tier(key):
                yield key, value

    def close(self) -> None:
        """Count every key that nobody read."""
        if self._read.issuperset(self.value):
            return
        for key, _ in self.unread():
            self.strange(key)


def stamp(value: Any) -> str:
    """Turn a time of an export into ``YYYY-MM-DDTHH:MM:SSZ``; "" when it is none.

    Takes seconds or milliseconds since 1970, ISO 8601 (a time without a zone gives its day only), a ``datetime``
    likewise, and MongoDB's ``{"$date": …}``. Zero and what lies outside 1990 to 2100 are no times.
    """
    if isinstance(value, Mapping):
        inner = value.get("$date", value.get("$numberLong"))
        plain = not isinstance(inner, Mapping) or ("$numberLong" in inner and "$date" not in inner)
        return stamp(inner) if plain else ""
    if isinstance(value, str):
        value = _from_text(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) > 1e11 else value
        value = datetime.fromtimestamp(int(seconds), UTC) if 0 < seconds < 4_102_444_800 else None
    if not isinstance(value, datetime):
        return ""
    try:
        moment = value if value.tzinfo is None or value.tzinfo is UTC else value.astimezone(UTC)
    except OverflowError:
        return ""
    if not 1990 <= moment.year < 2100:
        return ""
    return moment.date().isoformat() if moment.tzinfo is None else f"{moment.isoformat()[:19]}Z"


def _from_text(text: str) -> datetime | float | None:
    if "-" not in text and _NUMBER.fullmatch(text):
        return float(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def compact(value: Any) -> str:
    """Write a value as text: a string as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def payload(value: Any) -> str:
    """Write an unknown piece of content as text, tier fields left out at every level."""
    return compact(_untiered(value))


def _untiered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _untiered(item) for key, item in value.items() if not is_tier(key)}
    return [_untiered(item) for item in value] if isinstance(value, list) else value


def name_of(value: Any) -> str:
    """Give the name of an attached file, be it the name itself or an object that holds one; "" when it has none."""
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("file_name", "fileName", "name", "url", "id")
                      if isinstance(value.get(key), str)), "")
    return value if isinstance(value, str) else ""


def as_object(value: Any, what: str) -> Mapping[str, Any]:
    """Insist on a JSON object.

    Raises:
        InputError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"a {what} is an object, and this is none", reason="not-a-conversation")
    return value
