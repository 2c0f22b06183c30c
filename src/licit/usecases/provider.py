"""What only the provider can answer for the papers of a release: ``provider.toml`` of the workspace, checked.

Rules kept here:

- A field left out or empty is unanswered, and the papers say so; no answer is made up, least of all a yes or a no.
- An unknown field, or a value of another kind, is an error that names it.
- What was answered goes into the lock, so that the papers of a release never change after it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import SetupError, misnamed
from ..core.policy import parse_moment

FILE = "provider.toml"

#: Section: field: (kind, in English, in French). A kind is text, day, yes-no, number or texts.
FIELDS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "provider": {
        "name": ("text", "who places the model on the market", "qui met le modèle sur le marché"),
        "contact": ("text", "an address that answers", "une adresse qui répond"),
        "representative": ("text", "authorised representative and contact, or: none", "mandataire et contact, ou : aucun")},
    "model": {
        "names": ("texts", "versioned names of the models trained on it", "noms, avec version, des modèles entraînés dessus"),
        "dependencies": ("text", "the model it modifies and a link to its summary, or: none", "le modèle modifié et un lien vers son résumé, ou : aucun"),
        "placed_on_market": ("day", "date of placement on the Union market", "date de mise sur le marché de l'Union"),
        "continuous": ("yes-no", "trained on new data after the latest date of collection?", "entraîné sur des données postérieures à la dernière collecte ?"),
        "other_characteristics": ("text", "optional: other characteristics of the data", "facultatif : autres caractéristiques des données"),
        "comments": ("text", "optional", "facultatif")},
    "public_datasets": {"comments": ("text", "optional", "facultatif")},
    "private_datasets": {"comments": ("text", "optional", "facultatif")},
    "crawlers": {
        "small_enterprise": ("yes-no", "small or medium enterprise: a shorter list of domains", "petite ou moyenne entreprise : liste de domaines plus courte"),
        "names": ("texts", "names of the crawlers used", "noms des robots employés"),
        "purposes": ("text", "what they collect for", "ce pour quoi ils collectent"),
        "behaviour": ("text", "what they do at captchas, paywalls, robots.txt", "leur conduite devant captchas, péages et robots.txt"),
        "content": ("text", "kinds of content and sites that were crawled", "genres de contenus et de sites parcourus"),
        "comments": ("text", "optional", "facultatif")},
    "user_data": {
        "other_services": ("yes-no", "data from the provider's other services used?", "données d'autres services du fournisseur utilisées ?"),
        "services": ("text", "the services or products through which user data was collected", "services ou produits par lesquels elles ont été recueillies"),
        "comments": ("text", "optional", "facultatif")},
    "synthetic": {
        "models": ("text", "models on the market that generated it, and links to their summaries", "modèles du marché qui les ont produites, et liens vers leurs résumés"),
        "other_models": ("text", "other models that generated it, and what they were trained on", "autres modèles qui les ont produites, et leurs données d'entraînement"),
        "comments": ("text", "optional", "facultatif")},
    "other_sources": {
        "description": ("text", "what other sources there are", "quelles autres sources il y a"), "comments": ("text", "optional", "facultatif")},
    "reservations": {
        "signatory": ("yes-no", "signatory of the Code of Practice?", "signataire du code de bonnes pratiques ?"),
        "comments": ("text", "optional", "facultatif")},
    "illegal_content": {"measures": ("text", "what is done against illegal content", "ce qui est fait contre les contenus illicites")},
    "other": {"information": ("text", "optional", "facultatif")},
    "copyright_policy": {
        "version": ("text", "version of the copyright policy", "version de la politique de droit d'auteur"),
        "owner": ("text", "who answers for it", "qui en répond"),
        "summary": ("text", "what it says, in a few sentences, for everybody", "ce qu'elle dit, en quelques phrases, pour tous"),
        "url": ("text", "where it is published", "où elle est publiée")},
    "release": {
        "url": ("text", "where the set is described or handed out", "où le jeu est décrit ou remis"),
        "removal_days": ("number", "days within which recipients apply a removal", "jours pour appliquer un retrait"),
        "complaints": ("text", "where rightsholders and people complain", "où les ayants droit et les personnes se plaignent")},
    "processing": {
        "controller": ("text", "controller and contact; joint controllers too (GDPR 30(1)(a))", "responsable et contact ; coresponsables aussi (RGPD 30(1)(a))"),
        "officer": ("text", "data-protection officer, or: none", "délégué à la protection des données, ou : aucun"),
        "recipients": ("text", "categories of recipients (30(1)(d))", "catégories de destinataires (30(1)(d))"),
        "transfers": ("text", "transfers outside the Union and their safeguards, or: none (30(1)(e))", "transferts hors de l'Union et garanties, ou : aucun (30(1)(e))"),
        "retention": ("text", "time limits for erasure (30(1)(f))", "délais d'effacement (30(1)(f))"),
        "security": ("text", "security measures (30(1)(g))", "mesures de sécurité (30(1)(g))")},
    "card": {
        "uses": ("text", "what the set is good for", "à quoi le jeu est bon"),
        "biases": ("text", "known biases", "biais connus"),
        "social_impact": ("text", "effects on society", "effets sur la société")},
}

_HEAD = """\
# What only you can answer for the papers of a release (licit papers). Nothing here decides about any record.
# A field left out or empty says TO BE PROVIDED in the papers; licit papers check lists them. Change it, then build again.
# Ce que vous seuls pouvez répondre dans les documents d'une publication (licit papers). Rien ici ne décide d'aucun enregistrement.
# Un champ absent ou vide y figure comme À FOURNIR ; licit papers check en donne la liste. Modifiez, puis construisez de nouveau.
"""
_EMPTY = {"text": '""', "day": '"2026-01-31"', "yes-no": "true", "number": "30", "texts": '["", ""]'}


def template() -> str:
    """Give the commented file that ``licit init`` writes; every answer is open."""
    lines = [_HEAD]
    for section, fields in FIELDS.items():
        lines.append(f"[{section}]")
        lines += [f"# {name} = {_EMPTY[kind]}  # {english} · {french}" for name, (kind, english, french) in fields.items()]
        lines.append("")
    return "\n".join(lines)


def read_provider(path: Path) -> dict[str, dict[str, Any]]:
    """Read what was answered, by section and field; nothing where there is no file.

    Raises:
        SetupError: the file cannot be read, or a field is unknown or of another kind.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SetupError(f"{path.name} cannot be read: {error.strerror}", about=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path.name} is not TOML: {error}", about=path.name) from None
    try:
        return parse_provider(data)
    except ValueError as error:
        raise SetupError(str(error), about=path.name, remedy="Compare with the provider.toml that licit init makes.") from None


def parse_provider(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Check answers as TOML gives them; give those that are answers, in plain JSON values.

    Raises:
        ValueError: an unknown section or field, or a value of another kind.
    """
    if wrong := misnamed(data, FIELDS, FILE):
        raise ValueError(wrong)
    out: dict[str, dict[str, Any]] = {}
    for section, given in data.items():
        if not isinstance(given, Mapping):
            raise ValueError(f"{section} is a section: write [{section}]")
        if wrong := misnamed(given, FIELDS[section], f"[{section}]"):
            raise ValueError(wrong)
        told = {name: _value(f"{section}.{name}", FIELDS[section][name][0], value) for name, value in given.items()}
        if answered := {name: value for name, value in told.items() if value not in ("", [])}:
            out[section] = answered
    return out


def _value(name: str, kind: str, value: Any) -> Any:
    if kind == "yes-no" and isinstance(value, bool):
        return value
    if kind == "number" and type(value) is int and 0 < value < 100_000:
        return value
    if kind == "texts" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [item.strip() for item in value if item.strip()]
    if kind in ("text", "day") and isinstance(value, str):
        if kind == "day" and value.strip():
            return parse_moment(value.strip()).strftime("%Y-%m-%d")
        return " ".join(value.split())
    wanted = {"text": "a text", "day": "a day such as \"2026-01-31\"", "yes-no": "true or false", "number": "a whole number above zero",
              "texts": "a list of texts"}
    raise ValueError(f"{name} is {wanted[kind]}")
