"""`homeward replay`: has parked messages interpreted again, once what parked them was put right."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, Data, PortOffset, plainly


@plainly
def replay(
    messages: Annotated[
        list[UUID] | None, typer.Argument(help="Ids of parked messages; without any, all.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="Only those parked with this error code.")] = None,
    reason: Annotated[str | None, typer.Option(help="Only those parked for this reason.")] = None,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Put parked messages back in the queue, in their old place."""
    import asyncio
    import json

    from deploy.cli.reaching import database_url

    url = database_url(data, port_offset)
    count = asyncio.run(_replay(url, messages or [], code, reason))
    typer.echo(json.dumps({"replayed": count}) if as_json else f"{count} messages will be interpreted again")


async def _replay(url: str, messages: list[UUID], code: str | None, reason: str | None) -> int:
    from discharge.store.engine import make_engine, transaction
    from fhir_adapters.hl7v2.store.draining import replay_parked

    engine = make_engine(url)
    try:
        async with transaction(engine) as session:
            return await replay_parked(session, inbox_ids=messages, code=code, reason=reason)
    finally:
        await engine.dispose()
