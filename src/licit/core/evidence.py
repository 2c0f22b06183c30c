"""Claims: what a release says of itself, who can check it, and how.

Rules kept here:

- Every claim names who can check it: *public* (a stranger with the release), *person* (with a receipt), *auditor* (with
  the workspace), *attested* (a signed statement, trusted as such).
- A claim is checked by ``licit_verify``, which shares no code with licit; a test holds the two lists to each other.
- A result is holds, fails or cannot-tell; nothing else.
"""

from dataclasses import dataclass
from typing import Any, Literal

Who = Literal["public", "person", "auditor", "attested"]
Result = Literal["holds", "fails", "cannot-tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim's name, who can check it, its statement in English and French, and the procedure."""

    name: str
    who: Who
    statement: str
    statement_fr: str
    procedure: str

    def as_json(self) -> dict[str, Any]:
        """Give the claim as it stands in ``evidence/claims.json``."""
        return {"name": self.name, "who": self.who, "statement": self.statement, "statement_fr": self.statement_fr,
                "procedure": self.procedure}


_TABLE: tuple[tuple[str, Who, str, str, str], ...] = (
    ("files-intact", "public",
     "Every file is the one that was sealed; none is missing, none was added.",
     "Chaque fichier est celui qui a été scellé ; aucun ne manque, aucun n'a été ajouté.",
     "Hash every file and compare with manifest.json and the attestation."),
    ("signed", "public",
     "The release was signed with the named key.",
     "La publication a été signée avec la clé nommée.",
     "Check the DSSE signature of attestation.dsse.json; pin the key with --key."),
    ("rows-match-root", "public",
     "The rows are exactly those that the content root covers.",
     "Les lignes sont exactement celles que couvre la racine de contenu.",
     "Recompute every row digest and the content root."),
    ("ids-match-rows", "public",
     "The id files name the same rows, in the same order.",
     "Les fichiers d'identifiants nomment les mêmes lignes, dans le même ordre.",
     "Compare data/ and ids/ row by row."),
    ("columns-allowed", "public",
     "No column but the allow-listed ones left, and no time finer than a day.",
     "Aucune colonne hors de la liste permise n'est sortie, aucun temps plus fin que le jour.",
     "Read the schemas and the day columns."),
    ("tally-balances", "public",
     "Arrived is released plus held plus refused.",
     "Arrivé égale publié plus retenu plus refusé.",
     "Add up the tally in manifest.json."),
    ("tally-matches-rows", "public",
     "The tally's released count is the number of rows.",
     "Le nombre publié du décompte est le nombre de lignes.",
     "Count the rows."),
    ("log-signed", "public",
     "The log's state that decided is signed by the log's key.",
     "L'état du journal qui a décidé est signé par la clé du journal.",
     "Check the signature of evidence/checkpoint.txt."),
    ("log-consistent", "public",
     "From the deciding state to the closing one, the log only grew.",
     "De l'état décisif à la clôture, le journal n'a fait que grandir.",
     "Check the RFC 6962 consistency proof in evidence/closing.json."),
    ("closed-in-log", "public",
     "The release was closed by an entry of the log that names this very manifest.",
     "La publication a été close par une entrée du journal qui nomme ce manifeste.",
     "Open the entry in evidence/closing.json and check its inclusion proof."),
    ("absence-root-logged", "public",
     "The tree of everybody present was fixed in the log before publication.",
     "L'arbre de toutes les personnes présentes a été fixé au journal avant publication.",
     "Compare evidence/absence.json, the manifest and the closing entry."),
    ("no-direct-identifiers", "public",
     "Independent patterns find no e-mail address, bank account, payment card, French social-security "
     "number or private key in the words.",
     "Des motifs indépendants ne trouvent ni courriel, ni compte bancaire, ni carte, ni NIR, ni clé "
     "privée dans les textes.",
     "Scan the released words with the verifier's own patterns."),
    ("licences-stated", "public",
     "Every row names a source whose right to be used is stated.",
     "Chaque ligne nomme une source dont le droit d'usage est énoncé.",
     "Match the rows' sources with manifest.json."),
    ("measure-meets-plan", "public",
     "The stated measure of the de-identification is one of the named detectors, and meets the standard of the plan in the "
     "lock; what was not measured, the plan accepted by name.",
     "La mesure énoncée de la désidentification est celle des détecteurs nommés et satisfait à l'exigence du plan dans le "
     "verrou ; ce qui n'a pas été mesuré, le plan l'a accepté nommément.",
     "Count the lower bounds of evidence/measure.json again and compare with the plan in the lock."),
    ("papers-consistent", "public",
     "Every number in the public summary and in the Croissant description is what the rows say, and no answer says otherwise.",
     "Chaque nombre du résumé public et de la description Croissant est celui des lignes, et aucune réponse ne dit autre chose.",
     "Count the rows again; compare with evidence/public-summary.json and evidence/croissant.json."),
    ("receipt-genuine", "person",
     "The receipt was signed by the log's key.",
     "Le reçu a été signé par la clé du journal.",
     "Check the receipt's signature."),
    ("receipt-in-log", "person",
     "The entry of the receipt is in the log that decided.",
     "L'entrée du reçu est dans le journal qui a décidé.",
     "Check the inclusion proof that accompanies the receipt."),
    ("person-absent", "person",
     "The release declares no row of the person who holds the receipt; it does not prove that none was "
     "mislabelled.",
     "La publication ne déclare aucune ligne de la personne qui tient le reçu ; elle ne prouve pas "
     "qu'aucune n'a été mal étiquetée.",
     "Make the person's tag and check its absence proof against the root."),
    ("log-whole", "auditor",
     "The log, rebuilt from its entries, is the one that was signed.",
     "Le journal, reconstruit de ses entrées, est celui qui a été signé.",
     "Rebuild the tree from the workspace's database."),
    ("inputs-fixed", "auditor",
     "The inputs are the shards that the log recorded at arrival, unchanged.",
     "Les entrées sont les lots inscrits au journal à l'arrivée, inchangés.",
     "Hash the shards and their attributes; compare with plan.lock and the log."),
    ("decisions-recorded", "auditor",
     "The answers row by row are those whose digest was published.",
     "Les réponses ligne par ligne sont celles dont l'empreinte a été publiée.",
     "Hash the decisions file."),
    ("tally-true", "auditor",
     "Counted again row by row, the tally is the published one.",
     "Recompté ligne par ligne, le décompte est celui qui a été publié.",
     "Count the decisions file."),
    ("rows-as-decided", "auditor",
     "The released rows are the kept ones: no more, no fewer.",
     "Les lignes publiées sont les lignes gardées : ni plus, ni moins.",
     "Compare ids/ with the decisions file."),
    ("sources-admitted", "auditor",
     "Every released row's source was registered, approved and permitted for this use, and is named as its contract asks.",
     "La source de chaque ligne publiée était inscrite, approuvée et permise pour cet usage, et est nommée comme son contrat le demande.",
     "Judge the sources again from the log; look for the names that contracts ask for in the terms."),
    ("people-honoured", "auditor",
     "Everybody concerned by a released row permitted it, or the policy did, at the log's position.",
     "Chaque personne concernée par une ligne publiée l'a permis, ou la politique, à la position du journal.",
     "Fold the log again and ask for every person of every row."),
    ("admission-rerun", "auditor",
     "No released row is temporary, deleted, of a minor, of an organisation, of an unknown person or of "
     "another purpose.",
     "Aucune ligne publiée n'est temporaire, supprimée, d'un mineur, d'une organisation, d'une personne "
     "inconnue ou d'une autre finalité.",
     "Judge the facts of every row again, and read what arrived for its record up to the closing."),
    ("order-keyed", "auditor",
     "Rows are not grouped by person, and a file holds a thousand people or all.",
     "Les lignes ne sont pas groupées par personne, et un fichier en réunit mille ou toutes.",
     "Count the people of each file."),
    ("copies-apart", "auditor",
     "No released row repeats fifty words of a row refused for a person's sake, and of rows with the same words one was "
     "released.",
     "Aucune ligne publiée ne répète cinquante mots d'une ligne refusée pour une personne ; de lignes aux mêmes mots, une "
     "seule a été publiée.",
     "Compare the signatures in the attributes, and compute those of words and of their runs again from the shards; which "
     "rows are nearly alike is not computed again."),
    ("kin-held", "auditor",
     "No released document may translate one that is held, refused or of another source, or descends from one with marks of a shadow "
     "library or of an unlawful source, unless a person decided knowing of it; what is of the press is known as such.",
     "Aucun document publié ne traduit peut-être un texte retenu, refusé ou d'une autre source, ni ne descend d'un texte marqué d'une "
     "bibliothèque clandestine ou d'une source illicite, sans qu'une personne l'ait décidé en le sachant ; la presse est reconnue.",
     "Compute the anchors of every document again from the shards, form the pairs, judge their partners again; count the runs shared with "
     "tainted texts."),
    ("twin-apart", "auditor",
     "The held-out twin and the canaries are those that the lock's seed draws, and no row of the twin was released.",
     "Le jumeau de contrôle et les canaris sont ceux que tire la graine du verrou, et aucune ligne du jumeau n'a été publiée.",
     "Draw them again from the seed and compare; compare the twin with ids/."),
    ("tags-complete", "auditor",
     "The tree of everybody present holds exactly the people whose rows were released.",
     "L'arbre des personnes présentes contient exactement celles dont des lignes ont été publiées.",
     "Make every person's tag again from the workspace and rebuild the tree."),
    ("patch-of-parent", "auditor",
     "A patch keeps its parent's inputs and moment, and only takes away or elects in place.",
     "Un correctif garde les entrées et l'instant de son parent, et ne fait que retirer ou élire à la place.",
     "Compare the two manifests and the decisions."),
    ("legal-basis", "auditor",
     "What rests on legitimate interest has papers, approved with enrolled keys, that cover it; their measures ran, and what they "
     "justified was not exceeded.",
     "Ce qui repose sur l'intérêt légitime a des documents, approuvés par des clés enrôlées, qui le couvrent ; leurs mesures ont été "
     "exécutées, et ce qu'ils justifient n'est pas dépassé.",
     "Read the papers again from the log, check who signed them, judge every source by them, count rows, tokens and each person's part."),
    ("deidentification-measured", "attested",
     "How well personal data was found is stated with its measure, or said to be unmeasured.",
     "La qualité du repérage des données personnelles est énoncée avec sa mesure, ou dite non mesurée.",
     "Read evidence/measure.json; the signer stands for the run."),
)

CLAIMS: dict[str, Claim] = {
    name: Claim(name=name, who=who, statement=statement, statement_fr=statement_fr, procedure=procedure)
    for name, who, statement, statement_fr, procedure in _TABLE}
