"""What is said of a spread, beside the same numbers one by one."""

from __future__ import annotations

import statistics
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from discharge.delays.spreads import added, mean, median, percentile


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_given_any_numbers_then_a_spread_of_them_says_what_they_say_one_by_one(numbers: list[int]) -> None:
    spread = Counter(numbers)
    assert added(spread) == sum(numbers)
    assert mean(spread) == round(statistics.fmean(numbers), 2)
    assert median(spread) == statistics.median(numbers)
    least = next(n for n in sorted(numbers) if sum(each <= n for each in numbers) * 100 >= 90 * len(numbers))
    assert percentile(spread, 90) == least


def test_given_numbers_then_a_percentile_is_one_of_them() -> None:
    assert percentile(Counter(range(1, 11)), 90) == 9
    assert percentile(Counter([5]), 90) == 5
    assert percentile(Counter(), 90) is None


def test_given_nobody_then_there_is_no_mean_and_no_median() -> None:
    assert (added(Counter()), mean(Counter()), median(Counter())) == (0, None, None)
