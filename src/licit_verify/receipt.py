"""A receipt checked alone: no server, no workspace and no release, only the file and the log's public key.

Exit code: 0 it is genuine; 1 it is not; 2 wrong use. What it says is told in plain English or French.

Rules kept here:

- A receipt that is not signed by a key of the log that counted then says nothing at all.
- It shows that the log promised the entry. That the log kept its word is shown by the proof for a release.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .keychain import Chain, read_list
from .keyfile import read_key
from .person import insist_on_key, opened
from .report import Fault

_KINDS = {
    "objection": ("you refused", "vous avez refusé"), "withdrawal": ("you withdrew your consent to", "vous avez retiré votre consentement à"),
    "permission": ("you allowed", "vous avez autorisé"), "consent": ("you consented to", "vous avez consenti à"),
    "restriction": ("you had frozen", "vous avez fait geler"), "lifting": ("you lifted the freeze of", "vous avez levé le gel de"),
    "erasure": ("you had erased", "vous avez fait effacer"), "access": ("you asked to see", "vous avez demandé à voir"),
    "portability": ("you asked for a copy of", "vous avez demandé une copie de"),
    "rectification": ("you asked to have corrected", "vous avez demandé à faire rectifier"),
    "directive": ("you directed, for after your death, what becomes of", "vous avez dit, pour après votre mort, ce que deviennent"),
    "death": ("staff recorded a death and ended every use of", "le personnel a consigné un décès et mis fin à toute utilisation de"),
    "third-party-objection": ("you objected, as somebody named by others, to", "vous vous êtes opposé, comme personne nommée par d'autres, à")}
#: What is no choice about somebody's data: said without naming uses.
_REPORTS = {
    "model-report": ("you reported that a model repeats you", "vous avez signalé qu'un modèle vous répète"),
    "work-complaint": ("you complained about the use of a work", "vous vous êtes plaint de l'usage d'une œuvre")}
_PURPOSES = {
    "train": ("training", "l'entraînement"), "learn-from-feedback": ("learning from ratings", "l'apprentissage par les avis"),
    "evaluate": ("testing", "les tests"), "human-review": ("reading by people", "la lecture par des personnes"),
    "publish": ("publication", "la publication"), "personalise": ("adapting answers", "l'adaptation des réponses")}
_LEVELS = {"project": ("one project", "un projet"), "record": ("one conversation", "une conversation"),
           "turn": ("one message", "un message"), "attachment": ("one attachment", "une pièce jointe")}
_ASKED = frozenset({"access", "portability", "rectification", "erasure"})


@dataclass(frozen=True, slots=True)
class Statement:
    """What a genuine receipt says: of which log and entry, by which key, and what was asked when."""

    origin: str
    entry: int
    kind: str
    purposes: tuple[str, ...]
    target: Mapping[str, str]
    received_at: str
    recorded_at: str
    key_id: str

    def text(self, *, french: bool = False) -> str:
        """Say it in a sentence or two."""
        verb = _KINDS.get(self.kind, (f"an entry “{self.kind}” was made about", f"une entrée « {self.kind} » a été faite sur"))[french]
        uses = [_PURPOSES.get(one, (one, one))[french] for one in self.purposes]
        every = (("everything kept about you", "tout ce qui est conservé sur vous") if self.kind in _ASKED else
                 ("every use of what you say", "tout usage de ce que vous dites"))[french]
        what = " " + (", ".join(uses) or every)
        if level := self.target.get("level"):
            what += f" ({_LEVELS.get(level, (level, level))[french]})"
        if self.kind in _REPORTS:
            verb, what = _REPORTS[self.kind][french], ""
        day, _, time = self.received_at.removesuffix("Z").partition("T")
        time = time.partition(".")[0]
        if french:
            return (f"Le {day} à {time} UTC, {verb}{what}.\nEntrée {self.entry} du journal {self.origin}, signée par {self.key_id}. "
                    "Le journal s'est engagé à la garder.")
        return (f"On {day} at {time} UTC {verb}{what}.\nEntry {self.entry} of the log {self.origin}, signed by {self.key_id}. The log "
                "promised to keep it.")

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"genuine": True, "origin": self.origin, "entry": self.entry, "kind": self.kind, "purposes": list(self.purposes),
                "target": dict(self.target), "received_at": self.received_at, "recorded_at": self.recorded_at, "key_id": self.key_id}


def check_alone(path: Path, keys: Chain, trusted: bytes) -> Statement:
    """Check a receipt by a log's keys; ``trusted`` is the one that the checker trusts of itself.

    Raises:
        Fault: it is no receipt, or not signed by a key that counted then.
    """
    paper = opened(path)
    insist_on_key(paper, keys, trusted, path.name)
    try:
        return said_by(paper.payload, paper.envelope.key_id)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Fault("{path} is no receipt", path.name, path=path.name) from None


def said_by(payload: Mapping[str, Any], key: str) -> Statement:
    """Give what a receipt's payload says; that it is genuine is for :func:`check_alone` to find.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: it is no receipt's.
    """
    about, decision = payload["about"], payload["decision"]
    return Statement(origin=str(payload["origin"]), entry=int(payload["seq"]), kind=str(payload["kind"]),
                     purposes=tuple(map(str, decision.get("purposes", ()))),
                     target={str(k): str(v) for k, v in decision.get("target", {}).items()},
                     received_at=str(about["received_at"]), recorded_at=str(about["recorded_at"]), key_id=key)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``licit receipt verify``; give its exit code."""
    parser = argparse.ArgumentParser(
        prog="licit receipt verify", description="Check a receipt alone: no server, no workspace, no release.",
        epilog="Example: licit receipt verify licit-receipt-12.json --key signer.pub --lang fr")
    parser.add_argument("receipt", help="the receipt's file")
    parser.add_argument("--key", help="the log's public key: hexadecimal, or a file (raw, hexadecimal, PEM)")
    parser.add_argument("--keys", metavar="FILE", help="the log's list of signing keys (licit keys chain); its last key is "
                                                       "trusted unless --key names another of them")
    parser.add_argument("--json", action="store_true", help="the answer for machines")
    parser.add_argument("--lang", choices=("en", "fr"), default="en", help="the language of the answer")
    options = parser.parse_args(arguments)
    if not (options.key or options.keys):
        parser.error("say whose signature counts: --key KEY, or --keys FILE. It stands on the page that gave the receipt.")
    try:
        key = read_key(options.key) if options.key else b""
        chain = read_list(Path(options.keys)) if options.keys else Chain((key,))
    except (OSError, ValueError, Fault) as error:
        sys.stderr.write(f"the key cannot be read: {type(error).__name__}\n")
        return 2
    try:
        said = check_alone(Path(options.receipt), chain, key or chain.keys[-1])
    except (OSError, Fault) as fault:
        why = fault.text(options.lang == "fr") if isinstance(fault, Fault) else fault.strerror
        sys.stdout.write(json.dumps({"genuine": False, "why": why}) + "\n" if options.json else f"✗ {why}\n")
        return 1
    sys.stdout.write(json.dumps(said.as_json(), ensure_ascii=False) + "\n" if options.json else
                     f"✓ {said.text(french=options.lang == 'fr')}\n")
    return 0
