"""How requests, turns and words are counted: to the last that is let through, and the first that is not."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.web import limits
from api.web.limits import MOST_KEYS, MOST_TEXT, MOST_WORDS, Buckets, Rate, Turns, search_words
from discharge.errors import HomewardError


def goes_on(buckets: Buckets, key: str) -> bool:
    """Whether a request of somebody is let through."""
    try:
        buckets.take(key)
    except HomewardError:
        return False
    return True


def test_given_a_bucket_that_was_emptied_when_time_goes_by_then_it_fills_to_the_brim_and_no_further() -> None:
    now = [0.0]
    buckets = Buckets(Rate(per_second=2, burst=3), lambda: now[0])

    for at, granted in ((0.0, 3), (0.5, 1), (1_000.0, 3)):
        now[0] = at
        assert sum(goes_on(buckets, "a") for _ in range(10)) == granted


@given(st.lists(st.tuples(st.floats(0, 5), st.sampled_from("ab")), max_size=60))
def test_given_any_requests_when_counted_then_no_more_go_on_than_burst_and_rate_allow(
    asked: list[tuple[float, str]],
) -> None:
    now, gone_on = [0.0], {"a": 0, "b": 0}
    buckets = Buckets(Rate(per_second=1, burst=4), lambda: now[0])
    for wait, key in asked:
        now[0] += wait
        gone_on[key] += goes_on(buckets, key)
        assert gone_on[key] <= 4 + now[0] + 1e-6


def test_given_very_many_addresses_when_counted_then_memory_stays_bounded() -> None:
    now = [0.0]
    buckets = Buckets(Rate(per_second=1, burst=4), lambda: now[0])
    for number in range(MOST_KEYS + 10):
        now[0] += 1
        buckets.take(str(number))

    assert len(buckets) <= MOST_KEYS


def test_given_memory_that_is_full_when_one_more_asks_then_only_buckets_that_filled_again_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 3)
    now = [0.0]
    buckets = Buckets(Rate(per_second=1, burst=2), lambda: now[0])
    for key in ("filled", "used", "used"):
        assert goes_on(buckets, key)
    now[0] = 1.0
    for key in ("also-used", "used", "one-more"):
        assert goes_on(buckets, key)
    assert len(buckets) == 3, "the bucket that was full again is forgotten"
    assert not goes_on(buckets, "used"), "one that is empty is remembered"
    assert goes_on(buckets, "the-fourth")
    assert len(buckets) == 1, "all were in use: memory is bounded, whatever it costs"


def test_given_memory_that_is_full_of_buckets_in_use_when_one_of_them_asks_again_then_none_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MOST_KEYS", 2)
    buckets = Buckets(Rate(per_second=1, burst=2), lambda: 0.0)
    assert [goes_on(buckets, key) for key in ("a", "b", "b", "a", "b", "a")] == [True] * 4 + [False] * 2
    assert len(buckets) == 2


def test_given_an_empty_bucket_when_asked_then_the_refusal_is_told_as_too_many_requests() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1), lambda: 5.0)
    buckets.take("a")
    with pytest.raises(HomewardError) as refused:
        buckets.take("a")
    assert (refused.value.code, len(buckets)) == ("too-many-requests", 1)


def test_given_no_clock_of_its_own_when_asked_then_machine_time_fills_a_bucket() -> None:
    buckets = Buckets(Rate(per_second=1e9, burst=1))
    assert all(goes_on(buckets, "a") for _ in range(3))


async def test_given_one_who_asks_many_things_at_once_when_answered_then_they_wait_for_each_other() -> None:
    turns, running, most = Turns(2), 0, 0

    async def work(key: str) -> None:
        nonlocal running, most
        async with turns.turn(key):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.01)
            running -= 1

    await asyncio.gather(*(work("a") for _ in range(8)))
    assert (most, len(turns)) == (2, 0)
    await asyncio.gather(*(work(key) for key in "abcd" for _ in range(2)))
    assert (most, len(turns)) == (8, 0)


async def test_given_answers_that_are_slow_when_one_more_is_asked_for_then_it_is_refused_and_told_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "TURN_SECONDS", 0.01)
    turns = Turns(1)
    async with turns.turn("a"):
        with pytest.raises(HomewardError) as refused:
            async with turns.turn("a"):
                raise AssertionError("its turn has not come")
        assert (refused.value.code, refused.value.detail) == (
            "too-many-requests",
            "they are answered too slowly",
        )
        assert len(turns) == 1, "the one that is answered still has its turn"
        async with turns.turn("b"):
            assert len(turns) == 2
    assert len(turns) == 0
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            async with turns.turn("a"):
                raise ZeroDivisionError
    assert len(turns) == 0, "an answer that failed gives its turn back"


def test_given_a_name_when_its_words_are_counted_then_it_is_within_the_limit() -> None:
    assert search_words("Ashdown, Edith May") == ["Ashdown", "Edith", "May"]
    assert search_words("Ashdown,Edith") == ["Ashdown", "Edith"]
    assert search_words("x" * MOST_TEXT) == ["x" * MOST_TEXT]
    assert len(search_words("a " * MOST_WORDS)) == MOST_WORDS
    for text in ("x" * (MOST_TEXT + 1), "a " * (MOST_WORDS + 1)):
        for given_as in ((), ("name",)):
            with pytest.raises(HomewardError) as refused:
                search_words(text, *given_as)
            assert (refused.value.code, refused.value.detail, refused.value.where) == (
                "limits",
                "at most 12 words",
                given_as[0] if given_as else "text",
            )
