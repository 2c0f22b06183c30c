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
    "measure-meets-plan": ("The stated measure of the de-identification meets the plan's standard.",
                           "La mesure énoncée de la désidentification satisfait à l'exigence du plan."),
    "papers-consistent": ("Every number in the public summary and the Croissant description is what the rows say.",
                          "Chaque nombre du résumé public et de la description Croissant est celui des lignes."),
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
    "admission-rerun": ("Every row passes the admission rules again, and no later state ended its chat.",
                        "Chaque ligne passe de nouveau les règles d'admission, et aucun état ultérieur n'y a mis fin."),
    "order-keyed": ("Rows are not grouped by person.", "Les lignes ne sont pas groupées par personne."),
    "copies-apart": ("No row repeats fifty words of a refused one, or all the words of another.",
                     "Aucune ligne ne répète cinquante mots d'une ligne refusée, ni tous ceux d'une autre."),
    "kin-held": ("No document that may translate one kept out, or descends from a tainted one, was released undecided.",
                 "Aucun document qui peut traduire un texte écarté, ou descend d'un texte entaché, n'est publié sans décision."),
    "twin-apart": ("The held-out twin and the canaries are as the seed draws them, and the twin is not in the release.",
                   "Le jumeau de contrôle et les canaris sont ceux que tire la graine, et le jumeau n'est pas publié."),
    "tags-complete": ("The tag tree holds everybody the rows concern.",
                      "L'arbre des marques contient toutes les personnes que concernent les lignes."),
    "legal-basis": ("What rests on legitimate interest has papers that stand, measures that ran and a volume they justify.",
                    "Ce qui repose sur l'intérêt légitime a des documents en vigueur, des mesures exécutées et un volume justifié."),
    "patch-of-parent": ("A patch has its parent's inputs and explains every row that left.",
                        "Un correctif a les entrées de son parent et explique chaque ligne partie."),
}

#: The French of every other sentence, by the English one.
FRENCH: dict[str, str] = {
    "the answer is not signed by the log's key": "la réponse n'est pas signée par la clé du journal",
    "{path} is no answer on a work": "{path} n'est pas une réponse sur une œuvre",
    "the rows give another answer than the one that was signed": "les lignes donnent une autre réponse que celle qui a été signée",
    "the answer is about other releases than this one": "la réponse porte sur d'autres versions que celle-ci",
    "the answer is about another work than this text": "la réponse porte sur une autre œuvre que ce texte",
    "what was read of pages cannot be read again": "ce qui a été lu des pages ne peut pas être relu",
    "documents that were erased since cannot be compared with": "des documents effacés depuis ne peuvent plus être comparés",
    "the papers behind the legal basis are not those of the log":
        "les documents qui fondent la base légale ne sont pas ceux du journal",
    "assessment {paper} justified {most} {what}; the release has {number}":
        "l'évaluation {paper} justifiait {most} {what} ; la version en a {number}",
    "control {control}, on which the assessment rests, failed: {claim}":
        "le contrôle {control}, sur lequel repose l'évaluation, a échoué : {claim}",
    "control {control}, on which the assessment rests, did not run":
        "le contrôle {control}, sur lequel repose l'évaluation, n'a pas été exécuté",
    "a name leads out of the bundle": "un nom mène hors du dossier de preuves",
    "entry {seq} is not in the log of this bundle": "l'entrée {seq} n'est pas dans le journal de ce dossier de preuves",
    "no signature of the log's key holds": "aucune signature de la clé du journal ne tient",
    "the bundle holds a name twice, or too much": "le dossier de preuves contient deux fois un nom, ou trop",
    "the bundle is not signed by the log's key": "le dossier de preuves n'est pas signé par la clé du journal",
    "the checkpoint is of another state of the log": "le point de contrôle est d'un autre état du journal",
    "{path} is no bundle of evidence": "{path} n'est pas un dossier de preuves",
    "{number} rows were erased since and cannot be judged again":
        "{number} lignes ont été effacées depuis et ne peuvent être jugées de nouveau",
    "shard {shard} was put together from what are no neighbours, or lost records":
        "le lot {shard} réunit des lots qui ne sont pas voisins, ou a perdu des enregistrements",
    "shard {shard} was rewritten after an erasure, so that what arrived is no longer there":
        "le lot {shard} a été réécrit après un effacement : ce qui était arrivé n'y est plus",
    "some of what was decided was erased since and cannot be recounted":
        "une partie de ce qui a été décidé a été effacée depuis et ne peut être recomptée",
    "a row of shard {shard} is not as it was decided on":
        "une ligne du lot {shard} n'est pas telle qu'il en a été décidé",
    "a row of the patch has other facts than in its parent":
        "une ligne du correctif n'a pas les mêmes faits que dans son parent",
    "record {record} is missing from shard {shard}, and nobody asked for that":
        "l'enregistrement {record} manque au lot {shard}, et personne ne l'a demandé",
    "record {record} was erased for somebody whom it did not concern":
        "l'enregistrement {record} a été effacé pour quelqu'un qu'il ne concernait pas",
    "shard {shard} was written anew, and no erasure asked for it":
        "le lot {shard} a été réécrit sans qu'aucun effacement ne le demande",
    "record {record} has other words in its shard than were compared":
        "l'enregistrement {record} a dans son lot d'autres mots que ceux qui ont été comparés",
    "record {record} is in the twin, or out of it, against the draw":
        "l'enregistrement {record} est dans le jumeau, ou hors de lui, contre le tirage",
    "refused words that were erased since cannot be compared with":
        "les mots refusés qui ont été effacés depuis ne peuvent être comparés",
    "rows with the same words are released more than once":
        "des lignes aux mêmes mots sont publiées plus d'une fois",
    "the plan asks for a twin of {asked} rows in a thousand, the lock draws {said}":
        "le plan demande un jumeau de {asked} lignes sur mille, le verrou en tire {said}",
    "the plan asks for {asked} canaries, the release has {number}":
        "le plan demande {asked} canaris, la version en a {number}",
    "{path} does not hold the canaries that the seed gives": "{path} ne contient pas les canaris que donne la graine",
    "a patch's counts name reasons, and beside its parent's they say why rows left":
        "les nombres d'un correctif nomment des motifs et, à côté de ceux de son parent, disent pourquoi des lignes sont parties",
    "a part belongs to no entry of the log": "une partie n'appartient à aucune entrée du journal",
    "a row is of a source that the plan does not name": "une ligne vient d'une source que le plan ne nomme pas",
    "a row joined the patch that was no copy of another in its parent":
        "une ligne a rejoint le correctif sans être la copie d'une autre dans son parent",
    "a row left the parent without a reason": "une ligne a quitté le parent sans motif",
    "a row of the twin is released": "une ligne du jumeau est publiée",
    "an entry that decides for everybody cannot be read": "une entrée qui décide pour tous ne peut être lue",
    "data and ids are not the same parts": "data et ids ne sont pas les mêmes parties",
    "data file {number} holds {people} people; a thousand are needed where there are several":
        "le fichier de données {number} réunit {people} personnes ; il en faut mille quand il y a plusieurs fichiers",
    "entry {seq} of the log cannot be read": "l'entrée {seq} du journal ne peut être lue",
    "entry {seq} of the log is missing": "l'entrée {seq} du journal manque",
    "entry {seq} of the log: its decision does not match its commitment":
        "entrée {seq} du journal : sa décision ne répond pas à son engagement",
    "entry {seq} of the log: its decision is not canonical JSON":
        "entrée {seq} du journal : sa décision n'est pas du JSON canonique",
    "entry {seq} of the log: its particulars do not match their commitment":
        "entrée {seq} du journal : ses détails ne répondent pas à leur engagement",
    "entry {seq} of the log: kind, person or times do not give its leaf":
        "entrée {seq} du journal : nature, personne ou dates ne donnent pas sa feuille",
    "entry {seq} of the log: {kind}": "entrée {seq} du journal : {kind}",
    "it declares no row of this person; it does not prove that none was mislabelled":
        "elle ne déclare aucune ligne de cette personne ; cela ne prouve pas qu'aucune n'a été mal étiquetée",
    "more files than a release can have": "plus de fichiers qu'une version ne peut en avoir",
    "no proof for this release came with the receipt; ask for it":
        "aucune preuve pour cette version n'accompagne le reçu ; la demander",
    "not measured, says the signer": "non mesuré, dit le signataire",
    "it was measured with other detectors than the release names":
        "la mesure a été faite avec d'autres détecteurs que ceux que nomme la version",
    "the measure looked for other labels than the plan replaces":
        "la mesure a cherché d'autres étiquettes que celles que le plan remplace",
    "part of the labelled set could not be looked at": "une partie du jeu annoté n'a pas pu être examinée",
    "{path}: {name} is not what the rows say": "{path} : {name} n'est pas ce que disent les lignes",
    "planted personal data was missed": "des données personnelles plantées n'ont pas été trouvées",
    "what the plan asks for was not measured in {language}": "ce que le plan exige n'a pas été mesuré en {language}",
    "the measure in {language} is below the plan's standard": "la mesure en {language} est sous l'exigence du plan",
    "a share of the measure is none": "une part de la mesure n'en est pas une",
    "record {record} is not as it was decided": "l'enregistrement {record} n'est pas tel qu'il a été décidé",
    "record {record} is released, and {source}, from which it was made, is kept out by {reason}":
        "l'enregistrement {record} est publié, et {source}, dont il a été tiré, est écarté par {reason}",
    "record {record} is released against {reason}": "l'enregistrement {record} est publié malgré {reason}",
    "record {record} is released but was not decided to be":
        "l'enregistrement {record} est publié sans que cela ait été décidé",
    "rows of source {source} carry another licence than it has":
        "des lignes de la source {source} portent une autre licence que la sienne",
    "shard {shard} was not decided chunk by chunk, each once":
        "le lot {shard} n'a pas été décidé segment par segment, chacun une fois",
    "signed by key {id}, which is not the pinned one": "signée par la clé {id}, qui n'est pas celle épinglée",
    "signed by key {id}, which the pinned key vouches for": "signée par la clé {id}, dont la clé épinglée répond",
    "signed by key {id}, which did not count any more or not yet":
        "signée par la clé {id}, qui ne comptait plus ou pas encore",
    "the log's key is not the signer's": "la clé du journal n'est pas celle du signataire",
    "the list of keys is not of this log, or older than this release":
        "la liste de clés n'est pas de ce journal, ou plus ancienne que cette version",
    "the chain of signing keys in {path} is broken, incomplete or forged":
        "la chaîne des clés de signature dans {path} est rompue, incomplète ou forgée",
    "the receipt is signed by a key of the log that did not count any more":
        "le reçu est signé par une clé du journal qui ne comptait plus",
    "entry {seq} of the log: which key signs cannot be read":
        "inscription {seq} du journal : la clé qui signe ne peut être lue",
    "the release is not signed by the key that the log had then":
        "la version n'est pas signée par la clé que le journal avait alors",
    "signer unpinned: key {id} signed it, and whose that is nobody checked; pin it with --key":
        "signataire non épinglé : la clé {id} a signé, et personne n'a vérifié à qui elle est ; l'épingler avec --key",
    "source {source} has no ground": "la source {source} n'a pas de fondement",
    "source {source} has {rows} rows, not what the manifest says":
        "la source {source} a {rows} lignes, ce que ne dit pas le manifeste",
    "source {source} is listed twice": "la source {source} est listée deux fois",
    "the terms do not name source {source} as its contract asks":
        "les conditions ne nomment pas la source {source} comme son contrat le demande",
    "source {source} is not stated as the register has it":
        "la source {source} n'est pas déclarée telle qu'au registre",
    "source {source} is released against {reason}": "la source {source} est publiée malgré {reason}",
    "source {source} rests on a {ground} that is not named":
        "la source {source} repose sur un fondement ({ground}) qui n'est pas nommé",
    "the check broke: {error}": "la vérification a échoué en route : {error}",
    "the closing entry cannot be opened": "l'entrée de clôture ne peut être ouverte",
    "the closing entry does not open to what its leaf commits to":
        "l'entrée de clôture ne s'ouvre pas sur ce que sa feuille engage",
    "the closing entry is not in the log": "l'entrée de clôture n'est pas dans le journal",
    "the closing entry names another {name}": "l'entrée de clôture nomme un autre {name}",
    "the count under {reason} is small enough to point at a person":
        "le nombre sous {reason} est assez petit pour désigner une personne",
    "the decisions are not those of the inputs": "les décisions ne sont pas celles des entrées",
    "the decisions hold an answer without its reason": "les décisions contiennent une réponse sans son motif",
    "the decisions, counted again, do not give the tally": "les décisions, recomptées, ne donnent pas le décompte",
    "the entry was recorded after this release was closed": "l'entrée a été inscrite après la clôture de cette version",
    "the folder {path} is extra": "le dossier {path} est en trop",
    "no signature stands behind the approval of {number} sources":
        "aucune signature ne soutient l'approbation de {number} sources",
    "the lock is not the one that its digest names": "le verrou n'est pas celui que nomme son empreinte",
    "the lock leaves out entries of the log although this is no patch":
        "le verrou omet des entrées du journal alors que ce n'est pas un correctif",
    "the lock says otherwise than the manifest": "le verrou dit autre chose que le manifeste",
    "the lock sets aside {said} records, the log {number}":
        "le verrou met de côté {said} enregistrements, le journal {number}",
    "the lock's inputs are not what had arrived": "les entrées du verrou ne sont pas ce qui était arrivé",
    "the log at closing does not continue the log the release rests on":
        "le journal à la clôture ne prolonge pas celui sur lequel repose la version",
    "the log did not close and withdraw the parent {name}": "le journal n'a pas clos et retiré le parent {name}",
    "the log has lost entries, and the release does not say so":
        "le journal a perdu des entrées, et la version ne le dit pas",
    "the log's {size} entries do not give the signed root":
        "les {size} entrées du journal ne donnent pas la racine signée",
    "the manifest has a format that this verifier does not know":
        "le manifeste a un format que ce vérificateur ne connaît pas",
    "the manifest lists other columns than a release may have":
        "le manifeste liste d'autres colonnes que celles permises",
    "the manifest's list of files is not in order, or names one twice":
        "la liste des fichiers du manifeste n'est pas dans l'ordre, ou en nomme un deux fois",
    "the parent {name} is gone: what left it cannot be compared":
        "le parent {name} n'est plus là : ce qui l'a quitté ne peut être comparé",
    "the patch differs from its parent in {field}": "le correctif diffère de son parent par {field}",
    "the plan cannot be read": "le plan ne peut être lu",
    "the proof does not lead to this release's root of tags":
        "la preuve ne mène pas à la racine des marques de cette version",
    "the proof for this release cannot be read": "la preuve pour cette version ne peut être lue",
    "the public tally is not the exact one with small counts merged":
        "le décompte public n'est pas l'exact, petits nombres réunis",
    "the receipt carries no key of the person": "le reçu ne porte aucune clé de la personne",
    "the receipt does not open to its own leaf": "le reçu ne s'ouvre pas sur sa propre feuille",
    "the receipt's terms do not say what was signed in it": "les termes du reçu ne disent pas ce qui y a été signé",
    "the receipt is not signed by the log's key": "le reçu n'est pas signé par la clé du journal",
    "the receipt is of another log": "le reçu est d'un autre journal",
    "the receipt's entry is not in the log that this release rests on":
        "l'entrée du reçu n'est pas dans le journal sur lequel repose cette version",
    "the register of sources cannot be read": "le registre des sources ne peut être lu",
    "the release is called something else than {label}": "la version porte un autre nom que {label}",
    "the release is judged at a moment to come": "la version est jugée à un moment à venir",
    "the rows do not give the content root": "les lignes ne donnent pas la racine du contenu",
    "the rows of data file {number} are grouped by person":
        "les lignes du fichier de données {number} sont groupées par personne",
    "the rows of {path} do not ascend by order": "les lignes de {path} ne suivent pas l'ordre",
    "the signature of {path} does not hold": "la signature de {path} ne tient pas",
    "the signed statement is not about this manifest and closing":
        "la déclaration signée ne porte pas sur ce manifeste et cette clôture",
    "the signer's key id is not that of its key": "l'identifiant de la clé du signataire n'est pas celui de sa clé",
    "the tags of everybody in the release do not give the root":
        "les marques de toutes les personnes présentes ne donnent pas la racine",
    "the tally has a count that is none under {side}": "le décompte a sous {side} un nombre qui n'en est pas un",
    "there is no {path}; a log in a database server is written to a file first: licit log export":
        "il n'y a pas de {path} ; un journal tenu par un serveur s'écrit d'abord dans un fichier : licit log export",
    "withdrawn on {day} for {by}, and its rows were removed on {over}, when their time was over":
        "retirée le {day} pour {by} ; ses lignes ont été supprimées le {over}, à la fin de leur durée de conservation",
    "withdrawn on {day} for {by}, and purged of words that were erased since: {number} data files are gone":
        "retirée le {day} pour {by}, puis purgée de mots effacés depuis : {number} fichiers de données n'y sont plus",
    "this release declares rows of this person": "cette version déclare des lignes de cette personne",
    "this release is no patch": "cette version n'est pas un correctif",
    "this verifier does not know the claim {name}": "ce vérificateur ne connaît pas l'affirmation {name}",
    "two rows have one place in the order": "deux lignes ont une même place dans l'ordre",
    "{arrived} arrived, but {out} are accounted for": "{arrived} sont arrivés, mais {out} sont comptés",
    "{drawn} rows were drawn as twin, the manifest says {said}":
        "{drawn} lignes ont été tirées pour le jumeau, le manifeste en dit {said}",
    "{name} is missing from {path}, or of the wrong kind": "{name} manque dans {path}, ou n'est pas du bon type",
    "{name} is no name of a file": "{name} n'est pas un nom de fichier",
    "{name} is {number}, but the release has {rows} rows": "{name} vaut {number}, mais la version a {rows} lignes",
    "{number} decision parts were erased; they refuse what they are about":
        "{number} parties décisives ont été effacées ; elles refusent ce dont elles parlent",
    "{number} people of the release have no key in the workspace":
        "{number} personnes de la version n'ont pas de clé dans l'espace de travail",
    "{path} and {data} differ in the {name} of record {record}":
        "{path} et {data} diffèrent par {name} de l'enregistrement {record}",
    "{path} cannot be read": "{path} ne peut être lu",
    "{path} cannot be read as a log": "{path} ne peut être lu comme un journal",
    "{path} cannot be read as rows of a release": "{path} ne peut être lu comme des lignes d'une version",
    "{path} carries metadata of its own": "{path} porte des métadonnées à lui",
    "{path} does not hold the rows that were drawn": "{path} ne contient pas les lignes tirées",
    "{path} has a row with both messages and text, or neither":
        "{path} a une ligne avec messages et texte à la fois, ou ni l'un ni l'autre",
    "{path} has a row without {name}": "{path} a une ligne sans {name}",
    "{path} has fewer rows than {data}": "{path} a moins de lignes que {data}",
    "{path} has not the number of rows that the manifest says":
        "{path} n'a pas le nombre de lignes que dit le manifeste",
    "{path} has other columns than a release may have": "{path} a d'autres colonnes que celles permises",
    "{path} has other columns than record, chunk, source, order and digest":
        "{path} a d'autres colonnes que record, chunk, source, order et digest",
    "{path} is a link, a device or cannot be read": "{path} est un lien, un périphérique, ou ne peut être lu",
    "{path} is damaged": "{path} est endommagé",
    "{path} is extra": "{path} est en trop",
    "{path} is missing": "{path} manque",
    "{path} is missing or cannot be opened": "{path} manque ou ne peut être ouvert",
    "{path} is missing or damaged, so it was not looked into":
        "{path} manque ou est endommagé ; il n'a donc pas été lu",
    "{path} is no canonical envelope": "{path} n'est pas une enveloppe canonique",
    "{path} is no path that a release may have": "{path} n'est pas un chemin qu'une version peut avoir",
    "{path} is no receipt": "{path} n'est pas un reçu",
    "{path} is not a list of claims": "{path} n'est pas une liste d'affirmations",
    "{path} is not a regular file": "{path} n'est pas un fichier ordinaire",
    "{path} is not canonical JSON": "{path} n'est pas du JSON canonique",
    "{path} is not the one that was attested": "{path} n'est pas celui qui a été attesté",
    "{path} is not the one whose digest was fixed": "{path} n'est pas celui dont l'empreinte a été fixée",
    "{path} is not what the manifest says": "{path} n'est pas ce que dit le manifeste",
    "{path} is too large to be what it should be": "{path} est trop grand pour être ce qu'il devrait être",
    "{path}: the checkpoint is malformed, or the key of the log did not sign it":
        "{path} : le point de contrôle est mal formé, ou la clé du journal ne l'a pas signé",
    "{path}: the checkpoint is of another size or root": "{path} : le point de contrôle a une autre taille ou racine",
    "{path}: {kind} in record {record}": "{path} : {kind} dans l'enregistrement {record}",
    "{path}: {name} holds something finer than a day": "{path} : {name} contient plus fin qu'un jour",
    "{rows} of {all} rows were found among the inputs; the others nobody judged":
        "{rows} lignes sur {all} se trouvent parmi les entrées ; les autres n'ont été jugées par personne",
    "{rows} rows are of source {source}, which the manifest does not state":
        "{rows} lignes sont de la source {source}, que le manifeste ne déclare pas",
    "{rows} rows are released, {kept} were decided to be": "{rows} lignes sont publiées, {kept} devaient l'être",
    "{time} is no time": "{time} n'est pas une date",
}
