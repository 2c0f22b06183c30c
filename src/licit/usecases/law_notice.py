"""The notice as people read it, made from its paper: every item of Art. 13 and 14, in each language, or not at all.

Rules kept here:

- A paper with a finding gives no notice: an item that is missing is not left out quietly.
- What the right to object is stands apart, first.
- Whether the model may retain data, and what follows, is an item like the others.

Law: TRN-03, TRN-05
"""

from collections.abc import Mapping

from ..core.errors import InputError, RefusedError
from ..core.law import paper_fields
from .law_check import check_text
from .law_forms import LANGUAGES, form

_HEADS = {"en": ("What is done with your data", "You can say no", "In force from", "What each purpose covers", "Does not cover: "),
          "fr": ("Ce qui est fait de vos données", "Vous pouvez refuser", "En vigueur depuis le", "Ce que couvre chaque finalité",
                 "Ne couvre pas : ")}


def notice_text(text: str, language: str) -> str:
    """Give a notice in one language, as Markdown.

    Raises:
        RefusedError: something in the paper is to be mended.
        InputError: it is no notice, or not in that language.
    """
    if findings := check_text(text):
        raise RefusedError(f"it is not ready: {findings[0].place}: {findings[0].wrong}", reason="paper-unready",
                           remedy="licit law check lists what is to be mended.")
    data = paper_fields(text)
    said = data.get("text", {}).get(language) if data["kind"] == "notice" else None
    if not isinstance(said, Mapping) or language not in LANGUAGES:
        raise InputError("there is no such notice in that language", about=str(data["id"]),
                         remedy=f"It speaks {', '.join(data['identification'].get('languages', ()))}."
                         if data["kind"] == "notice" else "Name a notice.")
    title, apart, since, covered, uncovered = _HEADS[language]
    section = next(one for one in form("notice").sections if one.spoken)
    at = LANGUAGES.index(language)
    lines = [f"# {title}", "", f"{since} {data['identification']['starts']} ({data['id']}, {data['version']}).", "", f"## {apart}",
             "", str(said["objection"])]
    for one in section.fields:
        if one.key != "objection":
            lines += ["", f"## {one.asks[at].rstrip('.')}", "", str(said[one.key])]
    covers, covers_not = (data.get(name, {}).get(language, {}) for name in ("covers", "covers_not"))
    if any(covers.values()):
        lines += ["", f"## {covered}"]
    for one in next(one for one in form("notice").sections if one.key == "covers").fields:
        if text := covers.get(one.key):
            lines += ["", f"**{one.asks[at].rstrip('.')}.** {text}"]
            lines += ["", f"{uncovered}{covers_not[one.key]}"] if covers_not.get(one.key) else []
    return "\n".join(lines) + "\n"
