"""What the console calls requests, steps, grounds and stores: sentences for the catalogues, no rules."""

from collections.abc import Callable, Iterable

from .texts import KINDS as _KINDS
from .texts import N_

KINDS: dict[str, str] = {**_KINDS, "third-party-objection": N_("Objection of somebody who is no user"),
                         "model-report": N_("Report that a model repeats somebody"), "work-complaint": N_("Complaint about a work")}

ROLES: dict[str, str] = {"officer": N_("Data-protection officer"), "legal": N_("Legal"), "engineer": N_("Engineer"),
                         "auditor": N_("Auditor")}

#: Who speaks in a turn, and how a turn came to be that nobody simply said.
ROLES_SAID: dict[str, str] = {"user": N_("Person"), "assistant": N_("Answer"), "system": N_("System"), "tool": N_("Tool"),
                              "participant": N_("Participant"), "block": N_("Passage")}
ORIGINS: dict[str, str] = {"feedback": N_("rating"), "derived": N_("made from what was said"), "pasted": N_("pasted")}

#: The console's rooms by what staff come for: a group's name, then its rooms' addresses and names.
ROOMS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (N_("Requests"), (("/console", N_("By legal date")), ("/console/mail", N_("A message")), ("/console/board", N_("Propagation")), ("/console/deceased", N_("Deaths")))),
    (N_("Records"), (("/console/held", N_("Held records")), ("/console/holds", N_("Legal holds")), ("/console/retention", N_("Retention")))),
    (N_("Sets"), (("/console/releases", N_("Released sets")), ("/console/papers", N_("Papers")), ("/console/sources", N_("Sources")), ("/console/canaries", N_("Canaries")),
                  ("/console/breach", N_("Breach drill")))),
    (N_("Rules and record"), (("/console/policy", N_("Policy")), ("/console/interface", N_("Older interfaces")), ("/console/journal", N_("Journal")))))

#: Stores by the names of the use case: what the page calls each, and what it is kept for.
STORES_KEPT: dict[str, tuple[str, str]] = {
    "conversations": (N_("Conversations"), N_("To make training sets of what people allow.")),
    "releases": (N_("Released sets"), N_("To train models; until they are withdrawn.")),
    "withdrawn-releases": (N_("Withdrawn sets"), N_("To compare what took their place.")),
    "backups": (N_("Backups"), N_("To put the workspace back after a loss.")),
    "visits": (N_("Visits"), N_("To know who is signed in; at most a day.")),
    "log": (N_("The log"), N_("To prove what was decided. It keeps refusals and does not end.")),
    "identities": (N_("Identities"), N_("To know who refused: random ids that do not end, or the erased would come back.")),
    "keys": (N_("Keys"), N_("To find nobody without them. They do not end before the log."))}

#: The steps of the daily round by name: what each is, and what it says that it counted, in that order.
DAILY: dict[str, tuple[str, str]] = {
    "shards": (N_("Small files put together"), N_("%(shards)s into %(into)s")),
    "retention": (N_("What was kept long enough is removed"), N_("%(records)s conversations, %(releases)s withdrawn sets")),
    "canaries": (N_("Every canary asked"), N_("%(unheard)s of %(canaries)s not heard")),
    "clocks": (N_("Legal dates looked at"), N_("%(overdue)s overdue, %(soon)s due within a week")),
    "models": (N_("Days for training models again"), N_("%(late)s of %(models)s passed"))}

#: How a step of it ended: a sign and a word.
ENDED: dict[str, tuple[str, str]] = {"done": ("✓", N_("Done")), "look": ("▲", N_("Somebody must look")), "failed": ("■", N_("Not done"))}

#: Each light has a sign of its own: none is told by its colour.
LIGHTS: dict[str, tuple[str, str]] = {"overdue": ("■", N_("Overdue")), "soon": ("▲", N_("Due soon")), "in-time": ("●", N_("In time")),
                                      "done": ("✓", N_("Closed"))}

STATES: dict[str, str] = {"open": N_("To be answered"), "answered": N_("Answered"), "refused": N_("Refused by two persons")}

STEPS: dict[str, str] = {
    "probed": N_("Asked a model"), "not-probed": N_("Said why no model was asked"), "searched": N_("Searched every store"), "identity-asked": N_("Asked for evidence of identity"),
    "identity-purged": N_("Destroyed the evidence of identity"), "extended": N_("Extended the time to answer"),
    "refusal-proposed": N_("Proposed a refusal"), "refused": N_("Refused, as the second person"), "answered": N_("Answered")}

#: Why no model was asked for a report.
NOT_PROBED: dict[str, str] = {
    "model-not-ours": N_("The model is none of ours"), "model-gone": N_("The model is no longer there"),
    "nothing-to-ask": N_("Nothing was given that a model can be asked"), "cannot-be-asked": N_("The model cannot be asked to go on with a text")}

#: The fields of a report.
REPORTED: dict[str, str] = {
    "said": N_("What it said"), "values": N_("What of them it holds"), "asked": N_("What it had been asked"), "contact": N_("Where to answer"),
    "title": N_("Title and author"), "number": N_("ISBN, ISSN or DOI"), "words": N_("Words of the work"), "complaint": N_("What is complained of")}

EXTENSIONS: dict[str, str] = {"complexity": N_("The request is complex"),
                              "number-of-requests": N_("The person made several requests")}

GROUNDS: dict[str, str] = {
    "not-identified": N_("The person cannot be identified"), "manifestly-unfounded": N_("The request is manifestly unfounded"),
    "manifestly-excessive": N_("The request is manifestly excessive"),
    "rights-of-others": N_("A copy would harm the rights of others"), "not-inaccurate": N_("What is stored is accurate"),
    "no-ground-for-restriction": N_("None of the four grounds of a restriction is there"),
    "expression-and-information": N_("Freedom of expression and information"),
    "legal-obligation": N_("A law obliges to keep it"), "legal-claims": N_("Needed for legal claims")}

STORES: dict[str, str] = {
    "records": N_("Conversations and documents"), "releases": N_("Rows in released sets"), "log": N_("Entries in the log"),
    "backups": N_("Backups, which go by their own date"), "identifiers": N_("Rows with an address, number or handle that was given"),
    "namesakes": N_("Rows with a name that was given; it may be somebody else’s"), "unread": N_("Arrivals that were not read"),
    "legal-hold": N_("Records under a legal hold, which wait for its end")}

#: What the papers of a release are called, by the beginning of their files' names.
PAPERS: dict[str, str] = {
    "public-summary": N_("Public summary of training content (AI Act)"), "assessments": N_("Assessments behind the legal basis"),
    "data-card": N_("Data card"), "model-card": N_("Insert for the model card"), "croissant": N_("Description for machines (Croissant)"),
    "processing-record": N_("Record of processing (Art. 30)"), "provenance": N_("Provenance (Data & Trust Alliance)"),
    "lineage": N_("Lineage (OpenLineage)"), "terms": N_("Terms for recipients"), "procedures": N_("Procedures")}

#: The register's own words: what its fields are called, and what stands in them.
REGISTER: dict[str, str] = {
    "kind": N_("Kind"), "origin": N_("Origin"), "how": N_("How acquired"), "acquired": N_("When"), "acquirer": N_("By whom"),
    "personal": N_("Personal data"), "languages": N_("Languages"), "controller": N_("Controller"), "role": N_("Our role"), "notice": N_("Notice"),
    "own": N_("our own"), "open-licence": N_("open licence"), "contract": N_("contract"), "public-domain": N_("public domain"),
    "statutory": N_("statute"), "unknown": N_("unknown"), "chat": N_("conversations"), "own-documents": N_("our own documents"),
    "web-crawl": N_("web crawl"), "public-dataset": N_("public dataset"), "licensed": N_("licensed dataset"), "private-dataset": N_("private dataset"),
    "synthetic": N_("synthetic"), "works": N_("works"), "other": N_("other"), "yes": N_("yes"), "no": N_("no"), "joint": N_("joint controller"),
    "processor": N_("processor"), "dsm-3": N_("research exception (DSM 3)"), "dsm-4": N_("mining exception (DSM 4)"), "open-data": N_("open data of the state"),
    "train": N_("training"), "fine-tune": N_("fine-tuning"), "ground": N_("answering queries"), "evaluate": N_("evaluation"), "display": N_("display"),
    "redistribute": N_("passing on")}

#: What was entered about a source.
REGISTERED: dict[str, str] = {"source": N_("Stated"), "contract": N_("Contract entered"), "approval": N_("Approved"), "signal": N_("Reservations read")}

ANSWERS: dict[str, str] = {"release": N_("Release"), "hold": N_("Keep holding"), "refuse": N_("Refuse")}

#: The stores of the propagation board.
PLACES: dict[str, str] = {
    "records": N_("Conversations and documents"), "attributes": N_("What was computed of them"), "log": N_("Particulars in the log"),
    "staging": N_("Unfinished sets"), "releases": N_("Rows in released sets"), "vault": N_("Vault"), "backups": N_("Backups"),
    "recipients": N_("Recipients"), "models": N_("Models"), "unknown": N_("Any other place")}

#: How a request stands in a store: a sign and a word.
CELLS: dict[str, tuple[str, str]] = {
    "asked": ("▲", N_("Asked")), "held": ("◆", N_("Waits for a legal hold")), "acknowledged": ("●", N_("Acknowledged")),
    "verified": ("✓", N_("Verified")), "failed": ("■", N_("Failed"))}

#: In which capacity people spoke.
CAPACITIES: dict[str, str] = {"consumer": N_("consumers"), "organisation": N_("for an organisation"), "unknown": N_("unknown capacity")}

#: What the journal calls other deeds, by kind and answer.
DEEDS: dict[str, str] = {
    "legal-hold set": N_("Put a record under a legal hold"), "legal-hold release": N_("Ended a legal hold"),
    "death recorded": N_("Recorded a death"), "death corrected": N_("Corrected a death recorded in error"),
    "delivery asked": N_("Recall to be sent"), "delivery tried": N_("Recall sent, without success"),
    "delivery received": N_("Recall received"), "delivery acknowledged": N_("Recall acknowledged"),
    "delivery verified": N_("Recall carried out, says the recipient over their signature"),
    "breach drill": N_("Breach drill"), "breach real": N_("Breach of personal data")}

#: A rule of a policy in words.
BASES: dict[str, str] = {"consent": N_("consent"), "legitimate-interest": N_("legitimate interest")}
ASSURANCES: dict[str, str] = {"adults": N_("adults only"), "minors": N_("minors may use it"), "none": N_("no assurance of age")}
RULES: dict[str, str] = {
    "Period": N_("%(purposes)s: %(basis)s from %(starts)s"), "Notice": N_("Notice %(id)s: %(purposes)s, from %(starts)s"),
    "Assessment": N_("Assessment %(id)s: %(purposes)s, until %(ends)s"), "Surface": N_("Surface %(id)s: %(assurance)s"),
    "ends": N_(", until %(ends)s"), "wait": N_(", after %(count)s days of waiting")}

#: Why something sent from the console does not count, by reason name.
ERRORS: dict[str, str] = {
    "step-incomplete": N_("Something is missing in this step."),
    "as-typed-unreasoned": N_("Say in a sentence why placeholders will not do."),
    "reason-missing": N_("Give the reason in a sentence: it is told to the person and kept."),
    "nothing-to-destroy": N_("No evidence of identity is held."),
    "way-unclear": N_("Name a way to refuse, or say that there was none."),
    "source-missing": N_("Say in a sentence what the source is and where it is kept."),
    "day-unreadable": N_("This is no day, or it is still to come."),
    "day-wrong": N_("This is no day, or it is still to come."),
    "tier-unknown": N_("Say for whom."),
    "too-long": N_("This is too long, or holds signs that cannot be shown."),
    "case-closed": N_("This request is closed."),
    "extended-already": N_("The time was extended already; it can be extended once."),
    "extension-too-late": N_("The first month is over: the time can no longer be extended."),
    "ground-not-in-list": N_("This right cannot be refused on that ground."),
    "second-person": N_("A refusal takes two persons: somebody else must propose it or sign it."),
    "remedies-missing": N_("A refusal names the remedies."),
    "authority-unnamed": N_("Name the authority in web.toml first: a refusal tells the person where to complain."),
    "identity-not-purged": N_("Destroy the evidence of identity first, and record it."),
    "probe-first": N_("Have a model asked first, or say from the list why none was."),
    "nothing-to-ask": N_("Nothing was given that can be searched for: ask for the number of the work or more of its words, or record that nothing can be asked."),
    "words-gone": N_("What was reported was deleted when it was answered."),
    "step-not-here": N_("This step does not belong to this kind of request."),
    "search-first": N_("Search every store first."),
    "not-all-read": N_("Some arrivals were not read. Build or import again, then search again."),
    "still-found": N_("Something that must go is still stored. Carry out the erasure and the patch release, then search again."),
    "noticed-in-future": N_("Nobody notices what is still to come."),
    "noticed-unreadable": N_("The moment cannot be read."),
    "breach-unclear": N_("Name a set, or records, not both."),
    "release-unknown": N_("There is no such set."),
    "letter-unclear": N_("Say who asks, for what, and a day that is not to come."),
    "letter-no-user": N_("Somebody who is no user can object; other rights need their account."),
    "subject-unknown": N_("Nobody of that name is known here. Choose “somebody who is no user”, or name the account."),
    "policy-changes-past": N_("It would change what was announced or collected already."),
    "held-already": N_("This record is under a legal hold already."),
    "record-unknown": N_("There is no record of this id."),
    "hold-unknown": N_("No hold is on this record."),
    "evidence-missing": N_("Say in a sentence what evidence was seen and where it is kept."),
    "death-recorded": N_("A death is recorded for this account already."),
    "death-unknown": N_("No death is recorded for this account."),
    "role-refused": N_("Your role does not do this."),
    "objection": N_("Somebody concerned refused that people read this. Decide without its words."),
    "consent-withdrawn": N_("Somebody concerned refused that people read this. Decide without its words."),
    "erased": N_("Somebody concerned had this erased. Decide without its words."),
    "restricted": N_("Somebody concerned had this frozen. Decide without its words."),
    "": N_("This does not count. Nothing was changed.")}


def named(kinds: Iterable[str], told: Callable[[str], str]) -> list[str]:
    """Give what rights are called, in the language of a page."""
    return [told(KINDS[kind]) for kind in kinds]


def error(reason: str) -> str:
    """Give the sentence for a reason name."""
    return ERRORS.get(reason, ERRORS[""])
