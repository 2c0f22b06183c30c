"""The conversations that the story is about: one for each thing that can happen to what somebody says.

Rules kept here: a sentence that must not be found later (:data:`PLANTED`) names nobody, so that nothing but a refusal can
take it out of a release.
"""

from datetime import datetime, timedelta

from .talks import Talk

#: What the person who objects before the first release said, and what the one who objects after it said.
PLANTED = {
    "before": ("Le tournesol de cuivre que je dessine la nuit n'a pas encore de nom.",
               "Je garde mes croquis de paravents sous la troisième marche de l'escalier bleu.",
               "Ma grand-tante pliait déjà le papier huilé comme on plie une chemise."),
    "after": ("Mon moulin à ombres tourne avec la chaleur d'une seule bougie verte.",
              "J'ai recopié les motifs du vitrail brisé sur vingt-deux cartes à jouer.",
              "Dans l'atelier de mon enfance, la lumière sentait la cire et l'orange.")}

#: The accounts of the four people who say the same on four tiers, and whether they object.
TWINS = {"u-101": ("free", True), "u-102": ("pro", False), "u-103": ("team", True), "device-7c1e": ("logged-out", False)}

BEFORE, AFTER = "5e0a51c8-7d1f-4b58-9a9e-1f0c2f6d0001", "basile"

#: Somebody who uses none of the products, named by e-mail in a customer's conversation.
OUTSIDER = "margaux.lenoir@example.com"

_ANSWERS = ("C'est une belle image. Voulez-vous que je vous aide à la décrire pour le carnet de l'atelier ?",
            "Gardez-la telle quelle. On pourrait en faire la première page du catalogue, sans rien expliquer.",
            "Je vous propose de commencer par là, puis de laisser le dessin parler seul.")
_TWIN = (("Il me faut une enseigne pour le marché de {0}. Elle doit tenir au vent et se lire de loin.",
          "Choisissez {1}, deux pieds lestés et trois mots au plus. Peignez-les en {2}."),
         ("Et pour le soir, quand la place n'est plus éclairée ?",
          "Accrochez {3} à hauteur d'épaule, dirigée vers le bas. Une batterie de {4} heures suffit."))
_TWIN_WORDS = (("Beaulieu", "une toile de lin", "bleu nuit", "une baladeuse", "six"),
               ("Fontenay", "un panneau de liège", "rouge brique", "une lampe de mineur", "huit"),
               ("Clairvaux", "une tôle rouillée", "blanc cassé", "une torche à manivelle", "dix"),
               ("Rochefort", "un vieux volet", "vert olive", "une guirlande étanche", "douze"))


def planted(which: str, account: str, at: datetime) -> list[Talk]:
    """Give the conversations of somebody who objects: a planted sentence opens each."""
    return [Talk(id=f"{which}-{number}", account=account, at=at + timedelta(days=number),
                 said=(words, _ANSWERS[number % len(_ANSWERS)])) for number, words in enumerate(PLANTED[which])]


def twins(at: datetime) -> list[Talk]:
    """Give what four people on four tiers say: the same needs, each in their own town."""
    return [Talk(id=f"twin-{number}", account=account, at=at + timedelta(hours=number), more={"tier": tier},
                 said=tuple(words.format(*_TWIN_WORDS[number]) for exchange in _TWIN for words in exchange))
            for number, (account, (tier, _)) in enumerate(TWINS.items())]


def refused_and_held(at: datetime, last_week: datetime) -> list[Talk]:
    """Give conversations of customers that are refused or held, each for a reason of its own."""
    day = at.strftime("%d/%m/%Y")
    return [
        Talk(id="health", account="u-201", at=at, said=(
            "Je suis diabétique et je travaille debout toute la journée. Comment organiser les pauses à l'atelier ?",
            "Prévoyez une pause courte toutes les deux heures, et dites à l'équipe où se trouve votre trousse.")),
        Talk(id="temporary", account="u-202", at=at, more={"temporary": True}, said=(
            "Conversation éphémère : aide-moi à choisir entre deux couleurs de mur.",
            "Prenez la plus sombre, elle fera ressortir la lampe.")),
        Talk(id="pasted", account="u-203", at=at, said=(
            "Résume cette discussion :\n"
            f"{day}, 09:12 - Julien Marchal: On pose la suspension samedi ?\n"
            f"{day}, 09:14 - Fatou Kone: Oui, mais pas avant dix heures\n"
            f"{day}, 09:15 - Julien Marchal: J'apporte l'échelle\n", "La pose aura lieu samedi après dix heures.")),
        Talk(id="recent", account="u-204", at=last_week, said=(
            "Quelle huile pour un plan de travail que l'on vient de poncer cette semaine ?",
            "Une huile dure, en deux passages, et trois jours sans y poser de verre.")),
        Talk(id="outsider", account="u-205", at=at, said=(
            f"Écris à ma cliente, {OUTSIDER}, que ses appliques sont arrivées.",
            "Bonjour, vos appliques sont arrivées à l'atelier. Elles vous attendent quand vous voudrez.")),
        *_duplicates(at)]


def _duplicates(at: datetime) -> list[Talk]:
    """Give two conversations with the same words, and two with nearly the same."""
    same = ("Donne-moi la liste des outils pour monter une étagère dans un mur en brique.",
            "Une perceuse, un foret à béton, des chevilles longues, un niveau, un crayon et un aspirateur.")
    long = ("Explique-moi pas à pas comment remettre à neuf un vieux lampadaire trouvé dans un grenier, du démontage "
            "jusqu'au dernier essai, sans oublier ce qui pourrait être dangereux.",
            "Débranchez-le et photographiez chaque étape. Démontez la douille, coupez l'ancien câble et jetez-le sans "
            "regret. Nettoyez le pied avec de l'eau tiède, séchez, puis passez une cire dure. Enfilez un câble neuf à "
            "trois fils, reliez la terre au métal, serrez les bornes et tirez dessus pour vérifier. Remontez le tout "
            "avec une ampoule {}, branchez sur une prise protégée et gardez la main loin du métal au premier essai.")
    return [Talk(id=f"same-{number}", account=f"u-21{number}", at=at, said=same) for number in range(2)] + [
        Talk(id=f"near-{number}", account=f"u-22{number}", at=at, said=(long[0], long[1].format(word)))
        for number, word in enumerate(("faible", "claire"))]


def apart(at: datetime) -> dict[str, list[Talk]]:
    """Give the logs that are imported apart: an organisation's, a youth club's, and a kiosk's where age is unknown."""
    def asked(name: str, *pairs: tuple[str, str]) -> list[Talk]:
        return [Talk(id=f"{name}-{number}", account=f"{name}-{number}", at=at, said=pair)
                for number, pair in enumerate(pairs)]

    return {
        "organisation": asked("tenant", (
            "Prépare la note interne sur le renouvellement des néons du siège.",
            "Voici un plan en trois points : état des lieux, budget, calendrier des travaux."), (
            "Compare les deux offres de maintenance reçues par notre service achats.",
            "La première couvre les pannes de nuit, la seconde le remplacement des tubes."), (
            "Rédige l'ordre du jour du comité éclairage de jeudi.",
            "Relevés de consommation, demandes des équipes, décision sur les détecteurs.")),
        "junior": asked("junior", (
            "Comment faire une lanterne en papier pour la fête du club ?",
            "Plie une feuille épaisse en accordéon, colle les bords et glisse une petite lampe à pile.")),
        "kiosk": asked("kiosk", (
            "Où se trouve le rayon des abat-jour dans la boutique ?",
            "Au fond à gauche, après les ampoules anciennes."), (
            "Est-ce que vous reprenez les vieilles lampes cassées ?",
            "Oui, à l'accueil, tous les jours sauf le dimanche."))}
