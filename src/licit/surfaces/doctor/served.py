"""Checks of the server: how people and staff come in, whose tokens count, who answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ...core.errors import LicitError
from ...wiring import listed
from ..web.tokens import read_keys
from . import Both, Check, Scene

#: Keys of an issuer that were not changed for so long are stale.
STALE = timedelta(days=400)
#: Marks of a demonstration: files, and whom it plays.
_DEMO = ("demo.jwks.json",)
_PLAYED = frozenset({"Inès Marchal", "Karim Benali", "Zoé Picard", "Olivier Tran"})
_SOON = timedelta(days=30)


def _https(scene: Scene) -> Iterator[Both]:
    told = scene.settings
    if not told.secure:
        yield ("web.toml names no https address, so cookies may travel in the open.",
               "web.toml ne nomme pas d'adresse https : les cookies peuvent circuler en clair.")


def _proxy(scene: Scene) -> Iterator[Both]:
    told = scene.settings
    if told.secure and not told.limits.proxy:
        yield ("There must be a proxy that speaks https, and [limits] proxy does not name it: everybody seems to come from one address.",
               "Un serveur mandataire parle https et [limits] proxy ne le nomme pas : tout le monde semble venir d'une même adresse.")


def _demo(scene: Scene) -> Iterator[Both]:
    for name in _DEMO:
        if (scene.root / name).exists() or any(issuer.keys == name for issuer in scene.settings.issuers):
            yield f"{name} belongs to the demonstration.", f"{name} vient de la démonstration."
    if scene.visits and (played := _PLAYED & scene.visits.staff.accounts().keys()):
        yield (f"{len(played)} accounts of the demonstration's staff are here.",
               f"{len(played)} comptes du personnel de la démonstration sont présents.")


def _codes(scene: Scene) -> Iterator[Both]:
    if scene.visits and (without := scene.visits.staff.without_codes()):
        yield (f"{without} accounts of staff have no one-time codes.", f"{without} comptes du personnel n'ont pas de codes à usage unique.")


def _unclaimed(scene: Scene) -> Iterator[Both]:
    if scene.visits and (fresh := scene.visits.staff.never_came_in()):
        yield (f"{fresh} accounts of staff were never used.", f"{fresh} comptes du personnel n'ont jamais servi.")


def _issuers(scene: Scene) -> Iterator[Both]:
    told = scene.settings
    if not told.issuers:
        yield "No product's sign-ins count: web.toml has no [[issuer]].", "Aucune connexion d'un produit ne compte : web.toml n'a pas de [[issuer]]."
    for issuer in told.issuers:
        path = scene.root / issuer.keys
        try:
            read_keys(scene.root, issuer)
        except LicitError as error:
            yield f"The keys of {issuer.id} cannot be used: {error.what}.", f"Les clés de {issuer.id} sont inutilisables : {issuer.keys}."
            continue
        if scene.now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > STALE:
            yield f"The keys of {issuer.id} were not changed for over a year.", f"Les clés de {issuer.id} n'ont pas changé depuis plus d'un an."


def _loopback(scene: Scene) -> Iterator[Both]:
    if scene.settings.webhook_loopback:
        yield ("webhook_loopback is set: recalls may be sent to this machine, by http too. That is for trying it out.",
               "webhook_loopback est activé : des rappels peuvent être envoyés à cette machine, même en http. C'est fait pour essayer.")


def _contact(scene: Scene) -> Iterator[Both]:
    told = scene.settings.controller
    for given, name in ((told.name, ("the controller", "le responsable")), (told.officer, ("the officer's contact", "le contact du délégué")),
                        (told.authority, ("the authority", "l'autorité"))):
        if not given:
            yield f"web.toml does not name {name[0]}.", f"web.toml ne nomme pas {name[1]}."


def _notice(scene: Scene) -> Iterator[Both]:
    _, policy, _ = scene.live.now()
    now = scene.now
    if not any(notice.starts <= now and (notice.ends is None or now < notice.ends) for notice in policy.notices):
        yield "No notice is in force.", "Aucune information n'est en vigueur."


def _assessments(scene: Scene) -> Iterator[Both]:
    _, policy, _ = scene.live.now()
    now = scene.now
    for period in policy.periods:
        if period.basis == "legitimate-interest" and period.starts <= now and (period.ends is None or now < period.ends):
            until = max((paper.expires_at for paper in policy.assessments if period.purpose in paper.purposes), default=None)
            if until is None or until - now < _SOON:
                yield (f"The assessment for {period.purpose} is missing, over or ends within a month.",
                       f"L'évaluation pour {period.purpose} manque, est expirée ou expire dans le mois.")


def _figures(_: Scene) -> Iterator[Both]:
    if old := [one.name for one in listed() if one.measured is None]:
        yield (f"No figures are of this version of: {', '.join(old)}.", f"Aucun chiffre n'est de cette version de : {', '.join(old)}.")


CHECKS = (
    Check(name="no-https", level="unsafe", look=_https,
          why=("Whoever hears a cookie is that person.", "Qui intercepte un cookie devient cette personne."),
          mend=("Put a proxy before it that speaks https; set address = \"https://…\" in web.toml.",
                "Placer devant un serveur mandataire en https ; fixer address = \"https://…\" dans web.toml.")),
    Check(name="proxy-unnamed", level="unsafe", look=_proxy,
          why=("One visitor who sends too much keeps everybody from refusing.", "Un seul visiteur excessif empêche tous les autres de refuser."),
          mend=("Set proxy = \"ADDRESS\" under [limits] in web.toml.", "Fixer proxy = \"ADRESSE\" sous [limits] dans web.toml.")),
    Check(name="demo-here", level="unsafe", look=_demo,
          why=("The demonstration lets anybody in as anybody.", "La démonstration laisse entrer n'importe qui."),
          mend=("Serve a workspace of its own: licit init. Remove demo.jwks.json and its [[issuer]]; licit web staff remove.",
                "Servir un espace à part : licit init. Retirer demo.jwks.json et ses [[issuer]] ; licit web staff remove.")),
    Check(name="codes-missing", level="unsafe", look=_codes,
          why=("A password alone opens what people said.", "Un mot de passe seul ouvre ce que les gens ont dit."),
          mend=("Make the account anew: licit web staff remove, then add.", "Refaire le compte : licit web staff remove, puis add.")),
    Check(name="staff-unclaimed", level="unsure", look=_unclaimed,
          why=("A secret that waits may be found by somebody else.", "Un secret qui attend peut être trouvé par un autre."),
          mend=("Have them come in once, or remove the account: licit web staff remove.",
                "Faire entrer la personne une fois, ou retirer le compte : licit web staff remove.")),
    Check(name="issuer-keys", level="unsafe", look=_issuers,
          why=("People come in by them, and refuse for their account.", "Chacun entre par elles, et refuse pour son compte."),
          mend=("Put the product's present JWK set, public keys only, where [[issuer]] keys says.",
                "Déposer le jeu JWK actuel du produit, clés publiques seules, là où le dit [[issuer]] keys.")),
    Check(name="webhooks-inside", level="unsafe", look=_loopback,
          why=("Whoever enters a recipient's address reaches what only this machine should.",
               "Qui saisit l'adresse d'un destinataire atteint ce qui n'est ouvert qu'à cette machine."),
          mend=("In a deployment, remove webhook_loopback from web.toml; where you try licit out, nothing.",
                "En production, retirer webhook_loopback de web.toml ; pour un essai, rien.")),
    Check(name="contact-missing", level="unsafe", look=_contact,
          why=("People must know who answers and where to complain (GDPR Art. 13).",
               "Chacun doit savoir qui répond et où se plaindre (RGPD art. 13)."),
          mend=("Fill [controller] in web.toml: name, officer, authority.", "Remplir [controller] dans web.toml : name, officer, authority.")),
    Check(name="notice-missing", level="unsafe", look=_notice,
          why=("Without a notice nothing may be used (GDPR Art. 13, 14).", "Sans information, rien ne peut servir (RGPD art. 13, 14)."),
          mend=("licit policy adopt policy.toml with [[notice]].", "licit policy adopt policy.toml avec [[notice]].")),
    Check(name="assessment-over", level="unsafe", look=_assessments,
          why=("Legitimate interest needs an assessment in date.", "L'intérêt légitime exige une évaluation en cours."),
          mend=("Approve one: licit policy adopt policy.toml with [[assessment]].",
                "En approuver une : licit policy adopt policy.toml avec [[assessment]].")),
    Check(name="figures-old", level="unsafe", look=_figures,
          why=("What is promised of de-identification was measured on other detectors.",
               "Ce qui est promis de la désidentification a été mesuré sur d'autres détecteurs."),
          mend=("Measure: licit detectors --measure; or install the version the figures are of.",
                "Mesurer : licit detectors --measure ; ou installer la version des chiffres.")),
)
