"""Secrets: keys, tokens and passwords, which a model must never learn.

Checks private key blocks, signed tokens, the key shapes of clouds and model providers, addresses with passwords in
them, settings lines ("API_KEY=…") and passwords told in prose ("mot de passe : …", "my password is …").

Rules kept here:

- A known key shape counts by itself; a value after a telling name counts when it looks like a secret (mixed or random
  enough) and not like a placeholder, a word or a reference to a setting.
- The value is masked, not the name that announces it, so that the text keeps its sense.
"""

import functools
import math
import re
from collections import Counter
from collections.abc import Sequence

from licit.core.ids import settings_key
from licit.core.spans import Span

from ._plain import plain
from ._scan import Rule, Scan, spans

_BLOCK = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s:,.()-]{16,}?-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
_TORN_BLOCK = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s]*"
_SIGNED = r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}"
_SHAPES = (
    r"(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}",
    r"gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,}|ATATT3[A-Za-z0-9_=-]{20,}",
    r"sk-(?:ant-|proj-|svcacct-|or-v1-|lf-)?[A-Za-z0-9_-]{20,}|xai-[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|pplx-[A-Za-z0-9]{20,}|"
    r"hf_[A-Za-z0-9]{20,}|r8_[A-Za-z0-9]{20,}|co-[A-Za-z0-9]{32,}|nvapi-[A-Za-z0-9_-]{20,}",
    r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/[A-Za-z0-9/]{20,}|"
    r"discord(?:app)?\.com/api/webhooks/[0-9]{10,}/[A-Za-z0-9_-]{20,}",
    r"AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}",
    r"(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9]{16,}|sq0[a-z]{3}-[A-Za-z0-9_-]{20,}",
    r"npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{40,}|dckr_pat_[A-Za-z0-9_-]{20,}|dop_v1_[a-f0-9]{40,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|"
    r"key-[0-9a-f]{32}|shpat_[a-fA-F0-9]{32}|hvs\.[A-Za-z0-9_-]{20,}|lin_api_[A-Za-z0-9]{30,}|[0-9]{8,10}:AA[A-Za-z0-9_-]{32,}|"
    r"EAA[A-Za-z0-9]{40,}|AGE-SECRET-KEY-1[A-Z0-9]{40,}",
)
_CONNECTION = r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'<>\x00]{0,64}:[^\s/@\"'<>\x00]{1,128}@[A-Za-z0-9\[]"
_BEARER = r"(?i)(?:bearer|basic|token) [A-Za-z0-9._~+/=-]{16,}"
_SETTING = (r"(?i)[A-Z0-9_.-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|"
            r"client[_-]?secret|auth[_-]?key|encryption[_-]?key|credentials?|mdp|motdepasse)[A-Z0-9_-]{0,20}[\"']?[ \t]{0,3}(?:=>|:=|[:=])[ \t]{0,3}"
            r"(?:\"[^\"\n\x00]{1,200}\"|'[^'\n\x00]{1,200}'|[^\s\"'\x00,;]{1,200})")
_PROSE = (r"(?i)\b(?:mots? de passe|mdp|code pin|code secret|code d'acces|code wifi|cle wifi|code confidentiel|password|passcode|passphrase|"
          r"pass ?word|pwd|pin code|pin number|pin|wifi key|wi-fi password|passwort|kennwort|contrasena|clave|senha|wachtwoord|haslo)"
          r"(?: (?:du|de la|de mon|de ma|pour|for|of|to|on) (?:my |the |mon |ma |le |la |l')?[a-z-]{2,15}){0,2}"
          r"[ \t]?(?:est|is|was|:|=|c'est|ist|es|e|->)[ \t:]{1,3}(?:est |is )?[\"'(]?[^\s\"'\x00]{3,128}")

_PLACEHOLDER = re.compile(
    r"(?i)^(?:x{3,}|\*{2,}|\.{3,}|\x01+|-+|none|null|nil|true|false|undefined|string|str|secret|password|passwd|changeme|change_me|example|"
    r"your[-_ ].*|my[-_ ]?(?:password|secret|key)|<.*>?|\{.*|\$.*|%.*|\[.*|process\.env.*|os\.(?:environ|getenv).*|env\..*|config\..*|settings\..*|"
    r"self\..*|request\..*|req\..*|getpass.*|input\(.*|placeholder|redacted|masked|hidden|\w+\(.*|votre.*|obligatoire|required|optional|"
    r"incorrect|correct|wrong|invalid|valide?|oublie.*|forgotten|expired?|trop|too|not|pas|bien|le|la|the|a|un|une|perdu|lost|faux|"
    r"protected|encrypted|hashed|stored|sent|important|reset|unique|demande|envoye|bon|mauvais|case|at|in|only|used|required\.?|different|same|hash.*|"
    r"ce|ca|that|what|this|very|so|also|always|never|une?|tres|toujours|celui|defini)[.,;!?)]*$")


def _value(text: str, start: int, end: int) -> tuple[int, int]:
    """Cut quotes and closing signs off a value; "!" and "?" may belong to a password."""
    while start < end and text[start] in "\"'( \t":
        start += 1
    while end > start and text[end - 1] in "\"'),;. \t":
        end -= 1
    return start, end


def _entropy(value: str) -> float:
    """Give the bits per character of a value."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def _setting(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    mark = re.search(r"(?:=>|:=|[:=])[ \t]*", text[start:end])
    if not mark:
        return None
    first, last = _value(text, start + mark.end(), end)
    value = text[first:last]
    if len(value) < 4 or _PLACEHOLDER.match(value):
        return None
    quoted = text[first - 1] in "\"'"
    kinds = sum(map(bool, (re.search("[a-z]", value), re.search("[A-Z]", value), re.search("[0-9]", value), re.search(r"[^\w]", value))))
    if kinds >= 2 or (len(value) >= 12 and _entropy(value) >= 3.0) or (quoted and " " not in value):
        return first, last, 90
    return None


def _prose(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    place = text.rfind(" ", start, end)
    place = max(place, text.rfind("\t", start, end), text.rfind(":", start, end) if text[end - 1] != ":" else -1)
    first, last = _value(text, place + 1, end)
    value = text[first:last]
    quoted = text[first - 1] in "\"'" or text[last:last + 1] in ("'", '"')
    bare_word = value.isalpha() and value.islower() and ":" not in text[start:first] and not quoted
    if len(value) < 3 or bare_word or _PLACEHOLDER.match(value):
        return None
    return first, last, 85


def _bearer(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    first = text.index(" ", start) + 1
    value = text[first:end].rstrip(".")
    if not re.search("[0-9]", value) or _entropy(value) < 3.0:
        return None
    return first, first + len(value), 90


def _connection(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    first = text.index("://", start) + 3
    password = text[text.index(":", first) + 1:end - 2]
    if _PLACEHOLDER.match(password):
        return None
    return first, end - 2, 95


_RULES = (
    Rule(label="SECRET", shape=_BLOCK, score=100, whole=False),
    Rule(label="SECRET", shape=_TORN_BLOCK, score=95, whole=False),
    Rule(label="SECRET", shape=_SIGNED, score=100),
    *(Rule(label="SECRET", shape=shape, score=100) for shape in _SHAPES),
    Rule(label="SECRET", shape=_CONNECTION, accept=_connection, whole=False),
    Rule(label="SECRET", shape=_BEARER, accept=_bearer),
    Rule(label="SECRET", shape=_SETTING, accept=_setting, whole=False),
    Rule(label="SECRET", shape=_PROSE, accept=_prose, whole=False),
)


class Secrets:
    """Finds keys, tokens and passwords, in every language."""

    name = "secrets"
    version = "1"
    labels = frozenset({"SECRET"})
    languages: frozenset[str] = frozenset()
    digest = settings_key([*(rule.shape for rule in _RULES), _PLACEHOLDER.pattern])

    def __init__(self) -> None:
        self._scan = Scan(_RULES)

    def find(self, texts: Sequence[str], languages: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Find spans in each text."""
        page = plain(texts)
        return spans(page, self._scan.hits(page), self.name)


@functools.cache
def detectors() -> tuple[Secrets, ...]:
    """Offer the detector to the registry."""
    return (Secrets(),)
