"""`homeward bench`: what things cost, each beside a named baseline that was measured in the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.cli.options import DEFAULT_DATA, AsJson, CannotGoOn, Data, PortOffset, plainly

if TYPE_CHECKING:
    from deploy.bench.timing_rounds import Figure

WIDTH = 110

bench = typer.Typer(
    name="bench",
    help="Measure speed beside a baseline in the same run.",
    no_args_is_help=True,
)

Seconds = Annotated[float, typer.Option(min=0.1, help="For how long each subject is measured.")]
Rounds = Annotated[int, typer.Option(min=1, help="In how many turns; the median of them counts.")]


@bench.command()
@plainly
def hl7(
    messages: Annotated[
        Path | None, typer.Option(help="A folder of messages to read; usually the simulation's are.")
    ] = None,
    seconds: Seconds = 10.0,
    rounds: Rounds = 5,
    as_json: AsJson = False,
) -> None:
    """Read HL7 v2 and listen for it, beside python-hl7, hl7apy and a bare insert and commit."""
    import asyncio

    from deploy.bench import listener, readers
    from deploy.bench.messages import of_folder, simulated
    from deploy.bench.timing_rounds import Plan

    try:
        raws = of_folder(messages) if messages else simulated(200)
    except FileNotFoundError as missing:
        raise CannotGoOn(f"There is no {missing}.") from None
    if not raws:
        raise CannotGoOn(f"There is no message in {messages}.")
    try:
        listening = asyncio.run(listener.run(Plan(seconds, rounds)))
    except listener.NotAccepted as failure:
        raise CannotGoOn(str(failure)) from None
    _print([*readers.run(raws, seconds), *listening], as_json)


@bench.command()
@plainly
def drain(
    seconds: Seconds = 10.0,
    rounds: Rounds = 5,
    rush: Annotated[
        int, typer.Option(min=1, help="Messages that come at once while a worklist is read.")
    ] = 5000,
    as_json: AsJson = False,
) -> None:
    """Interpret messages of the simulated hospital, beside a bare insert and commit; and read the worklist
    meanwhile, beside the same with nothing to interpret.
    """
    import asyncio

    from deploy.bench import drain
    from deploy.bench.timing_rounds import Plan

    _print(asyncio.run(drain.run(Plan(seconds, rounds), rush)), as_json)


@bench.command()
@plainly
def growth(
    small: Annotated[int, typer.Option(min=26, help="Open cases of the baseline: more than a page.")] = 300,
    large: Annotated[int, typer.Option(min=26, help="Open cases that it grows to.")] = 3000,
    reads: Annotated[int, typer.Option(min=1, help="How often each page is opened.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Open every page and list with few and with many open cases, and say how much slower each becomes; and
    read a case and the worklist beside their own queries.
    """
    import asyncio

    from deploy.bench import growth

    grown, beside = asyncio.run(growth.run(small, large, reads))
    if as_json:
        _as_json([*grown, *beside])
        return
    few, many = f"{small:,} open", f"{large:,} open"
    figures = ("ms", "CPU, ms", "bytes")
    heads = ("", *(f"{size}, {each}" for each in figures for size in (few, many)), "growth of CPU")
    rows = [
        (
            line.name,
            line.small_ms,
            line.large_ms,
            line.small_cpu_ms,
            line.large_cpu_ms,
            line.small_bytes,
            line.large_bytes,
            line.growth,
        )
        for line in grown
    ]
    _table(f"What a person opens; growth: beside {small:,} open cases", heads, rows)
    reads_beside = [(line.name, line.read_ms, line.queries_ms, line.times) for line in beside]
    _table("Reads beside their own queries", ("", "read, ms", "its queries alone, ms", "times"), reads_beside)


@bench.command()
@plainly
def commands(
    seconds: Seconds = 20.0,
    rounds: Rounds = 5,
    open_before: Annotated[int, typer.Option(min=0, help="Cases that are open already.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Have commands and referrals done through the API, beside a bare update of a workflow on the same
    Temporal; and weigh their histories.
    """
    import asyncio

    from deploy.bench import commands
    from deploy.bench.timing_rounds import Plan

    try:
        figures, weights = asyncio.run(commands.run(Plan(seconds, rounds), open_before))
    except commands.NotDone as failure:
        raise CannotGoOn(str(failure)) from None
    if as_json:
        _as_json([*figures, *weights])
        return
    _print(figures, as_json)
    heads = ("", "events a command", "bytes a command")
    _table("history; a command's share of a run", heads, [astuple(each) for each in weights])


@bench.command("open-cases")
@plainly
def open_cases(
    number: Annotated[int, typer.Option("--open", min=10, help="How many cases are open.")] = 20_000,
    asked: Annotated[int, typer.Option(min=1, help="Commands to cases by chance.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Keep many open cases on one worker: its memory, how many cases it keeps, how many it replays."""
    import asyncio

    from deploy.bench import open_cases

    moments = asyncio.run(open_cases.run(number, asked))
    if as_json:
        _as_json(moments)
        return
    heads = ("", "memory, MiB", "runs begun or replayed", "seconds")
    _table("One worker", heads, [astuple(moment) for moment in moments])


@bench.command()
@plainly
def life(
    cases: Annotated[int, typer.Option(min=1, help="How many cases live, side by side.")] = 3,
    day: Annotated[str, typer.Option(help="How long a day of case time lasts.")] = "3s",
    idle: Annotated[float, typer.Option(min=1, help="Seconds for which the idle stack is measured.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Have cases live from the referral to the close, with partners that answer, and say what one costs: runs
    of workflows, events of their histories, transactions, processor time; and what an idle stack costs.
    """
    import asyncio

    from deploy.bench import life

    try:
        lives, spent = asyncio.run(life.run(cases, day, idle))
    except life.NotLived as failure:
        raise CannotGoOn(str(failure)) from None
    if as_json:
        _as_json([*lives, *spent])
        return
    heads = ("", "workflows", "runs", "events", "bytes", "activities", "tasks")
    _table("One case over its life, by its story", heads, [astuple(each) for each in lives])
    _table("The stack", ("", "idle, a minute", "a case"), [astuple(each) for each in spent])


@bench.command()
@plainly
def stack(
    messages: Annotated[int, typer.Option(min=10, help="HL7 v2 messages to send.")] = 500,
    reads: Annotated[int, typer.Option(min=10, help="Worklists to read.")] = 200,
    lines: Annotated[int, typer.Option(min=1, help="Connections that work side by side.")] = 4,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,
    as_json: AsJson = False,
) -> None:
    """Send training messages, which never touch live people, to a running stack, and read the worklist."""
    import asyncio

    from deploy.bench import stack
    from deploy.cli.stack_access import bearer
    from deploy.embedded import address

    token = bearer(data, "discharge-team", "RXH")
    where = address.read(data, port_offset)
    try:
        measured = asyncio.run(stack.run(where, token, messages, reads, lines))
    except OSError as error:
        raise CannotGoOn(f"The stack of {data} does not answer ({error.strerror}). Start it first.") from None
    if as_json:
        _as_json(measured)
    else:
        heads = ("", "count", "per second", "median ms", "99 % ms")
        _table(
            f"The stack of {data}, {lines} lines side by side", heads, [astuple(line) for line in measured]
        )


def _print(figures: list[Figure], as_json: bool) -> None:
    """One table a bench, or all figures as JSON."""
    from itertools import groupby

    if as_json:
        _as_json(figures)
        return
    for (name, baseline), lines in groupby(figures, key=lambda line: (line.bench, line.baseline)):
        heads = (
            "",
            "per second",
            "median ms",
            "95 % ms",
            "99 % ms",
            "ratio",
            "median, times",
            "99 %, times",
            "went well",
            "statements",
        )
        rows = [
            (
                line.name,
                line.rate,
                line.p50_ms,
                line.p95_ms,
                line.p99_ms,
                line.ratio,
                line.p50_times,
                line.p99_times,
                line.good,
                line.statements,
            )
            for line in lines
        ]
        _table(f"{name}; ratio: rate, and times as long, beside {baseline}", heads, rows)


def _as_json(lines: Sequence[Any]) -> None:
    import json
    from dataclasses import asdict

    typer.echo(json.dumps([asdict(line) for line in lines], indent=2))


def _table(title: str, heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    """A table without the columns in which nothing stands."""
    from rich.console import Console
    from rich.table import Table

    shown = [place for place in range(len(heads)) if any(row[place] is not None for row in rows)]
    table = Table(*(heads[place] for place in shown), title=title, title_justify="left")
    for row in rows:
        table.add_row(*(_word(row[place]) for place in shown))
    Console(width=WIDTH).print(table)


def _word(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return "" if value is None else str(value)
