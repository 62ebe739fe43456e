"""The `homeward` command. Each command is a file beside this one and imports what it needs when it runs."""

from __future__ import annotations

import typer

from deploy.cli.api import api
from deploy.cli.bench import bench
from deploy.cli.cases import cases
from deploy.cli.census import census
from deploy.cli.feed import feed
from deploy.cli.messages import messages
from deploy.cli.migrate import migrate
from deploy.cli.mllp import mllp
from deploy.cli.months import months
from deploy.cli.partner import partner
from deploy.cli.partners import partners
from deploy.cli.reference import reference
from deploy.cli.replay import replay
from deploy.cli.report import report
from deploy.cli.send import send
from deploy.cli.shadow import shadow
from deploy.cli.simulate import simulate
from deploy.cli.token import token
from deploy.cli.up import up
from deploy.cli.worker import worker

app = typer.Typer(
    name="homeward",
    help="Follows people whose discharge from hospital is delayed by their home.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    up,
    token,
    send,
    census,
    shadow,
    replay,
    simulate,
    worker,
    api,
    mllp,
    migrate,
    months,
    partner,
):
    app.command()(command)
app.add_typer(report)
app.add_typer(feed)
app.add_typer(bench)
app.add_typer(messages)
app.add_typer(cases)
app.add_typer(partners)
app.add_typer(reference)

if __name__ == "__main__":
    app()
