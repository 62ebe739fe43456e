"""Stays with their delay counted: which of them a report of a period is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from discharge.delays.night_counts import DelayCount, count_delay
from discharge.delays.spans import count_spans, spans_of
from discharge.delays.stays import Letting, Stay
from discharge.values import Frozen


class CountedStay(Frozen):
    """One stay and its delay, counted every way."""

    stay: Stay
    count: DelayCount


class CountedStays(Frozen):
    """Who is behind the figures: stays that ended in the period, by death apart, and people waiting now."""

    left: tuple[CountedStay, ...]
    died: tuple[CountedStay, ...]
    waiting: tuple[CountedStay, ...]


def count_stays(stays: Iterable[Stay], from_on: date, to_on: date, as_of: date) -> CountedStays:
    """Count every stay that is in the report; `as_of` is today in case time."""
    return sorted_out(
        CountedStay(stay=stay, count=count_stay(stay, as_of))
        for stay in stays
        if (waits(stay) if stay.ended_on is None else from_on <= stay.ended_on <= to_on)
    )


def sorted_out(stays: Iterable[CountedStay]) -> CountedStays:
    """Stays that are in a report, by how they ended."""
    counted = list(stays)
    return CountedStays(
        left=tuple(each for each in counted if each.stay.ended_on and not each.stay.died),
        died=tuple(each for each in counted if each.stay.ended_on and each.stay.died),
        waiting=tuple(each for each in counted if each.stay.ended_on is None),
    )


def lettings_in(lettings: Iterable[Letting], from_on: date, to_on: date) -> tuple[Letting, ...]:
    """Choose the homes let in a period, the last day included."""
    return tuple(each for each in lettings if from_on <= each.let_on <= to_on)


def waits(stay: Stay) -> bool:
    """Whether somebody still in bed is in a ready period now; in a case that is closed nobody is."""
    return stay.followed and any(period.ended_on is None for period in stay.periods)


def count_stay(stay: Stay, as_of: date) -> DelayCount:
    """Count the delay of a stay: up to its end; or up to today by the runs of its nights, so that a long wait
    costs no more than a short one.
    """
    if stay.ended_on is None:
        return count_spans(spans_of(stay.periods, stay.reasons), as_of)
    return count_delay(stay.periods, stay.reasons, stay.ended_on, left=True)
