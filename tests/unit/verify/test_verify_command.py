"""The command: a readable list in two languages, JSON, exact exit codes; and a package that stands alone."""

import ast
import json
import string
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import licit_verify
from licit_verify.__main__ import listing, main, read_key
from licit_verify.report import shown
from licit_verify.words import CLAIMS, FRENCH

HOME = Path(licit_verify.__file__).parent


def test_exit_codes(sound, tmp_path, capsys):
    """RULE: 0 all hold, 1 a claim fails, 2 not a release or wrong arguments."""
    world, release = sound
    assert main([str(release), "--key", world.key.public.hex()]) == 0
    assert main([str(release), "--key", "00" * 32]) == 1
    assert main([str(tmp_path)]) == 2
    assert main([str(release), "--key", str(tmp_path / "none")]) == 2
    capsys.readouterr()


def test_the_list_says_claim_who_and_verdict(sound, capsys):
    """RULE: one line a claim with who can check it, and one verdict at the end, in both languages."""
    world, release = sound
    main([str(release), "--auditor", str(world.root)])
    english = capsys.readouterr().out
    main([str(release), "--auditor", str(world.root), "--lang", "fr"])
    french = capsys.readouterr().out
    assert english.count("✓") == french.count("✓") == 30
    assert "auditor" in english
    assert english.strip().endswith("All claims that could be checked hold.")
    assert french.strip().endswith("Toutes les affirmations vérifiables tiennent.")


def test_json_is_json(sound, capsys):
    """RULE: machines get the same results."""
    _, release = sound
    main([str(release), "--json"])
    out = json.loads(capsys.readouterr().out)
    assert out["exit_code"] == 0
    assert {"claim", "who", "result", "detail", "files"} == set(out["results"][0])


def test_a_terminal_without_the_marks_gets_words(sound):
    """RULE: where a terminal has no check mark, the word stands in its place, and nothing raises."""
    _, release = sound
    done = subprocess.run([sys.executable, "-m", "licit_verify", str(release)], capture_output=True, check=False,
                          env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PATH": ""}, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(b"ok files-intact")


def test_keys_are_read_in_every_usual_form(sound, tmp_path):
    """RULE: hexadecimal, a file of it, raw bytes, PEM and name+hash+key name the same key; anything else is refused."""
    world, _ = sound
    key, public = world.key.public, world.key.private.public_key()
    from base64 import b64encode
    forms = [key.hex(), "licit.example/spring+00000000+" + b64encode(b"\x01" + key).decode()]
    for number, data in enumerate([key, key.hex().encode() + b"\n",
                                   public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)]):
        path = tmp_path / f"key{number}"
        path.write_bytes(data)
        forms.append(str(path))
    assert [read_key(form) for form in forms] == [key] * len(forms)
    (tmp_path / "bad").write_bytes(b"not a key")
    with pytest.raises(ValueError, match="no Ed25519 public key"):
        read_key(str(tmp_path / "bad"))


def sources():
    return [(path, ast.parse(path.read_text())) for path in sorted(HOME.glob("*.py"))]


def test_the_package_stands_alone():
    """RULE: it imports the standard library, cryptography and pyarrow, and nothing of licit."""
    allowed = {*sys.stdlib_module_names, "cryptography", "pyarrow"}
    for path, tree in sources():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else (
                [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else [])
            assert {name.split(".")[0] for name in names} <= allowed, (path.name, names)


def test_every_sentence_has_its_french():
    """RULE: whatever the verifier can say, it can say in French, with the same places for values."""
    said = set()
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args and (
                    node.func.id in ("Fault", "Untold", "Note")) and isinstance(node.args[0], ast.Constant):
                said.add(node.args[0].value)
    fields = string.Formatter().parse
    assert {text for text in said if text not in FRENCH} == set()
    assert set(FRENCH) - said == set()
    for english, french in FRENCH.items():
        assert {f for _, f, _, _ in fields(english) if f} == {f for _, f, _, _ in fields(french) if f}, english


def test_every_claim_has_its_sentence(sound):
    """RULE: each claim that is checked has a sentence in both languages, and there are at least twelve."""
    world, release = sound
    receipt = world.root / "receipt.json"
    receipt.write_text(json.dumps(world.receipt("s0", 0)))
    report = licit_verify.verify(release, auditor=world.root, receipt=receipt)
    assert {result.claim for result in report.results} == set(CLAIMS) - {"papers-consistent"}  # it has no papers and claims none
    assert len(CLAIMS) >= 12
    assert all(english and french for english, french in CLAIMS.values())
    assert listing(report, french=True)


@pytest.mark.parametrize("value", ["\x1b[31m", "\u202e", "a\nb", "\ud800", "x" * 5000])
def test_what_is_shown_is_printable_and_short(value):
    """RULE: a name from a hostile release cannot drive a terminal."""
    assert shown(value).isprintable()
    assert len(shown(value)) <= 101
