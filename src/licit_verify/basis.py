"""Whether what people said was released on a legal basis that stands: papers, measures that ran, volume that was justified.

Rules kept here:

- The papers of the log, below the position that decided, are those that the manifest names.
- What an assessment justified is not exceeded: rows, tokens, rows and share of one person. A patch, which only takes away, is
  not counted again.
- Each measure's control ran: its claims hold for this release, and a twin was drawn where one is named.
"""

from collections.abc import Iterator

from .casefile import Casefile
from .controls import CLAIMS, DRAWN
from .files import MANIFEST, take
from .legal import BOUNDS
from .report import Fault
from .rerun import Weight


def legal_basis(case: Casefile) -> None:
    """Insist on the papers behind legitimate interest, for every released row about people.

    Raises:
        Fault: otherwise.
    """
    case.passed("legal-basis")
    found = case.rules().question.papers.found
    papers = [{"kind": paper.kind, "id": paper.id, "version": paper.version, "digest": paper.digest, "entry": paper.entry}
              for _, paper in sorted(found.items())]
    if case.release.manifest.get("law", []) != papers:
        raise Fault("the papers behind the legal basis are not those of the log", MANIFEST)
    patch = case.release.manifest.get("parent") is not None
    for weight in case.rerun().weights.values():
        for name, number in _numbers(weight) if not patch else ():
            if number > weight.paper.part("volume").get(name, -1):
                raise Fault("assessment {paper} justified {most} {what}; the release has {number}", MANIFEST, number=number,
                            paper=weight.paper.id, most=weight.paper.part("volume").get(name), what=name)
        for measure in weight.paper.blocks("mitigation"):
            _ran(case, str(measure.get("control")), patch=patch)


def _numbers(weight: Weight) -> Iterator[tuple[str, int]]:
    """Give what is bounded, with what the release holds of it; a share is rounded up to the next thousandth."""
    most = max(weight.people.values(), default=0)
    yield from zip(BOUNDS, (weight.rows, weight.tokens, most, -(-1000 * most // weight.rows) if weight.rows else 0), strict=True)


def _ran(case: Casefile, control: str, *, patch: bool) -> None:
    failed = next((claim for claim in CLAIMS.get(control, ()) if case.results.get(claim) == "fails"), "")
    if failed:
        raise Fault("control {control}, on which the assessment rests, failed: {claim}", MANIFEST, control=control, claim=failed)
    drawn = take(case.lock, "twin_per_thousand", int) > 0 and take(case.release.get("audit", dict), "canaries", int) > 0
    if control in DRAWN and not drawn and not patch:
        raise Fault("control {control}, on which the assessment rests, did not run", MANIFEST, control=control)
