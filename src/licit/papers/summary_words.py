"""The fields of the public summary in their order, with the template's own labels in English and ours in French.

Rules kept here: the template's misprints stay as they are; a field that may stay empty is marked, and any other may not.
"""

#: Number, English, French, and the fields of the section.
SECTIONS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("0", "Public Summary of Training Content", "Résumé public du contenu d'entraînement", ("version", "previous", "updated")),
    ("1", "General information", "Informations générales", ()),
    ("1.1", "Provider identification", "Identification du fournisseur", ("provider", "representative")),
    ("1.2", "Model identification", "Identification du modèle", ("models", "dependencies", "placed")),
    ("1.3", "Modalities, overall training data size and other characteristics",
     "Modalités, taille totale des données d'entraînement et autres caractéristiques",
     ("text", "text_size", "text_unit", "text_types", "image", "audio", "video", "other_modality", "latest", "continuous", "linguistic",
      "characteristics", "model_comments")),
    ("2", "List of data sources", "Liste des sources de données", ()),
    ("2.1", "Publicly available datasets", "Jeux de données accessibles au public",
     ("public", "public_modality", "public_large", "public_others", "public_comments")),
    ("2.2", "Private non-publicly available datasets obtained from third parties",
     "Jeux de données privés, non accessibles au public, obtenus de tiers", ()),
    ("2.2.1", "Datasets commercially licensed by rightsholders or their representatives",
     "Jeux de données sous licence commerciale des titulaires de droits ou de leurs représentants", ("licensed", "licensed_modality")),
    ("2.2.2", "Private datasets obtained from other third parties", "Jeux de données privés obtenus d'autres tiers",
     ("private", "private_modality", "private_known", "private_unknown", "private_comments")),
    ("2.3", "Data crawled and scraped from online sources", "Données collectées en ligne par des robots",
     ("crawled", "crawlers", "crawl_purposes", "crawl_behaviour", "crawl_period", "crawl_content", "crawl_modality", "crawl_domains",
      "crawl_comments")),
    ("2.4", "User data", "Données des utilisateurs", ("user_data", "other_services", "services", "user_modality", "user_comments")),
    ("2.5", "Synthetic data", "Données synthétiques",
     ("synthetic", "synthetic_modality", "synthetic_models", "synthetic_others", "synthetic_comments")),
    ("2.6", "Other sources of data", "Autres sources de données", ("other", "other_description", "other_comments")),
    ("3", "Data processing aspects", "Aspects du traitement des données", ()),
    ("3.1", "Respect of reservation of rights from text and data mining exception or limitation",
     "Respect des réserves de droits à l'exception de fouille de textes et de données", ("signatory", "measures", "reservation_comments")),
    ("3.2", "Removal of illegal content", "Retrait des contenus illicites", ("illegal",)),
    ("3.3", "Other information (optional)", "Autres informations (facultatif)", ("information",)),
)

_COMMENTS = ("Additional comments (optional)", "Commentaires (facultatif)")
_MODALITY = ("Type of modality covered", "Modalité concernée")
_MODALITIES = ("Modality(ies)", "Modalité(s)")

#: Field: (English, French).
LABELS: dict[str, tuple[str, str]] = {
    "version": ("Version of the Summary", "Version du résumé"),
    "previous": ("Links to previous versions", "Liens vers les versions précédentes"),
    "updated": ("Last update", "Dernière mise à jour"),
    "provider": ("Provider name and contact details", "Nom et coordonnées du fournisseur"),
    "representative": ("Authorised representative name and contact details", "Nom et coordonnées du mandataire"),
    "models": ("Versioned model name(s)", "Nom(s) du modèle, avec version"),
    "dependencies": ("Model dependencies", "Modèles dont il dépend"),
    "placed": ("Date of placement of the model on the Union market", "Date de mise sur le marché de l'Union"),
    "text": ("Text", "Texte"), "image": ("Image", "Image"), "audio": ("Audio", "Audio"), "video": ("Video", "Vidéo"),
    "other_modality": ("Other", "Autre"),
    "text_size": ("Training data size", "Taille des données d'entraînement"),
    "text_unit": ("Alternatively, specify the approximate size in a different measurement unit", "Ou taille approximative dans une autre unité"),
    "text_types": ("Types of content", "Types de contenu"),
    "latest": ("Latest date of data acquisition/collection for model training", "Date la plus récente d'acquisition ou de collecte pour l'entraînement"),
    "continuous": ("Is the model continuously trained on new/dynamic data after this date?",
                   "Le modèle est-il entraîné en continu sur des données nouvelles après cette date ?"),
    "linguistic": ("Description of the linguistic characteristics of the overall training data", "Caractéristiques linguistiques de l'ensemble des données"),
    "characteristics": ("Other relevant characteristics of the overall training data", "Autres caractéristiques utiles de l'ensemble des données"),
    "model_comments": _COMMENTS,
    "public": ("Have you used publicly available datasets to train the model?",
               "Avez-vous utilisé des jeux de données accessibles au public pour entraîner le modèle ?"),
    "public_modality": _MODALITIES,
    "public_large": ("List of large publicly available datasets", "Liste des grands jeux de données accessibles au public"),
    "public_others": ("General description of other publicly available datasets not listed above",
                      "Description générale des autres jeux de données accessibles au public"),
    "public_comments": _COMMENTS,
    "licensed": ("Have you concluded transactional commercial licensing agreement(s) with rightsholder(s) or with their representatives?",
                 "Avez-vous conclu des accords de licence commerciale avec des titulaires de droits ou leurs représentants ?"),
    "licensed_modality": _MODALITIES,
    "private": ("Have you obtained private datasets from third parties that are not licensed as described in Section 2.2.1, such as data "
                "obtained from providers of private databases, or data intermediaries?",
                "Avez-vous obtenu de tiers des jeux de données privés hors des licences de la section 2.2.1, par exemple de fournisseurs de "
                "bases privées ou d'intermédiaires de données ?"),
    "private_modality": _MODALITIES,
    "private_known": ("List of publicly known private datasets", "Liste des jeux de données privés connus du public"),
    "private_unknown": ("General description of non-publicly known private datasets obtained from third parties",
                        "Description générale des jeux de données privés inconnus du public obtenus de tiers"),
    "private_comments": _COMMENTS,
    "crawled": ("Were crawlers used by the provider or on behalf of?", "Des robots ont-ils été employés par le fournisseur ou pour son compte ?"),
    "crawlers": ("Crawler name(s)/identifier(s)", "Nom(s) ou identifiant(s) des robots"),
    "crawl_purposes": ("Purposes of the crawler(s)", "Finalités des robots"),
    "crawl_behaviour": ("General description of crawler behaviour (captchas, paywalls, robots.txt)",
                        "Description générale de la conduite des robots (captchas, péages, robots.txt)"),
    "crawl_period": ("Period of data collection", "Période de collecte"),
    "crawl_content": ("Comprehensive description of the type of content and online sources crawled",
                      "Description complète du type de contenu et des sources en ligne parcourues"),
    "crawl_modality": _MODALITY,
    "crawl_domains": ("Summary of the most relevant domain names crawled", "Noms de domaine les plus importants"),
    "crawl_comments": _COMMENTS,
    "user_data": ("Was data from user interactions with the AI model (e.g. user input and prompts) used to train the model?",
                  "Des données issues des échanges des utilisateurs avec le modèle (saisies, consignes) ont-elles servi à l'entraîner ?"),
    "other_services": ("Was data collected from user interactions with the provider's other services or products used to train the model?",
                       "Des données issues d'autres services ou produits du fournisseur ont-elles servi à entraîner le modèle ?"),
    "services": ("General description of the provider's services or products used to collect the user data",
                 "Description générale des services ou produits par lesquels ces données ont été recueillies"),
    "user_modality": _MODALITY, "user_comments": _COMMENTS,
    "synthetic": ("Was synthetic AI-generated data created by the provider or on their behalf to train the model?",
                  "Des données synthétiques produites par IA ont-elles été créées par le fournisseur ou pour son compte pour entraîner le modèle ?"),
    "synthetic_modality": _MODALITY,
    "synthetic_models": ("General-purpose AI model(s) used to generate it, if on the market, with a link to their Summary",
                         "Modèles d'IA à usage général qui les ont produites, s'ils sont sur le marché, avec un lien vers leur résumé"),
    "synthetic_others": ("Information about other AI models used, including the provider's own, with a general description of their training data",
                         "Autres modèles d'IA employés, y compris ceux du fournisseur, avec une description générale de leurs données d'entraînement"),
    "synthetic_comments": _COMMENTS,
    "other": ("Have data sources other than those described in Sections 2.1 to 2.5 been used?",
              "D'autres sources que celles des sections 2.1 à 2.5 ont-elles été utilisées ?"),
    "other_description": ("Narrative description of these data sources", "Description de ces sources"), "other_comments": _COMMENTS,
    "signatory": ("Are you a Signatory to the Code of Practice for general-purpose AI models that includes commitments to respect reservations of "
                  "rights from the TDM exception or limitation?",
                  "Êtes-vous signataire du code de bonnes pratiques des modèles d'IA à usage général, qui comporte des engagements sur le respect "
                  "des réserves de droits à l'exception de fouille ?"),
    "measures": ("Describe the measures implemented before model training to respect reservations of rights from the TDM exception or limitation "
                 "before and during data collection, including the opt-out protocols and solutions honoured by the provider or by third parties "
                 "from which datasets have been obtained",
                 "Mesures prises avant l'entraînement pour respecter les réserves de droits, avant et pendant la collecte, y compris les protocoles "
                 "d'opposition respectés par le fournisseur ou par les tiers dont viennent les jeux de données"),
    "reservation_comments": _COMMENTS,
    "illegal": ("General description of measures taken", "Description générale des mesures prises"),
    "information": ("Other relevant information about data processing", "Autres informations utiles sur le traitement des données"),
}

OPTIONAL = frozenset({"previous", "model_comments", "public_comments", "private_comments", "crawl_comments", "user_comments", "synthetic_comments",
                      "other_comments", "reservation_comments", "information", "characteristics"})

#: The template's sizes, misprints included.
SIZES = {"text": ("Less than 1 billion tokens", "1billion to 10 trillions tokens", "More than 10 trillions tokens"),
         "image": ("Less than 1 million images", "1Million to1 billion images", "More than 1 billion images"),
         "audio": ("Less than 10 000 hours", "10 000 to1 million hours", "More than 1 million hours"),
         "video": ("Less than 10 000 hours", "10 000 to1 million hours", "More than 1 million hours")}
SIZES_FR = {"Less than 1 billion tokens": "moins d'un milliard de jetons", "1billion to 10 trillions tokens": "d'un à 10 000 milliards de jetons",
            "More than 10 trillions tokens": "plus de 10 000 milliards de jetons"}
OPEN = ("TO BE PROVIDED", "À FOURNIR")
