"""Everything that is kept stands in one table, with what becomes of it; and an erasure leaves what the table says, no more."""

import hashlib
import json
import re
import sqlite3
from contextlib import closing
from fnmatch import fnmatchcase
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pages import form_of
from world import CONSUMER, PLANTED, chat, places_of, prose

from licit.core.signals import Page
from licit.usecases.backup import back_up
from licit.usecases.daily import go_round
from licit.usecases.model_audit import keep
from licit.usecases.retention import Periods
from licit.usecases.signals import Summary, begun, keep_reading
from licit.usecases.works import Work, check, work_of_number
from licit.wiring import open_visits

PAGE = Path(__file__).parents[2] / "docs/reference/inventory.md"
ACCOUNT, DEVICE, PROJECT = "renee-violette-4711", "pixel-of-renee-4711", "Mes tambours violets"


def listed() -> dict[str, dict[str, str]]:
    """Read the table: a line by its place."""
    rows = [[cell.strip() for cell in line.strip("|\n").split(" |")] for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    names, *lines = rows
    assert all(len(line) == len(names) and all(cell for number, cell in enumerate(line) if number != 1) for line in lines)
    assert len({line[0] for line in lines}) == len(lines)
    return {line[0]: dict(zip(names, line, strict=True)) for line in lines}


def kind(path: str) -> str:
    """Give the line of the table under which a file stands, "" for none."""
    return next((place for place in listed() if fnmatchcase(path, place) and path.count("/") == place.count("/")), "")


def stored(root: Path) -> dict[str, list[str]]:
    """Give everything that a workspace holds, by its place, with its columns; a file without a line by its own name."""
    out = {}
    for path in (path for path in sorted(root.rglob("*")) if path.is_file()):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as opened:
                for table, in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    out[f"{name}: {table}"] = [row[1] for row in opened.execute(f"PRAGMA table_info({table})")]
        elif not name.endswith((".db-wal", ".db-shm")):
            out[kind(name) or name] = pq.read_schema(path).names if path.suffix == ".parquet" else []
    return out


@pytest.fixture
def used(served):
    """A workspace in which somebody did everything that the web lets them do."""
    world = served.world
    world.take([chat("own", ACCOUNT, f"{prose('own')} {PLANTED}", title=PLANTED, project=PROJECT)], **CONSUMER)
    world.take([{**chat("device", "", f"{prose('device')} {PLANTED}"), "device": DEVICE}], device_field="device", **CONSUMER)
    world.build()
    clients = []
    for who in ({"sub": ACCOUNT}, {"device": DEVICE}):
        client = served.browser()
        client.get("/sign-in", params={"token": served.token(**who)})
        page = client.get("/")
        for do in ("refuse", "allow", "refuse"):
            assert client.post("/choices", data={"form": form_of(page), "do": do}).status_code == 200
        client.post("/rights/access", data={"form": form_of(page)})
        clients.append(client)
    product = served.browser(authorization=f"Bearer {open_visits(world.root).add_key('p', ['rights'])}")
    handed = product.post("/v1/rights", json={"kind": "restriction", "subject": ACCOUNT, "issuer": "chat"},
                          headers={"idempotency-key": f"for {ACCOUNT}"})
    assert handed.status_code == 201
    for work in (Work(words=prose("own")), work_of_number("isbn", "2-07-036002-4")):
        check(world.ports, work)
    summary, sheet = Summary(), begun(world.ports, "chat", whole=False)
    page = Page(url="https://news.example/a")
    summary.add(page, [])
    sheet.add(page, [])
    keep_reading(world.ports, "chat", summary, what="page.html", by="zoe", sheet=sheet)
    go_round(world.ports, Periods(), open_visits(world.root))
    keep(world.ports, {"model": {"name": "m", "digest": ""}, "release": {"name": "release-1", "manifest": ""}, "by": "ines", "found": [], "not_run": {},
                        "settings": {"full": False}},
         lambda result: b"a page")
    return served, clients


def test_everything_that_is_kept_is_in_the_table(used):
    """A table, column, folder or kind of file without a line is a fault, and so is a line for what there is not."""
    served, _ = used
    found, table = stored(served.world.root), listed()
    assert [place for place in found if place not in table] == []
    assert [place for place in table if place not in found] == []
    assert [(place, columns) for place, columns in found.items() if ", ".join(columns) != table[place]["columns"]] == []


def test_a_backup_holds_what_the_table_says(used, tmp_path):
    """What is copied is marked "yes", what is not "no"."""
    served, _ = used
    back_up(served.world.ports, tmp_path / "backup")
    held, table = stored(tmp_path / "backup"), listed()
    wrong = [place for place, line in table.items() if (line["backup"] == "yes") != (place in held)]
    assert wrong == []


def test_a_new_column_without_a_line_is_seen(used):
    """The guard above can fail: a table, a column and a file that the page lacks show up."""
    served, _ = used
    with closing(sqlite3.connect(served.world.root / "web.db")) as opened:
        opened.execute("CREATE TABLE visitor (address)")
        opened.execute("ALTER TABLE session ADD COLUMN address")
    (served.world.root / "state/visitors.log").write_text("")
    found, table = stored(served.world.root), listed()
    assert {place for place in found if place not in table} == {"web.db: visitor", "state/visitors.log"}
    assert ", ".join(found["web.db: session"]) != table["web.db: session"]["columns"]


def spellings(words: str) -> list[str]:
    """Give words as they could lie on disk: as text, as hexadecimal, escaped in JSON, or hashed so that anybody could guess them."""
    return [words, words.encode().hex(), words.encode().hex().upper(), json.dumps(words)[1:-1],
            *(hashlib.sha256(form.encode()).hexdigest() for form in (words, f"for {words}"))]


def test_an_erasure_leaves_nothing_of_who_used_the_web(used):
    """Words, account, device, the browser's secret, tokens: in no byte of the workspace once both erased themselves."""
    served, clients = used
    root = served.world.root
    assert places_of(PLANTED, root)
    secrets = [client.cookies["licit-visit"] for client in clients]
    for client in clients:
        page = client.post("/rights/erasure", data={"form": form_of(client.get("/rights/erasure"))})
        assert "What you said was erased" in page.text
    told = {words: sorted({place for one in spellings(words) for place in places_of(one, root)})
            for words in (PLANTED, ACCOUNT, DEVICE, PROJECT)}
    told |= {secret: places_of(secret, root) for secret in secrets}
    assert {words: places for words, places in told.items() if places} == {}
    assert re.search(r'class="history"', clients[0].get("/").text)
