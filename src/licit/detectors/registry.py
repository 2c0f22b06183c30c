"""Registry: which detectors and screeners there are, and which exact ones a plan asks for.

A module of this folder offers a function ``detectors()`` or ``screeners()`` without arguments that gives a tuple; a
package elsewhere offers the same as an entry point of the group ``licit.detectors`` or ``licit.screeners``. Modules
whose name starts with ``_`` are parts of others. So a new detector edits no existing file.

Models of others (spaCy, GLiNER, Transformers) are named in a settings file, and loaded only when a plan, or whoever runs a
command, asks for them. A kind of model is a module of ``plugins/``, or an entry point of the group ``licit.models``, with
a function ``load``.

Rules kept here:

- A module or entry point that cannot be loaded stops the run (SetupError): a detector that silently stays away would
  look like a clean text.
- Two of one name are an error.
- A pin ``name@version+digest`` covers the version, the detector's own ``digest`` of its data and rules if it has one,
  and the source of its module (for ours, of the shared modules as well), so that a change of any is seen.
"""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from licit.core.errors import SetupError, misnamed
from licit.core.ids import settings_key
from licit.core.ports import Detector, Screener

from .plugins._model import ModelSettings, read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A detector or screener, of what kind it is (``bundled``, ``entry point``, ``settings``), and where it is from."""

    one: Any
    kind: str
    origin: str


def find_detectors(plugins: Path | None = None, names: Sequence[str] | None = None) -> tuple[Detector, ...]:
    """Find every detector there is, by name, and of a settings file of models those that are asked for; all, without names.

    Raises:
        SetupError: one cannot be loaded, there is none of a name that is asked for, or two have one name.
    """
    return tuple(found.one for found in where_detectors(plugins, names))


def where_detectors(plugins: Path | None = None, names: Sequence[str] | None = None) -> tuple[Found, ...]:
    """Find what :func:`find_detectors` finds, with where each is from.

    Raises:
        SetupError: as there.
    """
    own = _find("detectors")
    if plugins is None:
        return own
    found = {each.one.name: each for each in own}
    for model in _asked(plugins, names):
        if model.name in found:
            raise SetupError(f"Two detectors are named {model.name}; one is a model of {plugins.name}.", remedy="Rename the model.")
        found[model.name] = Found(one=_kind(model.kind)(model), kind="settings", origin=f"{plugins.name}, {model.kind}")
    return tuple(found[name] for name in sorted(found))


def _asked(plugins: Path, names: Sequence[str] | None) -> list[ModelSettings]:
    models = read_settings(plugins)
    known = [model.name for model in models]
    if twice := sorted({name for name in known if known.count(name) > 1}):
        raise SetupError(f"Two models are named {twice[0]}.", about=plugins.name, remedy="Rename one of them.")
    if wrong := misnamed(names or (), known, plugins.name):
        raise SetupError(wrong, remedy="Change the plan, or write the model's [[model]] section.")
    return [model for model in models if names is None or model.name in names]


def _kind(kind: str) -> Callable[[ModelSettings], Detector]:
    """Give what loads models of a kind.

    Raises:
        SetupError: there is no such kind, or it cannot be loaded.
    """
    package = f"{__package__}.plugins"
    own = {module.name for module in pkgutil.iter_modules([str(Path(__file__).with_name("plugins"))]) if not module.name.startswith("_")}
    foreign = {point.name: point for point in entry_points(group="licit.models")}
    if wrong := misnamed([kind], {*own, *foreign}, "this installation"):
        raise SetupError(f"{wrong} as a kind of model", remedy="Change kind, or install what offers it.")
    try:
        load: Callable[[ModelSettings], Detector] = (
            importlib.import_module(f"{package}.{kind}").load if kind in own else foreign[kind].load())
    except Exception as error:
        raise SetupError(f"the kind of model {kind} cannot be loaded ({type(error).__name__}).", remedy="Repair or uninstall it.") from error
    return load


@functools.cache
def chosen(plugins: str = "") -> tuple[Detector, ...]:
    """Find every detector there is and those of a settings file of models, once in a process.

    Raises:
        SetupError: as :func:`find_detectors`.
    """
    return find_detectors(Path(plugins)) if plugins else find_detectors()


def find_screeners() -> tuple[Screener, ...]:
    """Find every screener there is, by name.

    Raises:
        SetupError: one cannot be loaded, or two have one name.
    """
    return tuple(found.one for found in where_screeners())


def where_screeners() -> tuple[Found, ...]:
    """Find what :func:`find_screeners` finds, with where each is from.

    Raises:
        SetupError: as there.
    """
    return _find("screeners")


def pin(detectors: Iterable[Detector | Screener]) -> tuple[str, ...]:
    """Name each detector exactly: ``name@version+digest``, in order of name."""
    return tuple(sorted(_pin(detector) for detector in detectors))


def require(names: Sequence[str], available: Iterable[Any]) -> tuple[Any, ...]:
    """Give the detectors that a plan asks for: by ``name``, ``name@version`` or ``name@version+digest``, in that order.

    Raises:
        SetupError: one is missing or of another version; says which, and what there is.
    """
    pins = {_pin(detector): detector for detector in available}
    chosen, missing = [], []
    for name in names:
        match = [pinned for pinned in pins
                 if name in (pinned, pinned.rpartition("+")[0], pinned.rpartition("+")[0].rpartition("@")[0])]
        if match:
            chosen.append(pins[match[0]])
        else:
            missing.append(name)
    if missing:
        raise SetupError(f"No such detector: {', '.join(missing)}.",
                         remedy=f"There is: {', '.join(sorted(pins)) or 'none'}. Install it, or change the plan.")
    return tuple(chosen)


def _find(what: str) -> tuple[Found, ...]:
    found: dict[str, Found] = {}
    own = _own()
    for number, (where, load) in enumerate([*own, *_foreign(what)]):
        try:
            loaded = load()
            offered = getattr(loaded, what, None) if inspect.ismodule(loaded) else loaded
            each = tuple(offered()) if offered is not None else ()
        except Exception as error:
            raise SetupError(f"{where} cannot be loaded ({type(error).__name__}).",
                             remedy="Repair or uninstall it; nothing runs without it unseen.") from error
        for one in each:
            if one.name in found:
                raise SetupError(f"Two {what} are named {one.name}; the second comes from {where}.",
                                 remedy="Uninstall one of them.")
            found[one.name] = Found(one=one, kind="bundled" if number < len(own) else "entry point", origin=where)
    return tuple(found[name] for name in sorted(found))


def _own() -> list[tuple[str, Any]]:
    package = importlib.import_module(__package__)
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__)
                   if not module.name.startswith("_") and module.name != "registry")
    return [(f"{__package__}.{name}", lambda name=name: importlib.import_module(f"{__package__}.{name}"))
            for name in names]


def _foreign(what: str) -> list[tuple[str, Any]]:
    points = sorted(entry_points(group=f"licit.{what}"), key=lambda point: (point.name, point.value))
    return [(f"entry point {point.name} ({point.value})", point.load) for point in points]


@functools.cache
def _shared() -> str:
    """Give the source of the modules that our detectors share."""
    return "".join(file.read_bytes().hex() for file in sorted(Path(__file__).parent.glob("_*.py")))


def _pin(detector: Any) -> str:
    try:
        file = Path(inspect.getfile(type(detector)))
        source = file.read_bytes().hex()
        if file.parent == Path(__file__).parent:
            source += _shared()
    except (OSError, TypeError):
        # No file to read (a frozen or interactive module): version and digest must do.
        source = type(detector).__qualname__
    facts = [detector.name, detector.version, getattr(detector, "digest", ""), source,
             *sorted(getattr(detector, "labels", ())), *sorted(detector.languages)]
    return f"{detector.name}@{detector.version}+{settings_key(facts)[:12]}"
