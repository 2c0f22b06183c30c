"""Numbered: plates, customer and case numbers, wallets: codes known by a word before them, a shape or check digits.

A part of ``patterns.py``.

Rules kept here:

- A plate needs a word about vehicles nearby, unless its shape is France's or Belgium's own with its dashes.
- A customer number needs the words that announce it; a case number them, its neighbours in a list, or a court's own form.
- A wallet is a bank account (money can be followed from it); its check digits must hold where it has any.
"""

import hashlib
import re

from ._scan import Rule, around

Place = tuple[int, int, int] | None

_PLATES = (r"\b(?:[A-Z]{2}[- ]?[0-9]{3}[- ]?[A-Z]{2}|[1-9][- ]?[A-Z]{3}[- ]?[0-9]{3}|[A-Z\xC0]{1,3}[- ][A-Z]{1,2} ?[0-9]{1,4}[EH]?|[0-9]{4}[ -]?[B-DF-HJ-NP-TV-Z]{3}|"
           r"[A-Z]{2}[0-9]{2} ?[A-Z]{3}|[A-Z]{2}[ -]?[0-9]{1,3}[ '.]?[0-9]{3}|[0-9]{2,4} ?[A-Z]{2,3} ?(?:[0-9]{2}|2[AB]))\b")
_FREE_PLATE = re.compile(r"(?=[A-HJ-NP-TV-Z0-9-]+$)(?!SS|WW|[A-Z]{2}-000)[A-Z]{2}-[0-9]{3}-(?!SS)[A-Z]{2}|[12]-[A-Z]{3}-[0-9]{3}")
_VEHICLE = re.compile(
    r"immat|plaque|vehicul|voiture|\bmoto\b|scooter|carte grise|\bplates?\b|registration|\breg\b|number ?plate|license plate|licence plate|\bcar\b|\bvan\b|"
    r"kennzeichen|nummernschild|fahrzeug|matricul|\bcoche\b|\btarga\b|\btargat|automobile|\bauto\b|nummerplaat|kenteken|veicolo|vehiculo|stationn|garee?\b")
_NO_PLATE = re.compile(r"^(?:EUR|USD|GBP|CHF|ISO|RFC|UTF|SHA|PDF|USB|CPU|RAM|TVA|CPF|EN|LE|THE|RUE)\b|^[A-Z]{1,3}[- ](?:EN|DE|DU|AU|TO|AT|IN|OF|ON) ")
_NUMBERED = r"[A-Za-z0-9][A-Za-z0-9/_.-]{2,31}"
_SAYS = r"(?: ?(?:est|is|ist|es|:|=|#|\x02|no\.?|n\x02|nr\.?|\"))*[ \t]{0,2}\"?"
_ACCOUNT = (r"(?i)\b(?:(?:numero|n\x02|no\.?|num\.?|id|identifiant|code|reference|ref\.?) ?(?:de |d')?"
            r"(?:client|adherent|abonnee?|allocataire|compte|contrat|membre|utilisateur|police|beneficiaire|assuree?|patient|salariee?|carte de fidelite|etudiant|caf)"
            r"|(?:customer|client|account|member(?:ship)?|user|policy|subscriber|patient|employee|student|loyalty|frequent flyer)"
            r"[ _-]?(?:id|number|no\.?|nr\.?|#|code)|(?:kunden|vertrags|mitglieds|versicherten|personal)nummer|numero de (?:cliente|socio|poliza)|"
            r"(?:codice|numero) (?:cliente|contratto)|klantnummer|numero de cliente)"
            rf"\b(?: [a-z]{{2,12}})?{_SAYS}{_NUMBERED}")
_CASE = (r"(?i)\b(?:(?:n\x02|nos?\.?|numero) ?(?:de |du |d')?(?:dossier|procedure|rg|parquet|requete|affaire|plainte|pourvoi|ecrou)"
         r"|(?:rg|dossiers?|requetes?|affaires?|plainte|pourvoi|arret|jugement|minute|proces-verbal|pv|case|docket|applications?|aktenzeichen|az\.?|geschaftszeichen|expediente)"
         r"[ ]?\(?(?:n\x02|nos?\b\.?|nr\.?|number|num\.?|#|:))"
         rf"{_SAYS}{_NUMBERED}")
_RG = r"\bRG ?(?:n\x02 ?|: ?)?[0-9]{2}/[0-9]{3,6}\b"
_SLASHED = r"\b[0-9]{2,6} ?/ ?[0-9]{2}\b"
_COURT = (r"\[[12][0-9]{3}\] (?:EWHC|EWCA|UKSC|UKHL|UKPC)(?: (?:Civ|Crim))? [0-9]{1,5}(?: \([A-Z][A-Za-z]{1,5}\))?|\b(?:ECLI:[A-Z]{2}:[A-Z0-9]{1,7}:[0-9]{4}:[A-Z0-9.]{1,25}|"
          r"[0-9]:[0-9]{2}-(?:cv|cr|mc|md|bk)-[0-9]{4,6}(?:-[A-Z]{2,4}){0,2}|[CTF][-]0?[0-9]{1,3}/[0-9]{2}(?: P(?:PU)?)?|"
          r"[1-9] (?:BvR|BvL|BvF|StR|AZR|ZR|StE|OLG) [0-9]{1,5}/[0-9]{2}|[IVX]{1,4} (?:ZR|ZB|StR|R) [0-9]{1,5}/[0-9]{2}|[0-9]{2}-[0-9]{2}\.[0-9]{3})\b")
_LISTED = re.compile(r"(?:[0-9]{1,6} ?/ ?[0-9]{2}(?:,| et|,? and|;| ou|\.)? |\b(?:no|nos|n\x02|n\x02s|numero|numeros|number|numbers|rg|dossiers?|requetes?|applications?)"
                     r"\.? ?[:(]? ?)\0")
_ONWARD = re.compile(r"(?:,| et|,? and|;) [0-9]{3,6} ?/ ?[0-9]{2}\b")
_COUNCIL = re.compile(r"(?:directive|reglement|regulation|decision|loi|decret|ue|ce|cee|eu|ec)[a-z ()]{0,12}(?:n\x02|no\.?)? ?\0")
_WALLET = r"\b(?:[13LMD][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,71}|(?:BC|TB)1[02-9AC-HJ-NP-Z]{11,71}|0x[0-9a-fA-F]{40})\b"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _plate(text: str, start: int, end: int) -> Place:
    found = text[start:end]
    if _FREE_PLATE.fullmatch(found) and text[start - 1:start] not in ("-", "_") and text[end:end + 1] not in ("-", "_"):
        return start, end, 85
    letters = re.sub("[^A-Z]", "", found)
    if _NO_PLATE.match(found) or (re.fullmatch("[A-Z]{2}[- ]?[0-9]{3}[- ]?[A-Z]{2}", found) and "SS" in (letters[:2], letters[2:])):
        return None
    return (start, end, 80) if _VEHICLE.search(around(text, start, end, left=50, right=25)) else None


def _last_token(text: str, start: int, end: int) -> Place:
    while text[end - 1] in "./_-":
        end -= 1
    match = re.search(r"[A-Za-z0-9][A-Za-z0-9/_.-]*$", text[start:end])
    if not match or sum(char.isdigit() for char in match.group()) < 3:
        return None
    onward = re.match(" ?/ ?[0-9]{2}(?![0-9])", text[end:end + 6])
    return start + match.start(), end + (onward.end() if onward else 0), 85


def _rg(text: str, start: int, end: int) -> Place:
    return start + re.search("[0-9/]+$", text[start:end]).start(), end, 90  # type: ignore[union-attr]


def _slashed(text: str, start: int, end: int) -> Place:
    if text[end:end + 1] in ("/", "-") or (start and text[start - 1] in "/.-,") or re.match(r" ?/ ?[0-9]|[.,][0-9]", text[end:end + 4]):
        return None
    before, digits = around(text, start, end, left=28), text[start:end].find("/")
    if _COUNCIL.search(before):
        return None
    if re.match("(?:19|20)[0-9]{2}/", text[start:end]) and (int(text[end - 2:end]) - int(text[start + 2:start + 4])) % 100 == 1:
        # A season or a school year.
        return None
    told = _LISTED.search(before) or (digits >= 4 and _ONWARD.match(text, end))
    return (start, end, 90) if told else None


def _wallet(text: str, start: int, end: int) -> Place:
    found = text[start:end]
    if found.startswith("0x"):
        # One digit only is a placeholder, not a wallet.
        return (start, end, 90) if len(set(found[2:].lower())) > 4 else None
    known = _bech32(found.lower()) if found[:3].lower() in ("bc1", "tb1", "ltc") else _base58(found)
    return (start, end, 100) if known else None


def _base58(found: str) -> bool:
    number = 0
    for char in found:
        number = number * 58 + _BASE58.index(char)
    if number.bit_length() > 200:
        return False
    raw = number.to_bytes(25)
    return hashlib.sha256(hashlib.sha256(raw[:21]).digest()).digest()[:4] == raw[21:]


def _bech32(found: str) -> bool:
    human, _, data = found.rpartition("1")
    values = [*(ord(c) >> 5 for c in human), 0, *(ord(c) & 31 for c in human), *(_BECH32.find(c) for c in data)]
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for bit, part in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= part if top >> bit & 1 else 0
    # One for addresses of the first kind, the other since taproot.
    return check in (1, 0x2BC830A3)


RULES = (
    Rule(label="VEHICLE_PLATE", shape=_PLATES, accept=_plate, whole=False),
    Rule(label="ACCOUNT_ID", shape=_ACCOUNT, accept=_last_token, whole=False),
    Rule(label="CASE_NUMBER", shape=_CASE, accept=_last_token, whole=False),
    Rule(label="CASE_NUMBER", shape=_RG, accept=_rg, whole=False),
    Rule(label="CASE_NUMBER", shape=_SLASHED, accept=_slashed, whole=False),
    Rule(label="CASE_NUMBER", shape=_COURT, score=90, whole=False),
    Rule(label="BANK_ACCOUNT", shape=_WALLET, accept=_wallet, whole=False),
)
