"""One person's way through a story: scenes become steps with times, beds, and whole messages.

The planner folds the stay along the scenes, so that a message always says what is then true: who lies
where, since when, with which dates. A message carries the time at which the thing happened; it may be sent
later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

from deploy.simulate.people import SimPerson
from deploy.simulate.scenes import Scene, Who
from deploy.simulate.stories import Story
from deploy.simulate.wards import Bed, Booking, Diary

ADMISSIONS = frozenset({"A01"})
WITHOUT_A_STAY = frozenset({"A28", "A31", "A40"})


@dataclass(frozen=True, slots=True)
class Adt:
    """One ADT message, complete but for its writing. Times are offsets from the start of the simulation."""

    trigger: str
    visit: str = ""
    bed: Bed | None = None
    prior: Bed | None = None
    admitted: timedelta | None = None
    discharged: timedelta | None = None
    expected: timedelta | None = None
    fit: str | None = None
    fit_since: timedelta | None = None
    method: str | None = None
    destination: str | None = None
    died: timedelta | None = None
    second: bool = False
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: `at` is when it happens, `sent_at` when it is told; `number` orders a journey."""

    person: int
    number: int
    at: timedelta
    sent_at: timedelta
    who: Who
    act: str
    details: Mapping[str, Any] = field(default_factory=dict)
    message: Adt | None = None

    @property
    def key(self) -> str:
        """The step's name in the ledger, such as `12/7`."""
        return f"{self.person}/{self.number}"


@dataclass(frozen=True, slots=True)
class Journey:
    """A person and what happens, in the order of sending."""

    person: SimPerson
    story: str
    steps: tuple[Step, ...]


class _Stay:
    """What is true of the stay while the scenes go by, and the beds it takes in the diary."""

    def __init__(self, person: SimPerson, times: list[timedelta], scenes: tuple[Scene, ...]) -> None:
        self.person = person
        self.times = times
        self.scenes = scenes
        self.visits = 0
        self.now = Adt("")
        self.bookings: list[Booking] = []
        self.before_move: Adt | None = None

    def message(self, index: int, diary: Diary, horizon: timedelta, dice: Random) -> Adt:
        """Fold scene `index` into the stay and return the message that it sends."""
        scene, at = self.scenes[index], self.times[index]
        if scene.act in ADMISSIONS:
            self._admit(index, diary, horizon, dice, rehearsal=bool(scene.details.get("rehearsal")))
        elif scene.act == "A02":
            self._move(index, diary, horizon, dice)
        elif scene.act == "A12" and self.before_move:
            self.now = self.before_move
        elif scene.act == "A03":
            self.now = replace(self.now, discharged=at, **_only(scene.details, "method", "destination"))
        elif scene.act == "A13":
            self.now = replace(self.now, discharged=None, method=None, destination=None)
        self._restate(scene, at)
        if scene.act in WITHOUT_A_STAY:
            return Adt(scene.act, died=self.now.died, second=bool(scene.details.get("second")))
        return replace(self.now, trigger=scene.act, prior=self.now.prior if scene.act == "A02" else None)

    def _admit(self, index: int, diary: Diary, horizon: timedelta, dice: Random, *, rehearsal: bool) -> None:
        self.visits += 1
        start, end = self.times[index], self._end(index, horizon)
        visit = f"V{self.person.hospital_number[2:]}-{self.visits}"
        if rehearsal:
            self.now = Adt("", visit, Bed("TEST", "TEST BAY1", "TEST1-1"), admitted=start, rehearsal=True)
            return
        booking = diary.book(start, end, dice)
        self.bookings.append(booking)
        self.now = Adt("", visit, booking.bed, admitted=start)

    def _move(self, index: int, diary: Diary, horizon: timedelta, dice: Random) -> None:
        """Take another bed; the old one is kept when the move turns out to be a mistake."""
        at, end = self.times[index], self._end(index, horizon)
        mistake = index + 1 < len(self.scenes) and self.scenes[index + 1].act == "A12"
        booking = diary.book(at, self.times[index + 1] if mistake else end, dice)
        if not mistake:
            left = self.bookings.pop()
            diary.cut(left, at)
            self.bookings.append(replace(left, end=at))
        self.bookings.append(booking)
        self.before_move = self.now
        self.now = replace(self.now, bed=booking.bed, prior=self.now.bed)

    def _restate(self, scene: Scene, at: timedelta) -> None:
        if "edd" in scene.details and self.now.admitted is not None:
            self.now = replace(self.now, expected=self.now.admitted + timedelta(days=scene.details["edd"]))
        if scene.act == "A25":
            self.now = replace(self.now, expected=None)
        if "fit" in scene.details:
            fit = scene.details["fit"]
            self.now = replace(self.now, fit=fit, fit_since=at if fit == "Y" else None)
        if scene.details.get("died"):
            self.now = replace(self.now, died=self.now.discharged or at)

    def _end(self, index: int, horizon: timedelta) -> timedelta:
        """When the bed of an admission becomes free: at the last message that ends this stay, else never."""
        end = horizon + timedelta(days=1)
        for later in range(index + 1, len(self.scenes)):
            if self.scenes[later].act in ADMISSIONS:
                break
            if self.scenes[later].act in ("A03", "A11"):
                end = self.times[later]
        return end


def journey(
    person: SimPerson,
    story: Story,
    arrival: timedelta,
    pace: float,
    diary: Diary,
    horizon: timedelta,
    dice: Random,
) -> Journey:
    """Live a story from `arrival`. Raises NoBedFree, and leaves the diary as it was."""
    times = _times(story.scenes, arrival, pace)
    stay = _Stay(replace(person, hidden=story.hidden), times, story.scenes)
    kept = diary.bookings()
    try:
        steps = [_step(stay, index, diary, horizon, dice) for index in range(len(times))]
    except Exception:
        diary.restore(kept)
        raise
    return Journey(stay.person, story.name, tuple(step for step in steps if step.sent_at <= horizon))


def _step(stay: _Stay, index: int, diary: Diary, horizon: timedelta, dice: Random) -> Step:
    scene, at = stay.scenes[index], stay.times[index]
    message = stay.message(index, diary, horizon, dice) if scene.who == "hospital" else None
    return Step(stay.person.number, index, at, at, scene.who, scene.act, scene.details, message)


def _times(scenes: tuple[Scene, ...], arrival: timedelta, pace: float) -> list[timedelta]:
    """When each scene happens; never before the one told before it, and never before the simulation."""
    admitted, left, times = arrival, arrival, [timedelta(0)]
    for scene in scenes:
        if scene.since == "discharge":
            at = left + timedelta(days=scene.day)
        else:
            at = admitted + timedelta(days=scene.day * pace)
        at = max(_to_the_second(at), times[-1] + timedelta(minutes=1))
        times.append(at)
        admitted = at if scene.act in ADMISSIONS else admitted
        left = at if scene.act == "A03" else left
    return times[1:]


def _to_the_second(at: timedelta) -> timedelta:
    return timedelta(seconds=int(at.total_seconds()))


def _only(details: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: details[name] for name in names if name in details}
