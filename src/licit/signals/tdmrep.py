"""TDMRep: ``tdm-reservation`` in the site's file, the header, the page, and in EPUB and PDF documents.

Rules kept here:

- File, header, page and document are one chain: what comes later counts instead of what came before, and what is absent resets
  nothing. Values other than 0 and 1 are none.
- In the file the first rule whose path matches counts.
- What is there and cannot be read reserves, whatever comes later in the chain.

Law: SIG-05, SIG-12
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element

from licit.core.signals import TDMREP, Answer, Page, Reading, Says

from ._documents import package_of, packets_of
from ._html import kind, tags
from ._paths import matches, path_of
from ._xml import local, parsed

_LARGEST = 4 << 20
_SPACES = ("http://www.w3.org/ns/tdmrep/", "http://www.w3.org/ns/tdmrep#", "http://www.w3.org/ns/tdmrep")


class TdmRep:
    """The reservation protocol for text and data mining."""

    name, spec = "tdmrep", "TDMRep CG-FINAL 2024-02"
    reads = "/.well-known/tdmrep.json; header tdm-reservation; meta tdm-reservation; EPUB 2 and 3; XMP of PDF"

    def read(self, page: Page) -> Sequence[Reading]:
        """Give the chain; only its last link counts."""
        chain = [*self._file(page), *self._header(page), *self._markup(page), *self._document(page)]
        speaking = [index for index, each in enumerate(chain) if each.says in ("allow", "disallow")]
        last = max((index for index in speaking), default=-1)
        level = chain[last].where if speaking else ""
        return [replace(each, says="overridden") if index in speaking and each.where != level else each for index, each in enumerate(chain)]

    def _file(self, page: Page) -> Iterator[Reading]:
        answer = page.site.get(TDMREP)
        if answer is None or (400 <= answer.status < 500 and not answer.fault):
            return
        try:
            rule = _rule(_rules(answer), path_of(page.url))
        except (ValueError, RecursionError) as error:
            why = answer.fault or (str(error) if type(error) is ValueError else "not-json")
            yield self._reading("tdmrep.json", "unreadable", why, answer.body)
            return
        if rule is not None:
            yield from self._value("tdmrep.json", rule.get("tdm-reservation"), rule.get("tdm-policy"), answer.body)

    def _header(self, page: Page) -> Iterator[Reading]:
        policy = "".join(page.answer.headers.get("tdm-policy", ())[:1])
        for value in page.answer.headers.get("tdm-reservation", ()):
            yield from self._value("header tdm-reservation", value, policy, value.encode())

    def _markup(self, page: Page) -> Iterator[Reading]:
        found = [tag for tag in tags(page) if tag.name == "meta"]
        policy = next((tag.attributes.get("content", "") for tag in found if _named(tag.attributes) == "tdm-policy"), "")
        for tag in found:
            if _named(tag.attributes) == "tdm-reservation":
                yield from self._value("meta tdm-reservation", tag.attributes.get("content"), policy, tag.raw)

    def _document(self, page: Page) -> Iterator[Reading]:
        try:
            if kind(page) == "epub":
                raw = package_of(page.answer.body)
                for value in _in_package(parsed(raw)):
                    yield from self._value("epub package", value, "", raw)
            elif kind(page) == "pdf":
                for raw in packets_of(page.answer.body):
                    for value in _in_packet(parsed(raw)):
                        yield from self._value("pdf metadata", value, "", raw)
        except ValueError as error:
            yield self._reading(kind(page), "unreadable", str(error), b"")

    def _value(self, where: str, value: object, policy: object, raw: bytes) -> Iterator[Reading]:
        plain = value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""
        says: Says = {"1": "disallow", "0": "allow"}.get(plain, "silent")  # type: ignore[assignment]
        detail = f"tdm-reservation={plain}" if plain in ("0", "1") else "no value"
        yield self._reading(where, says, detail + (", tdm-policy" if policy else ""), raw)

    def _reading(self, where: str, says: Says, detail: str, raw: bytes) -> Reading:
        return Reading(name=self.name, spec=self.spec, where=where, says=says, detail=detail, raw=raw)


def _rules(answer: Answer) -> list[Mapping[str, Any]]:
    if answer.fault or not (answer.status == 0 or 200 <= answer.status < 300):
        raise ValueError(answer.fault or f"status-{answer.status}")
    if len(answer.body) > _LARGEST:
        raise ValueError("too-large")
    rules = json.loads(answer.body.decode("utf-8-sig"))
    rules = [rules] if isinstance(rules, dict) else rules
    if not isinstance(rules, list) or not all(isinstance(rule, dict) and isinstance(rule.get("location"), str) for rule in rules):
        raise ValueError("no list of rules")
    return rules


def _rule(rules: Sequence[Mapping[str, Any]], path: str) -> Mapping[str, Any] | None:
    if not path and rules:  # Nobody knows which rule is the page's: the strictest.
        return max(rules, key=lambda rule: str(rule.get("tdm-reservation")) == "1")
    return next((rule for rule in rules if matches(_rooted(rule["location"]), path)), None)


def _rooted(location: str) -> str:
    return location if location.startswith(("/", "*")) else "/" + location


def _named(attributes: Mapping[str, str]) -> str:
    return attributes.get("name", attributes.get("property", "")).strip().lower()


def _in_package(root: Element) -> Iterator[str]:
    for element in root.iter():
        if local(element)[1] == "meta":
            if element.get("name", "").strip().lower() == "tdm:reservation":
                yield element.get("content", "")
            elif element.get("property", "").strip().lower() == "tdm:reservation":
                yield element.text or ""


def _in_packet(root: Element) -> Iterator[str]:
    for element in root.iter():
        if local(element) in [(space, "reservation") for space in _SPACES]:
            yield element.text or ""
        for space in _SPACES:
            if (value := element.get(f"{{{space}}}reservation")) is not None:
                yield value


def signals() -> tuple[TdmRep, ...]:
    """Offer the reader."""
    return (TdmRep(),)
