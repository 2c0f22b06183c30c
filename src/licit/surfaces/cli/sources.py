"""``licit source show``, ``list`` and ``diligence``: the register to be read, and what somebody found out of a set of others."""

from typing import Any

import click
from rich.table import Table

from ...core.errors import InputError, nearest
from ...core.reasons import REASONS
from ...core.register import ACQUIRED
from ...usecases.register import change_source
from ...usecases.register_view import View, due, ended, history, views
from ._shared import json_option, opened, print_json, say, show, workspace_option

#: Fields of a source that are said in a line each, in this order.
_LINES = ("title", "kind", "origin", "how", "acquirer", "statute", "research_body", "offered", "personal", "controller", "role", "notice")


@click.command("list", epilog="Example: licit source list")
@click.option("--ended", "only_ended", is_flag=True, help="Only what has ended: which releases hold its rows, and what to do.")
@click.option("--due", "only_due", is_flag=True, help="Only what contracts will ask for, by day: inspections, and their ends.")
@json_option
@workspace_option
def list_command(only_ended: bool, only_due: bool, as_json: bool, workspace: str | None) -> None:
    """List the register, and how each source would be judged today under the workspace's plan."""
    space = opened(workspace)
    if only_ended or only_due:
        told = ended(space) if only_ended else due(space)
        for one in told:
            print_json(one.as_json()) if as_json else say(one.line())
        if not told and not as_json:
            say("No release holds rows of a source whose contract or exception has ended." if only_ended else
                "No contract has an end, or lets anybody inspect.")
        return
    found = views(space)
    if as_json:
        for view in found.values():
            print_json(view.as_json())
        return
    if not found:
        say("No source is registered: licit source add ID --ground … --by NAME")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("source", "kind", "right", "personal", "approval", "today"):
        table.add_column(name, overflow="fold")
    for view in found.values():
        source = view.source
        colour = {"keep": "green", "hold": "yellow", "refuse": "red"}[view.answer.answer]
        reserved = ", reserved" if source.reserved else ""
        table.add_row(source.id, source.stated.kind, f"{source.ground} {view.right}".removesuffix(f" {source.ground}"), source.stated.personal,
                      f"{view.state}{reserved}", f"[{colour}]{_today(view)}[/]")
    show(table)


def _today(view: View) -> str:
    """Say how a source would be judged today."""
    return f"admitted to {view.use}" if view.answer.answer == "keep" else f"{'held' if view.answer.answer == 'hold' else 'refused'}: {view.answer.reason}"


@click.command("show", epilog="Example: licit source show agency")
@click.argument("source")
@json_option
@workspace_option
def show_command(source: str, as_json: bool, workspace: str | None) -> None:
    """Show SOURCE: what is said of it, its history and who said it, and why it would be admitted or not today."""
    space = opened(workspace)
    found = views(space)
    if source not in found:
        raise InputError("no such source is registered" + nearest(source, found), about=source, reason="source-unknown",
                         remedy=f"Register it: licit source add {source} --ground …")
    view, past = found[source], list(history(space, source))
    if as_json:
        print_json({**view.as_json(), "history": past})
        return
    for line in _lines(view):
        say(line)
    say("History:")
    for entry in past:
        say("  " + _entry(entry))
    reason = view.answer.reason
    say(f"Today: {_today(view)}." + (f" {REASONS[reason].meaning} {REASONS[reason].remedy}" if reason else ""))


def _lines(view: View) -> list[str]:
    told = view.as_json()
    out = [f"{told['source']}, version {told['version']}: {view.source.ground} {view.right}"]
    out += [f"  {name.replace('_', ' ')}: {told[name]}" for name in _LINES if told[name] and told[name] != "unknown"]
    if told["acquired"]:
        out.append(f"  acquired: {told['acquired']['first']} to {told['acquired']['last']}")
    if told["languages"]:
        out.append(f"  languages: {', '.join(told['languages'])}")
    if told["duties"]:
        out.append(f"  duties: {', '.join(told['duties'])}")
    out += [f"  {name.replace('_', ' ')}: {_said(told[name])}" for name in ("public_domain", "copies", "diligence", "expires") if told[name]]
    if told["contract_terms"]:
        out.append(f"  contract: {_said(told['contract_terms'])}")
    if told["approval"]:
        out.append(f"  approval: {_said(told['approval'])}")
    if told["reserved"] or told["reserved_in_words"]:
        out.append("  reserved by a signal" if told["reserved"] else "  reserved in words, on which nobody has decided")
    return [*out, f"  not said: {', '.join(told['missing'])}"] if told["missing"] else out


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')} {_said(item)}" for name, item in value.items() if item not in ("", [], None, False, 0))
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)


def _entry(entry: dict[str, Any]) -> str:
    what = {"approval": f"approved version {entry.get('version')}" + (", signed" if entry.get("signed") else ", by name"),
            "signal": f"signal: {entry.get('verdict')}"}.get(entry["kind"], f"{entry['kind']}: " + _said(
                {name: "(taken away)" if value is None else value for name, value in entry.get("changed", {}).items()}))
    return f"entry {entry['entry']}, {entry['day']}, {entry['by'] or 'nobody'}: {what}" + (f" ({entry['why']})" if entry["why"] else "")


@click.command("diligence", epilog="Example: licit source diligence corpus --collected '…' --findings none --opt-outs '…' --looked-by ines "
                                   "--looked-on 2026-01-10 --evidence 'own: 200 samples read' --by ines")
@click.argument("source")
@click.option("--collected", required=True, metavar="TEXT", help="How it was collected.")
@click.option("--findings", required=True, metavar="TEXT", help="What authorities and courts found of it or of who made it; none, if you looked.")
@click.option("--opt-outs", required=True, metavar="TEXT", help="What its supplier does with objections and opt-outs.")
@click.option("--looked-by", required=True, metavar="NAME", help="Who found out.")
@click.option("--looked-on", required=True, metavar="DAY", help="When.")
@click.option("--evidence", "evidence", multiple=True, required=True, metavar="WITNESS: TEXT",
              help="What it rests on, and on whose word: supplier, own, authority or independent. The supplier's alone is not enough.")
@click.option("--why", default="diligence", metavar="TEXT", help="The reason for the change.")
@click.option("--by", required=True, metavar="NAME", help="Who records it; somebody else approves.")
@json_option
@workspace_option
def diligence_command(source: str, evidence: tuple[str, ...], why: str, by: str, as_json: bool, workspace: str | None, **given: str) -> None:
    """Record what somebody found out of a set that others put together."""
    found = [{"what": what.strip(), "from": witness.strip()} for witness, _, what in (one.partition(":") for one in evidence)]
    seq = change_source(opened(workspace), source, {"diligence": {**given, "evidence": found}, "why": why, "by": by})
    if as_json:
        print_json({"source": source, "entry": seq})
        return
    say(f"Diligence of {source} is recorded (entry {seq}). It needs approval: licit source approve {source} --by …")
    if all(item["from"] == "supplier" for item in found):
        say(f"It is held all the same: the supplier's word alone is not enough ({', '.join(ACQUIRED)}).")
