"""The plan: the same for the same seed, coherent in every journey, and never two people in one bed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.simulate.journeys import Adt, Journey, Step
from deploy.simulate.plan import DoesNotFit, Plan, Shape, make_plan
from deploy.simulate.stories import STORIES
from fhir_adapters.people.nhs_numbers import check_number

FIRST_DAY = date(2026, 3, 2)

SHAPES = st.builds(
    Shape,
    wards=st.integers(2, 4),
    patients=st.integers(1, 60),
    days=st.integers(20, 70),
    seed=st.integers(0, 10_000),
    first_day=st.just(FIRST_DAY),
)
PLANS = SHAPES.map(make_plan)


def messages(journey: Journey) -> list[tuple[Step, Adt]]:
    """First tellings only, in the order in which things happened."""
    told = [(step, step.message) for step in journey.steps if step.message and step.act != "resend"]
    return sorted(told, key=lambda pair: pair[0].at)


@settings(max_examples=20)
@given(SHAPES)
def test_the_same_shape_gives_the_same_plan(shape: Shape) -> None:
    assert make_plan(shape) == make_plan(shape)


def test_another_seed_gives_other_people() -> None:
    one, two = (make_plan(Shape(3, 40, 60, seed, FIRST_DAY)) for seed in (7, 8))
    assert {j.person.nhs_number for j in one.journeys} != {j.person.nhs_number for j in two.journeys}


@settings(max_examples=40)
@given(PLANS)
def test_no_two_bookings_share_a_bed_at_one_time(plan: Plan) -> None:
    by_bed = defaultdict(list)
    for booking in plan.bookings:
        by_bed[booking.bed].append(booking)
    for bookings in by_bed.values():
        assert all(earlier.end <= later.start for earlier, later in pairwise(bookings))


@settings(max_examples=40)
@given(PLANS)
def test_replaying_the_messages_never_finds_a_bed_taken(plan: Plan) -> None:
    occupant: dict[object, str] = {}
    everything = sorted(
        (pair for journey in plan.journeys for pair in messages(journey)), key=lambda pair: pair[0].at
    )
    where: dict[str, object] = {}
    for _, message in everything:
        if not message.visit or message.rehearsal:
            continue
        if message.visit in where:
            del occupant[where.pop(message.visit)]
        leaves = message.trigger == "A11" or (message.trigger != "A13" and message.discharged is not None)
        if not leaves:
            assert message.bed not in occupant, f"{message.bed} holds {occupant.get(message.bed)}"
            occupant[message.bed], where[message.visit] = message.visit, message.bed


IN_BED = "in bed"
NEXT = {
    ("A01", None): IN_BED,
    ("A03", IN_BED): "discharged",
    ("A13", "discharged"): IN_BED,
    ("A11", IN_BED): "never admitted",
} | {(trigger, IN_BED): IN_BED for trigger in ("A02", "A08", "A12", "A16", "A25")}


@settings(max_examples=40)
@given(PLANS)
def test_every_stay_goes_through_messages_in_an_order_that_can_be(plan: Plan) -> None:
    for journey in plan.journeys:
        stays: dict[str, str] = {}
        for _, message in messages(journey):
            if message.visit:
                before = stays.get(message.visit)
                assert (message.trigger, before) in NEXT, f"{message.trigger} when {before}"
                stays[message.visit] = NEXT[message.trigger, before]
            assert list(stays.values()).count(IN_BED) <= 1, "one person in two stays"


@settings(max_examples=40)
@given(PLANS)
def test_every_message_says_what_is_true_at_its_time(plan: Plan) -> None:
    for journey in plan.journeys:
        for step, message in messages(journey):
            if message.trigger == "A01":
                assert message.admitted == step.at
            if message.trigger == "A03":
                assert message.discharged == step.at
            if message.trigger == "A13":
                assert (message.discharged, message.destination, message.method) == (None, None, None)
            if message.trigger == "A16":
                assert message.expected is not None
            assert (message.trigger == "A02") == (message.prior is not None)
            assert message.prior is None or message.prior != message.bed


@settings(max_examples=20)
@given(PLANS)
def test_steps_are_numbered_in_the_order_of_sending_and_told_no_earlier_than_they_happen(plan: Plan) -> None:
    for journey in plan.journeys:
        assert [step.number for step in journey.steps] == list(range(1, len(journey.steps) + 1))
        assert all(one.sent_at <= other.sent_at for one, other in pairwise(journey.steps))
        assert all(step.at <= step.sent_at <= timedelta(days=plan.shape.days) for step in journey.steps)


@settings(max_examples=20)
@given(PLANS)
def test_what_repeats_names_an_earlier_step_of_the_same_kind(plan: Plan) -> None:
    for journey in plan.journeys:
        by_number = {step.number: step for step in journey.steps}
        for step in journey.steps:
            if step.act == "resend":
                first = by_number[step.details["repeats"]]
                assert first.message == step.message
                assert first.number < step.number


@settings(max_examples=10)
@given(PLANS)
def test_everybody_has_a_valid_nhs_number_of_the_test_range(plan: Plan) -> None:
    numbers = [journey.person.nhs_number for journey in plan.journeys]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("999") and check_number(number).usable for number in numbers)


def test_a_plan_with_enough_patients_tells_every_story() -> None:
    plan = make_plan(Shape(3, 40, 60, 7, FIRST_DAY))
    assert {journey.story for journey in plan.journeys} == {story.name for story in STORIES}


def test_a_hospital_that_is_too_small_is_refused_with_advice() -> None:
    with pytest.raises(DoesNotFit, match="wards"):
        make_plan(Shape(1, 400, 10, 7, FIRST_DAY))
