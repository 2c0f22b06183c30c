"""The Python interface that a notebook likes: the same use cases as the command line, with plain arguments.

>>> import licit                                             # doctest: +SKIP
>>> space = licit.open_workspace("training-data")           # doctest: +SKIP
>>> space.import_("export.zip", source="le-chat")           # doctest: +SKIP
>>> space.build().tally.released                             # doctest: +SKIP
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..adapters.signing import FileSigner
from ..core.ports import Signer
from ..usecases import commands, queries
from ..usecases.arrive import Declared, FileReport, import_paths
from ..usecases.erase import Erased, carry_out
from ..usecases.law import Approval, approve_paper, read_paper
from ..usecases.plan import Plan, parse_plan, read_plan
from ..usecases.policy import adopt_policy, read_policy
from ..usecases.proofs import prove
from ..usecases.release import build, patch
from ..usecases.staff_keys import Covers, approve_source, enroll
from ..usecases.staging import Built
from ..usecases.workspace import Workspace as Ports
from ..wiring import detect as detect
from ..wiring import init_workspace
from ..wiring import open_workspace as _open


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace in hand: import, say rights, build, recall."""

    ports: Ports = field(repr=False)

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.ports.root

    def import_(self, *paths: str | Path, source: str = "", as_: str | None = None, **declared: Any) -> list[FileReport]:
        """Import files; ``declared`` as the options of ``licit import`` (subject, capacity, age, notice …).

        Raises:
            InputError: a path does not exist.
        """
        return list(import_paths(self.ports, [Path(path) for path in paths], source, Declared(**declared), forced=as_))

    def adopt_policy(self, policy: str | Path | Mapping[str, Any], *, by: str = "") -> int:
        """Adopt a policy from a file or from plain values, in somebody's name; give the log entry."""
        return adopt_policy(self.ports, policy if isinstance(policy, Mapping) else read_policy(Path(policy)), by)

    def approve_paper(self, path: str | Path, *, by: str, key: str | Path | Signer, opinion: str = "", until: str = "") -> int:
        """Approve a paper behind a legal basis (an assessment, a notice …) as its file stands, signed; give the log entry."""
        return approve_paper(self.ports, read_paper(Path(path)), Approval(by=by, signer=_signer(key), opinion=opinion, until=until))

    def add_source(self, source: str, *, ground: str, by: str, **more: Any) -> int:
        """Register a source; ``more`` as ``docs/reference/formats.md`` lists it (``kind``, ``licence``, ``origin`` …)."""
        return commands.add_source(self.ports, {"source": source, "ground": ground, "by": by, **more})

    def add_contract(self, source: str, *, id: str, uses: Sequence[str], starts: str, by: str, **more: Any) -> int:
        """Record a contract for a source; ``more`` as ``docs/reference/formats.md`` lists it (``ends``, ``languages``, ``at_end`` …)."""
        return commands.add_contract(self.ports, {"source": source, "id": id, "uses": list(uses), "starts": starts, "by": by, **more})

    def enroll(self, name: str, *, role: str, key: str | Path, by: str) -> Signer:
        """Enrol the key by which somebody signs, from their private key's file, which is made where it is missing."""
        signer = FileSigner(Path(key)) if Path(key).exists() else FileSigner.create(Path(key))
        enroll(self.ports, name, role, signer.public_key(), by)
        return signer

    def approve_source(self, source: str, *, by: str, key: str | Path | Signer | None = None, **covers: Any) -> int:
        """Approve the present version of a source, signed with a private key (a file, or a signer in hand).

        ``covers``: ``uses``, ``records``, ``until``. Without a key it counts only for plans that accept that.
        """
        return approve_source(self.ports, source, by, signer=_signer(key) if key else None, covers=Covers(**covers))

    def exercise(self, right: str, *, subject: str, issuer: str = "", **more: Any) -> list[dict[str, Any]]:
        """Record a right (objection, consent, withdrawal, erasure …); give the signed receipts."""
        return commands.exercise(self.ports, commands.Asked(kind=right, account=subject, issuer=issuer, **more))

    def object_as_outsider(self, **identifiers: Sequence[str]) -> int:
        """Record the objection of somebody who is no user, by ``email``, ``phone``, ``handle`` or ``name`` lists."""
        return commands.object_as_outsider(self.ports, **identifiers)

    def register(self, kind: str, **body: Any) -> int:
        """Record a ``recipient`` (name, release), a ``run`` (id, releases) or a ``model`` (name, run, next_retrain_due)."""
        return commands.register_downstream(self.ports, kind, body)

    def prove(self, receipt: Mapping[str, Any], release: str) -> dict[str, Any]:
        """Give what a person needs to check alone that a release declares no row of theirs."""
        return prove(self.ports, receipt, release)

    def erase(self) -> Erased:
        """Carry out every erasure that is still to be carried out."""
        return carry_out(self.ports)

    def build(self, plan: str | Path | Mapping[str, Any] | Plan | None = None, *, dry_run: bool = False) -> Built:
        """Build a release; ``plan`` is a file, plain values, or the workspace's plan.toml."""
        if plan is None or isinstance(plan, str | Path):
            plan = read_plan(Path(plan) if plan else self.path / "plan.toml")
        return build(self.ports, plan if isinstance(plan, Plan) else parse_plan(plan), dry=dry_run)

    def explain(self, record: str = "", *, subject: str = "", issuer: str = "") -> queries.Explained:
        """Say why a record is in, held or refused, or where a person's words went."""
        if record:
            return queries.explain_record(self.ports, record)
        return queries.explain_subject(self.ports, subject, issuer)

    def recall(self, **about: str) -> queries.Recall:
        """Say what the log's changes touch."""
        return queries.recall(self.ports, **about)

    def patch(self, release: str) -> Built:
        """Build the patch release of a release."""
        return patch(self.ports, release)


def _signer(key: str | Path | Signer) -> Signer:
    return FileSigner(Path(key)) if isinstance(key, str | Path) else key


def open_workspace(path: str | Path, *, create: bool = False, jobs: int = 1) -> Workspace:
    """Open a workspace, or make it first.

    ``jobs`` is the number of processes a build uses, 0 for one a core; a script that uses more than one needs the usual
    ``if __name__ == "__main__":``, for each process reads the script again.

    Raises:
        SetupError: there is none and ``create`` is false.
    """
    if create:
        init_workspace(Path(path))
    return Workspace(_open(Path(path), jobs=jobs))
