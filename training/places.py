"""Places: the names of towns and countries that ship with licit as hashes, and that made-up sentences are filled with.

They come from the geography of the phonenumbers package (Apache-2.0), the territories of CLDR (Unicode-3.0) and the
names of time zones (public domain): all of them packages of pinned versions, so the list is the same everywhere.
"""

import functools
import io
import re
import zipfile
import zoneinfo
from collections.abc import Mapping
from pathlib import Path

import babel
import numpy as np
import numpy.typing as npt
import phonenumbers.geodata

from licit.detectors._tokens import hash_words

OUT = Path(__file__).resolve().parent.parent / "src/licit/detectors/model/places.npz"
_PART = re.compile(r"[^\W\d_]+")
#: Words of places' names that say nothing of a place by themselves.
_DULL = frozenset("""de la le les du des et and of the in sur sous en aux saint sainte san santa los las el del al st ste
north south east west northern southern eastern western new old great little upper lower central area city county town
region district province island islands republic united states kingdom territory valley lake river bay creek hills
falls park fort port mount point part parts""".split())


@functools.cache
def towns() -> Mapping[str, tuple[str, ...]]:
    """Give the names of towns by the country code of their telephone numbers, without what stands after a comma."""
    out: dict[str, set[str]] = {}
    for prefix, names in phonenumbers.geodata.GEOCODE_DATA.items():
        for language in ("en", "fr", "es"):
            for name in re.split("/", names.get(language, "")):
                short = re.split(r", | - |\(", name)[0].strip()
                if len(short) > 2 and not re.search(r"\d", short) and short.isprintable():
                    out.setdefault(_country(prefix), set()).add(short)
    return {country: tuple(sorted(names)) for country, names in sorted(out.items())}


def _country(prefix: str) -> str:
    return next((code for code in ("1", "7", prefix[:2]) if prefix.startswith(code)), prefix[:2])


@functools.cache
def countries(language: str) -> tuple[str, ...]:
    """Give the names of countries in a language."""
    named = babel.Locale(language).territories
    return tuple(sorted({str(name) for code, name in named.items() if len(code) == 2 and code not in ("ZZ", "XA", "XB")}))


@functools.cache
def great_towns() -> tuple[str, ...]:
    """Give the towns that time zones are named for."""
    return tuple(sorted({name.rpartition("/")[2].replace("_", " ") for name in zoneinfo.available_timezones()
                         if re.match(r"(Africa|America|Asia|Australia|Europe|Pacific|Atlantic|Indian)/", name)}))


def table() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint8]]:
    """Give the hashes of the words of all places, sorted, and whether each is a whole name (2) or a part (1)."""
    names = {name for some in towns().values() for name in some} | set(great_towns())
    for language in ("fr", "en", "es"):
        names |= set(countries(language))
    levels: dict[str, int] = {}
    for name in names:
        words = [word.lower() for word in _PART.findall(name)]
        for word in words:
            if len(word) > 2 and word not in _DULL:
                levels[word] = max(levels.get(word, 0), 2 if len(words) == 1 else 1)
    listed = sorted(levels)
    rows: dict[int, int] = {}
    for hashed, word in zip(hash_words(listed).tolist(), listed, strict=True):
        if hashed:
            rows[hashed] = max(rows.get(hashed, 0), levels[word])
    keys = np.array(sorted(rows), np.uint64)
    return keys, np.array([rows[key] for key in keys.tolist()], np.uint8)


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Write arrays as one packed file whose bytes depend on the arrays alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in arrays.items():
            held = io.BytesIO()
            np.lib.format.write_array(held, np.asarray(array))
            # A fixed date, so that the same input gives the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), held.getvalue(),
                             zipfile.ZIP_DEFLATED)


def build() -> None:
    """Write the list that ships."""
    keys, levels = table()
    write_arrays(OUT, {"keys": keys, "levels": levels})
