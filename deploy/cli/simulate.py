"""`homeward simulate`: a hospital and its people, played against a running stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, CannotGoOn, Data, PortOffset, plainly

if TYPE_CHECKING:
    from deploy.simulate.run import Options

DEFAULT_LEDGER = Path("simulation") / "ledger.jsonl"


Wards = Annotated[int, typer.Option(min=1, max=50, help="Wards of 24 beds.")]
Patients = Annotated[int, typer.Option(min=1, max=5000, help="People who come to hospital.")]
Days = Annotated[int, typer.Option(min=10, max=3650, help="Days of case time to play.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same people and events.")]
Past = Annotated[float, typer.Option(min=0, help="The number of days before now at which the story begins.")]
Ledger = Annotated[
    Path | None, typer.Option(help="File for everything sent and answered. Default: in --data.")
]
Again = Annotated[bool, typer.Option(help="Start another round with other people when one ends.")]


@plainly
def simulate(
    wards: Wards = 3,
    patients: Patients = 40,
    days: Days = 60,
    seed: Seed = 7,
    past: Past = 8.0,
    ledger: Ledger = None,
    again: Again = False,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Play wards, referrers, coordinators and partners; an interrupted run continues where it stopped."""
    from deploy.embedded import address
    from deploy.simulate.bearers import Bearers
    from deploy.simulate.run import Options

    where = address.read(data, port_offset)
    options = Options(
        wards=wards,
        patients=patients,
        days=days,
        seed=seed,
        past=past,
        ledger=ledger or data / DEFAULT_LEDGER,
        url=where.pages,
        mllp_host=where.host,
        mllp_port=where.ports.mllp,
        bearer=Bearers(_keys(data)),
    )
    summary = _play(options, again=again)
    typer.echo(json.dumps(summary) if as_json else "\n".join(f"{n:7}  {name}" for name, n in summary.items()))


def _play(options: Options, *, again: bool) -> dict[str, int]:
    import asyncio

    from deploy.simulate.plan import DoesNotFit
    from deploy.simulate.run import run

    try:
        summary = asyncio.run(run(options))
        while again:
            summary = asyncio.run(run(options))
    except DoesNotFit as failure:
        raise CannotGoOn(str(failure)) from None
    return summary


def _keys(data: Path) -> Path:
    if not (data / "keys").is_dir():
        raise CannotGoOn(
            f"No stack has been started in {data} yet. Start one with `homeward up`, or give --data."
        )
    return data / "keys"
