"""Contacts: e-mail in every spelling, handles, web addresses that point to a person, user names in file paths.

A part of ``patterns.py``.

Rules kept here:

- A web address is masked only when it points to a person (a user name, a token or an address in it, a profile page, a
  spot on a map); a plain public address stays, because it is knowledge.
- What is no one's (code decorators, packages, a machine's own accounts) stays.
"""

import re

from ._scan import Rule, around

Place = tuple[int, int, int] | None

_L = r"A-Za-z\xC0\xE0\xE1"
_EMAIL = rf"[{_L}0-9._%+'!#$~-]+@[{_L}0-9-]+(?:\.[{_L}0-9-]+)+"
_TOPS = r"(?:com|fr|org|net|eu|de|uk|be|ch|es|nl|pt|ca|lu|edu|gov|gouv|example|test|info|io)\b"
_DOTTED = r"(?: ?[\[({] ?(?:dot|point|punto|\.) ?[\])}] ?[a-z0-9-]+|\.[a-z0-9-]+| (?:dot|point|punto|punkt) [a-z0-9-]+)"
_LOCAL = r"[a-z0-9._+-]+(?:(?: ?[\[({] ?(?:dot|point|punto|\.) ?[\])}] ?| (?:dot|point|punto|punkt|tiret|dash|underscore|tiret bas) )[a-z0-9._+-]+){0,3}"
_SPELT_EMAIL = rf"(?i){_LOCAL} ?[\[({{] ?(?:at|arobase?s?|arroba|chiocciola|@) ?[\])}}] ?[a-z0-9-]+{_DOTTED}{{1,3}}"
_SAID_EMAIL = rf"(?i)\b{_LOCAL} (?:arobase?s?|arroba|chiocciola|a commercial|klammeraffe|at) [a-z0-9-]+(?:{_DOTTED}{{0,2}}(?: (?:dot|point|punto|punkt) |\.){_TOPS})"
_APART_EMAIL = rf"(?i)[a-z0-9._+-]{{2,}}(?: \. ?[a-z0-9_+-]{{2,}})? ?@ ?[a-z0-9-]+(?: ?\. ?[a-z0-9-]+)? ?\. ?{_TOPS}"
_URL = r"(?i)(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[!#-;=?-Z\[\]_a-z~\x01\xC0\xE0\xE1]+"
_HANDLE = r"(?:\A|[^A-Za-z0-9@./_+%:'\xC0\xE0\xE1-])@[A-Za-z0-9_][A-Za-z0-9_.]*"
_NAMED_HANDLE = (r"(?i)\b(?:(?:my|mon|mein|mi|mio) (?:user ?name|pseudo|nick(?:name)?|login|gamertag|handle|identifiant)|insta(?:gram)?|snap(?:chat)?|discord|"
                 r"telegram|tiktok|twitch|steam|psn|gamertag|pseudo|username|skype)(?: (?:id|name))? ?(?:is|est|ist|:|=|c'est) ?[a-z0-9][a-z0-9_.#-]{2,39}")
_PATH = r"(?:/home|/Users|/(?i:mnt/)?[a-z]/Users|[A-Za-z]:(?:\\{1,2}|/)(?:Users|Documents and Settings|utilisateurs|Utilisateurs))[\\/]{1,2}[A-Za-z0-9_][A-Za-z0-9._-]*(?: [A-Z][A-Za-z]*\\)?"
_REDDIT = r"\b/?u/[A-Za-z0-9_-]{3,20}\b"

PROFILE = re.compile(
    r"(?i)://(?:[^/@]*:[^/@]*@|[^/@]+@)|[?&#;](?:[a-z_]*(?:token|key|secret|sig|signature|session|sid|auth|password|pwd|"
    r"email|mail|phone|tel|user|uid|userid|username|name|nom|prenom|code|jwt|share|invite|ticket|dossier))=|@|%40|"
    r"/(?:in|u|user|users|profile|profiles|profil|people|member|members|membre|membres|author|channel|id|~)/[^/?#]+|/~\w|"
    r"(?:facebook|fb|instagram|twitter|x|tiktok|threads|github|gitlab|linktr|t|wa|snapchat|vk|patreon|onlyfans|calendly|"
    r"paypal|venmo|medium|keybase|soundcloud|twitch)\.(?:com|net|me|ee|tv|io)/(?!(?:home|search|explore|about|login|"
    r"help|privacy|terms|docs|features|topics|p|reel|watch|hashtag|status|policies)\b)[^/?#\s]+/?(?:[?#]|$)|"
    r"(?:docs|drive|calendar)\.google\.com/.*/d/|/(?:share|invite|join|reset|confirm|unsubscribe|s)/[\w-]{8,}|"
    r"[/=(:]-?[0-9]{1,2}\.[0-9]{3,}(?:,|%2c|/)-?[0-9]{1,3}\.[0-9]{3,}")
NO_HANDLES = frozenset((
    "all", "angular", "app", "apply", "author", "autowired", "babel", "channel", "charset", "classmethod", "component",
    "dataclass", "deprecated", "everyone", "font", "functools", "here", "import", "injectable", "input", "keyframes",
    "layer", "media", "output", "override", "param", "property", "pytest", "return", "returns", "see", "since",
    "staticmethod", "supports", "test", "throws", "types"))
NO_USERS = frozenset((
    "admin", "administrator", "all", "app", "blocked", "bot", "build", "ci", "default", "deploy", "docker", "down", "free", "git", "guest", "here",
    "jenkins", "jovyan", "link", "linuxbrew", "live", "me", "name", "node", "none", "not", "null", "pi", "public", "required", "root", "runner",
    "shared", "string", "taken", "test", "the", "true", "false", "too", "ubuntu", "unknown", "user", "username", "utilisateur", "vagrant", "votre",
    "you", "your", "yourname", "yourusername", "www", "une", "pour", "pas", "bien", "plus"))


def _email(text: str, start: int, end: int) -> Place:
    while start < end and text[start] in ".'!#$%~-+":
        start += 1
    end -= len(text[start:end]) - len(text[start:end].rstrip("-"))
    local, _, domain = text[start:end].partition("@")
    top = domain.rpartition(".")[2]
    if not local or len(top) < 2 or not top.replace("-", "").isalnum() or top.isdigit() or local == "git":
        return None
    return start, end, 100


def _said_email(text: str, start: int, end: int) -> Place:
    found = text[start:end].lower()
    # "Look at example.org" and "at this point" are talk; with an English "at" the rest must be spelt out as well.
    if " at " in found and not re.search(r" at \S+(?: \S+)* (?:dot|point|punto|punkt) |^[a-z0-9]+[._][a-z0-9._]+ at ", found):
        return None
    return start, end, 90


def _apart_email(text: str, start: int, end: int) -> Place:
    return (start, end, 90) if " " in text[start:end] else None


def _url(text: str, start: int, end: int) -> Place:
    while end > start and text[end - 1] in ".,;:!?)]'\"":
        end -= 1
    return (start, end, 90) if PROFILE.search(text[start:end]) else None


def _handle(text: str, start: int, end: int) -> Place:
    start = text.index("@", start)
    end -= len(text[start:end]) - len(text[start:end].rstrip("."))
    name = text[start + 1:end]
    if not 2 <= len(name) <= 40 or name.lower().partition(".")[0] in NO_HANDLES or not re.search("[A-Za-z]", name):
        return None
    if text[end:end + 1] in ("(", "/", "@"):
        return None
    return start, end, 80


def _named_handle(text: str, start: int, end: int) -> Place:
    end -= len(text[start:end]) - len(text[start:end].rstrip(".#-"))
    match = re.search(r"[A-Za-z0-9_.#-]+$", text[start:end])
    if not match or match.group().lower() in NO_USERS or text[end:end + 1] in ("(", "/", ":", "@"):
        return None
    owned = re.match("(?i)my|mon|mein|mi", text[start:end]) or ":" in text[start:end] or "=" in text[start:end]
    return (start + match.start(), end, 80) if owned or re.search("[0-9_.#]", match.group()) else None


def _path(text: str, start: int, end: int) -> Place:
    match = re.search(r"[^\\/]+\\?$", text[start:end])
    if not match or (start and (text[start - 1].isalnum() or text[start - 1] in "./_-")):
        return None
    name = match.group().rstrip("\\. ")
    return None if name.lower() in NO_USERS else (start + match.start(), start + match.start() + len(name), 85)


def _reddit(text: str, start: int, end: int) -> Place:
    return (start, end, 80) if around(text, start, end, left=1)[-2:-1] not in ("/", ".", "-", "~") else None


RULES = (
    Rule(label="EMAIL", shape=_EMAIL, accept=_email, whole=False),
    Rule(label="EMAIL", shape=_SPELT_EMAIL, score=90, whole=False),
    Rule(label="EMAIL", shape=_SAID_EMAIL, accept=_said_email, whole=False),
    Rule(label="EMAIL", shape=_APART_EMAIL, accept=_apart_email, whole=False),
    Rule(label="URL", shape=_URL, accept=_url, whole=False),
    Rule(label="HANDLE", shape=_HANDLE, accept=_handle, whole=False),
    Rule(label="HANDLE", shape=_NAMED_HANDLE, accept=_named_handle, whole=False),
    Rule(label="HANDLE", shape=_PATH, accept=_path, whole=False),
    Rule(label="HANDLE", shape=_REDDIT, accept=_reddit, whole=False),
)
