"""The plan of a simulation: who lives which story, in which bed, and every step of it with its times.

Pure and deterministic: the same options give the same plan, to the byte. Times are offsets from the start;
the clock is somebody else's matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from deploy.simulate.journeys import Journey, Step, journey
from deploy.simulate.mishaps import with_mishaps
from deploy.simulate.people import SimPerson, people
from deploy.simulate.stories import STORIES, Story
from deploy.simulate.wards import Booking, Diary, NoBedFree, beds_of

LATER = timedelta(hours=8)
LONGEST_STORY = 48
"""Days from the arrival to the last contact of the longest story, at the slowest pace."""


class DoesNotFit(Exception):
    """The hospital is too small for that many patients in that time. The message says what to change."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides a plan: wards of 24 beds, patients, days of case time, and the seed."""

    wards: int
    patients: int
    days: int
    seed: int
    first_day: date


@dataclass(frozen=True, slots=True)
class Plan:
    """All journeys, and who lies where."""

    shape: Shape
    journeys: tuple[Journey, ...]
    bookings: tuple[Booking, ...]

    def steps(self) -> Iterator[Step]:
        """Every step of everybody, by the time at which it is sent."""
        yield from sorted(
            (step for one in self.journeys for step in one.steps), key=lambda step: step.sent_at
        )


def make_plan(shape: Shape) -> Plan:
    """The plan for a shape. Raises DoesNotFit."""
    dice = Random(shape.seed)  # noqa: S311 - a story teller's dice, not a lock
    diary = Diary(beds_of(shape.wards))
    horizon = timedelta(days=shape.days)
    persons = people(shape.patients, shape.first_day, dice)
    told = [
        _admitted(person, story, arrival, diary, horizon, dice)
        for person, story, arrival in zip(
            persons, _stories(shape.patients, dice), _arrivals(shape, dice), strict=True
        )
    ]
    journeys = tuple(with_mishaps(one, dice, horizon) for one in told)
    return Plan(shape, journeys, tuple(diary.bookings()))


def _stories(count: int, dice: Random) -> list[Story]:
    """Each story once before any twice, then by their shares, so that a small hospital sees them all."""
    weights = [story.share for story in STORIES]
    more = dice.choices(STORIES, weights, k=max(0, count - len(STORIES)))
    chosen = [*STORIES[:count], *more]
    dice.shuffle(chosen)
    return chosen


def _arrivals(shape: Shape, dice: Random) -> list[timedelta]:
    """A third lie in bed within the first two days; the last come while there is time for a whole story."""
    present = max(1, shape.patients // 3)
    last = max(2.0, shape.days * 0.4, shape.days - LONGEST_STORY)
    early = [dice.uniform(0.05, 2) for _ in range(present)]
    later = [dice.uniform(1, last) for _ in range(shape.patients - present)]
    return [timedelta(days=day) for day in sorted(early + later)]


def _admitted(
    person: SimPerson, story: Story, arrival: timedelta, diary: Diary, horizon: timedelta, dice: Random
) -> Journey:
    """Live the story from the first time after `arrival` at which there is a bed."""
    pace = dice.uniform(0.85, 1.3)
    while arrival < horizon:
        try:
            return journey(person, story, arrival, pace, diary, horizon, dice)
        except NoBedFree:
            arrival += LATER
    raise DoesNotFit("There are not enough beds: choose more --wards, fewer --patients or more --days.")
