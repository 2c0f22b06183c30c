"""Labels: one table that maps every system's names, and every set's, to licit's labels.

Rules kept here:

- The table is data, read alike for everybody; a name it does not know counts as OTHER_ID, so that what a system masks is
  never lost from its coverage nor from its false spans.
- What a system never looks for is "–" in its strict figures, not nought: see ``LOOKED_FOR``.
"""

from licit.core.spans import LABELS, WIDER

#: What each system's own names mean; licit's own are its own.
NAMES = {
    "PERSON": "PERSON", "LOCATION": "LOCATION", "ORGANIZATION": "ORGANISATION", "ORGANISATION": "ORGANISATION",
    "DATE_TIME": "DATE", "DATE": "DATE", "CASE_NUMBER": "CASE_NUMBER", "EMAIL_ADDRESS": "EMAIL", "PHONE_NUMBER": "PHONE",
    "IP_ADDRESS": "IP_ADDRESS", "MAC_ADDRESS": "MAC_ADDRESS", "URL": "URL", "CREDIT_CARD": "PAYMENT_CARD",
    "IBAN_CODE": "BANK_ACCOUNT", "US_BANK_NUMBER": "BANK_ACCOUNT", "CRYPTO": "BANK_ACCOUNT", "ABA_ROUTING_NUMBER": "BANK_ACCOUNT",
    "US_SSN": "NATIONAL_ID", "US_ITIN": "TAX_ID", "US_PASSPORT": "PASSPORT", "US_DRIVER_LICENSE": "DRIVING_LICENCE",
    "UK_NHS": "MEDICAL_ID", "UK_NINO": "NATIONAL_ID", "MEDICAL_LICENSE": "MEDICAL_ID", "ES_NIF": "NATIONAL_ID",
    "ES_NIE": "NATIONAL_ID", "IT_FISCAL_CODE": "TAX_ID", "IT_VAT_CODE": "TAX_ID", "PL_PESEL": "NATIONAL_ID", "NRP": "DEMOGRAPHIC",
}
#: Labels of numbers that lead to one person: what "false numbers" counts.
NUMBERS = frozenset(("NATIONAL_ID", "TAX_ID", "SOCIAL_SECURITY", "PASSPORT", "DRIVING_LICENCE", "BANK_ACCOUNT", "PAYMENT_CARD",
                     "MEDICAL_ID", "OTHER_ID"))
_NER = frozenset(("PERSON", "LOCATION", "ORGANISATION", "DATE", "CASE_NUMBER"))
#: Which labels of the strict tables each system tells at all.
LOOKED_FOR = {"rules": _NER - {"ORGANISATION"}, "tagger": _NER, "both": _NER, "presidio": frozenset(("DATE",)),
              "presidio-packs": frozenset(("DATE",)), "presidio-spacy": _NER, "spacy": _NER, "datatrove": frozenset[str]()}
#: The slots of SGD that are personal data under a label; every other slot is left open.
SLOTS = {
    "therapist_name": "PERSON", "dentist_name": "PERSON", "recipient_name": "PERSON", "phone_number": "PHONE",
    "location": "LOCATION", "city": "LOCATION", "city_of_event": "LOCATION", "from_location": "LOCATION", "area": "LOCATION",
    "to_location": "LOCATION", "origin_city": "LOCATION", "destination_city": "LOCATION", "pickup_city": "LOCATION",
    "address": "ADDRESS", "street_address": "ADDRESS", "address_of_location": "ADDRESS"}
#: The names of the clinical notes; its telephone extensions of a few digits are no numbers that lead to somebody.
NOTES = {"NOM": "PERSON", "PRENOM": "PERSON", "ADRESSE": "ADDRESS", "ZIP": "LOCATION", "VILLE": "LOCATION", "HOPITAL": "ORGANISATION",
         "DATE": "DATE", "DATE_NAISSANCE": "DATE", "TEL": "PHONE", "MAIL": "EMAIL", "SECU": "NATIONAL_ID", "IPP": "CASE_NUMBER",
         "NDA": "CASE_NUMBER"}


def ours(name: str) -> str:
    """Give licit's label for any system's name."""
    return NAMES.get(name, name if name in LABELS else "OTHER_ID")


def counts_as(label: str) -> str:
    """Give the wider label under which the sets know a narrow one."""
    return WIDER.get(label, label)
