"""Plays the plan: everybody's steps side by side, each person's in order, at their times.

A run that was interrupted goes on where its ledger ends; steps whose time has passed are done at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from deploy.simulate.actor import Person
from deploy.simulate.feed import Feed
from deploy.simulate.http_clients import Doors
from deploy.simulate.journeys import Journey
from deploy.simulate.ledger import Ledger, read_ledger
from deploy.simulate.messages import written
from deploy.simulate.noise import NOISE
from deploy.simulate.pace import Pace, attempts, wall_now
from deploy.simulate.plan import Plan, Shape, make_plan
from deploy.simulate.progress import Progress, progress
from deploy.simulate.safety_adviser import name_adviser
from discharge.clocks import CaseClock, london_date

REQUEST_SECONDS = 20.0


@dataclass(frozen=True)
class Options:
    """What to play, and where. `past` is how many case days before now the story begins."""

    wards: int
    patients: int
    days: int
    seed: int
    ledger: Path
    url: str
    mllp_host: str
    mllp_port: int
    bearer: Callable[[str, str], str] = field(repr=False)
    past: float = 8.0


async def run(options: Options) -> dict[str, int]:
    """Play one round to its end and count the ledger's lines; servers that are away are waited for."""
    ledger = Ledger(options.ledger)
    try:
        async with httpx.AsyncClient(
            base_url=options.url, timeout=REQUEST_SECONDS, trust_env=False
        ) as client:
            so_far = progress(ledger.earlier)
            doors = Doors(client, options.bearer, ledger, so_far.made)
            await _play(options, ledger, doors, so_far)
    finally:
        ledger.close()
    return dict(sorted(Counter(line["what"] for line in read_ledger(options.ledger)).items()))


async def _play(options: Options, ledger: Ledger, doors: Doors, so_far: Progress) -> None:
    clock = await read_clock(doors)
    start = so_far.start or clock.case_time(wall_now()) - timedelta(days=options.past)
    shape = Shape(
        options.wards, options.patients, options.days, options.seed + so_far.rounds, london_date(start)
    )
    if so_far.start is None:
        ledger.note("begin", start=start.isoformat(), **_plain(shape))
    stage = Stage(make_plan(shape), Pace(clock, start), so_far, ledger)
    await stage.play(options, doors)
    ledger.note("ended")


async def read_clock(doors: Doors) -> CaseClock:
    """The stack's case clock, once the stack answers."""
    async for _ in attempts():
        reply = await doors.read(("discharge-team", "RXH"), "/api/v1/clock")
        if reply.done:
            names = ("origin", "case_origin", "factor")
            return CaseClock.model_validate({name: reply.body[name] for name in names})
    raise AssertionError("attempts never end")


class Stage:
    """A plan, its pace, and how far it has come."""

    def __init__(self, plan: Plan, pace: Pace, so_far: Progress, ledger: Ledger) -> None:
        self._plan = plan
        self._pace = pace
        self._so_far = so_far
        self._ledger = ledger
        self._run = f"{plan.shape.seed % 1000:03d}{int(pace.start.timestamp()) % 10_000_000_000:010d}"

    async def play(self, options: Options, doors: Doors) -> None:
        """Everybody at once."""
        await name_adviser(doors)
        feed = Feed(options.mllp_host, options.mllp_port, self._ledger)
        try:
            async with asyncio.TaskGroup() as group:
                for journey in self._plan.journeys:
                    person = Person(journey.person, self._run, self._pace, doors, self._ledger)
                    person.case_id = self._so_far.cases.get(journey.person.number)
                    group.create_task(self._live(journey, person, feed))
                group.create_task(self._make_noise(feed))
        finally:
            await feed.close()

    async def _live(self, journey: Journey, person: Person, feed: Feed) -> None:
        for step in journey.steps:
            if step.key in self._so_far.done:
                continue
            await self._pace.until(step.sent_at)
            if step.message is not None:
                await feed.send(
                    written(journey, step, self._pace, self._run), kind=step.message.trigger, key=step.key
                )
            else:
                await person.act(step)
            self._ledger.note("done", step=step.key, story=journey.story, case_id=person.case_id)

    async def _make_noise(self, feed: Feed) -> None:
        """What no hospital should send: once each, while the play goes on."""
        for day, (name, message) in enumerate(NOISE, start=1):
            key = f"noise/{name}"
            if key not in self._so_far.done:
                await self._pace.until(timedelta(days=day / 2))
                await feed.send(message, kind=name, key=key)
                self._ledger.note("done", step=key)


def _plain(shape: Shape) -> dict[str, Any]:
    return {name: str(value) if name == "first_day" else value for name, value in asdict(shape).items()}
