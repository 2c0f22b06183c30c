"""Writes the documents and WhatsApp exports that tests read: all invented, French first, the same bytes every time.

python tests/data/build_documents.py           # write
python tests/data/build_documents.py --check   # exit 1 if a file differs from what would be written
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent

ACCUSATION = ("Une plainte déposée en mars accuse Renaud Fictif, trésorier de l'association des Jardins de Montrevel, "
              "d'avoir détourné la caisse de la fête. La newsletter de la mairie en avait parlé la première.")
CONTEXT = "La fête avait réuni trois cents personnes sur la place, un samedi de pluie, autour de vingt-deux stands."
QUALIFICATION = "Aucun élément ne permet toutefois de l'établir, et l'intéressé conteste les faits."
REPLY = ("M. Fictif nous écrit que les comptes ont été remis au complet et que la somme est toujours sur le livret.",
         "Il ajoute que personne ne l'a interrogé avant la publication.")
TITLE = "La caisse de la fête"

TEXT = f"""{TITLE}

Publicité

{ACCUSATION}

{CONTEXT}

Abonnez-vous à notre newsletter pour recevoir nos articles

{QUALIFICATION}

À lire aussi : Les stands de la prochaine fête

★★★★☆ (18 avis)

Droit de réponse

{REPLY[0]}

{REPLY[1]}

Commentaires (12)
Ajouter un commentaire
"""

MARKDOWN = f"""---
title: {TITLE}
author: Odile Exemple
licence: CC-BY-4.0
---

# {TITLE}

{ACCUSATION}

<!-- à relire avant
publication -->

- vingt-deux stands
- trois cents personnes

> Il pleuvait, dit une habitante.

| poste | somme |
|-------|-------|
| buvette | 412 |

```python
caisse = 412  # Publicité
```

{QUALIFICATION}

## Newsletter

Abonnez-vous gratuitement à notre newsletter

**Mise à jour (3 mars) :** la somme figure dans les comptes publiés hier.
"""

HTML = f"""<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>{TITLE} – Le Courrier de Montrevel</title>
<meta name="author" content="Odile Exemple"><meta property="article:published_time" content="2025-03-02T08:00:00+01:00">
<meta name="tdm-reservation" content="1"><link rel="canonical" href="https://courrier.example/caisse">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{TITLE}", "license": "https://creativecommons.org/licenses/by/4.0/",
"publisher": {{"@type": "Organization", "name": "Le Courrier de Montrevel"}}}}</script>
<style>.x {{ color: red }}</style><script>var planted = "SCRIPT-LEAK";</script></head>
<body class="has-sidebar"><nav><a href="/">Accueil</a> <a href="/droit">Droit de réponse</a></nav>
<header><h1>{TITLE}</h1></header>
<article class="post with-comments"><p>{ACCUSATION}</p>
<div class="ad-slot"><p>Achetez un arrosoir.</p></div>
<p>{CONTEXT} Le trésorier aurait <del>volé</del> <ins>conservé</ins> la somme.</p>
<aside class="newsletter-box"><h3>Notre newsletter</h3><p>Chaque matin dans votre boîte.</p></aside>
<p hidden>HIDDEN-LEAK</p>
<p>{QUALIFICATION}</p>
<ul class="share-buttons"><li>Partager</li></ul>
<aside class="encadre"><h3>Droit de réponse</h3><p>{REPLY[0]}</p><p>{REPLY[1]}</p></aside>
<p>À lire aussi : Les stands de la prochaine fête</p></article>
<section class="encart"><h2>Rectificatif</h2><p>Il fallait lire vingt-deux stands.</p></section>
<div class="rating-stars">4,5 / 5</div>
<section id="comments"><h2>Commentaires (2)</h2><article class="comment"><p>Bien fait !</p></article></section>
<footer><p>Mentions légales</p></footer></body></html>
"""

ANDROID_FR = """17/02/2025, 16:14 - Les messages et les appels sont chiffrés de bout en bout. Appuyez pour en savoir plus.
17/02/2025, 16:14 - Votre code de sécurité avec ~\u202fNadia Fictive a changé. Appuyez pour en savoir plus.
17/02/2025, 16:15 - Luc Exemple: Regardez : https://exemple.example/page: c'est là
la suite du message

et sa fin
18/02/2025, 09:01 - +33 6 39 98 00 01: <Médias omis>
18/02/2025, 09:02 - Luc Exemple a ajouté Zoé Modèle, ~\u00a0Karim et +33 6 39 98 00 02.
18/02/2025, 09:03 - Zoé Modèle a changé le sujet de « Projet : fête » en « Fête »
18/02/2025, 09:04 - Zoé Modèle: \u200eIMG-20250218-WA0001.jpg (fichier joint)
la caisse
18/02/2025, 09:05 - Karim: Ce message a été supprimé
18/02/2025, 09:06 - Luc Exemple: merci @\u2068~Nadia Fictive\u2069
"""
WHATSAPP = {
    "android-fr.txt": ANDROID_FR,
    "ios-fr.txt": "[3/18/22 14:56:00] Fête: \u200eLes messages et les appels sont chiffrés de bout en bout. Aucun tiers n'y a accès.\r\n"
                  "\u200e[3/18/22 14:56:10] Zoé Modèle: \u200eimage absente\r\n[3/18/22 14:57:00] ~\u202fKarim: Bonjour\nà tous\r\n"
                  "[3/19/22 08:00:00] Fête: \u200eZoé Modèle a ajouté Luc Exemple\r\n",
    "android-en.txt": "01/20/2019, 11:23\u202fa. m. - Messages and calls are end-to-end encrypted. Tap to learn more.\n"
                      "01/20/2019, 11:24\u202fa. m. - Ada Sample: note: buy paint\n01/21/2019, 1:24\u202fp. m. - Bob Mock left\n",
    "ios-de.txt": "[18.03.22, 14:56:01] Jonas Muster: \u200eBild weggelassen\n[18.03.22, 14:57:01] Mia Probe: Danke!\n",
    "android-es.txt": "18/3/22 14:56 - Tu código de seguridad con Inés Ficticia cambió. Toca para obtener más información.\n"
                      "18/3/22 14:57 - Inés Ficticia: <Multimedia omitido>\n",
    "android-nl.txt": "23-03-2022 13:31 - Sanne Voorbeeld heeft Daan Proef toegevoegd\n23-03-2022 13:32 - Daan Proef: hoi\n",
    "ios-fi.txt": "[12.3.2022 klo 14.08.18] Aino Esimerkki: hei\n[13.3.2022 klo 14.08.18] Aino Esimerkki: moi\n",
    "ambiguous.txt": "01/02/2025, 10:00 - Luc Exemple: un\n02/02/2025, 10:00 - Zoé Modèle: deux\n",
}


def pdf(pages: list[list[str]], *, title: str = "") -> bytes:
    """Write a small PDF by hand: pages of lines in Helvetica."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    kids = []
    for lines in pages:
        shown = b"".join(b"(" + line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
                         + b") Tj T*\n" for line in lines)
        content = b"BT /F1 11 Tf 14 TL 60 780 Td\n" + shown + b"ET" if lines else b"0 0 m"
        objects += [b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
                    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>" % (len(objects) + 1)]
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    objects.append(b"<< /Title (" + title.encode("cp1252") + b") >>")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
                  + b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(objects), len(out)))


def _wrapped(text: str, width: int = 70) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def files() -> dict[str, bytes]:
    """Give every file by its path beside this script."""
    first = [*_wrapped(TITLE), "", *_wrapped(ACCUSATION), "Les comptes de l'asso-", "ciation seront publiés. Ils le seront peut-", "être demain.", "1 / 2"]
    second = [*_wrapped(QUALIFICATION), "Droit de réponse", *_wrapped(REPLY[0]), *_wrapped(REPLY[1]), "2 / 2"]
    out = {"documents/caisse.txt": TEXT.encode(), "documents/caisse.md": MARKDOWN.encode(), "documents/caisse.html": HTML.encode(),
           "documents/caisse.pdf": pdf([first, second], title=TITLE), "documents/scan.pdf": pdf([[], []]),
           "documents/caisse.txt.json": json.dumps(
               {"source": "courrier", "license": "LicenseRef-Accord", "date": "2025-03-02", "author": ["Odile Exemple", "Marc Exemple"],
                "url": "https://courrier.example/caisse-texte"}, ensure_ascii=False, indent=1).encode() + b"\n",
           "documents/metadata.csv": b"file;source;publisher;date\ncaisse.html;courrier;Le Courrier (contrat);2025-03-01\n"
                                     b"caisse.txt;autre;Le Courrier;2020-01-01\n"}
    return out | {f"whatsapp/{name}": text.encode() for name, text in WHATSAPP.items()}


def main(check: bool) -> int:
    """Write or compare the files; give the exit status."""
    wrong = []
    for name, data in files().items():
        path = HERE / name
        if check:
            wrong += [name] if not path.is_file() or path.read_bytes() != data else []
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    sys.stdout.write("".join(f"differs: {name}\n" for name in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
