"""How fast detection is: all detectors and screeners on made-up French and English chats, one process.

Usage: python -m bench.detect [MEGABYTES | prefilter]
"""

import random
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from licit.core.ports import Detector
from licit.detectors._plain import plain
from licit.detectors._scan import Scan
from licit.detectors.identifiers import Identifiers
from licit.detectors.registry import find_detectors, find_screeners
from licit.pipeline.looking import find_all

_TALK = (
    "Peux-tu m'expliquer comment fonctionne un moteur à combustion, étape par étape ?",
    "Voici une explication simple : l'air et le carburant entrent, une étincelle les enflamme, le piston descend.",
    "J'aimerais un plan de voyage pour trois jours, avec des musées et de bons restaurants pas trop chers.",
    "Écris une fonction qui trie une liste de 1200 nombres et renvoie les 10 plus grands en moins de 50 ms.",
    "Le texte doit rester court, poli, et garder le même sens que l'original ; évite les répétitions.",
    "Can you rewrite this paragraph so that it sounds more formal, and keep it under 150 words?",
    "Sure! Here is a version that keeps the meaning but uses shorter sentences and a calmer tone.",
    "What is the difference between a list and a tuple, and when should I prefer one over the other?",
    "The meeting on Monday moved to 14:30, please update the notes and send the summary before 5 pm.",
    "def total(rows):\n    return sum(row['price'] * row['count'] for row in rows)  # v1.2.3",
    "Les résultats de 2023 montrent une hausse de 12,5 % par rapport à 2022, soit 1 250 000 euros.",
    "Thanks, that works. Now add error handling, and explain why the second loop is needed.",
)
_PEOPLE = (
    "Bonjour, je m'appelle Camille Exemple, j'habite 12 bis rue des Lilas, 75011 Paris.",
    "Tu peux m'appeler au 06 39 98 12 34 ou m'écrire à camille.exemple@example.org.",
    "My name is Sam Sample, born on 12 March 1985, phone +44 1632 960123.",
    "Regards,\nAlex Modèle",
    "Please charge my card 4111 1111 1111 1111, account FR76 3000 6000 0112 3456 7890 189.",
    "My colleague Robin said that M. Martin would sign on the 3rd.",
)


def texts(size: int, seed: int = 1) -> list[str]:
    """Make up chat turns of about ``size`` bytes in all; one sentence in twelve holds personal data."""
    draw = random.Random(seed)
    out, total = [], 0
    while total < size:
        turn = " ".join(draw.choice(_PEOPLE if draw.random() < 1 / 12 else _TALK) for _ in range(draw.randint(1, 9)))
        out.append(turn)
        total += len(turn.encode())
    return out


def speed(size: int = 4_000_000, batch: int = 2_000) -> dict[str, float]:
    """Measure megabytes (of UTF-8) a second for each detector and screener alone, and for ``all`` one after another."""
    made = texts(size)
    bytes_made = sum(len(text.encode()) for text in made)
    lookers = [(one.name, one.find) for one in find_detectors()] + [(one.name, one.look) for one in find_screeners()]
    for _, look in lookers:
        look(made[:50], [""] * 50)
    took = dict.fromkeys([name for name, _ in lookers], 0.0)
    for start in range(0, len(made), batch):
        piece = made[start:start + batch]
        for name, look in lookers:
            begin = time.perf_counter()
            look(piece, [""] * len(piece))
            took[name] += time.perf_counter() - begin
    return {name: bytes_made / seconds / 1e6 for name, seconds in took.items()} | {
        "all": bytes_made / sum(took.values()) / 1e6}


def overhead(count: int = 12_000, batch: int = 256) -> tuple[float, float]:
    """Give what looking adds to its detectors' own time on short messages: with all of them, and without the network.

    Measured in processor time, the best of five turns of each.
    """
    draw = random.Random(2)
    made = [f"{draw.choice(_PEOPLE if draw.random() < 1 / 12 else _TALK)} {number}" for number in range(count)]
    batches = [made[start:start + batch] for start in range(0, count, batch)]
    every = find_detectors()

    def added(detectors: Sequence[Detector]) -> float:
        alone, together = [], []
        for _ in range(5):
            begin = time.process_time()
            for piece in batches:
                for one in detectors:
                    one.find(piece, [""] * len(piece))
            between = time.process_time()
            for piece in batches:
                find_all(detectors, piece, [""] * len(piece))
            alone.append(between - begin)
            together.append(time.process_time() - between)
        return min(together) / min(alone) - 1

    return added(every), added([one for one in every if one.name != "tagger"])


def prefilter(size: int = 8_000_000) -> dict[str, float]:
    """Measure megabytes a second of all shapes and numbers one after another over words that hold nothing; the best of five.

    Once on text in plain form and once with what brings it there. ``tagger`` and the columns of ``names`` read every word and
    are left out.
    """
    draw = random.Random(3)
    words = "le moteur chauffe un peu quand il pleut et the engine runs fine when nobody looks at it".split()
    made = [" ".join(draw.choices(words, k=60)) for _ in range(size // 260)]
    looks = [scan.matches for one in find_detectors() for scan in vars(one).values() if isinstance(scan, Scan)]
    looks += [one._hits for one in find_detectors() if isinstance(one, Identifiers)]
    page, took, whole = plain(made), list[float](), list[float]()
    for number in range(5):
        begin = time.process_time()
        fresh = replace(page)
        if any(1 for look in looks for _ in look(fresh)):
            raise SystemExit("the text that should hold nothing holds a candidate")
        took.append(time.process_time() - begin)
        other = [*made, str(number)]
        begin = time.process_time()
        fresh = plain(other)
        for look in looks:
            sum(1 for _ in look(fresh))
        whole.append(time.process_time() - begin)
    return {"all shapes and numbers": len(page.data) / min(took) / 1e6, "with the folding of the text": len(page.data) / min(whole) / 1e6}


def main() -> None:
    """Print megabytes a second, what looking adds to it, and how fast text is passed over that holds nothing.

    With ``prefilter`` in the place of the size the last alone.
    """
    if sys.argv[1:] == ["prefilter"]:
        _print_prefilter()
        return
    size = int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 4_000_000
    for name, rate in speed(size).items():
        print(f"{name:14} {rate:8.2f} MB/s", flush=True)
    everything, shapes = overhead()
    print(f"find_all on short messages adds {everything:.0%} to its detectors' own time, {shapes:.0%} without the network (asked under 25 %)", flush=True)
    _print_prefilter()


def _print_prefilter() -> None:
    for name, rate in prefilter().items():
        print(f"nothing to find: {name:32} {rate:6.0f} MB/s (asked 150)")


if __name__ == "__main__":
    main()
