"""The fold: order of arrival and repetition change nothing, and the state is what a right-ordered history
gives.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.facts import DischargeCodes, Location, Movement, StayKey, StayReported
from fhir_adapters.hl7v2.spells import SpellState, fold_spell

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
KEY = StayKey(visit_number="V1")


def fact(
    movement: Movement, hour: int, ward: str | None = None, said: int | None = None, **more: Any
) -> StayReported:
    """A fact that happened `hour` hours after the start and was said then, or at hour `said`."""
    return StayReported(
        movement=movement,
        key=KEY,
        moved_at=START + timedelta(hours=hour),
        stated_at=START + timedelta(hours=hour if said is None else said),
        location=Location(ward=ward) if ward else None,
        **more,
    )


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


class Hospital:
    """A ward clerk's own view of a stay: events in the right order, each applied as it happens."""

    def __init__(self) -> None:
        self.facts: list[StayReported] = []
        self.status = "admitted"
        self.wards: list[str] = []
        self.left: int | None = None
        self.expected: date | None = None
        self.hour = 0

    def say(self, movement: Movement, **more: Any) -> None:
        self.facts.append(fact(movement, self.hour, **more))
        self.hour += 1

    def admit(self, ward: str) -> None:
        self.status, self.wards, self.left = "admitted", [ward], None
        self.say("admitted", ward=ward, admitted_at=at(self.hour))

    def step(self, action: str, ward: str, day: int) -> None:
        """One thing that can happen now; what cannot is left out."""
        possible: dict[str, dict[str, Callable[[], None]]] = {
            "cancelled": {"admit": lambda: self.admit(ward)},
            "discharged": {"undo-discharge": self.undo_discharge},
            "admitted": {
                "transfer": lambda: self.transfer(ward),
                "undo-transfer": self.undo_transfer,
                "discharge": self.discharge,
                "undo-admission": self.undo_admission,
                "plan": lambda: self.plan(date(2026, 4, day)),
                "undo-plan": self.undo_plan,
                "update": lambda: self.say(
                    "updated", ward=self.wards[-1], admitted_at=self.facts[0].admitted_at
                ),
            },
        }
        possible[self.status].get(action, lambda: None)()

    def transfer(self, ward: str) -> None:
        self.wards.append(ward)
        self.say("transferred", ward=ward)

    def undo_transfer(self) -> None:
        if len(self.wards) > 1:
            self.wards.pop()
            self.say("transfer-cancelled")

    def discharge(self) -> None:
        self.status, self.left = "discharged", self.hour
        self.say("discharged", discharged_at=at(self.hour))

    def undo_discharge(self) -> None:
        self.status, self.left = "admitted", None
        self.say("discharge-cancelled")

    def undo_admission(self) -> None:
        if len(self.wards) == 1:
            self.status = "cancelled"
            self.say("admission-cancelled")

    def plan(self, day: date) -> None:
        self.expected = day
        self.say("discharge-planned", expected_discharge_on=day)

    def undo_plan(self) -> None:
        self.expected = None
        self.say("discharge-plan-withdrawn", cleared=frozenset({"expected_discharge_on"}))


UNDOING = ("undo-transfer", "undo-discharge", "undo-admission", "undo-plan")
ACTIONS = ("admit", "transfer", "discharge", "plan", "update", *UNDOING)
STEPS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.sampled_from("BCD"), st.integers(1, 28)), max_size=14)


def history(steps: list[tuple[str, str, int]]) -> Hospital:
    hospital = Hospital()
    hospital.admit("A")
    for action, ward, day in steps:
        hospital.step(action, ward, day)
    return hospital


@given(STEPS)
def test_given_a_history_in_the_right_order_then_the_fold_sees_what_the_clerk_sees(
    steps: list[tuple[str, str, int]],
) -> None:
    hospital = history(steps)

    state = fold_spell(hospital.facts)

    assert state.status == hospital.status
    assert state.expected_discharge_on == hospital.expected
    assert state.loose_cancels == 0
    if hospital.status != "cancelled":
        assert state.ward == hospital.wards[-1]
        assert state.discharged_at == (at(hospital.left) if hospital.left is not None else None)


@given(STEPS, st.randoms(use_true_random=False), st.integers(0, 10))
def test_given_any_order_of_arrival_and_repetition_then_the_state_is_the_same(
    steps: list[tuple[str, str, int]], dice: object, repeats: int
) -> None:
    facts = history(steps).facts
    arrived = [*facts, *(dice.choice(facts) for _ in range(repeats))]  # type: ignore[attr-defined]
    dice.shuffle(arrived)  # type: ignore[attr-defined]

    assert fold_spell(arrived) == fold_spell(facts)


MOVEMENTS: tuple[Movement, ...] = get_args(Movement)
FACTS = st.builds(
    fact, st.sampled_from(MOVEMENTS), st.integers(0, 5), st.sampled_from(["A", "B", None]), st.integers(0, 5)
)
TWO_ORDERS = st.lists(FACTS, min_size=1, max_size=12).flatmap(
    lambda facts: st.tuples(st.just(facts), st.permutations(facts))
)


@given(TWO_ORDERS)
def test_given_facts_that_contradict_each_other_then_the_order_of_arrival_still_changes_nothing(
    orders: tuple[list[StayReported], list[StayReported]],
) -> None:
    assert fold_spell(orders[0]) == fold_spell(orders[1])


def folded(*facts: StayReported) -> SpellState:
    return fold_spell(facts)


def test_given_no_fact_then_there_is_no_spell() -> None:
    with pytest.raises(ValueError, match="begins with a fact"):
        fold_spell([])


def test_given_only_a_plan_then_the_spell_has_begun() -> None:
    state = folded(fact("discharge-planned", 5, expected_discharge_on=date(2026, 3, 9)))

    assert (state.status, state.expected_discharge_on) == ("admitted", date(2026, 3, 9))


def test_given_a_cancel_before_what_it_cancels_then_the_person_is_still_in() -> None:
    assert folded(fact("discharge-cancelled", 3), fact("discharged", 2)).status == "admitted"


def test_given_a_cancel_of_an_unknown_discharge_then_nothing_changes_but_the_note() -> None:
    state = folded(fact("admitted", 0, "A"), fact("discharge-cancelled", 3))

    assert (state.status, state.loose_cancels) == ("admitted", 1)


def test_given_only_a_cancelled_admission_then_the_spell_is_cancelled() -> None:
    assert folded(fact("admission-cancelled", 1)).status == "cancelled"


def test_given_an_admission_sent_twice_and_cancelled_once_then_both_are_cancelled() -> None:
    twice = (fact("admitted", 0, "A"), fact("admitted", 0, "A", said=1))

    assert folded(*twice, fact("admission-cancelled", 2)).status == "cancelled"


def test_given_a_discharge_after_its_cancel_then_it_stands() -> None:
    state = folded(fact("discharged", 2), fact("discharge-cancelled", 3), fact("discharged", 4))

    assert (state.status, state.discharged_at) == ("discharged", at(4))


def test_given_the_cancel_is_sent_again_after_the_new_discharge_then_the_discharge_stands() -> None:
    state = folded(
        fact("discharged", 2),
        fact("discharge-cancelled", 3),
        fact("discharged", 4),
        fact("discharge-cancelled", 3, said=9),
    )

    assert state.status == "discharged"


def test_given_a_cancel_that_carries_the_time_of_the_discharge_then_it_cancels_it() -> None:
    assert folded(fact("discharged", 2), fact("discharge-cancelled", 2, said=3)).status == "admitted"


def test_given_a_late_update_from_before_the_discharge_then_the_person_has_left() -> None:
    state = folded(fact("admitted", 0, "A"), fact("discharged", 5), fact("updated", 3, "A"))

    assert state.status == "discharged"


def test_given_two_transfers_and_one_cancel_then_one_is_taken_back() -> None:
    state = folded(
        fact("admitted", 0, "A"),
        fact("transferred", 1, "B"),
        fact("transferred", 2, "C"),
        fact("transfer-cancelled", 3),
    )

    assert state.ward == "B"


def test_given_an_update_after_the_last_movement_then_it_tells_the_ward() -> None:
    assert folded(fact("admitted", 0, "A"), fact("updated", 3, "B")).ward == "B"


def test_given_an_update_sent_before_the_transfer_was_then_the_transfer_tells_the_ward() -> None:
    state = folded(fact("admitted", 0, "A"), fact("transferred", 1, "B", said=4), fact("updated", 3, "A"))

    assert state.ward == "B"


def test_given_a_later_correction_then_the_discharge_time_is_corrected() -> None:
    state = folded(fact("discharged", 5, discharged_at=at(5)), fact("updated", 6, discharged_at=at(4)))

    assert state.discharged_at == at(4)


def test_given_a_cancelled_discharge_then_its_codes_say_nothing() -> None:
    codes = DischargeCodes(raw_36="19", raw_37="1", destination="19", method="1")
    state = folded(
        fact("admitted", 0, "A"),
        fact("discharged", 2, discharge=codes),
        fact("discharge-cancelled", 3, discharge=codes),
    )

    assert state.discharge is None


def test_given_fit_and_then_not_fit_then_there_is_no_fit_day() -> None:
    fit = fact("updated", 1, medically_fit=True, medically_fit_on=date(2026, 3, 4))

    assert folded(fit).medically_fit_on == date(2026, 3, 4)
    state = folded(fit, fact("updated", 2, medically_fit=False))
    assert (state.medically_fit, state.medically_fit_on) == (False, None)


def test_given_facts_without_any_time_then_they_still_fold() -> None:
    bare = StayReported(movement="updated", key=KEY, location=Location(ward="A"))

    assert folded(bare).ward == "A"
