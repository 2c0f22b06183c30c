"""The reservation signals of what is imported from a crawl, kept before its documents are.

Rules kept here:

- A crawl is of a registered source: its signals are kept for that, and documents whose signals nobody keeps are not taken in.
- A shard never goes before the reading of the pages that it is from.

Law: SIG-04, PRV-07
"""

from dataclasses import dataclass, field

from ..core.errors import InputError
from ..core.ports import InputFile
from .pages import Sheet
from .signals import Summary, begun, keep_reading
from .workspace import Workspace

#: How an archive begins, packed or not; it is taken for all that there is of its source, for nobody read what it does not hold.
_ARCHIVES = ("WARC/", "\x1f\ufffd")


@dataclass(slots=True)
class Crawled:
    """What was read of pages and is not kept yet."""

    workspace: Workspace
    source: str
    sheet: Sheet | None = None
    summary: Summary = field(default_factory=Summary)
    files: list[str] = field(default_factory=list)

    def read(self, file: InputFile) -> None:
        """Read the signals of a file, if it holds pages of the web.

        Raises:
            InputError: the source is not registered, or nobody said which it is.
        """
        for pages in self.workspace.read_pages(file):
            if not self.source:
                raise InputError("a crawl is imported for one source, so that its signals are kept", about=file.name, reason="source-missing",
                                 remedy="Say which with --source ID.")
            if self.sheet is None:
                self.sheet = begun(self.workspace, self.source, whole=file.head.startswith(_ARCHIVES))
            if self.files[-1:] != [file.name]:
                self.files.append(file.name)
            readings = [reading for _, found in pages for reading in found]
            self.summary.add(pages[0][0], readings)
            self.sheet.add(pages[0][0], readings)

    def keep(self) -> None:
        """Enter what was read in the log, and begin anew; of pages that nobody can place, only a reservation says something."""
        if self.sheet is not None and (self.sheet.number or self.summary.outcome.verdict == "reserved"):
            what = self.files[0] + (f" and {len(self.files) - 1} more" if len(self.files) > 1 else "")
            keep_reading(self.workspace, self.source, self.summary, what=what, by="licit import", sheet=self.sheet)
        self.sheet, self.summary, self.files = None, Summary(), []
