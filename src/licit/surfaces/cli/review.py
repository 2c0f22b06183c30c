"""``licit review``: what waits for a decision of staff, reading it on the record, and deciding."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import click

from ...core.staff import LIFTABLE
from ...usecases.bursts import Sought, bursts, hold
from ...usecases.review import Ruling, read, rule, waiting
from ._shared import json_option, number_of, opened, print_json, room_for, say, workspace_option

_DONE = {"release": "Released: the next build leaves these holds out and judges everything else as before.",
         "hold": "Held from the next build on, whatever else speaks for it.",
         "refuse": "Refused from the next build on, in every state that may still arrive."}


@click.group("review")
def review_command() -> None:
    """Decide on records that only a person can decide on, one by one.

    Staff may lift seven holds and no others: never what a person concerned refused, what a source lacks, an age, or a check
    that failed. A release counts for the record's present state; a later state waits again.
    """


@review_command.command("list", epilog="Example: licit review list")
@click.option("--source", default="", metavar="ID", help="Only records of this source.")
@json_option
@workspace_option
def listed(source: str, as_json: bool, workspace: str | None) -> None:
    """List records that wait for a decision, and those that staff hold or refuse."""
    found = [item for item in waiting(opened(workspace)) if source in ("", item.source)]
    for item in found:
        if as_json:
            print_json(item.as_json())
            continue
        said = f"decided: {item.decided}" if item.decided else "a release of an earlier state counts no more" if item.lapsed else ""
        say("  ".join(filter(None, [item.record, item.source, number_of(item.rows, "row"),
                                    ", ".join(item.reasons), f"beside {', '.join(item.kin)}" if item.kin else "", said])))
    if not as_json:
        say(f"{number_of(len(found), 'record')}. Decide: licit review release RECORD --lift REASON --by NAME --why TEXT, or refuse, or hold"
            if found else "Nothing waits for a decision.")


@review_command.command("show", epilog="Example: licit review show r7f… --by ines")
@click.argument("record")
@click.option("--by", required=True, metavar="NAME", help="Who reads; it stands in the log for ever.")
@click.option("--as-typed", default="", metavar="WHY", help="Show it as it was typed, for this reason; else de-identified.")
@json_option
@workspace_option
def shown(record: str, by: str, as_typed: str, as_json: bool, workspace: str | None) -> None:
    """Show the words of RECORD to whoever decides on it, de-identified as a release would have them.

    This is a reading of people's words: it is entered in the log first, and refused where somebody concerned objected
    to it. As it was typed it is shown for a reason only, which stays in the log: whether a name is a given person's cannot be
    told from a placeholder, for example. No other command shows any text.
    """
    found = read(opened(workspace), record, by, clear=as_typed)
    if as_json:
        print_json(found.as_json())
        return
    for turn in found.turns:
        say("  ".join(filter(None, [turn.id, turn.role, turn.origin if turn.origin != "said" else "", turn.said_at])))
        click.echo(_harmless(turn.text) + "\n")
    say(f"This reading stands in the log (entry {found.entry}, by {by}{', as typed' if found.clear else ''}).")


def _harmless(text: str) -> str:
    """Write out what would steer a terminal or turn the order of letters, for the words are anybody's."""
    return "".join(char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else f"\\u{ord(char):04x}"
                   for char in text)


@review_command.command("bursts", epilog="Example: licit review bursts --days 7 --hold --by ines --why 'the same lines from two accounts'")
@click.option("--records", default=20, show_default=True, help="In so many records at least.")
@click.option("--people", default=3, show_default=True, help="Of so many people at most.")
@click.option("--days", default=30, show_default=True, help="That arrived within so many days.")
@click.option("--source", default="", metavar="ID", help="Only from this source.")
@click.option("--hold", "do", is_flag=True, help="Hold every record found, by a decision of staff; needs --by and --why.")
@click.option("--by", default="", metavar="NAME", help="Who orders that.")
@click.option("--why", default="", metavar="TEXT", help="Why; kept in the log for ever.")
@json_option
@workspace_option
def burst(workspace: str | None, as_json: bool, do: bool, by: str, why: str, **sought: Any) -> None:
    """Look for the same words in many conversations of few people, as somebody would plant them to teach a model a trigger.

    A burst is no proof: look at a record with licit review show. Words that were changed each time are not found. Exit code 3
    if there is any.
    """
    if do != bool(by.strip() and why.strip()):
        raise click.UsageError("--hold takes --by and --why, and these take --hold.")
    space = opened(workspace)
    found = bursts(space, Sought(**sought))
    held = hold(space, found, by, why) if do else []
    if as_json:
        print_json({"bursts": [one.as_json() for one in found], "held": held})
    for one in () if as_json else found:
        say(f"{number_of(len(one.records), 'record')} of {one.people} {'person' if one.people == 1 else 'people'} share {number_of(one.phrases, 'phrase')}: "
            + ", ".join(one.records[:5]) + (f" and {len(one.records) - 5} more (--json lists all)" if len(one.records) > 5 else ""))
    if not as_json:
        say(f"Held: {number_of(len(held), 'record')}, until somebody decides otherwise." if do else
            "Look at one: licit review show RECORD --by NAME. Hold them: --hold --by NAME --why TEXT" if found else "No burst was found.")
    click.get_current_context().exit(3 if found else 0)


def _ruling(answer: str, text: str, example: str) -> click.Command:
    @click.command(answer, help=text, epilog=f"Example: licit review {answer} {example}")
    @click.argument("record")
    @click.option("--by", required=True, metavar="NAME", help="Who decides.")
    @click.option("--why", required=True, metavar="TEXT", help="Why; kept in the log for ever, so name nobody concerned.")
    @click.option("--receipt", type=click.Path(path_type=Path), help="Write the signed receipt here.")
    @json_option
    @workspace_option
    def run(workspace: str | None, as_json: bool, receipt: Path | None, **given: Any) -> None:
        room_for(receipt)
        paper = rule(opened(workspace), Ruling(answer=answer, lifts=tuple(dict.fromkeys(given.pop("lifts", ()))), **given))
        if receipt:
            receipt.write_text(json.dumps(paper) + "\n", encoding="utf-8")
        if as_json:
            print_json(paper)
            return
        say(_DONE[answer])
        say(f"Receipt: {receipt}" if receipt else "The signed receipt: --receipt FILE.")
        say(f"See: licit explain {given['record']}")

    if answer == "release":
        run = click.option("--lift", "lifts", multiple=True, type=click.Choice(LIFTABLE),
                           help="A hold that it lifts.")(run)
    return run


for _answer, _text, _example in (
        ("release", "Lift holds of RECORD that are staff's to lift, or end an earlier decision of staff.",
         "r7f… --lift third-parties --by 'Me Amari' --why 'all four agreed in writing, file 12'"),
        ("hold", "Keep holding RECORD until somebody decides otherwise.",
         "r7f… --by ines --why 'waiting for an answer'"),
        ("refuse", "Refuse RECORD, whatever speaks for it.", "r7f… --by ines --why 'names a patient'")):
    review_command.add_command(_ruling(_answer, _text, _example))
