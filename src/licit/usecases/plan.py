"""A release plan: a TOML file made typed, checked and fingerprinted.

Rules kept here:

- Unknown fields and values out of range are errors that name the field; nothing is guessed.
- No field's default weakens a check. A switch that does is named ``accept_…``, is recorded in the manifest and shown.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ..core.errors import SetupError, misnamed
from ..core.policy import PURPOSES, parse_moment
from ..core.readings import MAX_AGE_DAYS
from ..core.sources import USES, Wanted
from ..pipeline.admit import THREADS
from ..pipeline.chunk import ChunkSettings
from ..pipeline.deidentify import DIRECT, REPLACEMENTS, DeidentifySettings
from ..pipeline.screen import ACCEPT_UNMEASURED_SCREENING
from .quality import ACCEPT, Standard, parse_standard

#: The plan's switch by which an approval by a name alone counts.
ACCEPT_UNSIGNED = "accept_unsigned_approvals"

#: What a plan may accept at its own risk, with what it gives up.
ACCEPTABLE = {ACCEPT_UNSIGNED: "no signature stands behind the approval of some sources",
              ACCEPT: "no measured recall stands behind the de-identification",
              ACCEPT_UNMEASURED_SCREENING: "no measured recall stands behind the screening of some languages"}

TEMPLATE = '''# What a release is made of. Every line is a default; change what you need.
name = "release"          # releases are numbered: release-1, release-2 …
purpose = "train"         # train, learn-from-feedback, evaluate, human-review, publish, personalise
use = "train"             # train, fine-tune, ground, evaluate, display, redistribute: what contracts are asked for
commercial = true         # a non-commercial licence then refuses
sources = []              # ids of sources; empty: every source
territory = []            # where the release will be used, such as ["FR"], ["EU"] or ["world"]; a contract for other places refuses
signals_max_age = 30      # days; a web source whose reservation signals were last read longer ago is held (1 to 366)
# as_of = "2026-01-31"    # judge waiting periods and contracts at this day; without it, at the moment of the build

[records]
threads = ["main", "document"]   # also: branch, hidden, derived, feedback, attachment (each needs its legal basis)

[chunk]
tokens = 0                # longest chunk; 0 never cuts
overlap = 0               # tokens repeated from the chunk before, in whole exchanges

[screen]
languages = ["en", "fr"]  # what may be released; a language in which no screening is measured is held all the same

[detect]
plugins = []              # models of others to look with as well, by their names in detectors.toml of this folder

[deidentify]
# labels = ["PERSON", "EMAIL", …]   # what is replaced; without it, everything that identifies by itself
replace = "placeholders"  # [PERSON_k3f2a]; or "surrogates": invented names, numbers for fiction, moved dates
seconds = 20              # a detector that takes longer for a batch holds its records

[deidentify.measure]      # below this no release; shares are judged by their lower 95 % bound, language by language
set = "built-in"          # a labelled set in this folder, such as "measured.jsonl"; built-in: about 330 invented sentences
recall = {EMAIL = 0.5, PERSON = 0.6, PHONE = 0.5}   # of people and things of which every mention is found
fully_redacted = 0.6      # of texts that hold personal data, those in which all of it is found
false_per_10kb_at_most = 80   # findings that are none, per 10,000 bytes of other text

[dedupe]
near = true               # near-duplicates too, not only exact ones

[audit]
twin_per_thousand = 10    # rows kept apart so that a later audit of the model is valid (from 1,000 rows on)
canaries = 16             # random sentences drawn with the release (from 1,000 rows on)

[release]
lease_hours = 24          # the loader for training refuses a release whose log checkpoint is older
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan as it is built from; see :data:`TEMPLATE` for what each field means."""

    name: str = "release"
    purpose: str = "train"
    use: str = "train"
    commercial: bool = True
    sources: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    as_of: str = ""
    signals_max_age: int = MAX_AGE_DAYS
    threads: tuple[str, ...] = ("main", "document")
    chunk: ChunkSettings = field(default_factory=ChunkSettings)
    languages: tuple[str, ...] = ("en", "fr")
    plugins: tuple[str, ...] = ()
    deidentify: DeidentifySettings = field(default_factory=DeidentifySettings)
    standard: Standard = field(default_factory=Standard)
    near: bool = True
    twin_per_thousand: int = 10
    canaries: int = 16
    lease_hours: int = 24
    accepted: tuple[str, ...] = ()

    def wanted(self, at: datetime) -> Wanted:
        """Say what its texts are wanted for at a moment; what is redistributed or published goes to others."""
        return Wanted(use=self.use, as_of=at, commercial=self.commercial, territory=self.territory,
                      shared=self.use == "redistribute" or self.purpose == "publish", unsigned=ACCEPT_UNSIGNED in self.accepted)

    def as_json(self) -> dict[str, Any]:
        """Give the plan as plain values, every default written out."""
        out: dict[str, Any] = _plain(asdict(self))
        return out


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


_SECTIONS = {"records": ("threads",), "chunk": ("tokens", "overlap"), "screen": ("languages",), "detect": ("plugins",),
             "deidentify": ("labels", "seconds", "replace", "measure"), "dedupe": ("near",), "audit": ("twin_per_thousand", "canaries"),
             "release": ("lease_hours",)}
_TOP = {"name": str, "purpose": str, "use": str, "commercial": bool, "sources": list, "territory": list, "as_of": str, "signals_max_age": int}


def read_plan(path: Path) -> Plan:
    """Read a plan file.

    Raises:
        SetupError: it is missing, is no TOML, or a field is unknown or out of range; the message names it.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError("there is no such plan", about=path.name, remedy="Write one: licit init makes a commented "
                         "plan.toml.") from None
    except OSError as error:
        raise SetupError(f"the plan cannot be read: {error.strerror}", about=str(path), remedy="Name a file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"the plan is not TOML: {error}", about=path.name) from None
    try:
        return parse_plan(data)
    except (ValueError, TypeError) as error:
        raise SetupError(str(error), about=path.name, remedy="Compare with the plan.toml that licit init makes."
                         ) from None


def parse_plan(data: Mapping[str, Any]) -> Plan:
    """Make a plan from plain values as TOML gives them.

    Raises:
        ValueError: an unknown field, or a value of the wrong kind or out of range.
    """
    accepted = tuple(sorted(name for name in data if name.startswith("accept_") and data[name] is True))
    if wrong := misnamed(data, (*_TOP, *_SECTIONS, *ACCEPTABLE), "a plan"):
        raise ValueError(wrong)
    if vague := [name for name in ACCEPTABLE if not isinstance(data.get(name, False), bool)]:
        raise ValueError(f"{vague[0]} is true or false")
    values: dict[str, Any] = {name: data[name] for name in _TOP if name in data}
    for section, names in _SECTIONS.items():
        given = data.get(section, {})
        if not isinstance(given, Mapping):
            raise ValueError(f"{section} is a section: write [{section}]")
        if wrong := misnamed(given, names, f"[{section}]"):
            raise ValueError(wrong)
        values |= {name: given[name] for name in names if name in given}
    return _checked(values, accepted)


def _checked(values: dict[str, Any], accepted: tuple[str, ...]) -> Plan:
    for name, kind in {**_TOP, "near": bool, "twin_per_thousand": int, "canaries": int, "lease_hours": int,
                       "tokens": int, "overlap": int, "seconds": int, "replace": str, "threads": list, "languages": list,
                       "labels": list, "plugins": list}.items():
        if name in values and (not isinstance(values[name], kind) or (kind is int and isinstance(values[name], bool))):
            raise ValueError(f"{name} must be a {kind.__name__}")
    for name, allowed in (("purpose", PURPOSES), ("use", USES)):
        if name in values and values[name] not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}")
    for name in ("sources", "territory", "threads", "languages", "labels", "plugins"):
        if not all(isinstance(item, str) and item for item in values.get(name, ())):
            raise ValueError(f"{name} is a list of texts")
    try:
        parse_moment(values.get("as_of") or "2025-01-01")
    except ValueError:
        raise ValueError("as_of is a day such as 2026-01-31, or a time with its zone") from None
    if bad := set(values.get("threads", ())) - set(THREADS):
        raise ValueError(f"no such thread: {', '.join(sorted(bad))}; there are {', '.join(THREADS)}")
    plan_name = values.get("name", "release")
    if not plan_name.replace("-", "").isalnum() or not plan_name.isascii() or plan_name != plan_name.lower():
        raise ValueError("name holds lower-case letters, digits and hyphens")
    for name, low, high in (("twin_per_thousand", 0, 200), ("canaries", 0, 1000), ("lease_hours", 1, 24 * 30),
                            ("seconds", 1, 600), ("signals_max_age", 1, 366)):
        if not low <= values.get(name, low) <= high:
            raise ValueError(f"{name} lies between {low} and {high}")
    chunk = ChunkSettings(**{name: values.pop(name) for name in ("tokens", "overlap") if name in values})
    deidentify = DeidentifySettings(labels=tuple(values.pop("labels", DIRECT)), seconds=values.pop("seconds", 20),
                                    replace=values.pop("replace", REPLACEMENTS[0]))
    if "measure" in values:
        values["standard"] = parse_standard(values.pop("measure"))
    for name in ("sources", "territory", "threads", "languages", "plugins"):
        if name in values:
            values[name] = tuple(values[name])
    return Plan(**values, chunk=chunk, deidentify=deidentify, accepted=accepted)


def plan_from_lock(plan: Mapping[str, Any]) -> Plan:
    """Read back what :meth:`Plan.as_json` wrote into a lock."""
    values: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in plan.items()}
    values["chunk"] = ChunkSettings(**plan["chunk"])
    values["deidentify"] = DeidentifySettings(labels=tuple(plan["deidentify"]["labels"]),
                                              seconds=plan["deidentify"]["seconds"],
                                              replace=plan["deidentify"].get("replace", REPLACEMENTS[0]))
    if "standard" in plan:
        values["standard"] = Standard(**plan["standard"])
    return Plan(**values)
