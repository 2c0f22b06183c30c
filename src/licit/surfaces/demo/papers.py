"""The invented company's papers behind its legal basis, filled in, for any ids and days: demonstration, tests, benchmarks.

Rules kept here:

- They pass every check of licit, and are approved like anybody's: nothing is lenient with them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from ...core.ports import Signer
from ...usecases.law import Approval, approve_papers
from ...usecases.workspace import Workspace

OPINION = "Favorable, si le seuil mesuré est tenu à chaque jeu."

_FOLDER = Path(__file__).parent / "law"


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the filled-in papers say.

    Ids, sources, purposes, uses, days (``YYYY-MM-DD``), the volume that is justified, and the controls on which no measure rests.
    """

    assessment: str = "lia-1"
    notices: tuple[str, ...] = ("notice-1",)
    sources: tuple[str, ...] = ("chat",)
    purposes: tuple[str, ...] = ("train",)
    uses: tuple[str, ...] = ("train",)
    approver: str = "déléguée à la protection des données"
    date: str = "2024-01-01"
    review: str = "2099-01-01"
    attachments: str = "excluded"
    rows: int = 1_000_000
    tokens: int = 1_000_000_000
    rows_per_person: int = 1_000_000
    share: int = 1000
    without: tuple[str, ...] = ()

    def texts(self) -> Iterator[tuple[str, str]]:
        """Give the name and text of each: screening, impact assessment, notices, assessment."""
        values: dict[str, str | int] = {
            "date": self.date, "review": self.review, "dpia": f"impact-{self.assessment}", "assessment": self.assessment,
            "purposes": _names(self.purposes), "uses": _names(self.uses), "approver": self.approver,
            "source_ids": _names(self.sources), "notices": _names(self.notices), "attachments": self.attachments,
            "rows": self.rows, "tokens": self.tokens, "rows_per_person": self.rows_per_person, "share": self.share}
        blocks = (_filled("source", {"source": name, "collected_for": _names(self.purposes)}) for name in self.sources)
        yield "dpia-screening", _filled("dpia-screening", values)
        yield f"dpia-impact-{self.assessment}", _filled("dpia", values)
        for name in self.notices:
            yield f"notice-{name}", _filled("notice", {**values, "notice": name, "starts": self.date})
        yield f"lia-{self.assessment}", _filled("lia", {**values, "sources": "\n".join(blocks), "measures": "\n".join(self._measures())})

    def _measures(self) -> Iterator[str]:
        """Give the measures, those left out whose control this company does not run."""
        for block in (_FOLDER / "mitigation.toml").read_text(encoding="utf-8").split("[[mitigation]]\n")[1:]:
            if not any(f'control = "{name}"\n' in block for name in self.without):
                yield f"[[mitigation]]\n{block.strip()}\n"


    def write(self, folder: Path) -> list[Path]:
        """Write them into the ``law`` folder of a workspace; give the files.

        Raises:
            FileExistsError: a file of that name is there; what somebody wrote is not written over.
        """
        folder.mkdir(exist_ok=True)
        paths = []
        for name, text in self.texts():
            paths.append(folder / f"{name}.toml")
            with paths[-1].open("x", encoding="utf-8") as file:
                file.write(text)
        return paths

    def approve(self, workspace: Workspace, signer: Signer) -> None:
        """Have all of them approved at once, with the approver's enrolled key."""
        approve_papers(workspace, [text for _, text in self.texts()], Approval(by=self.approver, signer=signer, opinion=OPINION))


def _filled(name: str, values: dict[str, str | int]) -> str:
    text = (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
