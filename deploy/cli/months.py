"""`homeward months`: the months of the tables that are split by month, and whether one could be let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, Data, PortOffset, plainly

if TYPE_CHECKING:
    from discharge.store.months import Missing, Month

Found = tuple[list["Month"], dict[str, int], list["Missing"], int]
"""The months, the messages of each that are not over, tables without the next month, messages not moved."""


@plainly
def months(data: Data = DEFAULT_DATA, port_offset: PortOffset = None, as_json: AsJson = False) -> None:
    """List the months of the tables that are split by month, with their size. It changes nothing: to let a
    month go is for the owner of the database (see the operating guide). *Not over* are messages of the month
    that wait or need somebody; their bytes are still needed.
    """
    import asyncio
    import json

    from deploy.cli.stack_access import database_url

    found, not_over, missing, left = asyncio.run(read(database_url(data, port_offset)))
    if as_json:
        listed = [_json(each, not_over) for each in found]
        without = [each._asdict() for each in missing]
        typer.echo(json.dumps({"months": listed, "missing": without, "messages_not_moved": left}, indent=2))
        return
    for each in found:
        need = f"  {count} not over" if (count := needed(each, not_over)) else ""
        typer.echo(f"{each.table:<14}{each.words:<22}{each.rows:>11} rows {each.bytes / 1e6:>10.1f} MB{need}")
    for table in missing:
        typer.echo(f"{table.table} has no partition from {table.first_month}.")
    if left:
        typer.echo(f"{left} messages of an earlier version are not moved to their months yet.")


def needed(month: Month, not_over: dict[str, int]) -> int:
    """How many messages that are not over need the month."""
    if month.table != "inbox_bytes":
        return 0
    until = f"{month.until_at:%Y-%m}"
    since = f"{month.from_at:%Y-%m}" if month.from_at else ""
    return sum(count for of, count in not_over.items() if since <= of < until)


def _json(month: Month, not_over: dict[str, int]) -> dict[str, Any]:
    return {
        "table": month.table,
        "partition": month.partition,
        "from": month.from_at.isoformat() if month.from_at else None,
        "until": month.until_at.isoformat(),
        "rows": month.rows,
        "bytes": month.bytes,
        "not_over": needed(month, not_over),
    }


async def read(url: str) -> Found:
    """What the command says, of the record at an address."""
    from discharge.store.driver import AT_LENGTH
    from discharge.store.engine import make_engine, transaction
    from discharge.store.months import all_months, months_missing
    from fhir_adapters.store.inbox_bytes import not_moved, not_over

    engine = make_engine(url, times=AT_LENGTH)
    try:
        async with transaction(engine) as session:
            return (
                await all_months(session),
                await not_over(session),
                await months_missing(session),
                await not_moved(session),
            )
    finally:
        await engine.dispose()
