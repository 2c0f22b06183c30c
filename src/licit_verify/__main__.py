"""``python -m licit_verify RELEASE``: a plain list of claims, who can check each, and one verdict; ``… receipt FILE``: a receipt alone.

Exit code: 0 all hold; 1 a claim fails, a file is damaged, extra or missing, or --only person was not answered; 2 not a release, or wrong arguments.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from . import answer, bundle
from .claims import verify
from .keyfile import read_key
from .receipt import main as receipt_main
from .report import Report
from .words import CLAIMS

_MARKS = {"holds": "✓", "fails": "✗", "cannot-tell": "?"}
_PLAIN = {"holds": "ok", "fails": "FAILS", "cannot-tell": "?"}
_WHO = {"public": "anybody", "person": "you", "auditor": "auditor", "attested": "signer"}
_WHO_FR = {"public": "chacun", "person": "vous", "auditor": "auditeur", "attested": "signataire"}
_VERDICTS = {0: "All claims that could be checked hold.", 1: "A claim fails: do not rely on this release.",
             2: "This is not a release."}
_NOT_SHOWN = ("Whether this release declares rows of this person was not shown.",
              "Il n'est pas montré si cette version déclare des lignes de cette personne.")
_VERDICTS_FR = {0: "Toutes les affirmations vérifiables tiennent.",
                1: "Une affirmation ne tient pas : ne vous fiez pas à cette version.", 2: "Ceci n'est pas une version."}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give its exit code. ``receipt FILE`` checks a receipt alone, ``bundle FILE`` evidence, ``answer FILE`` an answer on a work."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["receipt"] and not Path("receipt").is_dir():
        return receipt_main(given[1:])
    if given[:1] == ["answer"] and not Path("answer").is_dir():
        return answer.main(given[1:])
    if given[:1] == ["bundle"] and not Path("bundle").is_dir():
        return bundle.main(given[1:])
    options = _parser().parse_args(given)
    try:
        key = read_key(options.key) if options.key else None
    except (OSError, ValueError):
        sys.stderr.write("--key: no Ed25519 public key in hexadecimal, PEM or name+hash+key form, nor a file of one\n")
        return 2
    if options.only and not options.receipt:
        sys.stderr.write("--only person: add --receipt FILE, the receipt that the person was given\n")
        return 2
    if options.log and not options.auditor:
        sys.stderr.write("--log FILE: add --auditor WORKSPACE, whose log it is\n")
        return 2
    if not Path(options.release).is_dir() and not options.json:
        sys.stderr.write(f"{_printable(options.release)}: there is no such folder\n")
        return 2
    report = verify(Path(options.release), key=(key, Path(options.keys)) if options.keys else key, auditor=_audited(options),
                    receipt=_path(options.receipt), now=datetime.now(UTC), only=options.only)
    text = report.to_json() if options.json else listing(report, french=options.lang == "fr")
    sys.stdout.write(_printable(text) + "\n")
    if options.only and not any(result.claim == "person-absent" and result.result == "holds" for result in report.results):
        # What was asked has no answer: to end as if it had one would look like a proof.
        if report.exit_code == 0 and not options.json:
            sys.stdout.write(_NOT_SHOWN[options.lang == "fr"] + "\n")
        return report.exit_code or 1
    return report.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="licit-verify", description="Check a licit release without trusting who made it.",
        epilog="Example: licit-verify releases/spring-1 --key signer.pub")
    parser.add_argument("release", help="the folder of the release")
    parser.add_argument("--key", help="the signer's public key: hexadecimal, or a file (raw, hexadecimal, PEM)")
    parser.add_argument("--keys", metavar="FILE", help="the log's list of signing keys (licit keys chain), for a release "
                                                       "signed before or after the key of --key was in use")
    parser.add_argument("--auditor", metavar="WORKSPACE", help="the workspace it was built in: checks the gates again")
    parser.add_argument("--log", metavar="FILE", help="for --auditor: the workspace's log as licit log export wrote it, "
                                                      "where it lies in a database server")
    parser.add_argument("--receipt", metavar="FILE", help="a person's receipt: checks what the release says of them")
    parser.add_argument("--only", choices=("person",), help="only what --receipt is about; the release's manifest.json, "
                                                            "attestation.dsse.json and evidence/ are then enough")
    parser.add_argument("--json", action="store_true", help="results for machines")
    parser.add_argument("--lang", choices=("en", "fr"), default="en", help="the language of the list")
    return parser


def _audited(options: argparse.Namespace) -> Path | tuple[Path, Path] | None:
    workspace, log = _path(options.auditor), _path(options.log)
    return (workspace, log) if workspace and log else workspace


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def listing(report: Report, *, french: bool = False) -> str:
    """Write the report for people: a line a claim, and a verdict."""
    who, verdicts = (_WHO_FR, _VERDICTS_FR) if french else (_WHO, _VERDICTS)
    lines = []
    for result in report.results:
        sentence = CLAIMS.get(result.claim, ("", ""))[french]
        lines.append(f"{_MARKS[result.result]} {result.claim:<25} {who[result.who]:<10} {sentence}")
        if result.message is not None:
            lines.append(f"    {result.message.text(french)}")
            if len(result.files) > 1:
                lines.append("    " + ", ".join(result.files[:20]) + (" …" if len(result.files) > 20 else ""))
    untold = sum(result.result == "cannot-tell" for result in report.results)
    more = "" if not untold else f" {untold} ne peuvent être dites." if french else f" {untold} cannot be told."
    return "\n".join([*lines, "", f"{report.release}: {verdicts[report.exit_code]}{more}"])


def _printable(text: str) -> str:
    """Fall back to plain letters where the terminal cannot show the marks."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        for name, mark in _MARKS.items():
            text = text.replace(mark, _PLAIN[name])
        return text.encode(encoding, "replace").decode(encoding)
    return text


if __name__ == "__main__":
    sys.exit(main())
