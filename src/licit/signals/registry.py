"""Registry: which signals are read, and what they all say of a page.

Rules kept here:

- A module or entry point that cannot be loaded stops the run: a reader that silently stays away would look like a site that
  reserves nothing. Two of one name are an error.
- A reader that fails on a page has met a signal it cannot read: that reserves.

Law: SIG-12, SIG-13
"""

import functools
import importlib
import pkgutil
from importlib.metadata import entry_points

from licit.core.errors import SetupError
from licit.core.signals import Page, Reading, Signal

from ._agents import agents as agents
from ._agents import product_token as product_token


@functools.cache
def find_signals() -> tuple[Signal, ...]:
    """Find every reader there is, by name.

    Raises:
        SetupError: one cannot be loaded, or two have one name.
    """
    found: dict[str, Signal] = {}
    own = [f"{__package__}.{module.name}" for module in pkgutil.iter_modules(importlib.import_module(__package__).__path__)
           if not module.name.startswith("_") and module.name != "registry"]
    foreign = {point.name: point for point in entry_points(group="licit.signals")}
    for name in [*own, *foreign]:
        try:
            offer = importlib.import_module(name).signals if name in own else foreign[name].load()
            for one in offer():
                if one.name in found:
                    raise SetupError(f"two signals are named {one.name}", about=name, remedy="Rename or uninstall one of them.")
                found[one.name] = one
        except SetupError:
            raise
        except Exception as error:
            raise SetupError(f"the signal {name} cannot be loaded ({type(error).__name__})", remedy="Repair or uninstall it.") from error
    return tuple(found[name] for name in sorted(found))


def read_all(page: Page) -> list[Reading]:
    """Give all that a page and its site say of training, reader by reader."""
    out: list[Reading] = []
    for signal in find_signals():
        try:
            out.extend(signal.read(page))
        except Exception as error:
            out.append(Reading(name=signal.name, spec=signal.spec, where="page", says="unreadable", detail=type(error).__name__))
    return out
