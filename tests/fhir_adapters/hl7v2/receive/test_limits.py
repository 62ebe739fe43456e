"""Pace and room: the turn, the place and the reason, at their boundaries."""

from __future__ import annotations

import pytest

from fhir_adapters.hl7v2.receive.limits import Limits, Pace, Room


@pytest.mark.parametrize(
    ("per_second", "waits"),
    [
        (4, [0, 0, 0, 0, 0.25, 0.5]),
        (1, [0, 1, 2]),
        (0.5, [0, 2, 4]),
        (2, [0, 0, 0.5]),
    ],
)
def test_given_a_pace_then_what_fits_a_second_goes_at_once_and_the_rest_one_by_one(
    per_second: float, waits: list[float]
) -> None:
    pace = Pace(per_second)
    assert [pace.wait(0.0) for _ in waits] == pytest.approx(waits)
    assert pace.per_second == per_second


def test_given_turns_taken_ahead_then_time_that_passes_brings_them_nearer_and_quiet_saves_one_second() -> (
    None
):
    pace = Pace(2)
    for _ in range(4):
        pace.wait(10.0)
    assert pace.wait(10.5) == pytest.approx(1.0)
    assert [pace.wait(100.0) for _ in range(3)] == pytest.approx([0, 0, 0.5])


def test_given_a_place_given_back_then_an_address_that_is_gone_is_forgotten() -> None:
    room = Room(Limits(connections=9, connections_per_address=2))
    for _ in range(2):
        assert room.enter("a") is None
    assert room.enter("b") is None
    assert (room.taken, dict(room.by_address)) == (3, {"a": 2, "b": 1})
    room.leave("a")
    assert (room.taken, dict(room.by_address)) == (2, {"a": 1, "b": 1})
    room.leave("a")
    assert (room.taken, dict(room.by_address)) == (1, {"b": 1})
    assert room.enter("a") is None


def test_given_one_address_with_all_its_places_then_it_is_named_and_others_come_in() -> None:
    room = Room(Limits(connections=9, connections_per_address=2))
    assert [room.enter("a") for _ in range(3)] == [None, None, "too-many-of-one-address"]
    assert room.enter("b") is None


def test_given_both_limits_are_reached_then_the_one_that_holds_for_all_is_named() -> None:
    room = Room(Limits(connections=1, connections_per_address=1))
    assert room.enter("a") is None
    assert room.enter("a") == "too-many"
    assert (room.taken, dict(room.by_address)) == (1, {"a": 1})
