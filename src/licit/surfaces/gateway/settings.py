"""What a deployment says of its gateway, in ``gateway.toml`` of the workspace: whose words come, and what may be believed.

Rules kept here:

- What a product must vouch for (capacity) has no default: as long as nobody says it, nothing is kept.
- A switch says what it does; a name that is not known stops the start.
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ...core.errors import SetupError, misnamed
from ...core.policy import PURPOSES
from ...core.spans import LABELS
from ...pipeline.pack import KNOWN

TEMPLATE = """\
# The gateway. Everything here is optional; as long as nobody says the capacity, nothing is kept.

# source = "gateway"                    # the source that what is kept belongs to: licit source add
# capacity = "consumer"                 # by contract: consumer or organisation; only a consumer's words are kept
# age = "adult"                         # adult, minor or unknown
# surface = "web"                       # the surface of the policy on which people type
# notice = "notice-2025"
# purpose = "train"
# issuer = "lumen-chat"                 # who vouches for account names; else the workspace's name

# believe = ["token", "header", "user"] # who may say whose words these are: a signed token, a header, the request's own field
# user_header = "x-licit-user"
# device_header = "x-licit-device"
# conversation_header = "x-conversation-id"
# in_doubt = "serve"                    # what cannot be decided: serve (nothing is kept, the chat goes on) or refuse (503)
# others = "pass"                       # what else there is under /v1: pass or refuse
# mask = false                          # replace personal data before anything is kept
# largest_mib = 16                      # requests and answers beyond it pass, and are not kept
# patience = 0                          # seconds that the upstream may be silent; 0 leaves it to the client
# filter = ["EMAIL", "PHONE"]           # personal data of these kinds in answers are replaced, until the model is trained again
# filter_does = "mask"                  # mask them, or stop the answer
# tasks = ["### Task:"]                 # how requests begin that the product makes for itself (titles, tags); never kept
# temporary_ids = ["local:"]            # how ids of conversations begin that the product does not save; never kept
"""
_CHOICES = {"capacity": ("consumer", "organisation", "unknown"), "age": ("adult", "minor", "unknown"), "purpose": PURPOSES,
            "in_doubt": ("serve", "refuse"), "others": ("pass", "refuse"), "filter_does": ("mask", "stop")}
_WHO = frozenset(("token", "header", "user"))
#: How products of others begin what they ask for themselves: a title, tags, what to ask next.
_TASKS = ("### Task:", "Provide a concise, 5-word-or-less title", "Please generate a concise, 5-word-or-less title")
#: How Open WebUI's ids begin: of talks that it does not save, in its older and newer versions, and of channels of several people.
_TEMPORARY_IDS = ("local:", "temporary:", "channel:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole of ``gateway.toml``."""

    source: str = "gateway"
    capacity: str = "unknown"
    age: str = "unknown"
    surface: str = ""
    notice: str = ""
    purpose: str = "train"
    issuer: str = ""
    believe: tuple[str, ...] = ("token", "header", "user")
    user_header: str = "x-licit-user"
    device_header: str = "x-licit-device"
    conversation_header: str = "x-conversation-id"
    in_doubt: str = "serve"
    others: str = "pass"
    mask: bool = False
    largest_mib: int = 16
    patience: int = 0
    tasks: tuple[str, ...] = _TASKS
    temporary_ids: tuple[str, ...] = _TEMPORARY_IDS
    filter: tuple[str, ...] = ()
    filter_does: str = "mask"


def read_settings(root: Path) -> Settings:
    """Read a workspace's ``gateway.toml``; the defaults when there is none.

    Raises:
        SetupError: it cannot be read, has an unknown name, or a value that is none.
    """
    try:
        data = tomllib.loads((root / "gateway.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"gateway.toml cannot be read: {error}") from None
    if wrong := misnamed(data, [one.name for one in fields(Settings)], "gateway.toml"):
        raise SetupError(wrong)
    for name, value in data.items():
        _check(name, value)
    for name in {"believe", "tasks", "temporary_ids", "filter"} & data.keys():
        data[name] = tuple(data[name])
    for name in ("user_header", "device_header", "conversation_header"):
        data[name] = str(data.get(name, getattr(Settings(), name))).lower()
    return Settings(**data)


def _check(name: str, value: Any) -> None:
    """Insist that a value is of the kind its name asks for."""
    if name == "believe":
        fits, told = isinstance(value, list) and _WHO.issuperset(map(str, value)) and bool(value), "a list of token, header and user"
    elif name == "filter":
        fits, told = isinstance(value, list) and set(LABELS).issuperset(map(str, value)), f"a list of {', '.join(LABELS)}"
    elif name in ("tasks", "temporary_ids"):
        fits, told = isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value), "a list of texts, none of them empty"
    elif name in ("largest_mib", "patience"):
        fits, told = type(value) is int and 0 <= value <= 100_000 and (value > 0 or name == "patience"), "a whole number"
    elif name == "mask":
        fits, told = isinstance(value, bool), "true or false"
    elif name in _CHOICES:
        fits, told = value in _CHOICES[name], f"one of {', '.join(_CHOICES[name])}"
    else:
        fits, told = isinstance(value, str) and bool(value) and value != KNOWN, "a text, and not an empty one"
    if not fits:
        raise SetupError(f"{name} of gateway.toml is {told}")
