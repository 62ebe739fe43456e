"""The life of an embedded stack: start everything, tell how to reach it, wait, stop everything."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.embedded import address, day_length, openid, postgres
from deploy.embedded.ports import require_distinct, require_free
from deploy.embedded.postgres import DATABASE
from deploy.embedded.private_folder import make_private
from deploy.embedded.stack import ORDER, Stack
from deploy.embedded.supervisor import Supervisor


class Lines:
    """Progress as lines that also read well in a log. That nobody reads any more must not end the stack."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def starting(self, title: str) -> None:
        """A line only once there is something to say; the spinner shows that we work."""

    def ready(self, title: str, seconds: float) -> None:
        """Say that a part answers."""
        self._print(f"  [green]✓[/] {title} [dim]({seconds:.1f} s)[/]")

    def note(self, words: str) -> None:
        """Say it."""
        self._print(f"[dim]{escape(words)}[/]")

    def _print(self, words: str) -> None:
        with suppress(OSError):
            self._console.print(words, highlight=False)


async def run(stack: Stack, console: Console | None = None) -> None:
    """Until SIGINT, SIGTERM or SIGHUP. Raises CannotRun, nothing left running."""
    screen = console or Console()
    make_private(stack.data, passing=None if stack.settings.database_url else postgres.runs_as())
    with Supervisor(stack.data, Lines(screen)) as supervisor, _asked_to_stop() as asked:
        try:
            started = asyncio.create_task(_start(stack, supervisor, screen))
            await _first_of(started, asked)
            screen.print("Stopping …")
        finally:
            await supervisor.stop()


async def _start(stack: Stack, supervisor: Supervisor, screen: Console) -> None:
    await supervisor.stop_leftovers(ORDER)
    require_distinct(stack.listeners())
    for name, host, port in stack.listeners():
        require_free(name, host, port)
    address.write(stack.data, stack.address)
    day_length.keep(stack.data, stack.day_length)
    with screen.status("Starting …"):
        await supervisor.start_together(await asyncio.to_thread(stack.servers))
        await asyncio.to_thread(stack.migrate)
        await supervisor.start_together(stack.programs())
        await supervisor.start_together(stack.play())
    screen.print(addresses(stack))
    screen.print(how_to_sign_in())
    screen.print(what_scripts_use(stack), markup=False, highlight=False, soft_wrap=True)


async def _first_of(started: asyncio.Task[None], asked: asyncio.Event) -> None:
    """Wait until asked to stop; a start that fails ends the waiting with its failure."""
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait({started, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if started.done():
        started.result()
        await waiting
    started.cancel()
    await asyncio.gather(started, return_exceptions=True)


@contextmanager
def _asked_to_stop() -> Iterator[asyncio.Event]:
    """Handlers set by hand: a shell starts what it puts in the background with Ctrl-C ignored."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for each in signals:
        loop.add_signal_handler(each, asked.set)
    yield asked
    for each in signals:
        loop.remove_signal_handler(each)


def addresses(stack: Stack) -> Table:
    """Where everything is."""
    where, ports = stack.address, stack.address.ports
    table = Table(title="Homeward is up", title_justify="left", show_header=False)
    rows = [
        ("Pages", where.pages),
        ("API", f"{where.pages}/api/v1/openapi.json"),
        ("FHIR", f"{where.pages}/fhir/R4/metadata"),
        ("HL7 v2 (MLLP)", f"{where.host}:{ports.mllp}"),
        *_servers(stack),
        ("Partners (simulated)", where.partner),
        ("Data, keys, logs", str(stack.data)),
        ("A day of case time", stack.day_length),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _servers(stack: Stack) -> Iterator[tuple[str, str]]:
    """Ours, or those that were given to us; a database's URL holds a password and is not shown."""
    given, ports = stack.settings, stack.address.ports
    yield "Temporal", given.temporal_address or stack.address.temporal
    if not given.temporal_address:
        yield "Temporal's pages", f"http://{address.LOOPBACK}:{ports.temporal_ui}"
    ours = f"{address.LOOPBACK}:{ports.postgres}, database {DATABASE}"
    yield "PostgreSQL", "given by HOMEWARD_DATABASE_URL" if given.database_url else ours
    yield "Sign-in", given.openid_issuer or openid.issuer(stack.address.host, ports.openid)


def how_to_sign_in() -> Table:
    """The invented people."""
    table = Table(title="Sign in as one of these invented people", title_justify="left", show_header=False)
    for person in openid.people():
        table.add_row(person.name, person.homeward_role, person.words)
    return table


def what_scripts_use(stack: Stack) -> str:
    """The password, if there is one, and where tokens come from."""
    password = stack.demo_password
    words = f"The demo password is {password}." if password else "No password is needed."
    return f"{words} Scripts use: homeward token coordinator --data {stack.data}"
