"""A receipt in JSON-LD checked alone: its own proof, the plain receipt inside it, and that both say the same.

The document is read as plain JSON; its context stands in it and is compared, so that nothing is fetched and no term can be given
another meaning.

Rules kept here:

- The proof is a W3C Data Integrity proof of the suite eddsa-jcs-2022, by a key of the log.
- What the terms say is derived again from the signed receipt; a document that says more, less or otherwise is no receipt.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from .canonical import signed, write
from .report import Fault

#: The context of every document, word for word.
CONTEXT: dict[str, Any] = {
    "dct": "http://purl.org/dc/terms/", "dpv": "https://w3id.org/dpv#", "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "licit": "https://licit.example/terms#", "sec": "https://w3id.org/security#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "DataIntegrityProof": "sec:DataIntegrityProof", "proof": {"@id": "sec:proof", "@container": "@graph"},
    "cryptosuite": "sec:cryptosuite", "proofPurpose": {"@id": "sec:proofPurpose", "@type": "@vocab"}, "assertionMethod": "sec:assertionMethod",
    "proofValue": "sec:proofValue", "verificationMethod": {"@id": "sec:verificationMethod", "@type": "@id"},
    "created": {"@id": "dct:created", "@type": "xsd:dateTime"}, "type": "@type"}

#: The right that each instrument exercises, as the GDPR extension of DPV has it; "" for those that are no right of its list.
RIGHTS = {"objection": "eu-gdpr:A21", "third-party-objection": "eu-gdpr:A21", "withdrawal": "eu-gdpr:A7-3", "erasure": "eu-gdpr:A17",
          "access": "eu-gdpr:A15", "portability": "eu-gdpr:A20", "rectification": "eu-gdpr:A16", "restriction": "eu-gdpr:A18"}
STATES = {"consent": "dpv:ConsentGiven", "withdrawal": "dpv:ConsentWithdrawn"}
PURPOSES = ("train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise")

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"
_PROOF = {"@context", "type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}


def record_of(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Say in DPV's terms what a plain receipt's payload says of its entry."""
    kind, decision, about = receipt["kind"], receipt["decision"], receipt["about"]
    name, consent = f"urn:licit:{receipt['origin']}:{receipt['seq']}", kind in STATES
    out: dict[str, Any] = {
        "@id": name, "@type": "dpv:ConsentRecord" if consent else "dpv:RightExerciseRecord", "dct:identifier": f"{receipt['origin']}/{receipt['seq']}",
        "dpv:hasDataController": {"@id": f"urn:licit:{receipt['origin']}"},
        "dpv:isIndicatedAtTime": {"@type": "xsd:dateTime", "@value": about["received_at"]},
        "licit:recordedAt": {"@type": "xsd:dateTime", "@value": about["recorded_at"]}, "licit:instrument": kind,
        "dpv:hasProcess": {"@type": "dpv:Process", "dpv:hasPurpose": [
            {"@id": f"licit:{purpose}", "@type": "dpv:Purpose"} for purpose in decision.get("purposes") or PURPOSES]}}
    if about["subject"]:
        out["dpv:hasDataSubject"] = {"@id": f"urn:licit:{receipt['origin']}:{about['subject']}"}
        out["dpv:isIndicatedBy"] = {"@id": f"urn:licit:{receipt['origin']}:{about['subject']}"}
    if consent:
        out["dpv:hasConsentStatus"] = {"@id": STATES[kind]}
    if kind == "consent":
        out["dpv:hasProcess"]["dpv:hasLegalBasis"] = {"@id": "eu-gdpr:A6-1-a"}
    if kind in RIGHTS:
        out["dpv:hasRight"] = {"@id": RIGHTS[kind]}
    for term, part in (("dpv:hasIndicationMethod", "how"), ("dpv:hasNotice", "notice"), ("licit:wording", "wording"), ("licit:text", "text")):
        if isinstance(decision.get(part), str):
            out[term] = decision[part]
    if isinstance(decision.get("target"), dict):
        out["dpv:hasScope"] = {f"licit:{name}": value for name, value in decision["target"].items()}
    return out


def insist_on_linked(document: Mapping[str, Any], payload: Mapping[str, Any], key: bytes, name: str) -> None:
    """Insist that a document is signed by a key and says what the plain receipt in it says.

    Raises:
        Fault: otherwise.
    """
    proof = document.get("proof")
    bare = {part: value for part, value in document.items() if part != "proof"}
    try:
        if not isinstance(proof, dict) or set(proof) != _PROOF or proof["cryptosuite"] != "eddsa-jcs-2022" or proof["type"] != "DataIntegrityProof":
            raise ValueError
        value, stated = _unbase58(proof["proofValue"]), {part: item for part, item in proof.items() if part != "proofValue"}
        whole = sha256(write(stated)).digest() + sha256(write(bare)).digest()
        named = _unbase58(str(proof["verificationMethod"]).partition("#")[2])
        good = named == _ED25519 + key and signed(key, whole, value)
    except (KeyError, TypeError, ValueError, RecursionError):
        good = False
    if not good:
        raise Fault("the receipt is not signed by the log's key", name)
    kind = "dpv:ConsentReceipt" if payload["kind"] in STATES else "licit:Receipt"
    context = proof.get("@context") if isinstance(proof, dict) else None
    same = (document.get("@context") == CONTEXT == context and document.get("dpv:hasRecordOfActivity") == record_of(payload)
            and document.get("@type") == kind and document.get("dct:created") == {"@type": "xsd:dateTime", "@value": payload["issued_at"]}
            and set(bare) <= {"@context", "@id", "@type", "dct:identifier", "dct:created", "dct:publisher", "dct:language", "dct:description",
                              "dpv:hasRecordOfActivity", "licit:receipt"})
    if not same:
        raise Fault("the receipt's terms do not say what was signed in it", name)


def _unbase58(text: str) -> bytes:
    """Read multibase base58btc.

    Raises:
        ValueError: it is not.
    """
    if not isinstance(text, str) or not text.startswith("z") or len(text) > 200:
        raise ValueError
    number, zeros = 0, len(text[1:]) - len(text[1:].lstrip("1"))
    for letter in text[1:]:
        number = number * 58 + _ALPHABET.index(letter)
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def unlinked(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the plain receipt inside a document, or the value itself where it is none."""
    inside = value.get("licit:receipt")
    if not isinstance(inside, dict) or inside.get("@type") != "@json":
        return value
    found = inside.get("@value")
    return found if isinstance(found, dict) else {}


def is_linked(value: Mapping[str, Any]) -> bool:
    """Tell whether a value is meant as a JSON-LD receipt."""
    return "@context" in value or "licit:receipt" in value
