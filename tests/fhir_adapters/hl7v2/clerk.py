"""A ward clerk's own view of a stay: what can happen next, applied as it happens and said at once.

The clerk keeps what a person at the desk would know, with none of the fold's rules, and writes down each
event as the fact that a feed would send. Hours count from the start; each event takes one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from fhir_adapters.hl7v2.facts import Location, Movement, StayKey, StayReported

START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
"""Half past, so that no event is at midnight: an admission at midnight is taken for a day without a time."""
KEY = StayKey(visit_number="V1")


def at(hour: int) -> datetime:
    """An hour after the start."""
    return START + timedelta(hours=hour)


def fact(
    movement: Movement, hour: int, ward: str | None = None, said: int | None = None, **more: Any
) -> StayReported:
    """A fact that happened `hour` hours after the start and was said then, or at hour `said`."""
    return StayReported(
        movement=movement,
        key=KEY,
        moved_at=at(hour),
        stated_at=at(hour if said is None else said),
        location=Location(ward=ward) if ward else None,
        **more,
    )


class Clerk:
    """One stay: facts as they were sent, and how it stands."""

    def __init__(self) -> None:
        self.facts: list[StayReported] = []
        self.hour = 0
        self.status = "nothing"
        self._forget()

    def _forget(self) -> None:
        self.wards: list[tuple[str, int]] = []
        self.leaves: list[str] = []
        self.planned: tuple[str | None, int] = (None, -1)
        self.expected_on: date | None = None
        self.leaving_on: date | None = None
        self.fit: bool | None = None
        self.fit_on: date | None = None
        self.admitted = self.first_admitted = 0
        self.left: int | None = None

    @property
    def ward(self) -> str:
        """Where the person lies."""
        return self.wards[-1][0]

    @property
    def planned_ward(self) -> str | None:
        """Where a pending transfer goes; a transfer since then was it."""
        ward, said = self.planned
        return ward if said > self.wards[-1][1] else None

    def say(self, movement: Movement, ward: str | None = None, hour: int | None = None, **more: Any) -> None:
        """Send one message now, about something that happened now or at an earlier hour."""
        happened = self.hour if hour is None else hour
        self.facts.append(fact(movement, happened, ward, self.hour, **more))
        self.hour += 1

    def step(self, choice: int, ward: str, day: int) -> None:
        """One of the things that can happen now."""
        possible = self._possible(ward, day)
        possible[choice % len(possible)]()

    def _possible(self, ward: str, day: int) -> list[Callable[[], None]]:
        if self.status in ("admitted", "on-leave"):
            return [*self._in_a_bed(ward, day), self.delete]
        if self.status == "discharged":
            return [self.undo_discharge, self.correct_discharge, lambda: self.admit(ward), self.delete]
        coming = [lambda: self.admit(ward), lambda: self.expect(day)]
        if self.status == "expected":
            return [*coming, self.undo_expect]
        return [*coming, lambda: self.say("updated", ward)] if self.facts else coming

    def _in_a_bed(self, ward: str, day: int) -> list[Callable[[], None]]:
        return [
            lambda: self.transfer(ward),
            self.undo_transfer,
            self.discharge,
            self.undo_admission,
            self.admit_again,
            self.leave,
            self.come_back,
            lambda: self.undo_leave("leave", "leave-cancelled"),
            lambda: self.undo_leave("return", "return-cancelled"),
            lambda: self.plan_move(ward),
            self.undo_plan_move,
            lambda: self.plan(date(2026, 4, day)),
            self.undo_plan,
            lambda: self.becomes_fit(date(2026, 3, day)),
            self.becomes_unfit,
            lambda: self.say("updated", self.ward, admitted_at=at(self.admitted)),
            self.correct_admission,
        ]

    def admit(self, ward: str) -> None:
        self.status, self.wards, self.leaves, self.left = "admitted", [(ward, self.hour)], [], None
        self.admitted = self.first_admitted = self.hour
        self.say("admitted", ward, admitted_at=at(self.hour))

    def admit_again(self) -> None:
        """The admission is sent again as it was."""
        first = next(said for said in reversed(self.facts) if said.movement == "admitted")
        self.admitted = self.first_admitted
        self.say(
            "admitted", first.location and first.location.ward, self.admitted, admitted_at=at(self.admitted)
        )

    def correct_admission(self) -> None:
        self.admitted = self.first_admitted - 1
        self.say("updated", self.ward, admitted_at=at(self.admitted))

    def undo_admission(self) -> None:
        if len(self.wards) == 1 and not self.leaves:
            self.status = "cancelled"
            self.say("admission-cancelled")

    def expect(self, day: int) -> None:
        self.status, self.expected_on = "expected", date(2026, 5, day)
        self.say("expected", expected_admission_on=self.expected_on)

    def undo_expect(self) -> None:
        self.status = "cancelled"
        self.say("expectation-cancelled")

    def transfer(self, ward: str) -> None:
        self.wards.append((ward, self.hour))
        self.say("transferred", ward)

    def undo_transfer(self) -> None:
        if len(self.wards) > 1:
            self.wards.pop()
            self.say("transfer-cancelled")

    def discharge(self) -> None:
        self.status, self.left, self.planned = "discharged", self.hour, (None, self.hour)
        self.say("discharged", self.ward, discharged_at=at(self.hour))

    def correct_discharge(self) -> None:
        """An hour earlier; never before the admission, which a clerk cannot have seen."""
        if self.left is not None and self.left > self.admitted:
            self.left -= 1
            self.say("updated", self.ward, discharged_at=at(self.left))

    def undo_discharge(self) -> None:
        self.left = None
        self.status = "on-leave" if self.leaves and self.leaves[-1] == "leave" else "admitted"
        self.say("discharge-cancelled", self.ward)

    def leave(self) -> None:
        if self.status == "admitted":
            self.status = "on-leave"
            self.leaves.append("leave")
            self.say("leave-began")

    def come_back(self) -> None:
        if self.status == "on-leave":
            self.status = "admitted"
            self.leaves.append("return")
            self.say("leave-ended", self.ward)

    def undo_leave(self, what: str, movement: Movement) -> None:
        if self.leaves and self.leaves[-1] == what:
            self.leaves.pop()
            self.status = "on-leave" if self.leaves and self.leaves[-1] == "leave" else "admitted"
            self.say(movement)

    def plan_move(self, ward: str) -> None:
        self.planned = (ward, self.hour)
        self.say("move-planned", self.ward, planned_ward=ward)

    def undo_plan_move(self) -> None:
        self.planned = (None, self.hour)
        self.say("move-plan-withdrawn", self.ward)

    def plan(self, day: date) -> None:
        self.leaving_on = day
        self.say("discharge-planned", expected_discharge_on=day)

    def undo_plan(self) -> None:
        self.leaving_on = None
        self.say("discharge-plan-withdrawn", cleared=frozenset({"expected_discharge_on"}))

    def becomes_fit(self, day: date) -> None:
        self.fit, self.fit_on = True, day
        self.say("updated", self.ward, medically_fit=True, medically_fit_on=day)

    def becomes_unfit(self) -> None:
        self.fit, self.fit_on = False, None
        self.say("updated", self.ward, medically_fit=False)

    def delete(self) -> None:
        self.status = "cancelled"
        self._forget()
        self.say("deleted")


STEPS = st.lists(
    st.tuples(st.integers(0, 999), st.sampled_from("BCD"), st.integers(1, 28)), min_size=1, max_size=25
)


def history(steps: list[tuple[int, str, int]]) -> Clerk:
    """A stay from its first event: one thing after another that can happen."""
    clerk = Clerk()
    for choice, ward, day in steps:
        clerk.step(choice, ward, day)
    return clerk
