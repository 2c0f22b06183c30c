"""Build the list of names that ships with licit: hashes and log-counts, never words.

Usage: python -m training.build_gazetteer [DATA] (default ../shared/data), where DATA holds ``names/`` and ``ner/``.
The result is the same for the same input. Plain-word counts come from corpora whose licence allows it; see
docs/model-card.md.
"""

import csv
import io
import math
import re
import sys
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from licit.detectors._tokens import hash_words

from .invent import everyday

OUT = Path(__file__).resolve().parent.parent / "src/licit/detectors/data/names.npz"
TOTALS = {"_PRENOMS_RARES", "AUTRES NOMS"}
#: The country lists have no counts that compare; a common name counts as this many people.
COMMON = 2000
#: A word of our own list of everyday words counts as seen so often.
EVERYDAY = 40


def names(data: Path, insee: str, common: str, columns: tuple[str, str], at_least: int) -> Counter[str]:
    """Count names: INSEE's counts, and the common names of each country."""
    counts: Counter[str] = Counter()
    with (data / "names" / insee).open(encoding="utf-8-sig", newline="") as file:
        for name, count in csv.reader(file):
            if name not in TOTALS and int(count) >= at_least:
                for part in re.split(r"[ '-]", name):
                    # A compound lends its parts a little weight, so that both sides of a hyphen are known.
                    counts[part.lower()] += int(count) if part == name else int(count) // 4
    with (data / "names" / common).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            for column in columns:
                for part in re.split(r"[ '’/(),-]", row[column] or ""):
                    counts[part.lower()] = max(counts[part.lower()], COMMON)
    return Counter({name: count for name, count in counts.items() if len(name) > 1})


def words(data: Path) -> Counter[str]:
    """Count lower-case words of running text outside of annotated names."""
    counts: Counter[str] = Counter()
    for file in sorted((data / "ner").glob("*/*")) + sorted((data / "ner").glob("*/*/*.tsv")):
        # What is measured on is not learnt from.
        if file.is_dir() or "-dev" in file.name:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        if file.name.endswith((".tsv", ".conll", ".bio")):
            for line in text.splitlines():
                fields = line.split()
                if len(fields) > 1 and not fields[1].endswith(("PER", "person", "PERSON")) and fields[0].islower():
                    counts[fields[0]] += 1
        elif file.name == "eds-pseudo-templates.txt":
            counts.update(word for word in re.findall(r"[^\W\d_]+", re.sub(r"\[[^]]*\]\([^)]*\)", " ", text))
                          if word.islower())
    for word in re.findall(r"[^\W\d_]+", " ".join(text.lower() for some in everyday().values() for text in some)):
        counts[word] = max(counts[word], EVERYDAY)
    return Counter({word: count for word, count in counts.items() if count > 1 and len(word) > 1})


def level(count: int) -> int:
    """Round a count to 10 × log2, at most 255."""
    return min(255, round(10 * math.log2(1 + count)))


def main() -> None:
    """Write the file."""
    data = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data")
    columns = [names(data, "insee-first-names.csv", "common-forenames-by-country.csv",
                     ("Localized Name", "Romanized Name"), 20),
               names(data, "insee-surnames.csv", "common-surnames-by-country.csv",
                     ("Localized Name", "Romanized Name"), 40), words(data)]
    rows: dict[int, list[int]] = {}
    for column, counts in enumerate(columns):
        listed = sorted(counts)
        for hashed, word in zip(hash_words(listed).tolist(), listed, strict=True):
            if hashed:
                row = rows.setdefault(hashed, [0, 0, 0])
                row[column] = max(row[column], level(counts[word]))
    keys = np.array(sorted(rows), np.uint64)
    counts = np.array([rows[key] for key in keys.tolist()], np.uint8)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in (("keys", keys), ("counts", counts)):
            held = io.BytesIO()
            np.lib.format.write_array(held, array)
            # A fixed date, so that the same input gives the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), held.getvalue(),
                             zipfile.ZIP_DEFLATED)
    sys.stdout.write(f"{len(keys)} words, {OUT.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
