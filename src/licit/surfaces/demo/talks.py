"""What people ask and hear: conversations put together from short exchanges, French first, some English.

Rules kept here:

- Two ordinary conversations share one exchange at most, with other names and things in it, so that none is by chance a
  duplicate of another; no exchange has fifty words, so that none is by chance a copy.
- Every name, address and number in them is of ``people``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from .people import somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation before any product writes it its own way: who, when, and what was said in turn.

    ``said`` alternates between the person and the assistant; ``more`` holds fields that the product's export adds.
    """

    id: str
    account: str
    at: datetime
    said: tuple[str, ...] = field(repr=False)
    more: dict[str, Any] = field(default_factory=dict)

    def messages(self) -> Iterator[tuple[str, str, datetime]]:
        """Give role, words and time of each message, a minute apart."""
        for number, words in enumerate(self.said):
            yield ("user", "assistant")[number % 2], words, self.at + timedelta(minutes=number)


_TOWNS = ("Montrevel Saint-Aubin Clairvaux Bourgneuf Villefranche Chaumont Beaulieu Roquefort Fontenay Rochefort "
          "Belleville").split()
_THINGS = ("une lampe en frêne", "deux appliques murales", "un abat-jour plissé", "la suspension du salon", "trois liseuses",
           "un lampadaire en laiton", "une lanterne de jardin", "la veilleuse du couloir", "un plafonnier en papier",
           "quatre bougeoirs", "une guirlande de bocaux", "un bras articulé", "la lampe du bureau")
_THINGS_EN = ("an ash lamp", "two wall lights", "a pleated shade", "a hanging lamp", "three reading lights",
              "a brass floor lamp", "a garden lantern", "a paper ceiling light", "four candle holders")
_DAYS = "lundi mardi mercredi jeudi vendredi samedi".split()
_DAYS_EN = "Monday Tuesday Wednesday Thursday Friday Saturday".split()
_NUMBERS = "trois quatre cinq six sept huit neuf onze douze".split()
_NUMBERS_EN = "three four five six seven eight nine eleven twelve".split()

_FRENCH = (
    ("Écris à {who}, {mail}, pour confirmer notre passage {day} à {town}.",
     "Bonjour {first}, je vous confirme notre passage {day} à {town}, entre neuf heures et midi. Dites-moi si un autre "
     "moment vous arrange mieux."),
    ("Combien de temps prévoir pour {thing} quand le bois arrive encore humide ?",
     "Comptez {n} jours de séchage à l'abri, puis deux jours d'atelier. Pesez une chute chaque matin : quand son poids "
     "ne baisse plus, le bois est prêt."),
    ("Mon client {who} demande une remise pour {thing}. Que répondre sans le fâcher ?",
     "Dites merci à {first} de sa fidélité, expliquez que le prix couvre {n} heures de travail, et proposez un délai plus "
     "souple plutôt qu'un rabais."),
    ("Note le numéro de {who} : {phone}. Que dois-je préparer pour {thing} ?",
     "C'est noté pour {first}. Préparez le plan coté, un échantillon de teinte et {n} photos de la pièce prises en "
     "plein jour."),
    ("Quelle ampoule choisir pour {thing}, la pièce n'a qu'une petite fenêtre ?",
     "Prenez une lumière chaude et un variateur. Avec {n} points lumineux plutôt qu'un seul, les ombres s'adoucissent "
     "et personne n'est ébloui."),
    ("Propose trois lignes pour présenter {thing} sur notre page de {town}.",
     "Dessinée à {town}, montée à la main, réparable. Elle se démonte avec une seule clé et garde sa patine au fil de "
     "{n} hivers."),
    ("Le colis pour {town} est revenu abîmé. Comment écrire au transporteur ?",
     "Restez bref : date de remise, état du carton, photos jointes. Demandez une réponse sous {n} jours et gardez "
     "l'emballage jusqu'à {day}."),
    ("Peux-tu relire ceci : nous vous attendons {day} à {town}, pensez aux mesures ?",
     "La phrase est claire. Ajoutez la raison : les mesures décident de la hauteur. Prévoyez aussi {n} minutes pour "
     "faire le tour de l'atelier."),
    ("Comment teinter {thing} sans masquer les veines du bois ?",
     "Diluez la teinte, passez {n} couches très fines et essuyez aussitôt avec un chiffon sec. Les veines ressortent "
     "mieux si le ponçage reste léger."),
    ("{who} m'a écrit depuis {mail} : elle veut annuler. Que dit la politesse ?",
     "Répondez à {first} que l'annulation est notée, rappelez le délai de {n} jours et laissez la porte ouverte pour "
     "une autre saison."),
    ("Fais-moi un petit devis pour {thing}, pose comprise à {town}.",
     "Fournitures, {n} heures d'atelier, une demi-journée de pose à {town} et le déplacement. Ajoutez une ligne pour "
     "les imprévus, elle rassure plus qu'elle n'inquiète."),
    ("Quel nœud tient le mieux un câble textile dans {thing} ?",
     "Un nœud d'arrêt simple suffit sous le serre-câble. Laissez {n} centimètres de réserve, vous serez content de "
     "les trouver le jour d'une réparation."),
    ("J'ai rendez-vous {day} avec {who}. Prépare-moi des questions courtes.",
     "Demandez à {first} à quelle heure la pièce sert le plus, ce qui gêne aujourd'hui, et s'il faut garder {n} prises "
     "libres le long du mur."),
    ("Comment expliquer à un apprenti le réglage de la scie pour {thing} ?",
     "Montrez d'abord la lame à l'arrêt. Faites couper {n} chutes identiques, mesurez-les ensemble, puis laissez-le "
     "trouver seul d'où vient l'écart."),
    ("Donne-moi une idée de vitrine pour {town}, nous exposons {thing}.",
     "Une vitrine presque noire, un seul objet allumé, et {n} dessins au crayon sur le fond. Changez l'objet chaque "
     "{day}, les passants reviendront voir."),
    ("Rédige un message vocal pour {who} au {phone}, la commande est prête.",
     "Bonjour {first}, votre commande vous attend depuis {day}. Nous la gardons volontiers {n} semaines, passez quand "
     "cela vous arrange."),
    ("Pourquoi le vernis de {thing} colle-t-il encore au toucher ?",
     "L'air était sans doute trop froid. Laissez la pièce à vingt degrés pendant {n} jours, sans courant d'air, puis "
     "passez un voile de laine d'acier."),
    ("Résume la réunion de {day} : {who} veut changer de fournisseur de laiton.",
     "Décision reportée. {first} compare {n} fournisseurs, demande des échantillons, et revient vers l'équipe avant la "
     "prochaine commande."),
    ("Comment emballer {thing} pour un envoi vers {town} ?",
     "Double carton, {n} coins en mousse, rien qui bouge quand on secoue. Glissez un mot écrit à la main, il arrive "
     "toujours intact, lui."),
    ("Trouve un nom pour notre atelier ouvert de {town}, on y montre {thing}.",
     "Les Mardis de la mèche, La Fabrique allumée, ou Le Fil et l'Ombre. Essayez-les sur {n} voisins avant de faire "
     "imprimer les affiches."),
)

_ENGLISH = (
    ("Please write to {who} at {mail}: the order for {thing} leaves on {day}.",
     "Hello {first}, your order leaves on {day}. You will have it within {n} days, and the box can be used again for "
     "the return of your old shade."),
    ("How should I price {thing} for a small shop that takes a third?",
     "Start from your hours, not from theirs. If it takes you {n} hours, the shop's third comes on top of that and "
     "not out of it."),
    ("What would you say to a customer who finds {thing} too yellow?",
     "Say that the warm tone is chosen, and offer a cooler bulb for free. Most people keep the first one after {n} "
     "evenings with it."),
    ("My colleague {who} is away until {day}. What should I not forget?",
     "The drying room, the {n} parcels by the door, and the switch behind the lathe. Leave a note for {first} about "
     "anything that was moved."),
    ("Can you make this shorter: we would like to let you know that {thing} is ready?",
     "It is ready for you. If you want to be kind, add that you will keep it for {n} weeks and that you open early on "
     "{day}."),
    ("Give me a plan for teaching a class of twelve how to wire {thing}.",
     "Begin with {n} finished pieces, one of them wrong. Let them find the fault before you say a word, and only then "
     "hand out the pliers."),
    ("Call {who} on {phone}? I would like a script that does not sound like one.",
     "Tell {first} who you are, why you call and how long it takes. Then wait. Write down {n} words you want to use "
     "and forget the rest."),
)


def _filled(words: str, number: int, *, english: bool) -> str:
    who = somebody(number)
    things, days, numbers = (_THINGS_EN, _DAYS_EN, _NUMBERS_EN) if english else (_THINGS, _DAYS, _NUMBERS)
    return words.format(who=who.name, first=who.first, mail=who.mail, phone=who.phone,
                        thing=things[number * 3 % len(things)], town=_TOWNS[number * 7 % len(_TOWNS)],
                        day=days[number * 5 % len(days)], n=numbers[number * 2 % len(numbers)])


def ordinary() -> Iterator[tuple[str, ...]]:
    """Give the words of ordinary conversations, 211 of them: one in ten is English while there are any."""
    pairs = {False: _pairs(len(_FRENCH)), True: _pairs(len(_ENGLISH))}
    for number in range(211):
        english = number % 10 == 9
        one, two = next(pairs[english])
        exchanges = (_ENGLISH if english else _FRENCH)
        yield tuple(_filled(words, number * 2 + place, english=english)
                    for place, which in enumerate((one, two)) for words in exchanges[which])


def _pairs(size: int) -> Iterator[tuple[int, int]]:
    """Give all pairs below a size, each exchange soon met, none met again with the same other."""
    return iter(sorted(combinations(range(size), 2), key=lambda pair: (pair[1] - pair[0], pair[0])))
