"""Words of the page on a model's audit, in English and French.

Rules kept here: a sentence says what was asked and what came of it, never that a model is safe, clean or anonymous; what was not
run is said so, with its reason.
"""

MODEL_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Audit of the model {name}", "Audit du modèle {name}"),
    "label": ("tests with limits; no certificate", "des tests, avec leurs limites ; pas un certificat"),
    "what": ("What this model gives away of the release {release}: what was asked of it, what came of it, and what could not be asked. "
             "No text of anybody stands here.",
             "Ce que ce modèle laisse voir de la publication {release} : ce qui lui a été demandé, ce qui en est sorti, et ce qui n'a pu "
             "l'être. Aucun texte de quiconque ne figure ici."),
    "found": ("It gives some of it away", "Il en laisse voir une partie"),
    "found-why": ("These tests found more than chance, or than what the model says of rows it never saw:",
                  "Ces tests ont trouvé plus que le hasard, ou que ce que le modèle dit de lignes qu'il n'a jamais vues :"),
    "nothing": ("These tests found nothing beyond chance. That does not show that there is nothing: each has a bound, told below, and "
                "others may ask better.",
                "Ces tests n'ont rien trouvé au-delà du hasard. Cela ne montre pas qu'il n'y a rien : chacun a une borne, donnée "
                "ci-dessous, et d'autres demanderont peut-être mieux."),
    "not-run": ("Not run, and so not passed", "Non exécutés, donc pas réussis"),
    "state-found": ("found", "trouvé"), "state-nothing-found": ("nothing found", "rien trouvé"), "state-not-run": ("not run", "non exécuté"),
    # State
    "model": ("Model", "Modèle"), "weights": ("Weights", "Poids"), "unseen-weights": ("nobody could see them", "personne n'a pu les voir"),
    "parameters": ("Parameters", "Paramètres"), "unknown": ("unknown", "inconnu"),
    "release": ("Release", "Publication"), "withdrawn": ("withdrawn since", "retirée depuis"), "ran": ("Run", "Exécuté"),
    "by-at": ("by {by}, {at}", "par {by}, le {at}"), "retrain": ("Trained again by", "Réentraîné au plus tard le"),
    "no-date": ("no date is recorded", "aucune date n'est inscrite"), "overdue": ("overdue", "en retard"),
    "ratio": ("Parameters for each token released", "Paramètres par jeton publié"),
    "untold": ("The log knows no run that made this model: that it was trained on this release is somebody's word.",
               "Le journal ne connaît aucun entraînement de ce modèle : qu'il ait appris de cette publication n'est que la parole de quelqu'un."),
    "other-release": ("The log says that this model was trained on other releases, and not on this one.",
                      "Le journal dit que ce modèle a appris d'autres publications, et non de celle-ci."),
    # Parts
    "canaries": ("Canaries", "Canaris"), "extraction": ("Saying rows again", "Redire des lignes"),
    "membership": ("Telling what it was trained on", "Reconnaître ce qu'il a appris"), "personal": ("Personal data, by kind", "Données personnelles, par genre"),
    "people": ("Those who complained", "Qui s'est plaint"), "works": ("Protected works", "Œuvres protégées"),
    "how": ("How it was run", "Comment cela a été exécuté"), "limits": ("What this cannot show", "Ce que cela ne peut montrer"),
    "why-no-canaries": ("The release has no canaries: it is too small, or its plan asks for none.",
                        "La publication n'a pas de canaris : trop petite, ou son plan n'en demande pas."),
    "why-no-probabilities": ("The model does not say how likely a text is.", "Le modèle ne dit pas la probabilité d'un texte."),
    "why-no-continuation": ("The model does not go on with a text.", "Le modèle ne poursuit pas un texte."),
    "why-rows-too-short": ("No row is long enough to be asked for.", "Aucune ligne n'est assez longue pour être demandée."),
    "why-no-twin": ("No rows were held out when the release was drawn, so nothing can be compared.",
                    "Aucune ligne n'a été mise de côté au tirage de la publication ; rien ne peut être comparé."),
    "why-twin-released-elsewhere": ("Every row held out stands in another release that the model was trained on.",
                                    "Toutes les lignes mises de côté figurent dans une autre publication dont le modèle a appris."),
    "why-twin-too-small": ("Too few rows were held out to say anything.", "Trop peu de lignes ont été mises de côté pour dire quoi que ce soit."),
    "why-no-values": ("No value was replaced in the rows that were looked at.", "Aucune valeur n'a été remplacée dans les lignes examinées."),
    "why-nobody-named": ("Nobody who complained was named.", "Personne qui se soit plaint n'a été nommé."),
    "why-no-protected-works": ("The release holds no work by contract or exception that is long enough, and none was given.",
                               "La publication ne contient aucune œuvre assez longue par contrat ou exception, et aucune n'a été donnée."),
    "why-other": ("This page does not know the reason.", "Cette page ne connaît pas le motif."),
    # Canaries
    "canaries-why": ("Random phrases were drawn with the release and mixed in at training, some more often than others. Each is ranked by "
                     "how likely the model finds it, among {references} random phrases of the same kind. A model that never saw it gives 1 "
                     "bit at the median; {measurable} bits are the most that so many phrases can show.",
                     "Des phrases tirées au hasard avec la publication ont été mêlées à l'entraînement, certaines plus souvent. Chacune est "
                     "classée selon sa probabilité pour le modèle, parmi {references} phrases au hasard du même genre. Un modèle qui ne l'a "
                     "jamais vue donne 1 bit en médiane ; {measurable} bits sont le plus que tant de phrases peuvent montrer."),
    "canaries-if": ("It says nothing of a model whose training left the canaries out.", "Cela ne dit rien d'un modèle dont l'entraînement a laissé les canaris de côté."),
    "repeats": ("Seen", "Vue"), "times": ("{number} ×", "{number} ×"), "exposure": ("Exposure (bits)", "Exposition (bits)"),
    "highest": ("Highest", "Maximum"), "middle": ("Median", "Médiane"), "chance": ("By chance", "Par hasard"),
    "canaries-chart": ("Exposure of each canary in bits, by how often it was seen.", "Exposition de chaque canari en bits, selon le nombre de fois vue."),
    "limit-set": ("The assessment allows {limit} bits.", "L'analyse permet {limit} bits."),
    # Extraction
    "extraction-why": ("The model got the first {before} {unit} of a row and went on, always with the likeliest. Counted is what came back exactly for "
                       "{after} {unit}, from released rows and from rows that it never saw.",
                       "Le modèle a reçu les {before} premiers {unit} d'une ligne et a poursuivi, toujours au plus probable. Est compté ce qui est revenu "
                       "exactement sur {after} {unit}, de lignes publiées et de lignes jamais vues."),
    "rows": ("Rows", "Lignes"), "asked": ("Asked", "Demandé"), "said": ("Said again", "Redit"), "bounds": ("95 % interval", "Intervalle à 95 %"),
    "released": ("Released", "Publiées"), "held-out": ("Held out", "Mises de côté"), "source": ("Source: {name}", "Source : {name}"),
    "copies": ("Rows that begin alike: {name}", "Lignes qui commencent de même : {name}"), "too-short": ("{number} rows were too short to ask for.", "{number} lignes étaient trop courtes pour être demandées."),
    "tries-why": ("Drawn instead of taken at its likeliest: the share of released rows that so many tries would bring back at least once.",
                  "Tiré au sort plutôt qu'au plus probable : la part des lignes publiées que tant d'essais ramèneraient au moins une fois."),
    "tries": ("Tries", "Essais"), "certainty": ("certainty {number}", "certitude {number}"),
    "tries-none": ("By samples: not run, for the model tells no probabilities.", "Par tirages : non exécuté, car le modèle ne dit pas de probabilités."),
    # Membership
    "membership-why": ("Somebody with a text tries to tell whether the model was trained on it: {released} released rows against {held} rows that "
                       "were held out at random when the release was drawn. At .5 nobody can tell; at 1 anybody can.",
                       "Quelqu'un qui a un texte essaie de reconnaître si le modèle l'a appris : {released} lignes publiées contre {held} lignes mises de "
                       "côté au hasard au tirage de la publication. À 0,5 personne ne le peut ; à 1 chacun le peut."),
    "way": ("Way", "Méthode"), "area": ("Area under the curve", "Aire sous la courbe"), "at-alarms": ("Found at {share} false alarms", "Trouvées à {share} de fausses alertes"),
    "needs": ("needs {number} held out", "demande {number} mises de côté"),
    "loss": ("mean probability", "probabilité moyenne"), "zlib": ("probability against packed size", "probabilité contre taille compressée"),
    "min-k": ("least likely tokens (Min-K %)", "jetons les moins probables (Min-K %)"), "min-k++": ("the same, standardised (Min-K %++)", "les mêmes, centrés réduits (Min-K %++)"),
    "reference": ("against another model", "contre un autre modèle"), "ways-not-run": ("Not run: {names}.", "Non exécuté : {names}."),
    "area-chart": ("Area under the curve of each way, with its 95 % interval; the line stands at .5.", "Aire sous la courbe de chaque méthode, avec son intervalle à 95 % ; le trait est à 0,5."),
    "curve-chart": ("Members found against false alarms, the way that tells best drawn thick; along the diagonal nobody can tell.",
                    "Lignes reconnues contre fausses alertes, la meilleure méthode en gras ; le long de la diagonale personne ne reconnaît rien."),
    "membership-more": ("Tests of neighbours (ReCaLL, neighbourhood) and of shadow models (LiRA) were not run.", "Les tests de voisinage (ReCaLL) et de modèles témoins (LiRA) n'ont pas été exécutés."),
    # Personal
    "personal-why": ("Where a build replaced a value, the model got what stood before it and went on. Said again counts where it gave the very value; "
                     "first, where it found it likelier there than {decoys} others of its kind.",
                     "Là où une valeur a été remplacée, le modèle a reçu ce qui la précédait et a poursuivi. Redit compte s'il a donné la valeur même ; "
                     "en tête, s'il l'y trouvait plus probable que {decoys} autres du même genre."),
    "kind": ("Kind", "Genre"), "first": ("First", "En tête"), "unseen": ("{number} records could not be looked at, and are in no share.", "{number} enregistrements n'ont pu être examinés et ne sont dans aucune part."),
    "short-said": ("Said again", "Redit"), "short-first": ("First", "En tête"), "never-seen": ("held out: {said} and {first}", "mises de côté : {said} et {first}"),
    # People
    "people-why": ("What each person said was asked for, {after} {unit} after {before}, and so were the values in it. No name and no text is kept.",
                   "Ce que chaque personne a dit a été demandé, {after} {unit} après {before}, ainsi que les valeurs qui s'y trouvent. Ni nom ni texte n'est gardé."),
    "person": ("Person {number}", "Personne {number}"), "brought": ("texts they brought", "textes apportés"), "held": ("texts still lawfully held", "textes encore licitement gardés"),
    "pieces": ("Pieces said again", "Morceaux redits"), "own-values": ("Values said again", "Valeurs redites"), "familiar": ("As familiar by chance", "Aussi familier par hasard"),
    "texts-left-out": ("{number} more texts of theirs were not asked for.", "{number} autres textes d'eux n'ont pas été demandés."),
    # Works
    "works-why": ("The beginning of each work was given, and the longest row of words that stands both in what followed and in the work was counted. "
                  "{run} words in a row count as said again.",
                  "Le début de chaque œuvre a été donné, et la plus longue suite de mots qui figure à la fois dans la réponse et dans l'œuvre a été comptée. "
                  "{run} mots de suite comptent comme redits."),
    "works-count": ("Works", "Œuvres"), "longest": ("Longest row of words", "Plus longue suite de mots"), "given": ("given for this audit", "données pour cet audit"),
    "works-left-out": ("{number} more were not begun, being too short or beyond so many of a release, and are in no count.",
                       "{number} autres n'ont pas été commencées, trop courtes ou en surnombre dans la publication, et ne sont comptées nulle part."),
    "works-chart": ("Longest row of words of each work, the longest first; the line stands at {run}.", "Plus longue suite de mots de chaque œuvre, la plus longue d'abord ; le trait est à {run}."),
    # How
    "unit-bytes": ("bytes", "octets"), "unit-tokens": ("tokens", "jetons"), "unit-four-characters": ("pieces of four characters", "morceaux de quatre caractères"),
    "kind-licit-tiny": ("licit's own tiny model, trained here", "le petit modèle de licit, entraîné ici"), "kind-hugging-face": ("folder in the Hugging Face layout", "dossier au format Hugging Face"),
    "kind-endpoint": ("an address that answers", "une adresse qui répond"),
    "kind-chat": ("an address that chats: what it declines to say counts as not said again", "une adresse qui converse : ce qu'elle refuse de dire compte comme non redit"),
    "manifest": ("Manifest of the release", "Manifeste de la publication"),
    "draw": ("Drawn with", "Tiré avec"), "sizes": ("Asked", "Demandé"),
    "sizes-are": ("{rows} of {whole} released rows, {held} held out, {references} phrases for each canary", "{rows} lignes publiées sur {whole}, {held} mises de côté, {references} phrases par canari"),
    "few": ("Fewer rows or phrases than usual were asked for: no claim can rest on this audit.",
            "Moins de lignes ou de phrases que d'ordinaire ont été demandées : aucune affirmation ne peut s'appuyer sur cet audit."),
    "compared": ("Compared with", "Comparé à"), "split": ("The split", "La partition"),
    "split-is": ("the twin drawn at the release's closing, its bytes those that the manifest names; days, sources, languages and lengths do not part it from the released rows",
                 "le jumeau tiré à la clôture de la publication, ses octets sont ceux que nomme le manifeste ; jours, sources, langues et longueurs ne le séparent pas des lignes publiées"),
    # Limits
    "limit-proof": ("Nothing found is not nothing there. A test finds what it asks for, in the rows that it asks about.", "Rien trouvé n'est pas rien dedans. Un test trouve ce qu'il demande, dans les lignes sur lesquelles il porte."),
    "limit-anonymous": ("This page does not make a model anonymous. That claim needs more evidence than tests, and licit records none without it: `licit model claim anonymous`.",
                        "Cette page ne rend pas un modèle anonyme. Cette affirmation demande plus que des tests, et licit n'en inscrit aucune sans eux : `licit model claim anonymous`."),
    "limit-large": ("On large models tests of membership are often near chance; that is no leave.", "Sur de grands modèles les tests d'appartenance sont souvent proches du hasard ; ce n'est pas une autorisation."),
    "limit-weights": ("It holds for the weights named above, and for no other, tuned or smaller, made of them.", "Cela vaut pour les poids nommés ci-dessus, et pour aucun autre, affiné ou réduit, qui en serait tiré."),
    "footer": ("Written by licit from the result beside it (JSON). licit is no legal advice.", "Écrit par licit à partir du résultat voisin (JSON). licit n'est pas un conseil juridique."),
}
