"""`homeward send`: sends HL7 v2 message files to a running stack, as a trust's system would."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, CannotGoOn, Data, PortOffset, plainly

if TYPE_CHECKING:
    import ssl

    from fhir_adapters.hl7v2.send.mllp_client import Tally


_Pem = Path | None
REFUSED, NOT_SENT = 1, 2


@partial(plainly, status=NOT_SENT)
def send(
    paths: Annotated[list[Path], typer.Argument(help="Message files, or folders of them.")],
    feed: Annotated[
        str | None, typer.Option(help="A feed with a port of its own; otherwise MSH-3 and MSH-4 decide.")
    ] = None,
    to: Annotated[str | None, typer.Option(help="HOST:PORT of any listener, instead of the stack's.")] = None,
    tls_ca: Annotated[_Pem, typer.Option(help="Use TLS and trust this CA (PEM).")] = None,
    tls_certificate: Annotated[
        _Pem, typer.Option(help="Use TLS with this client certificate and its chain (PEM).")
    ] = None,
    tls_key: Annotated[_Pem, typer.Option(help="The key of the certificate, if not in its file.")] = None,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Send messages one after the other over MLLP, and count the answers by acknowledgement code.

    Ends with 0 when every message was accepted, with 1 when one was refused (AE, AR, CE, CR or an answer that
    cannot be read), with 2 when one could not be sent or got no answer.
    """
    import asyncio
    import json
    import ssl

    from fhir_adapters.hl7v2.send.mllp_client import Receiver, send_files

    host, port = _host_and_port(to) if to else _of_the_stack(feed, data, port_offset)
    receiver = Receiver(host, port, _tls(tls_ca, tls_certificate, tls_key))
    try:
        tally = asyncio.run(send_files(paths, receiver))
    except FileNotFoundError as missing:
        raise CannotGoOn(f"There is no {missing}.") from None
    except ssl.SSLError as failure:
        raise CannotGoOn(
            f"{host}:{port} and this command cannot set up TLS: {failure.reason or failure}.", NOT_SENT
        ) from None
    except OSError as error:
        words = f"Nothing accepts messages at {host}:{port} ({error.strerror})."
        raise CannotGoOn(words if to else f"{words} Say --data.") from None
    typer.echo(json.dumps(tally.as_json(), indent=2) if as_json else _told(tally))
    if status := status_of(tally):
        raise typer.Exit(status)


def status_of(tally: Tally) -> int:
    """The exit status: the worst of what happened."""
    if tally.unsent or tally.unanswered or not tally.sent:
        return NOT_SENT
    return REFUSED if tally.refused else 0


def _host_and_port(to: str) -> tuple[str, int]:
    host, _, port = to.rpartition(":")
    if not host or not port.isdecimal():
        raise CannotGoOn(f"{to} is not HOST:PORT.")
    return host.strip("[]"), int(port)


def _of_the_stack(feed: str | None, data: Path, port_offset: int | None) -> tuple[str, int]:
    from deploy.embedded import address

    where = address.read(data, port_offset)
    own = _port_of(feed, data, port_offset) if feed else None
    return where.host, own or where.ports.mllp


def _tls(ca: _Pem, certificate: _Pem, key: _Pem) -> ssl.SSLContext | None:
    """TLS where anything is said of it. Raises CannotGoOn for files that are no good."""
    from fhir_adapters.hl7v2.send.mllp_client import client_context

    if key and not certificate:
        raise CannotGoOn("A key needs its certificate: add --tls-certificate.")
    if not ca and not certificate:
        return None
    try:
        return client_context(ca, certificate, key)
    except OSError as error:
        raise CannotGoOn(f"TLS cannot be set up: {error.strerror or error}.") from None


def _port_of(feed: str, data: Path, port_offset: int | None) -> int | None:
    """The port of its own that a feed has, if any. Raises CannotGoOn for a feed that nobody knows."""
    import psycopg

    from deploy.cli.stack_access import database_url

    url = database_url(data, port_offset).replace("+psycopg", "")
    with psycopg.connect(url, connect_timeout=5) as connection:
        rows = connection.execute("SELECT code, port FROM feeds ORDER BY code").fetchall()
    feeds: dict[str, int | None] = dict(rows)
    if feed not in feeds:
        raise CannotGoOn(f"There is no feed {feed}. There are: {', '.join(feeds)}.")
    return feeds[feed]


def _told(tally: Tally) -> str:
    lines = [f"{tally.sent} sent"]
    if tally.skipped:
        lines.append(f"{tally.skipped} files hold no message")
    lines += [f"{count:>6} {code}" for code, count in sorted(tally.codes.items())]
    lines += [f"       {code}: {path}" for path, code in sorted(tally.not_accepted.items())]
    lines.append(
        f"{tally.accepted} accepted, {tally.refused} refused, {tally.unanswered} without an answer, "
        f"{tally.unsent} not sent"
    )
    return "\n".join(lines)
