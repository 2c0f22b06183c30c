"""A workspace whose log lies in PostgreSQL: everything works, nothing secret is kept, and whoever verifies needs no server."""

import json
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from world import CONSUMER, POLICY, World, approve, chat, failing, jsonl, prose, reasons, released_records

from licit.adapters.server import FILE, connected
from licit.core.errors import EvidenceError, SetupError
from licit.surfaces.cli import main
from licit.wiring import init_workspace, open_workspace
from licit_verify import verify


@pytest.fixture
def address(postgres_server):
    """Give the address of an empty schema on a real server."""
    name = f"licit_{uuid.uuid4().hex}"
    postgres_server.execute(text(f"CREATE SCHEMA {name}"))
    url = postgres_server.engine.url
    address = url._replace(password=None).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string()
    yield address
    connected(address).dispose()
    postgres_server.execute(text(f"DROP SCHEMA {name} CASCADE"))


@pytest.fixture
def run(tmp_path):
    """Run a command in the workspace; give what it printed."""
    def run(*argv: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, [*argv, "--workspace", str(tmp_path / "w")], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    return run


def made(tmp_path, address) -> World:
    """Make a workspace on the server by command, with a policy and an approved source."""
    result = CliRunner().invoke(main, ["init", str(tmp_path / "w"), "--database", address])
    assert result.exit_code == 0, result.output
    world = World(tmp_path / "w")
    world.space.adopt_policy(POLICY)
    approve(world.ports)
    world.license("chat")
    return world


def test_the_main_job_on_a_server(tmp_path, address, run):
    """Import, build, objection, recall, patch and erasure work on PostgreSQL; the releases verify, also for an auditor.

    An auditor reads the log that was exported; without it they are told so, and a stranger needs neither.
    """
    world = made(tmp_path, address)
    inbox = jsonl(tmp_path / "chats.jsonl", [chat(f"c{n}", f"user{n}", prose(f"c {n}")) for n in range(5)])
    run("import", str(inbox), "--source", "chat", "--subject-field", "account", "--capacity", CONSUMER["capacity"],
        "--age", CONSUMER["age"])
    built = world.build()
    assert built.tally.released == 5
    assert not (world.root / "licit.db").exists()
    run("rights", "object", "--subject", "user1", "--issuer", "chat")
    said = json.loads(run("recall", "--patch", "--json"))
    (patch,) = said["patches"]
    assert patch["tally"]["released"] == 4
    assert verify(Path(patch["path"])).exit_code == 0
    run("rights", "erase", "--subject", "user2", "--issuer", "chat")
    built = world.build()
    assert reasons(built) == {"objection": 1}
    assert world.record("c2", "user2") not in released_records(built.path)

    assert "licit log export" in failing(built.path, world.root)["log-whole"]
    run("log", "export", str(tmp_path / "audit.db"))
    report = verify(Path(built.path), auditor=(world.root, tmp_path / "audit.db"))
    assert {item.claim for item in report.results if item.result == "fails"} == set()
    assert {item.claim: item.result for item in report.results}["log-whole"] == "holds"
    assert (tmp_path / "audit.db").stat().st_mode & 0o077 == 0
    assert "never written over" in run("log", "export", str(tmp_path / "audit.db"), code=2)
    assert not list(world.root.rglob("*.part"))


def test_a_backup_is_put_back_as_a_file(tmp_path, address, run):
    """A backup holds the whole log and no address; restored, the workspace goes on in a file of its own, the server untouched."""
    world = made(tmp_path, address)
    world.take([chat(f"c{n}", f"user{n}", prose(f"c {n}")) for n in range(4)])
    world.build()
    run("backup", str(tmp_path / "b"))
    assert not (tmp_path / "b" / FILE).exists()
    size, _ = world.ports.log.head()
    result = CliRunner().invoke(main, ["restore", str(tmp_path / "b"), "--keys", str(world.root / "keys"), "--workspace",
                                       str(tmp_path / "again")])
    assert result.exit_code == 0, result.output
    again = World(tmp_path / "again")
    assert (again.root / "licit.db").is_file()
    assert not (again.root / FILE).exists()
    again.object("user1")
    assert reasons(again.build()) == {"objection": 1}
    assert failing(again.root / "releases/release-1", again.root) == {}
    assert open_workspace(world.root).log.head()[0] == size


def test_no_password_is_kept(tmp_path, address):
    """An address with a password is refused before anything is made of it, and the message does not repeat it."""
    secret = "tres-secret"
    for bad in (f"postgresql+psycopg://ada:{secret}@db.example.org/licit", f"postgresql://db.example.org/licit?password={secret}"):
        result = CliRunner().invoke(main, ["init", str(tmp_path / "w"), "--database", bad])
        assert result.exit_code == 2
        assert "PGPASSFILE" in result.output
        assert secret not in result.output
    assert not list(tmp_path.rglob(FILE))


def test_a_database_is_one_workspaces(tmp_path, address):
    """Another workspace is not given a database that has an owner, nor opened on it; the same init again changes nothing."""
    world = made(tmp_path, address)
    before = (world.root / FILE).read_bytes()
    init_workspace(world.root)
    init_workspace(world.root, database=address)
    assert (world.root / FILE).read_bytes() == before
    with pytest.raises(SetupError, match="another workspace"):
        init_workspace(tmp_path / "other", database=address)
    (world.root / FILE).write_text(before.decode().split("\n")[0] + "\n" + "0" * 32 + "\n", encoding="utf-8")
    with pytest.raises(SetupError, match="another workspace"):
        open_workspace(world.root)


def test_two_logs_are_none(tmp_path, address):
    """A workspace with a file and a server has no log that counts: it is not opened, and its log is never moved silently."""
    world = made(tmp_path, address)
    (world.root / "licit.db").touch()
    with pytest.raises(SetupError, match="only one of them"):
        open_workspace(world.root)
    lite = init_workspace(tmp_path / "lite")
    with pytest.raises(SetupError, match="not moved"):
        init_workspace(lite, database=address)


def test_an_older_server_is_noticed(tmp_path, address, postgres_server):
    """A server put back to before an objection does not forget it: the mark beside the keys refuses the older log."""
    world = made(tmp_path, address)
    world.object("ada")
    schema, (size, _) = address.rpartition("%3D")[2], world.ports.log.head()
    postgres_server.execute(text("SET session_replication_role = replica"))
    for table in ("log_particulars", "log_decision", "log"):
        postgres_server.execute(text(f"DELETE FROM {schema}.{table} WHERE seq = {size - 1}"))
    postgres_server.execute(text("SET session_replication_role = DEFAULT"))
    with pytest.raises(EvidenceError):
        open_workspace(world.root).log.head()
