"""Secrets: keys, tokens and passwords, which a model must never learn.

Checks private key blocks, signed tokens, the key shapes of services (``keys.toml``: a new service is a new entry),
addresses with passwords in them, settings lines ("API_KEY=…"), passwords told in prose ("mot de passe : …", "my
password is …") and the words of a wallet.

Rules kept here:

- A known key shape counts by itself; a value after a telling name counts when it looks like a secret (mixed or random
  enough) and not like a placeholder, a word or a reference to a setting.
- The value is masked, not the name that announces it, so that the text keeps its sense.
"""

import functools
import math
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from licit.core.errors import SetupError
from licit.core.ids import settings_key
from licit.core.spans import Span

from ._plain import fold, plain
from ._scan import Accept, Rule, Scan, around, spans

_BLOCK = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s:,.()-]{16,}?-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
_TORN_BLOCK = r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----[A-Za-z0-9+/=\s]*"
_SIGNED = r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,3}"
_CONNECTION = r"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@\"'<>\x00]{0,64}:[^\s/@\"'<>\x00]{1,128}@[A-Za-z0-9\[]"
_BEARER = r"(?i)(?:bearer|basic|token) [A-Za-z0-9._~+/=-]{16,}"
_SETTING = (r"(?i)[A-Z0-9_.-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|"
            r"client[_-]?secret|auth[_-]?key|encryption[_-]?key|credentials?|mdp|motdepasse)[A-Z0-9_-]{0,20}[\"']?[ \t]{0,3}(?:=>|:=|[:=])[ \t]{0,3}"
            r"(?:\"[^\"\n\x00]{1,200}\"|'[^'\n\x00]{1,200}'|[^\s\"'\x00,;]{1,200})")
_PROSE = (r"(?i)\b(?:mots? de passe(?: wi-?fi)?|mdp(?: wi-?fi)?|code pin|code secret|code d'acces|code wifi|cle wifi|code confidentiel|password|passcode|passphrase|"
          r"pass ?word|pwd|pin code|pin number|pin|wifi key|wi-fi password|passwort|kennwort|contrasena|clave|senha|wachtwoord|haslo)"
          r"(?: (?:du|de la|de mon|de ma|pour|for|of|to|on) (?:my |the |mon |ma |le |la |l')?[a-z-]{2,15}){0,2}"
          r"(?:[ \t](?:est|is|was|c'est|ist|es|e)|[ \t]?(?::|=|->))[ \t:]{1,3}(?:est |is )?[\"'(]?[^\s\"'\x00]{3,128}")

_NAMED = (r"(?i)\b(?:(?:password|mots? de passe|mdp|passwort|kennwort|contrasena|wachtwoord) |(?:pass|pwd?|psw|mdp)(?: ?[:=] ?))"
          r"[\"'(]?[^\s\"'\x00]{5,64}")
_CODE = (r"(?i)\b(?:cvv2?|cvc2?|cryptogramme(?: visuel)?|digicode|code (?:de (?:la )?)?(?:porte|l'immeuble|l'entree|d'entree|alarme|coffre)|"
         r"code d'entree|door code|gate code|alarm code|otp|one[- ]time (?:code|password)|code de verification|verification code|"
         r"code (?:recu )?par sms|2fa code|code 2fa|code pin|pin code|pin)[ \t]{0,2}(?:est|is|was|:|=|c'est|->)?[ \t]{0,2}[\"']?[A-Z]?[0-9]{3,8}[A-Z#*]?[0-9]{0,4}")
_SEED = (r"(?i)(?:seed|recovery|mnemonic|backup|recuperation|secrete|phrase|wallet|portefeuille|words|mots)[^\x00\n]{0,40}[ :\n\"'-]{1,4}"
         r"(?:[a-z]{3,12}[ ,]{1,2}){11,23}[a-z]{3,12}")
_KEY_SIGNS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-?&%~.")
# Runs, counted-up digits and words of examples are no keys, whatever their shape.
_DULL = re.compile(r"(?i).*(?:x{6}|0{8}|1234567890|your[-_]?|placeholder|redacted|changeme).*")

_PLACEHOLDER = re.compile(
    r"(?i)^(?:x{3,}|\*{2,}|\.{3,}|\x01+|-+|none|null|nil|true|false|undefined|string|str|secret|password|passwd|changeme|change_me|example|"
    r"your[-_ ].*|my[-_ ]?(?:password|secret|key)|<.*>?|\{.*|\$.*|%.*|\[.*|process\.env.*|os\.(?:environ|getenv).*|env\..*|config\..*|settings\..*|"
    r"self\..*|request\..*|req\..*|getpass.*|input\(.*|placeholder|redacted|masked|hidden|[\w.]+\(.*|votre.*|obligatoire|required|optional|"
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
    if len(value) < 4 or _PLACEHOLDER.match(value) or (len(value) > 15 and _DULL.fullmatch(value)):
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


def _named(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    place = max(text.rfind(sign, start, end) for sign in " :=")
    first, last = _value(text, place + 1, end)
    value = text[first:last]
    told = re.search("[0-9]", value) and re.search("[A-Za-z]", value) and len(value) >= 5
    return (first, last, 80) if told and not _PLACEHOLDER.match(value) else None


def _code(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    match = re.search(r"[A-Za-z]?[0-9]{3,8}[A-Za-z#*]?[0-9]{0,4}$", text[start:end])
    if not match or text[end:end + 1].isalnum() or text[end:end + 2].strip().startswith(("%", "€")):
        return None
    return start + match.start(), end, 85


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyShape:
    """The shape of a service's keys, as ``keys.toml`` states it."""

    name: str
    shape: str
    source: str
    least: float = 0.0
    near: tuple[str, ...] = ()


def read_keys() -> tuple[KeyShape, ...]:
    """Read the shapes of services' keys.

    Raises:
        SetupError: the file is broken or states something that is not understood.
    """
    file = files(__package__) / "keys.toml"
    try:
        return tuple(KeyShape(**{name: tuple(value) if isinstance(value, list) else value for name, value in one.items()})  # type: ignore[arg-type]
                     for one in tomllib.loads(file.read_text(encoding="utf-8"))["key"])
    except (ValueError, KeyError, TypeError) as error:
        raise SetupError(f"The file of key shapes cannot be used: {error}.", about=file.name,
                         remedy="Correct it; see the fields at its top.") from error


def _key(key: KeyShape) -> Accept:
    words = re.compile(rf"(?<![^\W_])(?:{'|'.join(re.escape(fold(word).lower()) for word in key.near)})(?![^\W_])") if key.near else None

    def accept(text: str, start: int, end: int) -> tuple[int, int, int] | None:
        while text[start] not in _KEY_SIGNS:
            start += 1
        while text[end - 1] not in _KEY_SIGNS:
            end -= 1
        if _entropy(text[start:end]) < key.least or _DULL.fullmatch(text[start:end]):
            return None
        if words and not words.search(around(text, start, end, left=80).removesuffix("\0")):
            return None
        return start, end, 95 if words else 100

    return accept


def _seed(text: str, start: int, end: int) -> tuple[int, int, int] | None:
    words = list(re.finditer("[a-z]{3,12}", text[start:end]))
    words = words[-24:] if len(words) >= 24 else words[-12:]
    return start + words[0].start(), end, 90


_RULES = (
    Rule(label="SECRET", shape=_BLOCK, score=100, whole=False),
    Rule(label="SECRET", shape=_TORN_BLOCK, score=95, whole=False),
    Rule(label="SECRET", shape=_SIGNED, score=100),
    *(Rule(label="SECRET", shape=key.shape, accept=_key(key)) for key in read_keys()),
    Rule(label="SECRET", shape=_CONNECTION, accept=_connection, whole=False),
    Rule(label="SECRET", shape=_BEARER, accept=_bearer),
    Rule(label="SECRET", shape=_SETTING, accept=_setting, whole=False),
    Rule(label="SECRET", shape=_PROSE, accept=_prose, whole=False),
    Rule(label="SECRET", shape=_NAMED, accept=_named, whole=False),
    Rule(label="SECRET", shape=_CODE, accept=_code, whole=False),
    Rule(label="SECRET", shape=_SEED, accept=_seed),
)


class Secrets:
    """Finds keys, tokens and passwords, in every language."""

    name = "secrets"
    version = "2"
    labels = frozenset({"SECRET"})
    languages: frozenset[str] = frozenset()
    digest = settings_key([*(rule.shape for rule in _RULES), *(repr(key) for key in read_keys()), _PLACEHOLDER.pattern, _DULL.pattern])

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
