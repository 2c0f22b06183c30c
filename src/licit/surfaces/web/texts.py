"""What each purpose and right is called, and what it covers and does not: sentences for the catalogues, no rules.

Refusing and allowing are worded alike; no sentence praises either.
"""

from dataclasses import dataclass


def N_(text: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A purpose's name, what it covers, and what it does not."""

    name: str
    covers: str
    covers_not: str


PURPOSES: dict[str, Told] = {
    "train": Told(
        name=N_("Training models"),
        covers=N_("Your conversations become part of the texts that new models learn from, after names and numbers in them "
                  "have been replaced."),
        covers_not=N_("Answering you in the conversation itself.")),
    "learn-from-feedback": Told(
        name=N_("Learning from your ratings"),
        covers=N_("Your thumbs, comments and choices between answers, with what they are about."),
        covers_not=N_("A rating never overrides a refusal of training: the conversation around it stays out.")),
    "evaluate": Told(
        name=N_("Testing models"),
        covers=N_("Your conversations are questions that models are tested with; they do not learn from them."),
        covers_not=N_("Training.")),
    "human-review": Told(
        name=N_("Reading by people"),
        covers=N_("Staff may read conversations to judge the quality of answers. Each reading is recorded and shown to you."),
        covers_not=N_("Reading that a court orders or that security needs.")),
    "publish": Told(
        name=N_("Publishing for research"),
        covers=N_("Conversations in which names and numbers were replaced are given to researchers."),
        covers_not=N_("Anything under your name.")),
    "personalise": Told(
        name=N_("Adapting answers to you"),
        covers=N_("What you said earlier shapes later answers, for you alone."),
        covers_not=N_("Models that others use.")),
}

STATES: dict[str, str] = {
    "refused": N_("Refused"), "allowed": N_("Allowed by you"), "used": N_("Allowed unless you refuse"),
    "not-used": N_("Not used"), "restricted": N_("Frozen"), "erased": N_("Erased")}

BASES: dict[str, str] = {
    "consent": N_("Legal basis: your consent. Without it, nothing is used."),
    "legitimate-interest": N_("Legal basis: legitimate interest. You can object at any time, without a reason."),
    "": N_("No legal basis is recorded today: nothing is used.")}

KINDS: dict[str, str] = {
    "objection": N_("Refusal"), "withdrawal": N_("Consent withdrawn"), "permission": N_("Permission"), "consent": N_("Consent"),
    "restriction": N_("Freeze"), "lifting": N_("Freeze lifted"), "erasure": N_("Erasure"), "access": N_("Access request"),
    "portability": N_("Request for a copy to take along"), "rectification": N_("Correction request"),
    "rectified": N_("Correction made"), "directive": N_("Directive for after death"), "death": N_("Death recorded by staff, or corrected")}

#: The forms of reports that need no account: their addresses, and what is wrong with one, by reason name.
REPORTS: dict[str, str] = {"model-report": "/others/model", "work-complaint": "/others/work"}
REPORT_ERRORS: dict[str, str] = {
    "report-unclear": N_("There is nothing here that could be looked into: fill in at least one of the first fields, and no more lines than are asked for."),
    "too-long": N_("This is too long."), "number-wrong": N_("This is no ISBN, ISSN or DOI: look at the number again, or leave it empty."),
    "": N_("This cannot be read. Write it as plain text, and choose a model from the list.")}

LEVELS: dict[str, str] = {"project": N_("one project"), "record": N_("one conversation"), "turn": N_("one message"),
                          "attachment": N_("one attachment")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A right that is asked for: its name, what happens, and whether it is asked again before it is done."""

    name: str
    what: str
    asks_again: bool = False


REQUESTS: dict[str, Request] = {
    "access": Request(name=N_("See everything"), what=N_("Everything that is kept about you, and what was done with it.")),
    "portability": Request(name=N_("Take my data along"), what=N_("A copy in an open format that other services can read.")),
    "rectification": Request(name=N_("Have my data corrected"), what=N_("What is said about you is wrong: until it is settled, none of "
                                                                    "it is used.")),
    "restriction": Request(name=N_("Freeze my data"), what=N_("Kept, used for nothing, and not deleted, until you lift it.")),
    "erasure": Request(name=N_("Erase my data"), what=N_("All that you said until now. It cannot be undone."), asks_again=True)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to refuse: its name, and the steps from its first page."""

    name: str
    steps: str


CHANNELS: dict[str, Channel] = {
    "privacy centre": Channel(name=N_("Privacy centre"), steps=N_("one click on the first page")),
    "Sec-GPC: 1": Channel(name=N_("Signal of the browser (Global Privacy Control)"), steps=N_("none: the browser sends it")),
    "API": Channel(name=N_("The product’s own settings, by the API"), steps=N_("as the product has it")),
    "form for others": Channel(name=N_("Form for people who are no users"), steps=N_("one field and one click")),
    "list": Channel(name=N_("List from a product or a form (CSV)"), steps=N_("as the product has it")),
    "staff": Channel(name=N_("Letter or message, entered by staff"), steps=N_("one message, in any words")),
    "another": Channel(name=N_("Another channel of a product"), steps=N_("as the product has it"))}

TIERS: dict[str, str] = {"free": N_("Free"), "student": N_("Student"), "pro": N_("Pro"), "team": N_("Team"),
                         "logged-out": N_("Not signed in")}

#: Steps that the server counts of itself; what staff entered of another time stands in their words.
STEPS: dict[str, str] = {"press-refuse": N_("press “Refuse everything” on the first page"), "write-a-message": N_("write a message")}
