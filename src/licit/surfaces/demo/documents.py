"""Writes the company's documents, with what is known of each in one table beside them, and a WhatsApp export.

Rules kept here: every sentence was written for this demonstration; every outlet, author and contract is invented.
"""

import csv
from datetime import date, timedelta
from pathlib import Path

#: What the readers must keep of the article: the reply, and the sentence that qualifies the accusation.
REPLY = "Les comptes ont été remis au complet, et la somme est toujours sur le livret de l'association."
QUALIFICATION = "Aucun élément ne permet toutefois de l'établir, et l'intéressé conteste les faits."
#: What the readers must leave out.
ADVERTISING = "Achetez deux abat-jour, le troisième est offert jusqu'à dimanche."

SHADOW = "Les Marées de Brume (z-lib.org).txt"
#: A piece of a set that descends from a tainted one, as its name says.
DESCENDANT = "books3_00012.txt"

_ARTICLE = f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>La caisse de la fête des Lumières de Montrevel</title></head>
<body><nav><a href="/">Accueil</a></nav><article><h1>La caisse de la fête</h1>
<p>Une plainte déposée au printemps accuse le trésorier de la fête des Lumières d'avoir détourné la recette. La mairie
a demandé les comptes, et trois bénévoles ont été entendus dans la salle des associations.</p>
<p>La fête avait réuni quatre cents personnes autour de vingt-deux lanternes, un soir de pluie fine, sur la place du
marché et le long du canal.</p>
<p>{QUALIFICATION}</p>
<aside class="encadre"><h3>Droit de réponse</h3><p>{REPLY}</p><p>Personne ne m'a interrogé avant la publication.</p>
</aside></article><footer><p>Mentions légales</p></footer></body></html>
"""
_SHEET = f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Poser une suspension</title></head>
<body><article><h1>Poser une suspension</h1>
<p>Coupez le courant au tableau et vérifiez qu'il est coupé. Repérez une poutre, percez droit, et laissez dix
centimètres de câble dans le pavillon pour les réparations à venir.</p>
<div class="ad-slot"><p>{ADVERTISING}</p></div>
<p>Réglez la hauteur à table, assis : le bas de l'abat-jour se place un peu au-dessus des yeux. Serrez, recoupez le
câble, et remettez le courant en dernier.</p>
<p>Abonnez-vous à notre newsletter</p></article></body></html>
"""
_VARNISH = """# Vernir un pied de lampe

Poncez dans le sens du fil, dépoussiérez avec un chiffon humide, et attendez que le bois soit sec au toucher.

- une couche fine, sans revenir en arrière
- une nuit de repos loin de la poussière
- un égrenage léger, puis la seconde couche

Le vernis à l'eau jaunit moins que l'huile, et il se répare plus mal.
"""
_TALE = """L'allumeur qui comptait les ombres

Il y avait dans un bourg sans lune un allumeur de lanternes qui comptait les ombres au lieu de compter les lampes. On
se moquait de lui, car les ombres ne se vendent pas.

Une nuit d'hiver, une ombre manqua. Il la chercha jusqu'au matin, et trouva sous le pont un enfant endormi qui lui
avait pris sa place. Depuis ce jour, le bourg paie une lampe de plus que nécessaire.
"""
_CATALOGUE = """Catalogue raisonné des lanternes de quai

Ce catalogue décrit soixante lanternes conservées dans des collections privées, avec leurs dimensions, leurs marques
de fondeur et les réparations que l'on peut dater avec assurance.
"""
_PRESS = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Le canal change d'éclairage</title></head>
<body><article><h1>Le canal change d'éclairage</h1>
<p>Les quais de Fontenay recevront à l'automne des lampes plus basses, qui n'éclairent que le chemin. Les pêcheurs
s'en réjouissent, les commerçants attendent de voir, et les chauves-souris ne sont pas consultées.</p></article></body></html>
"""
_FIGURES = """# Consommation de l'éclairage public par commune

La commune de Beaulieu éteint une lampe sur deux après minuit depuis deux ans. La dépense a baissé d'un tiers, et le
nombre d'accidents relevés sur la voie publique n'a pas changé sur la même période.

| année | points lumineux | mégawattheures |
|-------|-----------------|----------------|
| un    | 812             | 431            |
| deux  | 809             | 287            |
"""
_ESSAY = """# De la pénombre comme politesse

Une pièce trop éclairée parle à la place de ceux qui s'y trouvent. Nous avons appris à demander plus de lumière quand
il aurait fallu demander moins de murs blancs, et à confondre la clarté avec l'attention.
"""
_BOOK = """Les Marées de Brume

Le phare n'éclairait plus que les jours pairs. Ceux qui rentraient les jours impairs apprenaient la côte par
l'oreille, et finirent par trouver que la lumière faisait trop de bruit.
"""

_PIECE = """La digue

On la relevait d'une pierre chaque automne. Le vieux disait qu'elle tenait par habitude, et que la mer, elle aussi, avait
les siennes.
"""
_WAVES = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Ce que disait le port</title></head>
<body><article><h1>Ce que disait le port</h1>
<p>La chronique du matin donnait la hauteur de l'eau, le prix du gasoil et le nom des bateaux rentrés dans la nuit. On
l'écoutait en silence, même quand on n'avait pas de bateau.</p></article></body></html>
"""
_LOGBOOK = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>Carnet du port, une page</title></head>
<body><article><h1>Une page du carnet</h1>
<p>Trois couches de peinture sur la rambarde, une par temps sec, deux par entêtement. Le gardien note la date de chacune,
et celle du premier éclat de rouille.</p></article></body></html>
"""
#: What was kept when the page was fetched: its address, its headers, and the site's rules for robots.
_LOGBOOK_BESIDE = {"url.txt": "https://carnet-du-port.example/pages/rambarde\n", "headers.txt": "HTTP/1.1 200 OK\nContent-Type: text/html\n",
                   "robots.txt": "User-agent: *\nAllow: /\nContent-Signal: search=yes, ai-train=no\n"}

#: File: (text, source, title).
_FILES = {
    "article.html": (_ARTICLE, "agence-lucarne", "La caisse de la fête"),
    "fiche-pose.html": (_SHEET, "agence-lucarne", "Poser une suspension"),
    "vernis.md": (_VARNISH, "guide-libre", "Vernir un pied de lampe"),
    "conte.txt": (_TALE, "domaine-public", "L'allumeur qui comptait les ombres"),
    "catalogue.txt": (_CATALOGUE, "editions-du-quai", "Catalogue raisonné"),
    "canal.html": (_PRESS, "gazette-du-canal", "Le canal change d'éclairage"),
    "eclairage.md": (_FIGURES, "donnees-ouvertes", "Consommation de l'éclairage public"),
    "penombre.md": (_ESSAY, "essais-nc", "De la pénombre comme politesse"),
    SHADOW: (_BOOK, "fonds-donne", "Les Marées de Brume"),
    DESCENDANT: (_PIECE, "fonds-donne", "La digue"),
    "ondes.html": (_WAVES, "radio-des-quais", "Ce que disait le port"),
}


def write_documents(folder: Path, day: date) -> int:
    """Write the documents and ``metadata.csv``, which names the source of each; give their number."""
    folder.mkdir(parents=True)
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "source", "title", "date", "language"))
        for name, (text, source, title) in _FILES.items():
            (folder / name).write_text(text, encoding="utf-8")
            table.writerow((name, source, title, day.isoformat(), "fr"))
    return len(_FILES)


def write_page(folder: Path) -> int:
    """Write a page as a crawler kept it, with a reservation beside it; give the number of documents."""
    folder.mkdir(parents=True)
    for name, text in {"rambarde.html": _LOGBOOK, **_LOGBOOK_BESIDE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 1


def write_whatsapp(path: Path, day: date) -> None:
    """Write a WhatsApp export whose header names nobody, while a system line does; its days decide their own order."""
    while day.day < 13:
        day += timedelta(days=1)
    at = day.strftime("%d/%m/%Y")
    path.write_text(
        f"{at}, 08:01 - Les messages et les appels sont chiffrés de bout en bout. Appuyez pour en savoir plus.\n"
        f"{at}, 08:01 - Votre code de sécurité avec ~\u202fMathieu Benali a changé. Appuyez pour en savoir plus.\n"
        f"{at}, 08:02 - Juliette Roux: La suspension du café part demain\n"
        f"{at}, 08:05 - Romain Perrin: Qui prend l'échelle ?\n"
        f"{at}, 08:06 - Juliette Roux: Moi, et le niveau aussi\n", encoding="utf-8")
