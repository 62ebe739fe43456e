"""The `homeward` command. Each command is a file beside this one and imports what it needs when it runs."""

from __future__ import annotations

import typer

from deploy.cli.api import api
from deploy.cli.migrate import migrate
from deploy.cli.mllp import mllp
from deploy.cli.partner import partner
from deploy.cli.simulate import simulate
from deploy.cli.token import token
from deploy.cli.up import up
from deploy.cli.worker import worker

app = typer.Typer(
    name="homeward",
    help="Follows people whose discharge from hospital is held up by their home.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (up, token, worker, api, mllp, migrate, partner, simulate):
    app.command()(command)

if __name__ == "__main__":
    app()
