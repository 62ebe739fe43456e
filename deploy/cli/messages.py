"""`homeward messages`: finds messages of a running stack, shows one, and what waits for a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, Data, PortOffset, plainly

messages = typer.Typer(
    name="messages", help="Find and show received messages; each view is recorded.", no_args_is_help=True
)

Org = Annotated[str, typer.Option(help="Code of the organisation whose messages they are.")]
TRUST = "RXH"


@messages.command()
@plainly
def find(
    who: Annotated[str, typer.Option(help="NHS number, hospital number or name of the patient.")] = "",
    text: Annotated[str, typer.Option(help="Message id, type or trigger: ADT^A03, ADT, A03.")] = "",
    words: Annotated[str, typer.Option(help="Words in the parts of the message that you may see.")] = "",
    ward: Annotated[str, typer.Option(help="Ward, as the hospital writes it.")] = "",
    feed: Annotated[str, typer.Option(help="Code of a feed.")] = "",
    since: Annotated[str, typer.Option(help="Received from this time, for example 2026-03-02T14:00.")] = "",
    until: Annotated[str, typer.Option(help="Received before this time.")] = "",
    state: Annotated[str, typer.Option(help="needs-somebody, parked, interpreted, not-used ...")] = "",
    code: Annotated[str, typer.Option(help="Error code.")] = "",
    reason: Annotated[str | None, typer.Option(help="Reason beside the code.")] = None,
    case: Annotated[str, typer.Option(help="Id of a case.")] = "",
    about: Annotated[str, typer.Option(help="Id of a message: all messages about the same person.")] = "",
    only: Annotated[str, typer.Option(help="repeated-id, again, with-care or edited.")] = "",
    before: Annotated[str, typer.Option(help="Continue from there: `next` of the previous page.")] = "",
    size: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 20,
    org: Org = TRUST,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Messages, newest first, without anybody's name."""
    query = {
        "who": who, "text": text, "feed": feed, "since": since, "until": until, "state": state, "code": code,
        "reason": reason, "case": case, "about": about, "only": only, "words": words, "ward": ward,
        "before": before, "size": str(size),
    }  # fmt: skip
    body = _ask("messages", {name: value for name, value in query.items() if value}, org, data, port_offset)
    if as_json:
        _json(body)
    else:
        _print(body)


@messages.command()
@plainly
def show(
    message: Annotated[str, typer.Argument(help="Id of a message.")],
    org: Org = TRUST,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """One message: its fields by name, what it became, and what followed from it."""
    body = _ask(f"messages/{message}", {}, org, data, port_offset)
    if as_json:
        _json(body)
    else:
        typer.echo("\n".join(_told(body)))


@messages.command()
@plainly
def causes(
    org: Org = TRUST, data: Data = DEFAULT_DATA, port_offset: PortOffset = None, as_json: AsJson = False
) -> None:
    """What waits for a person, by cause, and what can be done."""
    body = _ask_all("messages/causes", "causes", org, data, port_offset)
    if as_json:
        _json(body)
        return
    if not body["causes"]:
        typer.echo("No message needs attention.")
    for each in body["causes"]:
        typer.echo(f"{each['count']:>6}  {each['title']} ({each['feed']}: {each['code']} {each['reason']})")
        typer.echo(f"        since {each['first_at'][:19]}, {_affected(each)}")
        typer.echo(f"        {each['what_to_do']}")


def _affected(cause: dict[str, Any]) -> str:
    cases, at_risk = len(cause["cases"]), len(cause["cases_at_risk"])
    people = cause["people"]
    who = "person" if people == 1 else "people"
    return f"of {people} {who}, {cases} with an open case, {at_risk} of them at risk"


@messages.command()
@plainly
def alarms(
    org: Org = TRUST, data: Data = DEFAULT_DATA, port_offset: PortOffset = None, as_json: AsJson = False
) -> None:
    """What rings and why, and what is watched, with the rule that counts now."""
    body = _ask_all("alarms", "alarms", org, data, port_offset)
    if as_json:
        _json(body)
        return
    for each in body["alarms"]:
        fact = f"{each['fact']} Expected: {each['threshold']}"
        typer.echo(f"ALARM  {each['subject']}: {fact}. Since {each['raised_at'][:19]}")
    for each in body["watched"]:
        rule = each["in_force"]
        held = f"at most {rule['at_most']}" if rule else "not watched at this hour"
        typer.echo(
            f"       {each['subject']} {each['kind']}: {each['value']:.0f}, {held} ({each['whose_rules']})"
        )


@messages.command()
@plainly
def raw(
    message: Annotated[str, typer.Argument(help="Id of a message.")],
    into: Annotated[Path, typer.Argument(help="File to write.")],
    org: Org = TRUST,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
) -> None:
    """Write all of a message to a file, without what may not be seen; the look is noted."""
    from deploy.cli.stack_access import bearer, fetch, pages_of

    url = f"{pages_of(data, port_offset)}/api/v1/messages/{message}/raw"
    length = into.write_bytes(fetch(url, bearer(data, "operator", org)))
    typer.echo(f"{length:,} bytes written to {into}")


def _ask(path: str, query: dict[str, str], org: str, data: Path, port_offset: int | None) -> dict[str, Any]:
    from deploy.cli.stack_access import ask, bearer, pages_of

    return ask(f"{pages_of(data, port_offset)}/api/v1/{path}", bearer(data, "operator", org), query)


def _ask_all(path: str, name: str, org: str, data: Path, port_offset: int | None) -> dict[str, Any]:
    from deploy.cli.stack_access import ask_all, bearer, pages_of

    return ask_all(f"{pages_of(data, port_offset)}/api/v1/{path}", bearer(data, "operator", org), name)


def _json(body: dict[str, Any]) -> None:
    import json

    typer.echo(json.dumps(body, indent=2))


def _print(body: dict[str, Any]) -> None:
    """One line a message, its id whole, so that it can be asked for."""
    for each in body["messages"]:
        kind = "^".join(part for part in (each["message_type"], each["trigger"]) if part)
        why = " ".join(part for part in (each["code"], each["reason"]) if part)
        told = (each["id"], each["received_at"][:19], each["feed"], f"{kind:<7}", each["state"], why)
        typer.echo("  ".join(told).rstrip())
    typer.echo(f"more with --before {body['next']}" if body["next"] else "No more.")


def _told(body: dict[str, Any]) -> list[str]:
    kind = "^".join(part for part in (body["message_type"], body["trigger"]) if part)
    why = ", ".join(part for part in (body["code"], body["reason"]) if part)
    lines = [f"{kind} {body['message_id']} of {body['feed']}: {body['state']}{f' ({why})' if why else ''}"]
    lines += [f"read by {body['read_by']}"] if body["read_by"] else []
    for segment in body["segments"]:
        lines.append(f"{segment['segment']} {segment['title']}")
        lines += [f"  {each['field']:<8}{each['name']:<34}{each['value']}" for each in segment["fields"]]
    for fact in body["facts"]:
        lines.append(f"fact: {fact['kind']}")
        lines += [f"  {name:<24}{value}" for name, value in fact["values"].items()]
    lines += [f"case {each['case_id']}: {each['kind']}" for each in body["events"]]
    lines += [f"sent: item {each['sequence']} {each['kind']}, {each['state']}" for each in body["sent"]]
    if body["cut"]:
        lines.append(f"{body['cut']}: homeward messages raw writes all of it to a file.")
    if body["cannot_be_replayed"]:
        lines.append(f"It cannot be replayed: {body['cannot_be_replayed']}.")
    return lines
