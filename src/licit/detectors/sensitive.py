"""Sensitive: what must not be trained on at all, because it reveals it of a person.

Checks the special categories (health, religion, politics, union, origin, sex life, biometric and genetic), offences,
minors who say so, and chats or e-mails between others pasted into a text.

Why: such data need an exception that training seldom has (GDPR Art. 9, 10; Art. 8 and 6(1)(f) for children).

Holds or refuses when a sentence ties a term to a person: the writer ("je suis diabétique", "my religion"), a relative
or friend ("my wife has cancer"), a title and name, or somebody named. A question about a topic ("what is diabetes?")
stays.

Rules kept here:

- First versions for French and English; other languages are for the gate ``language-unmeasured``.
- A family is told once for each text, the strictest first.
- Negation does not excuse: "je ne suis pas musulman" tells a belief too.

Source: GDPR Art. 9(1), 10, recitals 38 and 51.
"""

import functools
from collections.abc import Iterator, Sequence

from licit.core.ids import settings_key
from licit.core.ports import Sensitive
from licit.core.reasons import REASONS

from ._namewords import RELATIONS
from ._plain import Plain, plain
from ._scan import Rule, Scan
from ._sensitive_words import FAMILIES, MINOR

_SLACK = r"(?: (?:not|pas|plus|toujours|deja|encore|tres|vraiment|aussi|un peu|assez|devenue?|now|also|still|really|very|actually|a bit|currently|newly|severely|type [12]|mildly|openly|proudly|not really|chronically)){0,3} "
_NAMED = r"(?:\b(?:m\.|mme|mlle|mr\.?|mrs\.?|ms\.?|dr\.?|monsieur|madame|maitre) [a-z\xC0\xE0'-]{2,20}(?: [a-z\xC0\xE0'-]{2,20})?|(?-i:[A-Z][a-z\xE0]{2,15} [A-Z][A-Za-z\xE0'-]{2,20}))"
_THEM = rf"(?:(?:ma|mon|mes|notre|nos|my|our) (?:[a-z-]{{2,12}} )?{RELATIONS}(?:[ ,]+(?-i:[A-Z])[a-z\xE0-]{{2,15}},?)?|{_NAMED})"
_BE = (rf"(?:(?:\bje (?:ne |n')?(?:suis|serais|etais)|\bj'(?:etais|ai toujours ete)|\bi(?:'m| am|m| was| am not|'m not)|\bi've (?:always )?been|\bi identify as)|"
       rf"{_THEM} (?:n'|ne )?(?:est|sont|etait|etaient|is|are|was|were|has been|a ete|'s))")
_HAVE = (rf"(?:(?:\bj'(?:ai|avais|ai eu)|\bje (?:souffre|suis (?:atteinte?|malade|porteur|porteuse|traitee?|soignee?|suivie?))|\bi(?:'ve| have| had| suffer| am suffering|'m suffering|'ve had| struggle| live)|\bi(?:'m| am| was) (?:diagnosed|living|dealing|struggling|battling))|"
         rf"{_THEM} (?:a|ont|avait|souffre|souffrait|est (?:atteinte?|malade)|has|have|had|suffers|suffered|is (?:diagnosed|suffering)|was diagnosed|died|lives|est morte?|est decedee?))")
_LINK = (r"(?: (?:pas|plus|toujours|deja|aussi|eu|du|de la|de l'|d'un|d'une|de|d'|des|le|la|l'|un|une|from|with|of|a|an|the|my|had|been|type [12]|stage [1-4iv]{1,3}|"
         r"severe|chronic|grave|severes?|chroniques?|breast|lung|brain|skin|prostate|colon|ovarian|terminal|clinical|recurrent|major|got|developed)){0,5} ?")
_TERMS_END = r"(?:$|[^a-z0-9\xE0])"

_CHAT_LINE = (r"(?:^|[\n\x00])[ \t>]*(?:\[?[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{2,4},? (?:a |at )?[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2})?(?: ?[ap]\.?m\.?)?\]?(?: -|:)? [^:\n\x00]{1,40}:|"
              r"\[[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AaPp][Mm])?\] ?[^:\n\x00]{1,40}:)")
_CHAT_SYSTEM = r"(?i)(?:messages and calls are end-to-end encrypted|les messages et les appels sont chiffres de bout en bout|<media omitted>|<medias? omis>|votre code de securite avec|your security code with)"
_MAIL_HEAD = (r"(?i)(?:^|[\n\x00])[ \t>*]*(?:de|from|von)[ *]?:[ *][^\n\x00]{2,120}\n(?:[ \t>*]*[a-z' \xE0-]{2,18}[ *]?:[^\n\x00]{0,200}\n){0,3}?[ \t>*]*(?:a|to|an|envoye|sent|objet|subject|date|cc)[ *]?:")
_MAIL_QUOTE = (r"(?i)(?:^|[\n\x00])[ \t>]*(?:le [^\n\x00]{6,80} a ecrit ?:|on [^\n\x00]{6,100} wrote:|-{3,} ?(?:message (?:d'origine|transfere)|original message|forwarded message|message original) ?-{3,}|begin forwarded message)")
_CHAT_LINES_NEEDED = 2


def _rules() -> tuple[list[Rule], list[tuple[str, str]]]:
    rules, told = [], []
    for family in FAMILIES:
        shapes = []
        if family.being:
            shapes.append(rf"(?i){_BE}{_SLACK}(?:(?:un|une|a|an|des) )?(?:{family.being}){_TERMS_END}")
        if family.having:
            shapes.append(rf"(?i){_HAVE}{_LINK}(?:{family.having}){_TERMS_END}")
        if family.alone:
            shapes.append(rf"(?i)(?:^|[^a-z0-9\xE0])(?:{family.alone}){_TERMS_END}")
        for shape in shapes:
            rules.append(Rule(label="OTHER_ID", shape=shape, whole=False))
            told.append((family.reason, family.name))
    for shape, reason, name in ((f"(?i){MINOR}", "minor-in-text", "minor"), (_CHAT_LINE, "pasted-chat", "chat-line"),
                                (_CHAT_SYSTEM, "pasted-chat", "chat"), (_MAIL_HEAD, "pasted-chat", "mail"), (_MAIL_QUOTE, "pasted-chat", "mail")):
        rules.append(Rule(label="OTHER_ID", shape=shape, whole=False))
        told.append((reason, name))
    return rules, told


class SensitiveScreener:
    """Looks for special categories, offences, minors and pasted chats, in French and English."""

    name = "sensitive"
    version = "1"
    languages = frozenset({"fr", "en"})

    def __init__(self) -> None:
        rules, self._told = _rules()
        self._scan = Scan(rules)
        self.digest = settings_key([rule.shape for rule in rules])

    def look(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Sensitive]]:
        """Give for each text what was found, the strictest first."""
        page = plain(texts)
        found: list[dict[tuple[str, str], int]] = [{} for _ in texts]
        for text, told in self._seen(page):
            found[text][told] = found[text].get(told, 0) + 1
        return [_told(one) for one in found]

    def _seen(self, page: Plain) -> Iterator[tuple[int, tuple[str, str]]]:
        matches = list(self._scan.matches(page))
        if not matches:
            return
        # A match may have eaten the sign before or after it; that sign may be the edge of the text.
        edge = "\0"
        starts = [start + (page.text[start] == edge) for _, start, _ in matches]
        ends = [end - (page.text[end - 1] == edge) for _, _, end in matches]
        which, _, _ = page.places(starts, ends)
        for (rule, _, _), text in zip(matches, which.tolist(), strict=True):
            yield text, self._told[rule]


def _told(found: dict[tuple[str, str], int]) -> tuple[Sensitive, ...]:
    """Put the refusals before the holds; one dated line alone is no chat."""
    lines = found.pop(("pasted-chat", "chat-line"), 0)
    if lines >= _CHAT_LINES_NEEDED:
        found["pasted-chat", "chat"] = lines
    rank = {"refuse": 0, "hold": 1, "keep": 2}
    return tuple(Sensitive(reason=reason, family=family)
                 for reason, family in sorted(found, key=lambda one: (rank[REASONS[one[0]].answer], one)))


@functools.cache
def screeners() -> tuple[SensitiveScreener, ...]:
    """Offer the screener to the registry."""
    return (SensitiveScreener(),)
