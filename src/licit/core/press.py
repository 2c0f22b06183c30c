"""What counts as press: by its metadata, by what its page says of itself, by the mark of an agency at its head.

A press publisher has a right of their own beside the author's, which an author's open licence does not give. What counts
here is only a presumption: a person says of a source that it is press, that the publisher's right is covered, or that none of
it is press.

Law: PRV-09
"""

import re
from collections.abc import Mapping

#: The declared field in which a page says by schema.org what it is.
PAGE_KIND = "page-kind"

_KINDS = frozenset("press news newspaper magazine dispatch news-article press-article presse journal-article article-de-presse depeche "
                   "dépêche newsarticle".split())
_AGENCY = re.compile(r"\((?:AFP|Reuters|AP|dpa|ANSA|EFE|Belga|ATS|Keystone-ATS|PA|Lusa|Ritzau|TT|NTB|APA|ANP|Xinhua|TASS|Kyodo)\)")
_HEAD = 400


def is_press(declared: Mapping[str, str], text: str) -> bool:
    """Tell whether a document is presumed to be of the press."""
    kind = declared.get("kind", "").strip().lower().replace(" ", "-").replace("_", "-")
    return kind in _KINDS or declared.get(PAGE_KIND, "").endswith("NewsArticle") or bool(_AGENCY.search(text[:_HEAD]))
