from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.facts import Address, Identifier, Name, PersonReported
from fhir_adapters.people.person_fold import PersonState, fold_person

START = datetime(2026, 3, 2, tzinfo=UTC)
JOAN = Identifier(kind="nhs", value="9990000018", authority="NHS", status="NSTS01")
LOCAL = Identifier(kind="local", value="H100", authority="RXH")
HOME = Address(kind="home", lines=("1 HIGH ST",))


def said(hour: int, *identifiers: Identifier, **more: Any) -> PersonReported:
    return PersonReported(
        stated_at=START + timedelta(hours=hour), identifiers=identifiers or (LOCAL,), **more
    )


def folded(*facts: PersonReported) -> PersonState:
    return fold_person(facts)


REPORTS = st.builds(
    said,
    st.integers(0, 5),
    sex=st.sampled_from([None, "male", "female"]),
    hidden=st.sampled_from([None, True, False]),
    deceased=st.sampled_from([None, True, False]),
    addresses=st.sampled_from([None, (HOME,), ()]),
    cleared=st.sampled_from([frozenset(), frozenset({"addresses"})]),
)
TWO_ORDERS = st.lists(REPORTS, max_size=8).flatmap(
    lambda facts: st.tuples(st.just(facts), st.permutations(facts * 2))
)


@given(TWO_ORDERS)
def test_given_any_order_and_repetition_then_the_person_is_the_same(
    orders: tuple[list[PersonReported], list[PersonReported]],
) -> None:
    first, again = fold_person(orders[0]), fold_person(orders[1])

    assert first == again


def test_given_nothing_then_nothing_is_known() -> None:
    assert folded() == PersonState()


def test_given_an_older_report_that_arrives_late_then_what_was_said_last_stands() -> None:
    new = said(5, names=(Name(family="ASHDOWN"),), birth_date=date(1941, 5, 2))
    old = said(1, names=(Name(family="SMITH"),), birth_date=date(1941, 2, 5))

    state = folded(new, old)

    assert state.name is not None
    assert (state.name.family, state.birth_date) == ("ASHDOWN", date(1941, 5, 2))


def test_given_silence_then_what_was_said_before_stands() -> None:
    assert folded(said(1, addresses=(HOME,)), said(2)).addresses == (HOME,)


def test_given_a_deletion_then_the_list_is_empty_and_not_unknown() -> None:
    state = folded(said(1, addresses=(HOME,)), said(2, cleared=frozenset({"addresses"})))

    assert state.addresses == ()


def test_given_numbers_in_several_messages_then_all_are_kept() -> None:
    state = folded(said(1, LOCAL), said(2, JOAN))

    assert set(state.identifiers) == {LOCAL, JOAN}


def test_given_a_death_that_was_taken_back_then_there_is_no_date() -> None:
    state = folded(said(1, deceased=True, died_on=date(2026, 3, 1)), said(2, deceased=False))

    assert (state.deceased, state.died_on) == (False, None)


def test_given_several_names_then_the_legal_one_is_in_use() -> None:
    names = (Name(family="SMITH", use="PREVIOUS"), Name(family="ASHDOWN", use="L"))

    state = folded(said(1, names=names))

    assert state.name == names[1]


def test_given_a_merged_record_then_it_speaks_only_where_the_own_one_is_silent() -> None:
    own = said(1, names=(Name(family="ASHDOWN", use="L"),))
    other = said(5, names=(Name(family="BIRCH", use="L"),), sex="female")

    state = fold_person([own], [other])

    assert state.name is not None
    assert (state.name.family, state.sex) == ("ASHDOWN", "female")
