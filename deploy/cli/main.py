"""The `homeward` command. Each command is a file beside this one and imports what it needs when it runs."""

from __future__ import annotations

import typer

app = typer.Typer(
    name="homeward",
    help="Follows people whose discharge from hospital is held up by their home.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


@app.callback()
def homeward() -> None:
    """Follows people whose discharge from hospital is held up by their home."""
