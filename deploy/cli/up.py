"""`homeward up`: the whole embedded stack in the foreground, until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.models import OptionInfo

from deploy.cli.options import DEFAULT_DATA, Data, plainly


def _port(name: str, words: str) -> OptionInfo:
    variable = f"HOMEWARD_{name.upper()}_PORT"
    option: OptionInfo = typer.Option(envvar=variable, min=1, max=65535, help=words, show_default=False)
    return option


@plainly
def up(
    data: Data = DEFAULT_DATA,
    port_offset: Annotated[
        int, typer.Option(min=0, envvar="HOMEWARD_PORT_OFFSET", help="Shift every port by this much.")
    ] = 0,
    day_length: Annotated[
        str | None,
        typer.Option(
            envvar="HOMEWARD_DAY_LENGTH",
            help="How long a day of case time lasts: 10s, 5m, 24h. Fixed at the first start.",
        ),
    ] = None,
    demo: Annotated[bool, typer.Option(help="Play a hospital and its people against the stack.")] = False,
    host: Annotated[
        str, typer.Option(envvar="HOMEWARD_HTTP_HOST", help="Address that pages, sign-in and HL7 listen on.")
    ] = "127.0.0.1",
    public_host: Annotated[
        str | None, typer.Option(help="Name by which browsers reach this machine, with --host 0.0.0.0.")
    ] = None,
    http_port: Annotated[int | None, _port("http", "Pages and APIs; usually 8000.")] = None,
    mllp_port: Annotated[int | None, _port("mllp", "HL7 v2 over MLLP; usually 2575.")] = None,
    temporal_port: Annotated[int | None, _port("temporal", "Temporal; usually 7233.")] = None,
    temporal_ui_port: Annotated[int | None, _port("temporal_ui", "Temporal's pages; usually 8233.")] = None,
    postgres_port: Annotated[int | None, _port("postgres", "PostgreSQL; usually 5433.")] = None,
    openid_port: Annotated[int | None, _port("openid", "Sign-in; usually 8300.")] = None,
    partner_port: Annotated[int | None, _port("partner", "Simulated partners; usually 8400.")] = None,
    partner_hl7_port: Annotated[
        int | None, _port("partner_hl7", "Simulated trust that takes HL7 v2; usually 8401.")
    ] = None,
) -> None:
    """Start PostgreSQL, Temporal, sign-in, worker, pages and HL7 listener, and watch them until Ctrl-C."""
    import asyncio

    from deploy.embedded.address import Address
    from deploy.embedded.day_length import settle
    from deploy.embedded.ports import Ports
    from deploy.embedded.running import run
    from deploy.embedded.stack import Stack
    from deploy.settings import Settings

    chosen = {
        "http": http_port,
        "mllp": mllp_port,
        "temporal": temporal_port,
        "temporal_ui": temporal_ui_port,
        "postgres": postgres_port,
        "openid": openid_port,
        "partner": partner_port,
        "partner_hl7": partner_hl7_port,
    }
    ports = Ports().shifted(port_offset).with_chosen(chosen)
    address = Address(ports, listen=host, host=public_host or _reachable(host))
    settings = Settings(day_length=day_length) if day_length else Settings()
    place = data.absolute()
    asyncio.run(run(Stack(place, address, settings, settle(place, day_length, demo=demo), demo)))


def _reachable(host: str) -> str:
    """A wildcard is no address to call."""
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 -- compared, not bound
