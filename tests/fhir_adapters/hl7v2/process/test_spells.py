"""The fold: order of arrival and repetition change nothing, and the state is what a right-ordered history
gives.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discharge.clocks import london_date
from fhir_adapters.hl7v2.facts import DischargeCodes, Location, Movement, StayReported
from fhir_adapters.hl7v2.process.spells import SpellState, fold_spell
from tests.fhir_adapters.hl7v2.clerk import KEY, STEPS, at, fact, history


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_given_a_history_in_the_right_order_then_the_fold_sees_what_the_clerk_sees(
    steps: list[tuple[int, str, int]],
) -> None:
    clerk = history(steps)

    state = fold_spell(clerk.facts)

    assert (state.status, state.loose_cancels) == (clerk.status, 0)
    came = london_date(state.admitted_at) if state.admitted_at else date.min
    fit_on = max(clerk.fit_on, came) if clerk.fit_on else None
    assert (state.medically_fit, state.medically_fit_on) == (clerk.fit, fit_on)
    assert state.expected_discharge_on == clerk.leaving_on
    assert state.discharged_at == (at(clerk.left) if clerk.left is not None else None)
    if clerk.status == "expected":
        assert state.expected_admission_on == clerk.expected_on
    if clerk.status in ("admitted", "on-leave", "discharged"):
        assert (state.ward, state.planned_ward) == (clerk.ward, clerk.planned_ward)
        assert state.admitted_at == at(clerk.admitted)


@settings(max_examples=300, deadline=None)
@given(STEPS, st.randoms(use_true_random=False), st.integers(0, 10))
def test_given_any_order_of_arrival_and_repetition_then_the_state_is_the_same(
    steps: list[tuple[int, str, int]], dice: object, repeats: int
) -> None:
    facts = history(steps).facts
    arrived = [*facts, *(dice.choice(facts) for _ in range(repeats))]  # type: ignore[attr-defined]
    dice.shuffle(arrived)  # type: ignore[attr-defined]

    assert fold_spell(arrived) == fold_spell(facts)


def timed(fact: StayReported, event: bool, said: bool, seconds: int) -> StayReported:
    """The fact without its event time or its time of sending, or with one finer than those of others."""
    moment = fact.moved_at and fact.moved_at + timedelta(seconds=seconds)
    stated = fact.stated_at if said else None
    return fact.model_copy(update={"moved_at": moment if event else None, "stated_at": stated})


@given(st.data(), st.randoms(use_true_random=False))
def test_given_equal_times_late_entries_and_missing_times_then_only_the_place_in_the_inbox_counts(
    data: st.DataObject, dice: Random
) -> None:
    some = st.builds(
        fact,
        st.sampled_from(MOVEMENTS),
        st.integers(0, 2),
        st.sampled_from(["A", "B", None]),
        st.integers(0, 2),
        admitted_at=st.sampled_from([None, at(0), at(1)]),
        discharged_at=st.sampled_from([None, at(0), at(2)]),
        medically_fit=st.sampled_from([None, True, False]),
    )
    anyhow = st.builds(timed, some, st.booleans(), st.booleans(), st.sampled_from([0, 52]))
    said = data.draw(st.lists(anyhow, min_size=1, max_size=10))
    kept = [each.model_copy(update={"arrival": (place, 0)}) for place, each in enumerate(said, 1)]
    read = [*kept, *kept[:3]]
    dice.shuffle(read)

    assert fold_spell(read) == fold_spell(kept)


@given(st.integers(1, 5), st.integers(0, 90))
def test_given_a_discharge_dated_before_the_admission_then_it_counts_and_is_doubtful(
    days: int, late: int
) -> None:
    came = fact("admitted", 0, "A", admitted_at=at(0))
    gone = fact("discharged", -24 * days, "A", late, discharged_at=at(-24 * days))

    state = fold_spell([came, gone.model_copy(update={"arrival": (2, 0)})])

    assert (state.status, state.doubts) == ("discharged", ("discharged-before-admitted",))
    assert state.discharged_at is not None
    assert state.discharged_at >= at(0)


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


def test_given_the_visit_is_deleted_then_nothing_said_before_counts() -> None:
    state = folded(fact("admitted", 0, "A"), fact("deleted", 4), fact("updated", 3, "A"))

    assert (state.status, state.cancelled_because, state.ward) == ("cancelled", "deleted", None)


def test_given_an_update_after_the_deletion_then_the_stay_does_not_come_back() -> None:
    assert folded(fact("admitted", 0, "A"), fact("deleted", 4), fact("updated", 5, "A")).status == "cancelled"


def test_given_an_admission_after_the_deletion_then_only_what_was_said_since_counts() -> None:
    state = folded(
        fact("admitted", 0, "A"),
        fact("discharge-planned", 1, expected_discharge_on=date(2026, 3, 9)),
        fact("deleted", 4),
        fact("admitted", 5, "B"),
    )

    assert (state.status, state.ward, state.expected_discharge_on) == ("admitted", "B", None)


def test_given_leave_then_the_person_is_on_leave_until_they_return() -> None:
    away = (fact("admitted", 0, "A"), fact("leave-began", 3))

    assert (folded(*away).status, folded(*away).ward) == ("on-leave", "A")
    assert folded(*away, fact("leave-ended", 9, "A")).status == "admitted"


def test_given_leave_and_a_late_transfer_from_before_then_the_person_is_still_on_leave() -> None:
    state = folded(fact("admitted", 0, "A"), fact("leave-began", 3), fact("transferred", 1, "B", said=5))

    assert (state.status, state.ward) == ("on-leave", "B")


def test_given_an_expected_admission_then_it_is_expected_until_it_happens_or_is_cancelled() -> None:
    planned = fact("expected", 0, "A", expected_admission_on=date(2026, 3, 12))

    assert (folded(planned).status, folded(planned).expected_admission_on) == ("expected", date(2026, 3, 12))
    assert folded(planned, fact("admitted", 9, "A")).status == "admitted"
    cancelled = folded(planned, fact("expectation-cancelled", 4))
    assert (cancelled.status, cancelled.cancelled_because) == ("cancelled", "expectation-cancelled")


def test_given_an_expectation_cancelled_after_the_person_came_then_they_are_in() -> None:
    state = folded(fact("expected", 0), fact("admitted", 1, "A"), fact("expectation-cancelled", 2))

    assert state.status == "admitted"


def test_given_a_pending_transfer_then_it_is_pending_until_it_happens() -> None:
    pending = (fact("admitted", 0, "A"), fact("move-planned", 1, "A", planned_ward="B"))

    assert (folded(*pending).ward, folded(*pending).planned_ward) == ("A", "B")
    assert folded(*pending, fact("transferred", 2, "B")).planned_ward is None


def test_given_a_cancel_sent_with_an_earlier_time_than_its_event_then_the_event_time_tells() -> None:
    """Times of sending that contradict each other: the cancel names the event by its time."""
    state = folded(
        fact("admitted", 0, "A"), fact("transferred", 2, "B", said=5), fact("transfer-cancelled", 2, said=3)
    )

    assert (state.ward, state.loose_cancels) == ("A", 0)


def test_given_an_event_said_anew_at_the_same_time_after_its_cancel_then_it_stands() -> None:
    state = folded(
        fact("discharged", 2), fact("discharge-cancelled", 2, said=3), fact("discharged", 2, said=4)
    )

    assert state.status == "discharged"


def test_given_a_restated_admission_time_then_nothing_moves() -> None:
    moves = (fact("admitted", 0, "A", admitted_at=at(0)), fact("transferred", 5, "B"))
    restated = [fact("updated", hour, "B", admitted_at=at(0)) for hour in (6, 7, 8)]

    assert folded(*moves, *restated) == folded(*moves, restated[-1])
    assert folded(*moves, *restated).admitted_at == at(0)


def test_given_an_admission_date_without_time_then_the_time_known_for_that_day_stays() -> None:
    midnight = at(0).replace(hour=0, minute=0)
    state = folded(fact("admitted", 0, "A", admitted_at=at(0)), fact("updated", 3, admitted_at=midnight))

    assert state.admitted_at == at(0)
    other_day = fact("updated", 3, admitted_at=midnight - timedelta(days=1))
    assert folded(fact("admitted", 0, "A", admitted_at=at(0)), other_day).admitted_at == other_day.admitted_at


def test_given_a_discharge_without_any_time_then_the_stay_can_be_read_without_a_doubt() -> None:
    untimed = timed(fact("discharged", 0, "A"), False, False, 0)
    later = fact("admitted", 30, "A", admitted_at=at(30))

    assert folded(untimed, timed(fact("admitted", 0, "A"), False, False, 0), later).doubts == ()
    assert folded(later, timed(fact("transferred", 0, "B"), False, False, 0), untimed).status == "admitted"


def test_given_the_first_word_of_a_stay_is_that_it_ended_then_nobody_lies_there() -> None:
    """An update for coding, days after a discharge that came before the feed was connected."""
    state = folded(fact("updated", 90, "A", discharged_at=at(20)))

    assert (state.status, state.discharged_at) == ("discharged", at(20))


def test_given_an_update_that_names_a_discharge_to_come_then_the_person_is_in() -> None:
    assert folded(fact("updated", 9, "A", discharged_at=at(20))).status == "admitted"


def test_given_a_movement_after_an_update_told_a_discharge_then_the_person_is_in() -> None:
    state = folded(fact("updated", 9, "A", discharged_at=at(8)), fact("transferred", 10, "B"))

    assert state.status == "admitted"
