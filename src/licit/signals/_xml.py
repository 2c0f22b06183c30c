"""XML that others wrote, parsed without entities, types or anything from elsewhere.

Law: SIG-12
"""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring


def parsed(raw: bytes) -> Element:
    """Parse a document.

    Raises:
        ValueError: it is no well-formed XML, or defines types or entities.
    """
    try:
        found: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, RecursionError, ValueError) as error:
        raise ValueError(f"xml-{type(error).__name__}") from None
    return found


def local(element: Element) -> tuple[str, str]:
    """Give an element's namespace and name."""
    space, brace, name = str(element.tag).rpartition("}")
    return (space[1:] if brace else ""), name


def named(root: Element, *names: str) -> Iterator[Element]:
    """Give every element of some names, whatever its namespace."""
    return (element for element in root.iter() if local(element)[1] in names)
