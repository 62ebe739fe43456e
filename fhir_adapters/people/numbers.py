"""The NHS numbers of one person over time: one in use, the former ones with from and until.

A number is never forgotten: a superseded one still finds its person.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from fhir_adapters.hl7v2.facts import BEGINNING


class HeldNumber(NamedTuple):
    """An NHS number of a person. `until_at` None means in use; times are aware UTC instants in case time."""

    value: str
    status: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


def in_use(held: Iterable[HeldNumber]) -> HeldNumber | None:
    """The number in use, if the person has one."""
    return next((number for number in held if number.until_at is None), None)


def state_number(
    held: tuple[HeldNumber, ...], value: str, status: str | None, at: datetime | None
) -> tuple[HeldNumber, ...]:
    """The numbers after somebody stated one at a time. What was stated for earlier never ends a later one."""
    when = at or BEGINNING
    others = tuple(number for number in held if number.value != value)
    known = next((number for number in held if number.value == value), None)
    current = in_use(others)
    if known is not None and known.until_at is not None and when < known.until_at:
        return (*others, _former(known, value, status, at, known.until_at))
    if current is not None and when < (current.from_at or BEGINNING):
        return (*others, _former(known, value, status, at, current.from_at))
    ended = tuple(number._replace(until_at=when) if number is current else number for number in others)
    return (*ended, _current(known, value, status, at))


def _current(known: HeldNumber | None, value: str, status: str | None, at: datetime | None) -> HeldNumber:
    if known is None:
        return HeldNumber(value=value, status=status, from_at=at)
    begun = known.from_at if known.until_at is None else at
    return HeldNumber(value=value, status=status or known.status, from_at=begun)


def _former(
    known: HeldNumber | None, value: str, status: str | None, at: datetime | None, until: datetime | None
) -> HeldNumber:
    if known is None:
        return HeldNumber(value=value, status=status, from_at=at, until_at=until)
    begun = min(known.from_at or BEGINNING, at or BEGINNING)
    return known._replace(from_at=None if begun == BEGINNING else begun)
