"""Checks of the gateway: whose word it takes, and whether it keeps anything at all."""

from collections.abc import Iterator

from ...usecases.register_view import views
from ..gateway.settings import Settings, read_settings
from . import Both, Check, Scene


def _settings(scene: Scene) -> Settings | None:
    """Read what the deployment says of its gateway, None where it says nothing: then there is none."""
    return read_settings(scene.root) if (scene.root / "gateway.toml").is_file() else None


def _believed(scene: Scene) -> Iterator[Both]:
    told = _settings(scene)
    if told and {"header", "user"} & set(told.believe):
        yield ("gateway.toml believes names that no token proves: whoever reaches the gateway may speak as anybody.",
               "gateway.toml croit des noms qu'aucun jeton ne prouve : quiconque atteint la passerelle peut parler au nom de n'importe qui.")


def _kept(scene: Scene) -> Iterator[Both]:
    told = _settings(scene)
    if told and told.capacity == "unknown":
        yield ("gateway.toml names no capacity: nothing is kept unless a request says it.",
               "gateway.toml ne dit pas la capacité : rien n'est gardé sauf si une requête la dit.")
    if told and told.source not in views(scene.space):
        yield (f"Nobody registered the source {told.source} of gateway.toml: what is kept of it enters no release.",
               f"Personne n'a enregistré la source {told.source} de gateway.toml : ce qui en est gardé n'entre dans aucune version.")


CHECKS = (
    Check(name="gateway-believes", level="unsure", look=_believed,
          why=("Words may be kept under the name of somebody who never said them, and a refusal may be passed by under another name.",
               "Des mots peuvent être gardés au nom de quelqu'un qui ne les a jamais dits, et un refus contourné sous un autre nom."),
          mend=('Let only your product reach the gateway, or set believe = ["token"].',
                'Ne laisser que votre produit atteindre la passerelle, ou mettre believe = ["token"].')),
    Check(name="gateway-keeps-nothing", level="unsure", look=_kept,
          why=("A gateway that keeps nothing looks like one that has nothing to keep.",
               "Une passerelle qui ne garde rien ressemble à une passerelle qui n'a rien à garder."),
          mend=("Name the capacity, and register the source: licit source add.", "Dire la capacité, et enregistrer la source : licit source add.")))
