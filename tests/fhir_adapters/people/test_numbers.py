"""The NHS numbers of one person over time."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.people.numbers import HeldNumber, in_use, state_number


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


def stated(*said: tuple[str, int]) -> tuple[HeldNumber, ...]:
    held: tuple[HeldNumber, ...] = ()
    for value, on in said:
        held = state_number(held, value, "NSTS01", day(on))
    return held


def test_given_a_later_number_then_the_former_ends_when_it_began() -> None:
    former, current = stated(("A", 1), ("B", 5))

    assert (former.value, former.from_at, former.until_at) == ("A", day(1), day(5))
    assert (current.value, current.from_at, current.until_at) == ("B", day(5), None)


def test_given_the_same_number_again_then_nothing_changes() -> None:
    assert stated(("A", 1), ("A", 3)) == stated(("A", 1))


def test_given_a_former_number_stated_for_its_own_time_then_it_stays_former() -> None:
    held = stated(("A", 1), ("B", 5), ("A", 3))

    current = in_use(held)
    assert current is not None
    assert current.value == "B"


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 28)), min_size=1, max_size=8))
def test_there_is_always_exactly_one_number_in_use_and_none_is_lost(said: list[tuple[str, int]]) -> None:
    held = stated(*said)

    assert len([number for number in held if number.until_at is None]) == 1
    assert {number.value for number in held} == {value for value, _ in said}


@given(st.permutations([("A", 1), ("A", 2), ("B", 5), ("B", 9)]))
def test_the_order_of_arrival_does_not_matter_for_which_is_in_use(said: list[tuple[str, int]]) -> None:
    current = in_use(stated(*said))

    assert current is not None
    assert current.value == "B"
