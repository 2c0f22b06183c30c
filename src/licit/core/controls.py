"""The controls of licit that a measure in an assessment may rest on, and whether each ran and passed under a plan.

A measure that names no control is a wish. What a control needs of the plan, of the policy and of the finished release stands
here as data; ``licit_verify`` has a table of its own, and a test holds the two to each other.

Rules kept here:

- A control that the plan switches off, weakens by ``accept_…`` or sets to nothing has not passed.
- A control that only carries out what the GDPR demands anyway says of which article; it never counts in the balance.

Law: LIA-05, LIA-06
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNMEASURED = ("accepted", "lacks", "accept_unmeasured_deidentification")
_UNSCREENED = ("accepted", "lacks", "accept_unmeasured_screening")


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A control: what it does in English and French, what it needs of the plan, and which claims must hold.

    ``duty`` is the article that demands it anyway, "" where it goes beyond; ``wait`` says that it needs a waiting period
    of so many days; ``drawn`` that it needs a release large enough for a twin.
    """

    id: str
    meaning: str
    meaning_fr: str
    claims: tuple[str, ...] = ()
    plan: tuple[tuple[str, str, Any], ...] = ()
    duty: str = ""
    wait: int = 0
    drawn: bool = False


_TABLE = (
    Control(id="waiting-period", meaning="Nothing is used until thirty days after it was said.", wait=30,
            meaning_fr="Rien n'est utilisé avant trente jours après avoir été dit.", claims=("people-honoured",)),
    Control(id="unconditional-objection", meaning="An objection needs no reason, and reaches sets already made by a patch.",
            meaning_fr="L'opposition n'a pas à être motivée, et atteint les jeux déjà faits par un correctif.",
            claims=("people-honoured", "patch-of-parent")),
    Control(id="objection-honoured", meaning="Nobody who objected is in the release.", duty="21",
            meaning_fr="Personne qui s'est opposé n'est dans la publication.", claims=("people-honoured",)),
    Control(id="outsiders-honoured", meaning="People who are no users can object, before and after collection.",
            meaning_fr="Les personnes non utilisatrices peuvent s'opposer, avant et après la collecte.", claims=("people-honoured",)),
    Control(id="special-categories-out", meaning="What reveals special categories or offences is left out.", duty="9, 10",
            meaning_fr="Ce qui révèle des catégories particulières ou des infractions est écarté.", plan=(_UNSCREENED,),
            claims=("admission-rerun",)),
    Control(id="screening-measured", meaning="Screening is measured in each language; an unmeasured language is left out.",
            meaning_fr="Le filtrage est mesuré dans chaque langue ; une langue non mesurée est écartée.", plan=(_UNSCREENED,),
            claims=("admission-rerun", "measure-meets-plan")),
    Control(id="deidentified", meaning="Personal data found in the words is replaced, above a stated measured threshold.",
            meaning_fr="Les données personnelles trouvées dans les textes sont remplacées, au-dessus d'un seuil mesuré et énoncé.",
            plan=(_UNMEASURED,), claims=("measure-meets-plan", "deidentification-measured")),
    Control(id="no-direct-identifiers", meaning="Independent patterns find no direct identifier in the release.",
            meaning_fr="Des motifs indépendants ne trouvent aucun identifiant direct dans la publication.",
            claims=("no-direct-identifiers",)),
    Control(id="invented-replacements", meaning="What is replaced is replaced by invented data.",
            meaning_fr="Ce qui est remplacé l'est par des données inventées.",
            plan=(("deidentify.replace", "is", "surrogates"),)),
    Control(id="minors-out", meaning="What minors said is left out.", meaning_fr="Ce que des mineurs ont dit est écarté.",
            claims=("admission-rerun",)),
    Control(id="third-parties-held", meaning="Chats pasted or exported from other people are held.",
            meaning_fr="Les discussions collées ou exportées d'autres personnes sont retenues.", claims=("admission-rerun",)),
    Control(id="attachments-out", meaning="Files that people attached are left out.",
            meaning_fr="Les fichiers joints sont écartés.", plan=(("threads", "lacks", "attachment"),),
            claims=("admission-rerun",)),
    Control(id="sources-approved", meaning="Only sources that somebody else approved are used; reservations are kept.",
            meaning_fr="Seules des sources approuvées par une autre personne sont utilisées ; les réserves sont respectées.",
            claims=("sources-admitted",)),
    Control(id="duplicates-out", meaning="Exact and near duplicates are left out, so that less is learned by heart.",
            meaning_fr="Les doublons exacts et proches sont écartés, pour que moins soit appris par cœur.",
            plan=(("near", "is", True),), claims=("copies-apart",)),
    Control(id="fields-minimised", meaning="No account, address, device or time finer than a day leaves.", duty="5(1)(c)",
            meaning_fr="Ni compte, ni adresse, ni appareil, ni temps plus fin que le jour ne sort.", claims=("columns-allowed",)),
    Control(id="order-keyed", meaning="Rows are not grouped by person.",
            meaning_fr="Les lignes ne sont pas groupées par personne.", claims=("order-keyed",)),
    Control(id="twin-and-canaries", meaning="A held-out twin and canaries let the model be audited afterwards.",
            meaning_fr="Un jumeau de contrôle et des canaris permettent d'auditer le modèle ensuite.", drawn=True,
            plan=(("twin_per_thousand", "over", 0), ("canaries", "over", 0)), claims=("twin-apart",)),
    Control(id="absence-provable", meaning="Anybody with a receipt can check alone that a release declares no row of theirs.",
            meaning_fr="Qui tient un reçu vérifie seul qu'une publication ne déclare aucune ligne de lui.",
            claims=("absence-root-logged", "tags-complete")),
)

CONTROLS: dict[str, Control] = {control.id: control for control in _TABLE}


def missed(control: str, plan: Mapping[str, Any], waiting_days: int | None) -> bool:
    """Tell whether a control did not run as it must, from the plan (plain values, as in a lock) and the policy.

    ``waiting_days`` is the shortest waiting period of the policy under legitimate interest, None where there is none. A
    control that nobody knows has not run.
    """
    known = CONTROLS.get(control)
    if known is None or (known.wait and (waiting_days is None or waiting_days < known.wait)):
        return True
    return not all(_meets(_value(plan, path), how, wanted) for path, how, wanted in known.plan)


def _value(plan: Mapping[str, Any], path: str) -> Any:
    value: Any = plan
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _meets(value: Any, how: str, wanted: Any) -> bool:
    if how == "is":
        return bool(value == wanted)
    if how == "over":
        return type(value) is int and value > wanted
    return isinstance(value, list | tuple) and wanted not in value
