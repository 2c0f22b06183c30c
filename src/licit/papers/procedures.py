"""How each claim is checked, in French; the English stands with the claim in ``core/evidence.py``.

Rule kept here: a claim without its French shows its English, marked as such; a test names what is missing.
"""

PROCEDURES_FR: dict[str, str] = {
    "files-intact": "Hacher chaque fichier et comparer avec manifest.json et l'attestation.",
    "signed": "Vérifier la signature DSSE d'attestation.dsse.json ; fixer la clé avec --key.",
    "rows-match-root": "Recalculer l'empreinte de chaque ligne et la racine de contenu.",
    "ids-match-rows": "Comparer data/ et ids/ ligne par ligne.",
    "columns-allowed": "Lire les schémas et les colonnes de jours.",
    "tally-balances": "Additionner le décompte de manifest.json.",
    "tally-matches-rows": "Compter les lignes.",
    "log-signed": "Vérifier la signature d'evidence/checkpoint.txt.",
    "log-consistent": "Vérifier la preuve de cohérence RFC 6962 dans evidence/closing.json.",
    "closed-in-log": "Ouvrir l'inscription dans evidence/closing.json et vérifier sa preuve d'inclusion.",
    "absence-root-logged": "Comparer evidence/absence.json, le manifeste et l'inscription de clôture.",
    "no-direct-identifiers": "Parcourir les textes publiés avec les motifs du vérificateur lui-même.",
    "licences-stated": "Rapprocher les sources des lignes de manifest.json.",
    "measure-meets-plan": "Recompter les bornes basses d'evidence/measure.json et comparer avec le plan du verrou.",
    "papers-consistent": "Recompter les lignes ; comparer avec evidence/public-summary.json et evidence/croissant.json.",
    "receipt-genuine": "Vérifier la signature du reçu.",
    "receipt-in-log": "Vérifier la preuve d'inclusion qui accompagne le reçu.",
    "person-absent": "Former la marque de la personne et vérifier sa preuve d'absence contre la racine.",
    "log-whole": "Reconstruire l'arbre depuis la base de l'espace de travail.",
    "inputs-fixed": "Hacher les lots et leurs attributs ; comparer avec plan.lock et le journal.",
    "decisions-recorded": "Hacher le fichier des décisions.",
    "tally-true": "Compter le fichier des décisions.",
    "rows-as-decided": "Comparer ids/ avec le fichier des décisions.",
    "sources-admitted": "Juger de nouveau les sources d'après le journal.",
    "legal-basis": "Relire les documents depuis le journal, juger chaque source d'après eux, compter lignes, jetons et part de chacun.",
    "people-honoured": "Relire le journal et interroger chaque personne de chaque ligne.",
    "admission-rerun": "Juger de nouveau les faits de chaque ligne.",
    "order-keyed": "Compter les personnes de chaque fichier.",
    "copies-apart": "Comparer les signatures des attributs, et recalculer celles des mots et de leurs suites d'après les lots ; "
                    "les quasi-doublons ne sont pas recalculés.",
    "kin-held": "Recalculer les ancres de chaque document d'après les lots, former les paires, juger de nouveau leurs partenaires ; "
                "compter les suites communes avec les textes entachés.",
    "twin-apart": "Les tirer de nouveau de la graine et comparer ; comparer le jumeau avec ids/.",
    "tags-complete": "Former de nouveau la marque de chaque personne et reconstruire l'arbre.",
    "patch-of-parent": "Comparer les deux manifestes et les décisions.",
    "deidentification-measured": "Lire evidence/measure.json ; le signataire répond du passage.",
}
