"""The `homeward` command. Each command is a file beside this one and imports what it needs when it runs."""

from __future__ import annotations

import typer

from deploy.cli.migrate import migrate
from deploy.cli.partner import partner
from deploy.cli.token import token
from deploy.cli.up import up

app = typer.Typer(
    name="homeward",
    help="Follows people whose discharge from hospital is held up by their home.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
for command in (up, migrate, token, partner):
    app.command()(command)

if __name__ == "__main__":
    app()
