"""Markup: HTML that is escaped by construction.

Rules kept here:

- Only :class:`Markup` passes as it is; every other text is escaped, in content and in attributes alike.
- Characters that nobody sees (controls, direction overrides, halves of a pair) are shown as ``�``, so that a hostile
  name can neither break the page nor pretend to be another.
- What others wrote is isolated (``<bdi>``), so that right-to-left text moves nothing around it.
"""

import re
import unicodedata
from html import escape as _escape

_VOID = frozenset({"meta", "link", "input"})
_CODE = re.compile(r"`([^`]+)`|\{(\w+)\}")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Markup(str):
    """Text that is HTML already; only this module and constants make it."""

    __slots__ = ()


def visible(text: object) -> str:
    """Give a value as text in which every character can be seen; soft hyphens and joiners of words stay."""
    text = str(text)
    if text.isprintable():
        return text
    return "".join("�" if unicodedata.category(c) in _UNSEEN and c not in "\u00ad\u200c\u200d" else c for c in text)


def escape(text: object) -> Markup:
    """Escape a value for content or a quoted attribute."""
    return text if isinstance(text, Markup) else Markup(_escape(visible(text), quote=True))


def el(tag: str, *children: object, **attributes: object) -> Markup:
    """Make an element.

    Attributes lose a trailing underscore (``class_``), others become hyphens (``aria_hidden``); ``None`` and ``False``
    leave an attribute out, ``True`` writes its name alone.
    """
    written = []
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        name = name.rstrip("_").replace("_", "-")
        written.append(f" {name}" if value is True else f' {name}="{escape(value)}"')
    head = f"<{tag}{''.join(written)}>"
    return Markup(head if tag in _VOID else f"{head}{join(*children)}</{tag}>")


def join(*children: object) -> Markup:
    """Escape and join; None and "" leave nothing."""
    return Markup("".join(escape(child) for child in children if child is not None))


def foreign(value: object, tag: str = "bdi") -> Markup:
    """Show what others wrote, isolated from the direction of the text around it."""
    return el(tag, value, dir="auto")


def prose(text: str, **values: object) -> Markup:
    """Write our own sentence: `` `code` `` becomes code, ``{name}`` the value of that name, escaped."""
    out, end = [], 0
    for found in _CODE.finditer(text):
        out.append(escape(text[end:found.start()]))
        out.append(el("code", found[1]) if found[1] else escape(values[found[2]]))
        end = found.end()
    return join(*out, text[end:])
