"""`homeward send`: sends HL7 v2 message files to a running stack, as a trust's system would."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, CannotGoOn, Data, PortOffset, plainly

if TYPE_CHECKING:
    from fhir_adapters.hl7v2.sending import Tally


@plainly
def send(
    paths: Annotated[list[Path], typer.Argument(help="Message files, or folders of them.")],
    feed: Annotated[
        str | None, typer.Option(help="A feed that has a port of its own; else MSH-3 and MSH-4 decide.")
    ] = None,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Send messages one after the other over MLLP, and count the answers by acknowledgement code."""
    import asyncio
    import json

    from deploy.embedded import address
    from fhir_adapters.hl7v2.sending import send_files

    where = address.read(data, port_offset)
    port = _port_of(feed, data, port_offset) if feed else None
    try:
        tally = asyncio.run(send_files(paths, where.host, port or where.ports.mllp))
    except FileNotFoundError as missing:
        raise CannotGoOn(f"There is no {missing}.") from None
    except OSError as error:
        listener = f"{where.host}:{port or where.ports.mllp}"
        raise CannotGoOn(f"Nobody takes messages at {listener} ({error.strerror}). Say --data.") from None
    typer.echo(json.dumps(tally.as_json(), indent=2) if as_json else _told(tally))


def _port_of(feed: str, data: Path, port_offset: int | None) -> int | None:
    """The port of its own that a feed has, if any. Raises CannotGoOn for a feed that nobody knows."""
    import psycopg

    from deploy.cli.reaching import database_url

    with psycopg.connect(database_url(data, port_offset).replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT code, port FROM feeds ORDER BY code").fetchall()
    feeds: dict[str, int | None] = dict(rows)
    if feed not in feeds:
        raise CannotGoOn(f"There is no feed {feed}. There are: {', '.join(feeds)}.")
    return feeds[feed]


def _told(tally: Tally) -> str:
    lines = [f"{tally.sent} sent"]
    if tally.skipped:
        lines.append(f"{tally.skipped} files hold no message")
    lines += [f"{count:>6} {code}" for code, count in sorted(tally.codes.items())]
    lines += [f"       {code}: {path}" for path, code in sorted(tally.not_accepted.items())]
    return "\n".join(lines)
