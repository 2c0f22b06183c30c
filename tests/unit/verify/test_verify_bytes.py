"""Every byte of every file of a release matters, and hostile folders end in a named failure, never in a traceback."""

import json
import os
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from release_builder import canonical, sha

from licit_verify import verify

FILES = ("manifest.json", "attestation.dsse.json", "data/part-00000.parquet", "ids/part-00000.parquet",
         "audit/canaries.parquet", "evidence/absence.json", "evidence/checkpoint.txt", "evidence/claims.json",
         "evidence/closing.json", "evidence/measure.json", "evidence/report.html", "evidence/tally.json")
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def blamed(release, **options):
    """Verify; give the exit code and the files that files-intact names."""
    report = verify(release, **options)
    return report.exit_code, set(report.result("files-intact").files)


@pytest.fixture
def altered(sound):
    """Give a function that replaces a file's bytes; everything is put back afterwards."""
    _, release = sound
    before = {}

    def alter(name, data):
        before.setdefault(name, (release / name).read_bytes())
        (release / name).write_bytes(data)
        return release

    yield alter
    for name, data in before.items():
        (release / name).write_bytes(data)


def test_a_sound_release_holds(sound):
    """RULE: an honest release passes every claim."""
    world, release = sound
    report = verify(release, key=world.key.public)
    assert report.exit_code == 0, [r for r in report.results if r.result != "holds"]
    assert len(report.results) >= 14


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("pinned", [True, False])
@given(place=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
@QUICK
def test_a_changed_byte_is_blamed_on_its_file(sound, altered, name, pinned, place, mask):
    """RULE: any byte of any file changed in any way: exit 1, and exactly that file is named.

    Law: REL-03
    """
    world, release = sound
    whole = (release / name).read_bytes()
    at = int(place * len(whole))
    try:
        altered(name, whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1:])
        assert blamed(release, key=world.key.public if pinned else None) == (1, {name})
    finally:
        (release / name).write_bytes(whole)


@pytest.mark.parametrize("name", FILES)
def test_a_cut_or_longer_file_is_named(sound, altered, name):
    """RULE: truncation, a trailing byte and an empty file are damage like any other."""
    _, release = sound
    whole = (release / name).read_bytes()
    for data in (whole[:-1], whole[:len(whole) // 2], whole + b"\n", whole + b" ", b"\n" + whole, b""):
        altered(name, data)
        assert blamed(release) == (1, {name})


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(sound, altered, name):
    """RULE: a file that is not there is named, whichever it is."""
    _, release = sound
    altered(name, (release / name).read_bytes())
    (release / name).unlink()
    assert blamed(release) == (1, {name})


@pytest.mark.parametrize("name", ["extra.txt", "data/part-00001.parquet", "evidence/notes.txt", "data/.hidden",
                                  "audit/canaries.parquet.bak", "\u202emanifest"])
def test_an_extra_file_is_named(sound, name):
    """RULE: no other file belongs into a release."""
    _, release = sound
    (release / name).write_bytes(b"x")
    try:
        code, files = blamed(release)
        assert code == 1
        assert files == {name.replace("\u202e", "?")}
    finally:
        (release / name).unlink()


def test_an_extra_folder_is_named(sound):
    """RULE: an empty folder that belongs to nothing is named as well."""
    _, release = sound
    (release / "more").mkdir()
    try:
        assert blamed(release) == (1, {"more"})
    finally:
        (release / "more").rmdir()


@pytest.mark.parametrize("name", FILES)
def test_a_link_is_refused_even_to_the_same_bytes(sound, tmp_path, name):
    """RULE: a symbolic link is no file of a release: what it leads to can change behind the digest."""
    _, release = sound
    beside = tmp_path / "copy"
    shutil.move(release / name, beside)
    (release / name).symlink_to(beside)
    try:
        code, files = blamed(release)
        assert (code, name in files) == (1, True)
    finally:
        (release / name).unlink()
        shutil.move(beside, release / name)


def test_a_pipe_does_not_stop_the_verifier(sound):
    """RULE: a pipe in place of a file is named and never waited for."""
    _, release = sound
    os.mkfifo(release / "evidence/pipe")
    try:
        assert blamed(release) == (1, {"evidence/pipe"})
    finally:
        (release / "evidence/pipe").unlink()


def test_swapped_files_are_both_named(sound, altered):
    """RULE: two files in each other's place are two damaged files."""
    _, release = sound
    one, two = "evidence/tally.json", "evidence/measure.json"
    first, second = (release / one).read_bytes(), (release / two).read_bytes()
    altered(one, second)
    altered(two, first)
    assert blamed(release) == (1, {one, two})


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/hostname", "data/../manifest.json", "data//part-00000.parquet",
                                  "evidence/..", "data/part-00000.parquet\x00", "evidence/closing.json", "manifest.json"])
def test_a_path_cannot_leave_the_release(world, path):
    """RULE: a manifest, even properly signed, cannot make the verifier open anything outside, or a file apart."""
    (world.root / "releases").mkdir(parents=True)
    (world.root / "releases" / "outside.txt").write_bytes(b"secret")
    world.manifest_change = lambda manifest: manifest["files"].insert(
        0, {"path": path, "sha256": sha(b"secret"), "bytes": 6})
    report = verify(world.write())
    assert report.result("files-intact").result == "fails"
    assert report.result("signed").result == "holds"


def test_a_repeated_key_is_not_read_twice_over(sound, altered):
    """RULE: JSON with a key twice has two readings, so it has none."""
    _, release = sound
    text = (release / "manifest.json").read_bytes()
    altered("manifest.json", text.replace(b'{"absence"', b'{"absence":null,"absence"', 1))
    report = verify(release)
    assert report.result("files-intact").files == ("manifest.json",)
    assert {r.result for r in report.results if r.claim != "files-intact"} == {"fails"}


@pytest.mark.parametrize("data", [
    b"[" * 100_000, b"{}\n", b"null\n", b"[]\n", b'"x"\n', b'{"files":null,"format":"licit-release/1"}\n',
    b'{"files":[1,null,{"path":[]}],"format":"licit-release/1"}\n', b'{"format":"licit-release/2"}\n',
    b'{"a":1e400}\n', b"{\"a\":" + b"9" * 5000 + b"}\n", b'{"a":"\\ud800"}\n', b"\xff\xfe", b"\x00" * 100])
@pytest.mark.parametrize("name", ["manifest.json", "evidence/closing.json", "attestation.dsse.json"])
def test_absurd_json_is_a_failure_and_no_traceback(sound, altered, name, data):
    """RULE: whatever stands in the three files apart, verify answers 1 and names the file."""
    _, release = sound
    altered(name, data)
    code, files = blamed(release)
    assert (code, name in files) == (1, True)


@given(kind=st.sampled_from(["manifest", "closing", "statement"]), data=st.data())
@QUICK
def test_a_signed_absurdity_is_a_failure_and_no_traceback(tmp_path_factory, kind, data):
    """RULE: a signer who puts a value of another kind anywhere makes a claim fail, and nothing raises."""
    from release_builder import World
    world = World(tmp_path_factory.mktemp("absurd"))
    absurd = data.draw(st.sampled_from([None, -1, 1 << 70, "", "x" * 300, [], {}, [[]], {"a": {}}, True]))
    found = []

    def change(value):
        keys = sorted(value)
        key = data.draw(st.sampled_from(keys))
        if isinstance(value[key], dict) and value[key] and data.draw(st.booleans()):
            value = value[key]
            key = data.draw(st.sampled_from(sorted(value)))
        found.append((value[key] != absurd, key))
        value[key] = absurd

    setattr(world, f"{kind}_change", change)
    report = verify(world.write())
    spared = {"detectors", "why", "note"}
    changed, key = found[0]
    assert report.exit_code == int(changed and key not in spared) or kind == "manifest", (key, absurd)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"PAR1" * 1000, b"PAR1\xff\xff\xff\x7fPAR1", os.urandom(3000)])
def test_a_listed_file_that_is_no_parquet_fails_the_claims_about_rows(world, data):
    """RULE: rows that cannot be read hold nothing: every claim about rows fails, though the digests agree."""
    def change(manifest):
        path = world.path(world.folder, "data/part-00000.parquet")
        path.write_bytes(data)
        for file in manifest["files"]:
            if file["path"] == "data/part-00000.parquet":
                file |= {"sha256": sha(data), "bytes": len(data)}

    world.manifest_change = change
    report = verify(world.write())
    assert report.result("files-intact").result == "holds"
    for claim in ("rows-match-root", "ids-match-rows", "columns-allowed", "tally-matches-rows", "licences-stated",
                  "no-direct-identifiers"):
        assert report.result(claim).result == "fails"
        assert "data/part-00000.parquet" in report.result(claim).files


def test_an_unattested_report_is_extra(sound, altered):
    """RULE: the report may be missing while a release is being finished, but then none may lie there."""
    world, release = sound
    altered("attestation.dsse.json", (release / "attestation.dsse.json").read_bytes())
    altered("evidence/report.html", (release / "evidence/report.html").read_bytes())
    world.statement_change = lambda statement: statement["subject"].pop()
    try:
        world.attest()
        assert blamed(release) == (1, {"evidence/report.html"})
        (release / "evidence/report.html").unlink()
        assert verify(release).exit_code == 0
    finally:
        world.statement_change = lambda statement: None


def test_what_is_no_release_is_told_apart(tmp_path, sound):
    """RULE: exit 2 only for what was never a release; a release stripped to any one of its parts is a damaged one."""
    _, release = sound
    (tmp_path / "manifest.json").write_text('{"name": "a web app"}')
    assert verify(tmp_path).exit_code == 2
    assert verify(tmp_path / "nowhere").exit_code == 2
    assert verify(tmp_path / "manifest.json").exit_code == 2
    for name in ("manifest.json", "attestation.dsse.json", "evidence/closing.json"):
        alone = tmp_path / f"only-{name[:5]}"
        (alone / name).parent.mkdir(parents=True)
        shutil.copy(release / name, alone / name)
        assert verify(alone).exit_code == 1


def test_the_report_is_safe_to_print_and_to_parse(sound):
    """RULE: names from the release reach neither the terminal's controls nor break the JSON."""
    _, release = sound
    name = "evidence/\x1b[2J" + "é" * 60
    (release / name).write_bytes(b"x")
    try:
        report = verify(release)
        (shown,) = report.result("files-intact").files
        assert shown.isprintable()
        assert json.loads(report.to_json())["exit_code"] == 1
        assert canonical(json.loads(report.to_json()))
    finally:
        (release / name).unlink()
