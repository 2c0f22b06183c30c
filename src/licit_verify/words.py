"""What the verifier says: each claim in a sentence, English and French, and the French of every other sentence.

Rules kept here:

- A claim's sentence says what was checked, not that all is well.
- An English sentence without its French shows in English; a test counts them.
"""

#: Each claim's sentence, English and French.
CLAIMS: dict[str, tuple[str, str]] = {
    "files-intact": ("Every file is the one the manifest lists; none is missing, extra or altered.",
                     "Chaque fichier est celui que liste le manifeste ; aucun ne manque, n'est en trop ni altéré."),
    "signed": ("The attestation is signed and is about this manifest.",
               "L'attestation est signée et porte sur ce manifeste."),
    "rows-match-root": ("The rows, hashed again, give the content root.",
                        "Les lignes, hachées de nouveau, donnent la racine du contenu."),
    "ids-match-rows": ("The list of ids names these very rows, in keyed order.",
                       "La liste d'identifiants nomme exactement ces lignes, dans l'ordre à clé."),
    "columns-allowed": ("Only allowed columns, and no date finer than a day.",
                        "Seules les colonnes permises, et aucune date plus fine que le jour."),
    "tally-balances": ("Arrived = released + held + refused; no small count stands alone.",
                       "Arrivées = publiées + retenues + refusées ; aucun petit nombre isolé."),
    "tally-matches-rows": ("The tally counts the rows that are there.", "Le décompte compte les lignes présentes."),
    "licences-stated": ("Every row has a stated source, ground and licence.",
                        "Chaque ligne a une source, un fondement et une licence déclarés."),
    "no-direct-identifiers": ("No e-mail address, IBAN, payment card, NIR or private key in the words.",
                              "Ni adresse électronique, ni IBAN, ni carte bancaire, ni NIR, ni clé privée."),
    "log-signed": ("The log's position is signed by the log's key.",
                   "La position du journal est signée par la clé du journal."),
    "log-consistent": ("The log at closing continues that position.",
                       "Le journal à la clôture prolonge cette position."),
    "closed-in-log": ("The log holds the closing of this very manifest.",
                      "Le journal contient la clôture de ce manifeste."),
    "absence-root-logged": ("The root of everybody's tags was logged before publication.",
                            "La racine des marques de chacun a été inscrite avant publication."),
    "deidentification-measured": ("The signer states how well personal data was found, or that it was not measured.",
                                  "Le signataire dit comment le repérage a été mesuré, ou qu'il ne l'a pas été."),
    "receipt-genuine": ("The receipt is signed by the log's key and opens to its own leaf.",
                        "Le reçu est signé par la clé du journal et s'ouvre sur sa propre feuille."),
    "receipt-in-log": ("The receipt's entry is in the log the release rests on.",
                       "L'entrée du reçu est dans le journal sur lequel repose la version."),
    "person-absent": ("The release declares no row of this person.",
                      "La version ne déclare aucune ligne de cette personne."),
    "log-whole": ("The log, derived again from its entries, has the signed roots.",
                  "Le journal, recalculé depuis ses entrées, a les racines signées."),
    "inputs-fixed": ("The inputs are what had arrived, and their files are unchanged.",
                     "Les entrées sont ce qui était arrivé, et leurs fichiers sont inchangés."),
    "decisions-recorded": ("The decisions file is the one the manifest commits to.",
                           "Le fichier des décisions est celui auquel le manifeste s'engage."),
    "tally-true": ("Everything that arrived was decided once, and the tally counts it.",
                   "Tout ce qui est arrivé a été décidé une fois, et le décompte le compte."),
    "rows-as-decided": ("The rows are those decided to be kept, word for word.",
                        "Les lignes sont celles qu'il a été décidé de garder, mot pour mot."),
    "sources-admitted": ("Every row's source permits the declared use.",
                         "La source de chaque ligne permet l'usage déclaré."),
    "people-honoured": ("Everybody a row concerns permits it, turn by turn.",
                        "Toute personne concernée par une ligne la permet, tour par tour."),
    "admission-rerun": ("Every row passes the admission rules again.",
                        "Chaque ligne passe de nouveau les règles d'admission."),
    "order-keyed": ("Rows are not grouped by person.", "Les lignes ne sont pas groupées par personne."),
    "twin-apart": ("The held-out twin is not in the release.", "Le jumeau de contrôle n'est pas dans la version."),
    "tags-complete": ("The tag tree holds everybody the rows concern.",
                      "L'arbre des marques contient toutes les personnes que concernent les lignes."),
    "patch-of-parent": ("A patch has its parent's inputs and explains every row that left.",
                        "Un correctif a les entrées de son parent et explique chaque ligne partie."),
}

FRENCH: dict[str, str] = {}
