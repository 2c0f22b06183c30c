"""What benchmarks share: a workspace with a policy, made-up chats of any number, peak memory, lines of results."""

import json
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import licit
from licit.surfaces.demo.papers import Papers

POLICY = {
    "notice": [{"id": "n1", "purposes": ["train"], "starts": "2024-01-01"}],
    "period": [{"purpose": "train", "basis": "legitimate-interest", "starts": "2024-01-01"}],
    "assessment": [{"id": "lia-1", "purposes": ["train"], "approved_by": "officer", "approved_at": "2024-02-01",
                    "expires_at": "2034-01-01"}]}

_WORDS = ("train gare billet demain matin soir recette pommes farine budget logement loyer bail code fonction erreur "
          "boucle fichier serveur montagne randonnée pluie soleil jardin tomates potager lecture roman histoire musique "
          "piano guitare concert voyage plage musée peinture photo couleur dessin projet rapport réponse client facture "
          "devis contrat travail équipe examen chimie physique cellule atome climat forêt oiseau chien chat sport").split()


def workspace(folder: Path, source: str = "chats") -> Any:
    """Make a workspace with a policy and one approved source."""
    space = licit.open_workspace(folder, create=True, jobs=0)
    space.adopt_policy(POLICY)
    papers = Papers(notices=("n1",), sources=(source,), rows=10**9, tokens=10**12, approver="lawyer",
                    without=("deidentified", "duplicates-out"))
    space.add_source(source, ground="own", by="engineer")
    lawyer = space.enroll("lawyer", role="legal", key=folder / "lawyer.key", by="chair")
    papers.approve(space.ports, lawyer)
    space.approve_source(source, by="lawyer", key=lawyer)
    return space


def chats(path: Path, number: int, people: int, seed: int = 1) -> int:
    """Write so many two-turn French chats by so many people as JSONL; give the bytes written."""
    draw = random.Random(seed)
    with path.open("w", encoding="utf-8") as file:
        for i in range(number):
            words = draw.choices(_WORDS, k=20)
            day = f"2025-02-{1 + i % 28:02}"
            asked = f"Peux-tu m'aider pour {words[0]} et {words[1]} avec {' '.join(words[2:9])} numéro {i} ?"
            file.write(json.dumps({
                "id": f"c{i}", "user": f"u{draw.randrange(people)}", "messages": [
                    {"role": "user", "content": asked, "timestamp": f"{day}T10:00:00Z"},
                    {"role": "assistant", "content": f"Oui, voici une idée pour toi : {' '.join(words[9:])}.",
                     "timestamp": f"{day}T10:00:05Z"}]}, ensure_ascii=False) + "\n")
    return path.stat().st_size


def timed(function: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds a call took, and its result."""
    began = time.perf_counter()
    result = function()
    return time.perf_counter() - began, result


def peak() -> int:
    """Give the peak memory of this process in MiB, its own alone where the system tells it apart from its parent's."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.split("VmHWM:")[1].split()[0]) // 1024
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def line(what: str, value: str, wanted: str = "") -> None:
    """Print one result, with what was asked for."""
    print(f"{what:58} {value:>22}   {wanted}", flush=True)


@contextmanager
def alone(function: Callable[[Any], Any]) -> Iterator[Callable[[Any], Any]]:
    """Run a function in a process of its own, so that its peak memory is its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield lambda argument: pool.submit(function, argument).result()
