"""A receipt in JSON-LD: the terms of the W3C's Data Privacy Vocabulary, after ISO/IEC TS 27560, around the plain signed receipt.

Rules kept here:

- Every term of DPV here stands in its published lists; what these lack is named under ``licit:`` and told in the documentation.
- The context is written out in the document: reading it asks no network, and gives each term one meaning.
- The proof is a W3C Data Integrity proof of the suite eddsa-jcs-2022: Ed25519 over the canonical JSON of document and proof.

Law: CHO-20
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from .ids import canonical_json

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
#: How a consent may stand, in DPV's terms; two of them allow processing, and no other does.
CONSENTS = {"given": "dpv:ConsentGiven", "renewed": "dpv:RenewedConsentGiven", "refused": "dpv:ConsentRefused",
            "withdrawn": "dpv:ConsentWithdrawn", "expired": "dpv:ConsentExpired", "invalidated": "dpv:ConsentInvalidated",
            "revoked": "dpv:ConsentRevoked", "requested": "dpv:ConsentRequested", "unknown": "dpv:ConsentUnknown"}
ALLOWING = frozenset({CONSENTS["given"], CONSENTS["renewed"]})
PURPOSES = ("train", "learn-from-feedback", "evaluate", "human-review", "publish", "personalise")

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


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


def linked(payload: Mapping[str, Any], envelope: Mapping[str, Any], *, language: str, description: str) -> dict[str, Any]:
    """Give the document of a receipt, without its proof.

    Args:
        payload: the plain receipt's payload, as values.
        envelope: the plain receipt as it is signed.
        language: of the description: en or fr.
        description: what it says in plain words.
    """
    name = f"urn:licit:{payload['origin']}:{payload['seq']}"
    return {
        "@context": CONTEXT, "@id": f"{name}:receipt", "@type": "dpv:ConsentReceipt" if payload["kind"] in STATES else "licit:Receipt",
        "dct:identifier": f"{payload['origin']}/{payload['seq']}/receipt", "dct:publisher": {"@id": f"urn:licit:{payload['origin']}"},
        "dct:created": {"@type": "xsd:dateTime", "@value": payload["issued_at"]}, "dct:language": language,
        "dct:description": {"@language": language, "@value": description}, "dpv:hasRecordOfActivity": record_of(payload),
        "licit:receipt": {"@type": "@json", "@value": dict(envelope)}}


def proved(document: Mapping[str, Any], public_key: bytes, sign: Callable[[bytes], bytes], at: datetime) -> dict[str, Any]:
    """Give a document with its proof; ``at`` is in UTC."""
    key = "z" + _base58(b"\xed\x01" + public_key)
    proof = {"@context": document["@context"], "type": "DataIntegrityProof", "cryptosuite": "eddsa-jcs-2022",
             "created": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "verificationMethod": f"did:key:{key}#{key}", "proofPurpose": "assertionMethod"}
    whole = sha256(canonical_json(proof)).digest() + sha256(canonical_json(dict(document))).digest()
    return {**document, "proof": {**proof, "proofValue": "z" + _base58(sign(whole))}}


def _base58(data: bytes) -> str:
    number, out = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        out = _ALPHABET[rest] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out
