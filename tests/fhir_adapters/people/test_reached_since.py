"""Since when feeds say what they say of how somebody is reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_adapters.hl7v2.facts import Contact, PersonReported, Practitioner, Telecom
from fhir_adapters.people.person_fold import fold_person

HOME = Telecom(kind="phone", value="01134960000")
MOBILE = Telecom(kind="mobile", value="07700900123")
RUTH = Contact(name="RUTH ASHDOWN", relationship="9", telecoms=(MOBILE,))
GP = Practitioner(name="DR ANDY CHIVERS")


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 10, tzinfo=UTC)


def said(number: int, **fields: Any) -> PersonReported:
    return PersonReported(stated_at=day(number), identifiers=(), arrival=(number, 0), **fields)


def test_given_a_number_said_again_and_again_then_it_counts_since_the_first_time() -> None:
    facts = [
        said(1, telecoms=(HOME,)),
        said(2),
        said(3, telecoms=(HOME, MOBILE)),
        said(4, telecoms=(MOBILE, HOME)),
    ]
    state = fold_person(facts)
    assert {each: state.since["telecoms", each] for each in (HOME, MOBILE)} == {HOME: day(1), MOBILE: day(3)}


def test_given_a_number_that_was_away_between_then_it_counts_anew() -> None:
    facts = [said(1, telecoms=(HOME,)), said(2, telecoms=(MOBILE,)), said(3, telecoms=(HOME,))]
    assert fold_person(facts).since == {("telecoms", HOME): day(3)}
    facts = [said(1, telecoms=(HOME,)), said(2, cleared={"telecoms"}), said(3, telecoms=(HOME,))]
    assert fold_person(facts).since == {("telecoms", HOME): day(3)}


@pytest.mark.parametrize("late", [0, 1, 2])
def test_given_messages_in_any_order_then_the_day_is_the_same(late: int) -> None:
    facts = [said(number, contacts=(RUTH,), practice="A81001", gp=GP) for number in (1, 2, 3)]
    state = fold_person([*facts[:late], *facts[late + 1 :], facts[late]])
    assert {*state.since.values()} == {day(1)}
    assert {*state.since} == {("contacts", RUTH), ("practice", "A81001"), ("gp", GP)}


def test_given_the_newest_doctors_then_they_hold_and_silence_takes_nobody_away() -> None:
    other = Practitioner(name="DR OLA OTHER")
    facts = [said(1, gp=GP, consultant=other), said(2, gp=other), said(3)]
    state = fold_person(facts)
    assert (state.gp, state.consultant) == (other, other)
    assert (state.since["gp", other], state.since["consultant", other]) == (day(2), day(1))
