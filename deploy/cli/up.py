"""`homeward up`: the whole embedded stack in the foreground, until Ctrl-C."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from deploy.cli.options import DEFAULT_DATA, Data, plainly
from deploy.embedded.ports import Ports

Offset = Annotated[
    int, typer.Option(min=0, envvar="HOMEWARD_PORT_OFFSET", help="Shift every port by this much.")
]
DayLength = Annotated[
    str | None,
    typer.Option(
        envvar="HOMEWARD_DAY_LENGTH",
        help="How long a day of case time lasts: 10s, 5m, 24h. Fixed at the first start.",
    ),
]
Demo = Annotated[bool, typer.Option(help="Simulate a hospital and its people.")]
Host = Annotated[
    str, typer.Option(envvar="HOMEWARD_HTTP_HOST", help="Address on which pages, sign-in and HL7 listen.")
]
PublicHost = Annotated[
    str | None, typer.Option(help="The name of this machine for browsers, with --host 0.0.0.0.")
]


def _with_an_option_for_each_port(command: Callable[..., None]) -> Callable[..., None]:
    """Spell out the keyword arguments `**ports` as one option for each port that the stack has."""
    told = inspect.signature(command, eval_str=True)
    fixed = [each for each in told.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    vars(command)["__signature__"] = told.replace(parameters=[*fixed, *map(_option, Ports.described())])
    return command


def _option(port: tuple[str, int, str]) -> inspect.Parameter:
    name, usual, words = port
    option = typer.Option(
        envvar=f"HOMEWARD_{name.upper()}_PORT",
        min=1,
        max=65535,
        help=f"{words}; usually {usual}.",
        show_default=False,
    )
    return inspect.Parameter(
        f"{name}_port", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[int | None, option]
    )


@plainly
@_with_an_option_for_each_port
def up(
    data: Data = DEFAULT_DATA,
    port_offset: Offset = 0,
    day_length: DayLength = None,
    demo: Demo = False,
    host: Host = "127.0.0.1",
    public_host: PublicHost = None,
    **ports: int | None,
) -> None:
    """Start PostgreSQL, Temporal, sign-in, worker, pages and HL7 listener, and watch them until Ctrl-C."""
    import asyncio

    from deploy.embedded.address import Address
    from deploy.embedded.day_length import settle
    from deploy.embedded.lifecycle import run
    from deploy.embedded.stack import Stack
    from deploy.settings import Settings
    from deploy.unknown_variables import warn_of_unknown_variables

    warn_of_unknown_variables()
    chosen = (
        Ports()
        .shifted(port_offset)
        .with_chosen({option.removesuffix("_port"): port for option, port in ports.items()})
    )
    address = Address(chosen, listen=host, host=public_host or _reachable(host))
    settings = Settings(day_length=day_length) if day_length else Settings()
    place = data.absolute()
    asyncio.run(run(Stack(place, address, settings, settle(place, day_length, demo=demo), demo)))


def _reachable(host: str) -> str:
    """A wildcard is no address to call."""
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 -- compared, not bound
