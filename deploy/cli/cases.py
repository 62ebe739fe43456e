"""`homeward cases`: proves on the live record that every case equals its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, Data, PortOffset, plainly

if TYPE_CHECKING:
    from discharge.store.consistency import Checked

cases = typer.Typer(name="cases", help="Verify the record of cases.", no_args_is_help=True)


@cases.callback()
def _cases() -> None:
    """Verify the record of cases."""


@cases.command()
@plainly
def verify(
    case: Annotated[UUID | None, typer.Option(help="Id of one case; without it, every case.")] = None,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Fold every case's events anew and hold them against its snapshot and the rows that lists read, and the
    sums of the bed-days report against those rows. It changes nothing, and ends with 1 where a case or a sum
    differs. Of a case that a newer version recorded it says so.
    """
    import asyncio
    import json

    from deploy.cli.stack_access import database_url

    found, sums = asyncio.run(_verify(database_url(data, port_offset), case))
    unlike = [each for each in found if each.differences]
    newer = [each for each in found if each.newer]
    if as_json:
        told = [{"case_id": str(each.case_id), "differences": list(each.differences)} for each in unlike]
        typer.echo(
            json.dumps(
                {
                    "cases": len(found),
                    "differing": told,
                    "newer": [str(each.case_id) for each in newer],
                    "organisations_with_wrong_sums": sorted(map(str, sums)),
                },
                indent=2,
            )
        )
    else:
        for each in unlike:
            typer.echo(f"{each.case_id}: {'; '.join(each.differences)}")
        for each in newer:
            typer.echo(f"{each.case_id}: newer: recorded by a newer version of Homeward, which can check it")
        for organisation in sorted(sums):
            typer.echo(
                f"organisation {organisation}: the sums of the bed-days report are not those of its cases"
            )
        typer.echo(
            f"{len(found)} cases checked, {len(unlike)} are not as their events say, {len(newer)} newer"
        )
    if unlike or sums:
        raise typer.Exit(1)


async def _verify(url: str, only: UUID | None) -> tuple[list[Checked], frozenset[UUID]]:
    """What was found of each case; and, where every case is checked, whose sums are wrong."""
    from discharge.store.consistency import check_cases
    from discharge.store.counted_sums import differing_sums
    from discharge.store.driver import AT_LENGTH
    from discharge.store.engine import make_engine, make_sessions, transaction

    engine = make_engine(url, times=AT_LENGTH)
    try:
        found = [each async for each in check_cases(make_sessions(engine), only)]
        async with transaction(engine) as session:
            return found, frozenset() if only else await differing_sums(session)
    finally:
        await engine.dispose()
