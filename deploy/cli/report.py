"""`homeward report`: figures of a running stack, asked at its public door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, Data, PortOffset, plainly

report = typer.Typer(name="report", help="Print a report of a running stack.", no_args_is_help=True)

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@report.command()
@plainly
def bed_days(
    from_on: Day = None,
    to_on: Day = None,
    against: Annotated[str, typer.Option(help="The comparison for released bed days.")] = "none",
    org: Annotated[str, typer.Option(help="Code of the organisation that asks.")] = "RXH",
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Bed days lost to delay and released, each with its definition."""
    import json

    from deploy.cli.stack_access import ask, bearer, pages_of

    days = {"from_on": from_on, "to_on": to_on}
    query = {name: day.date().isoformat() for name, day in days.items() if day} | {"against": against}
    body = ask(
        f"{pages_of(data, port_offset)}/api/v1/reports/bed-days", bearer(data, "trust-monitor", org), query
    )
    if as_json:
        typer.echo(json.dumps(body, indent=2))
    else:
        _print(body)


def _print(body: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    period = f"Bed days from {body['from_on']} to {body['to_on']}, as of {body['as_of']}"
    console.print(period, highlight=False)
    ended, waiting = body["finished"]["figures"], body["waiting"]["figures"]
    groups = (("Stays that have ended", ended), ("People still waiting", waiting))
    for title, figures in (*groups, ("Homes let", body["letting"]), ("Released", [body["released"]])):
        table = Table("", "", "definition", title=title, title_justify="left")
        for figure in figures:
            value = "unknown" if figure["value"] is None else f"{figure['value']:g}"
            table.add_row(figure["label"], f"{value} {figure['unit']}", figure["definition"])
        console.print(table)
    costs = Table("", "", "price and source", title="What these nights cost", title_justify="left")
    for each in body["costs"]:
        sum_up = f"{each['number']:g} x £{each['pounds_each']:,} = £{each['pounds']:,}"
        costs.add_row(each["figure"], sum_up, f"{each['label']}, {each['year']} prices. {each['source']}")
    console.print(costs)
