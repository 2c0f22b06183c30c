"""Rules of JSON Lines files whose first line is strange."""

import io

from licit.adapters.chatlogs.openai_messages import READERS
from licit.core.ports import InputFile
from licit.core.records import Record


def test_a_strange_first_line_hides_no_other() -> None:
    """A first line without messages is set aside; every line after it is read."""
    data = b'{"title": "strange"}\n' + b'{"id": "%d", "messages": [{"role": "user", "content": "hi"}]}\n' % 1 * 3
    file = InputFile(name="a.jsonl", size=len(data), head=data.decode(), open=lambda: io.BytesIO(data))
    found = list(READERS[0].read(file))
    assert len(found) == 4
    assert sum(isinstance(item, Record) for item in found) == 3
