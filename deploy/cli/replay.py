"""`homeward replay`: has messages read again, once what kept them from being used was put right."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, CannotGoOn, Data, PortOffset, plainly

LONGEST_SECONDS = 600


@plainly
def replay(
    messages: Annotated[
        list[UUID] | None, typer.Argument(help="Ids of messages; without any, the options below choose.")
    ] = None,
    state: Annotated[str, typer.Option(help="Only those in this state.")] = "parked",
    code: Annotated[str, typer.Option(help="Only those with this error code.")] = "",
    reason: Annotated[str | None, typer.Option(help="Only those for this reason.")] = None,
    feed: Annotated[str, typer.Option(help="Only those of this feed.")] = "",
    text: Annotated[str, typer.Option(help="Only this message id, type or trigger.")] = "",
    since: Annotated[
        str, typer.Option(help="Only those received from this time, for example 2026-03-02T14:00.")
    ] = "",
    until: Annotated[str, typer.Option(help="Only those received before this time.")] = "",
    stop: Annotated[UUID | None, typer.Option(help="Stop this replay instead.")] = None,
    why: Annotated[str, typer.Option(help="Why they are read again; the reason is kept with each.")] = "",
    org: Annotated[str, typer.Option(help="Code of the organisation whose messages they are.")] = "RXH",
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Put messages back in the queue, in their old place, and wait until each has been read."""
    import json

    if stop is not None:
        _post(f"replays/{stop}/stop", {"reason": why or "asked by command"}, org, data, port_offset)
        typer.echo(f"Replay {stop} is stopped; messages already back in the queue stay there.")
        return
    meant: dict[str, Any] = {"state": state, "code": code, "feed": feed, "reason": reason}
    meant |= {"text": text, "since": since, "until": until}
    wishes: list[dict[str, Any]] = [{"id": str(each)} for each in messages or []] or [meant]
    because = why or "asked by command"
    done = [_replayed(wish, because, org, data, port_offset) for wish in wishes]
    outcomes: dict[str, int] = {}
    for each in done:
        for outcome, count in each["outcomes"].items():
            outcomes[outcome] = outcomes.get(outcome, 0) + count
    if as_json:
        replayed = {"replayed": outcomes.get("put-back", 0), "outcomes": outcomes}
        typer.echo(json.dumps(replayed | {"replays": [each["replay_id"] for each in done]}))
    else:
        typer.echo("\n".join(_told(outcomes)))


def _replayed(
    wish: dict[str, Any], why: str, org: str, data: Path, port_offset: int | None
) -> dict[str, Any]:
    """Ask for one replay, and wait until it is done. Raises CannotGoOn."""
    from deploy.cli.stack_access import ask, bearer, pages_of

    made = _post("replays", {"messages": wish, "reason": why}, org, data, port_offset)
    pages = pages_of(data, port_offset)
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        found = ask(f"{pages}{made['status_url']}", bearer(data, "operator", org))
        if found["state"] in ("done", "stopped"):
            return found
        _tell(made["replay_id"], found)
        time.sleep(0.5)
    raise CannotGoOn(f"The replay continues automatically: {pages}/messages/replays/{made['replay_id']}")


def _post(path: str, body: dict[str, Any], org: str, data: Path, port_offset: int | None) -> dict[str, Any]:
    from deploy.cli.stack_access import ask, bearer, pages_of

    return ask(f"{pages_of(data, port_offset)}/api/v1/{path}", bearer(data, "operator", org), body=body)


def _tell(replay_id: str, found: dict[str, Any]) -> None:
    """How far it is, where somebody watches."""
    if sys.stderr.isatty() and found["total"]:
        seen = found["total"] - found["outcomes"].get("waiting", 0)
        typer.echo(f"\r{seen:,} of {found['total']:,} looked at ({replay_id}) ", nl=False, err=True)


def _told(outcomes: dict[str, int]) -> list[str]:
    from fhir_adapters.hl7v2.process.replays import OUTCOMES

    return [f"{count:>6}  {OUTCOMES.get(code, code)}" for code, count in sorted(outcomes.items())] or [
        "No message matches."
    ]
