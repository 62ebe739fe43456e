"""`homeward partner`: the demo's partners, a real server that keeps a log and can be told to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import plainly


@plainly
def partner(
    log: Annotated[Path, typer.Option(help="File in which every request received is kept.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8420,
    hl7_port: Annotated[
        int | None, typer.Option(help="Port on which the trust's own system takes HL7 v2 over MLLP.")
    ] = None,
) -> None:
    """Play the partners of the demo until stopped."""
    from deploy.partner.app import serve

    log.parent.mkdir(parents=True, exist_ok=True)
    serve(log, host, port, hl7_port)
