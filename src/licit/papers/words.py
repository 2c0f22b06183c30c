"""Words: every sentence of the report that is licit's own, in English and French, and how numbers are written.

Rules kept here:

- The output is "de-identified (personal data)"; no sentence calls it more than that.
- A sentence says what was checked or counted, never that all is well.
- A share never rounds to all or nothing when something is left.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()}

#: Key: (English, French). `code` and {values} are filled in by the caller.
WORDS: dict[str, tuple[str, str]] = {
    "language": ("English", "Français"),
    "label": ("de-identified (personal data)", "désidentifié (données personnelles)"),
    "what": ("What was released as {name}, by what right, what was left out and why, and who can check it.",
             "Ce qui a été publié sous le nom {name}, à quel titre, ce qui a été écarté et pourquoi, et qui peut le "
             "vérifier."),
    "contents": ("On this page", "Sur cette page"),
    # State
    "as-of": ("Judged as of", "Jugé au"),
    "rows": ("Rows", "Lignes"),
    "made-for": ("Made for", "Destination"),
    "commercial": ("{purpose}, commercial use included", "{purpose}, usage commercial compris"),
    "not-commercial": ("{purpose}, no commercial use", "{purpose}, sans usage commercial"),
    "content-root": ("Content root", "Racine de contenu"),
    "in-full": ("in full", "en entier"),
    "checks": ("Checks", "Vérifications"),
    "not-stated": ("not stated", "non indiqué"),
    # Alerts
    "accepted": ("Accepted at the maker's own risk", "Accepté aux risques de qui publie"),
    "accepted-why": ("These switches weaken a check. They were on.",
                     "Ces réglages affaiblissent un contrôle. Ils étaient actifs."),
    "accept_unsigned_approvals": ("No signature stands behind the approval of some sources.",
                                  "Aucune signature ne soutient l'approbation de certaines sources."),
    "accept_unmeasured_deidentification": ("No measured recall stands behind the de-identification.",
                                           "Aucun rappel mesuré ne soutient la désidentification."),
    "accept_unmeasured_screening": ("No measured recall stands behind the screening of some languages.",
                                    "Aucun rappel mesuré ne soutient le filtrage de certaines langues."),
    "accept-unknown": ("A switch that this version cannot explain.", "Un réglage que cette version ne sait expliquer."),
    "failing": ("A claim fails: do not rely on this release",
                "Une affirmation échoue : ne vous fiez pas à cette publication"),
    "patch": ("This is a patch. It replaces {parent}, which is withdrawn.",
              "Ceci est un correctif. Il remplace {parent}, qui est retirée."),
    "patch-digest": ("Manifest of the parent: {digest}", "Manifeste du parent : {digest}"),
    # Flow
    "flow": ("From arrived to released", "De l'arrivée à la publication"),
    "flow-why": ("Read from top to bottom. Each ribbon that leaves the stream is one reason, as wide as its count; "
                 "the thinnest are widened so that they are seen. A row is a conversation, a document, or a part of "
                 "one; what could not be read counts as one.",
                 "De haut en bas. Chaque ruban qui quitte le courant est un motif, large comme son nombre ; les plus "
                 "fins sont élargis pour rester visibles. Une ligne est une conversation, un document, ou une partie "
                 "de l'un d'eux ; ce qui n'a pu être lu compte pour une."),
    "picture": ("Picture", "Dessin"),
    "reason": ("Reason", "Motif"),
    "arrived": ("Arrived", "Arrivé"), "released": ("Released", "Publié"),
    "held": ("Held", "Retenu"), "refused": ("Refused", "Refusé"),
    "arrived-is": ("everything that was given to this release", "tout ce qui a été soumis à cette publication"),
    "held-is": ("a person or a fact can still settle it", "une personne ou un fait peut encore trancher"),
    "refused-is": ("does not enter", "n'entre pas"),
    "released-is": ("what the recipients get", "ce que reçoivent les destinataires"),
    "released-none": ("nothing passed every gate", "rien n'a passé tous les contrôles"),
    "arrived-none": ("Nothing arrived, so nothing was decided.", "Rien n'est arrivé ; rien n'a donc été décidé."),
    "stopped": ("{number} stopped here", "{number} arrêtées ici"),
    "stopped-none": ("nothing stopped here", "rien d'arrêté ici"),
    "stopped-few": ("nothing beyond small counts", "rien hors des petits nombres"),
    "other-held": ("Counts under {small}, merged with the next smallest so that none points at a person; in a patch, all of "
                   "them.",
                   "Nombres sous {small}, réunis aux plus petits suivants pour qu'aucun ne désigne quelqu'un ; dans un "
                   "correctif, tous."),
    "reason-unknown": ("A reason that this version does not know.", "Un motif que cette version ne connaît pas."),
    # Claims
    "claims": ("What is claimed, and who can check it", "Ce qui est affirmé, et qui peut le vérifier"),
    "claims-why": ("The maker ran these checks when this page was written, with a verifier that shares no code with "
                   "the builder. A page cannot vouch for itself: run them again.",
                   "Qui publie a fait ces vérifications à l'écriture de cette page, avec un vérificateur qui ne "
                   "partage aucun code avec le constructeur. Une page ne peut se porter garante d'elle-même : "
                   "refaites-les."),
    "claims-none": ("Not checked yet: run `licit verify RELEASE`.",
                    "Pas encore vérifié : lancer `licit verify RELEASE`."),
    "public": ("Anybody, from the release alone", "Chacun, avec la seule publication"),
    "public-how": ("`licit verify RELEASE --key KEY`, with the signer's key obtained from elsewhere than this release.",
                   "`licit verify RELEASE --key CLÉ`, la clé du signataire obtenue ailleurs que dans cette "
                   "publication."),
    "person": ("A person, with their receipt", "Une personne, avec son reçu"),
    "person-how": ("`licit-verify RELEASE --receipt FILE`, with the receipt handed out when a choice is recorded.",
                   "`licit-verify RELEASE --receipt FICHIER`, le reçu étant remis à l'inscription d'un choix."),
    "auditor": ("An auditor, with the workspace", "Un auditeur, avec l'espace de travail"),
    "auditor-how": ("`licit verify RELEASE --auditor WORKSPACE` makes the decisions again.",
                    "`licit verify RELEASE --auditor ESPACE` refait les décisions."),
    "attested": ("Nobody can check it; the signer stands for it", "Personne ne peut le vérifier ; le signataire en répond"),
    "attested-how": ("A signed statement, trusted as such.", "Une déclaration signée, crue comme telle."),
    "unlisted": ("Checked by a verifier that knows more than this page",
                 "Vérifié par un vérificateur qui en sait plus que cette page"),
    "unlisted-how": ("Ask the verifier what these claims mean.", "Demander au vérificateur ce qu'elles signifient."),
    "holds": ("holds", "tient"), "fails": ("fails", "échoue"), "cannot-tell": ("cannot tell", "indéterminé"),
    "unchecked": ("not checked", "non vérifié"),
    "how": ("How: {procedure}", "Comment : {procedure}"),
    "said": ("The verifier says: {detail}", "Le vérificateur dit : {detail}"),
    # Measure
    "measure": ("How well personal data was found", "Comment les données personnelles ont été repérées"),
    "unmeasured": ("Not measured", "Non mesuré"),
    "unmeasured-why": ("No figure stands behind the de-identification of what is named here. The plan accepted that.",
                       "Aucun chiffre ne soutient la désidentification de ce qui est nommé ici. Le plan l'a accepté."),
    "unmeasured-all": ("everything that was released", "tout ce qui a été publié"),
    "measure-silent": ("The release says nothing of it here; see {file}.", "La publication n'en dit rien ici ; voir {file}."),
    "measured-on": ("Measured on {number} labelled texts ({name}), as this build finds and before it replaces. Of so many people, "
                    "addresses and numbers, all mentions were found; the bound is the lower one of Wilson's 95 %.",
                    "Mesuré sur {number} textes annotés ({name}), tel que cette construction repère, avant de remplacer. De tant de "
                    "personnes, d'adresses et de numéros, toutes les mentions ont été repérées ; la borne est la plus basse des "
                    "95 % de Wilson."),
    "measured-invented": ("The texts are invented, by the authors of licit: strangers' words will be met less well.",
                          "Les textes sont inventés, par les auteurs de licit : les mots d'inconnus seront moins bien repérés."),
    "measured-label": ("Language, label", "Langue, étiquette"), "measured-found": ("Found whole", "Repéré en entier"),
    "measured-least": ("Surely at least", "Sûrement au moins"), "measured-asked": ("The plan asks", "Le plan exige"),
    "whole-texts": ("whole texts", "textes entiers"),
    "false-finds": ("{language}: {number} false findings per 10 kB of other text; the plan allows {most}.",
                    "{language} : {number} faux repérages par 10 ko d'autre texte ; le plan en permet {most}."),
    "planted-all": ("{number} invented identifiers were planted in this build, and all were found ({labels}).",
                    "{number} identifiants inventés ont été semés dans cette construction, et tous repérés ({labels})."),
    "planted-missed": ("Of {number} planted identifiers, {missed} were missed.",
                       "De {number} identifiants semés, {missed} n'ont pas été repérés."),
    "found-in": ("Found in the {number} conversations and documents that rows were released from:",
                 "Repéré dans les {number} conversations et documents dont des lignes sont publiées :"),
    "found-label": ("Label", "Étiquette"), "found-things": ("Different", "Différents"), "found-places": ("Places replaced", "Endroits remplacés"),
    "found-none": ("Nothing was found in what was released.", "Rien n'a été repéré dans ce qui est publié."),
    "found-unsaid": ("What was found is not counted here: beside its parent's counts a patch's would say what the rows that left held.",
                     "Ce qui a été repéré n'est pas compté ici : à côté du décompte de son parent, celui d'un correctif dirait ce que "
                     "contenaient les lignes parties."),
    "linkage": ("An attack by style: somebody who has this release and one conversation of a person, and compares how people write. Of {tried} "
                "conversations (of {among} compared) whose author has another one here, {first} led to it at once, {ten} within the nearest "
                "ten; a blind guess leads to {chance}. Attackers who know more, or have a language model, were not tried.",
                "Une attaque par le style : quelqu'un a cette publication et une conversation d'une personne, et compare les manières "
                "d'écrire. De {tried} conversations (parmi {among} comparées) dont l'auteur en a une autre ici, {first} y ont mené d'emblée, "
                "{ten} parmi les dix plus proches ; au hasard, {chance}. Des attaquants qui en savent plus, ou ont un modèle de langue, "
                "n'ont pas été essayés."),
    "linkage-untold": ("An attack by style was not counted: too few conversations have another one by the same person.",
                       "Une attaque par le style n'est pas chiffrée : trop peu de conversations en ont une autre de la même personne."),
    # Sources
    "sources": ("Sources and the right to use them", "Les sources et le droit de s'en servir"),
    "source": ("Source", "Source"), "right": ("Right", "Droit"),
    "licence": ("licence {id}", "licence {id}"), "contract": ("contract {id}", "contrat {id}"),
    "no-paper": ("no licence or contract named", "ni licence ni contrat nommé"),
    "no-source": ("No row was released, so no source is named.", "Aucune ligne publiée, donc aucune source nommée."),
    "own": ("own collection", "collecte propre"), "open-licence": ("open licence", "licence ouverte"),
    "by-contract": ("contract", "contrat"), "public-domain": ("public domain", "domaine public"),
    "statutory": ("statutory ground", "fondement légal"), "unknown": ("unknown", "inconnu"),
    # Held
    "remedies": ("What is held, and the cheapest remedy", "Ce qui est retenu, et le remède le moins coûteux"),
    "remedies-why": ("The least effort first. Nothing held is lost: the next build judges it again.",
                     "Le moindre effort d'abord. Rien de retenu n'est perdu : la prochaine construction en juge "
                     "de nouveau."),
    "remedies-none": ("Nothing is held.", "Rien n'est retenu."),
    "cost-0": ("Wait", "Attendre"), "cost-1": ("One command", "Une commande"),
    "cost-2": ("A person decides, case by case", "Une personne décide, cas par cas"),
    "cost-3": ("Ask somebody outside", "Demander à l'extérieur"),
    "cost-9": ("No remedy", "Pas de remède"), "cost-10": ("Of several kinds", "De plusieurs sortes"),
    "other-remedy": ("The workspace knows them: `licit build --dry-run`.",
                     "L'espace de travail les connaît : `licit build --dry-run`."),
    # Limits
    "limits": ("What this release does not promise", "Ce que cette publication ne promet pas"),
    "limit-label": ("It is de-identified, not anonymous. It remains personal data: somebody who knows a person may "
                    "still recognise them by what is told.",
                    "Elle est désidentifiée, non anonyme. Elle reste faite de données personnelles : qui connaît une "
                    "personne peut encore la reconnaître à ce qui est raconté."),
    "limit-absence": ("A proof of absence says that the release declares no row of a person. It does not prove that "
                      "none was attributed to somebody else. People who are not users get no such proof.",
                      "Une preuve d'absence dit que la publication ne déclare aucune ligne d'une personne. Elle ne "
                      "prouve pas qu'aucune n'a été attribuée à quelqu'un d'autre. Qui n'est pas utilisateur n'en "
                      "reçoit pas."),
    "limit-models": ("What a model has learned stays in it. A refusal that comes later takes rows out of the releases; "
                     "it changes no model that is already trained.",
                     "Ce qu'un modèle a appris y reste. Un refus ultérieur retire des lignes des publications ; il ne "
                     "change aucun modèle déjà entraîné."),
    "limit-time": ("It honours what the log held when it was closed. A later entry supersedes it: the loader for "
                   "training asks for a state of the log no older than {hours} hours.",
                   "Elle respecte ce que le journal contenait à sa clôture. Une inscription ultérieure la supplante : "
                   "le chargeur d'entraînement exige un état du journal de moins de {hours} heures."),
    "limit-measured": ("How well personal data is found was measured, by label and language, on a labelled set; what "
                       "the set does not hold was not. The figures: {file}.",
                       "La qualité du repérage des données personnelles a été mesurée, par étiquette et par langue, "
                       "sur un jeu annoté ; ce que ce jeu ne contient pas ne l'a pas été. Les chiffres : {file}."),
    "limit-unmeasured": ("How well personal data is found was not measured for this release: no figure stands behind "
                         "the de-identification ({file}).",
                         "La qualité du repérage des données personnelles n'a pas été mesurée pour cette "
                         "publication : aucun chiffre ne soutient la désidentification ({file})."),
    "limit-measure-file": ("Whether the finding of personal data was measured, and how well it did, stands in {file}; "
                           "do not assume it was.",
                           "Si le repérage des données personnelles a été mesuré, et avec quel résultat, figure dans "
                           "{file} ; ne le supposez pas."),
    "limit-advice": ("It is evidence, not a ruling: no authority has approved it.",
                     "C'est un ensemble de preuves, non une décision : aucune autorité ne l'a approuvé."),
    # Details
    "details": ("Details for those who check", "Détails pour qui vérifie"),
    "audit": ("For audits of models", "Pour l'audit des modèles"),
    "audit-some": ("{twin} rows were drawn at random and kept apart as a held-out twin, and {canaries} random "
                   "sentences (canaries) lie beside the rows to be mixed into training.",
                   "{twin} lignes ont été tirées au sort et gardées à part comme jumeau de contrôle, et {canaries} "
                   "phrases aléatoires (canaris) accompagnent les lignes pour être mêlées à l'entraînement."),
    "audit-none": ("Neither a held-out twin nor canaries were drawn.",
                   "Ni jumeau de contrôle ni canaris n'ont été tirés."),
    "detectors": ("Detectors", "Détecteurs"),
    "detectors-none": ("none named", "aucun nommé"),
    "lock-digest": ("Lock (`plan.lock`)", "Verrou (`plan.lock`)"),
    "log": ("Log", "Journal"),
    "log-at": ("{origin}, {size} entries, root {root}", "{origin}, {size} inscriptions, racine {root}"),
    "log-key": ("Log's key (Ed25519)", "Clé du journal (Ed25519)"),
    "signer": ("Signer", "Signataire"),
    "signer-key": ("{id}, key {key}", "{id}, clé {key}"),
    "absence": ("People present", "Personnes présentes"),
    "absence-at": ("{count} tags, root {root}", "{count} marques, racine {root}"),
    "private": ("Kept in the workspace", "Gardé dans l'espace de travail"),
    "private-at": ("decisions {decisions}; exact tally {tally}", "décisions {decisions} ; décompte exact {tally}"),
    "columns": ("Columns", "Colonnes"),
    "files": ("Files", "Fichiers"),
    "files-at": ("{files} files, {bytes} bytes, each with its digest in {manifest}",
                 "{files} fichiers, {bytes} octets, chacun avec son empreinte dans {manifest}"),
    "papers": ("Papers", "Documents"),
    "evidence": ("Evidence", "Preuves"),
    "footer": ("Made by licit from `manifest.json`. licit is no legal advice.",
               "Fait par licit à partir de `manifest.json`. licit n'est pas un conseil juridique."),
}

PURPOSES: dict[str, tuple[str, str]] = {
    "train": ("training", "entraînement"),
    "learn-from-feedback": ("learning from feedback", "apprentissage par les avis"),
    "evaluate": ("evaluation", "évaluation"), "human-review": ("human review", "relecture humaine"),
    "publish": ("publication", "diffusion"), "personalise": ("personalisation", "personnalisation")}

#: The gates in the order of the flow, with what each looks at; ``stage`` and what is merged come last.
GATES: dict[str, tuple[str, str, str, str]] = {
    "arrive": ("Arrive", "read, and name everybody concerned", "Arriver", "lire, et nommer toute personne concernée"),
    "admit": ("Admit", "source, licence, contract, capacity, age", "Admettre",
              "source, licence, contrat, qualité, âge"),
    "honour": ("Honour", "what each person concerned has chosen", "Respecter",
               "ce que chaque personne concernée a choisi"),
    "screen": ("Screen", "sensitive facts, minors, pasted chats", "Filtrer",
               "faits sensibles, mineurs, discussions collées"),
    "deidentify": ("De-identify", "find, replace, look again", "Désidentifier", "repérer, remplacer, regarder encore"),
    "chunk": ("Chunk", "cut between turns, never inside one", "Découper", "couper entre les tours, jamais dedans"),
    "dedupe": ("Dedupe", "one kept of all copies", "Dédoublonner", "une seule copie gardée"),
    "seal": ("Seal", "draw the twin, write, close", "Sceller", "tirer le jumeau, écrire, clore"),
    "stage": ("Any gate", "a gate could not do its work", "Tout contrôle", "un contrôle n'a pu faire son travail"),
    "unknown": ("Elsewhere", "reasons this version does not know", "Ailleurs", "motifs inconnus de cette version"),
    "other": ("Not named", "small counts merged, or all of a patch's", "Non nommés",
              "petits nombres réunis, ou tous ceux d'un correctif")}

_BEFORE_SIGN = re.compile(r" (?=[:;?!%»])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language of the page: its sentences, numbers, shares and moments."""

    code: Literal["en", "fr"]

    def pick(self, english: str, french: str) -> str:
        """Give the text in this language, with French spaces before signs that ask for one."""
        return english if self.code == "en" else _BEFORE_SIGN.sub("\u00a0", french)

    def say(self, key: str, words: Mapping[str, tuple[str, str]] = WORDS) -> str:
        """Give a sentence by its key.

        Raises:
            KeyError: no such sentence.
        """
        return self.pick(*words[key])

    def number(self, number: int) -> str:
        """Write a whole number with its thousands apart."""
        return f"{number:,}" if self.code == "en" else f"{number:,}".replace(",", "\u202f")

    def share(self, number: int, whole: int) -> str:
        """Write a share in percent, one decimal; what is left over never rounds away, "" without a whole."""
        if not whole:
            return ""
        thousandths = (number * 2000 + whole) // (2 * whole)
        if number and not thousandths:
            text = "<0.1%"
        elif number < whole and thousandths == 1000:
            text = ">99.9%"
        else:
            text = f"{thousandths // 10}.{thousandths % 10}%"
        return text if self.code == "en" else text.replace(".", ",").replace("%", "\u00a0%")

    def moment(self, text: str) -> str:
        """Write an ISO 8601 moment in UTC for people; what cannot be read stays as it is."""
        try:
            at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
        except ValueError:
            return text
        return f"{self.day(f'{at:%Y-%m-%d}')}, {at:%H:%M} UTC"

    def day(self, text: str) -> str:
        """Write an ISO 8601 day for people; what cannot be read stays as it is."""
        try:
            at = datetime.strptime(text, "%Y-%m-%d")
        except ValueError:
            return text
        day = "1er" if at.day == 1 and self.code == "fr" else str(at.day)
        return f"{day} {_MONTHS[self.code][at.month - 1]} {at.year}"


ENGLISH, FRENCH = Language(code="en"), Language(code="fr")
