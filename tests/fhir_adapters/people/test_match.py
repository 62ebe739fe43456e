"""Whom a message means: exactly what each combination of numbers, names and dates gives."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from fhir_adapters.hl7v2.facts import Identifier
from fhir_adapters.people.match import (
    Claim,
    Known,
    Match,
    Offered,
    another_person,
    contradicts,
    match,
)

JOAN, RUTH, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
BORN, OTHER_DAY, NOT_KNOWN = date(1941, 5, 2), date(1950, 1, 9), date(1900, 1, 1)
LOCAL = Identifier(kind="local", value="H1", authority="RXH")
NHS = Identifier(kind="nhs", value="9990000018", status="NSTS01")
UNTRACED = NHS.model_copy(update={"status": "NSTS02"})


def known(person: UUID = JOAN, **said: object) -> Known:
    return Known(person_id=person, family_name="Ashdown", birth_date=BORN).model_copy(update=said)


def claim(*identifiers: Identifier, **said: object) -> Claim:
    return Claim(identifiers=identifiers, family_name="ASHDOWN", birth_date=BORN, described=True).model_copy(
        update=said
    )


BORN_ANOTHER_DAY = {"birth_date": OTHER_DAY}
SOMEBODY_ELSE = {"birth_date": OTHER_DAY, "family_name": "Birch"}


@pytest.mark.parametrize(
    ("said", "held", "against"),
    [
        ({}, {}, False),
        (BORN_ANOTHER_DAY, {}, True),
        ({**BORN_ANOTHER_DAY, "identity_unknown": True}, {}, False),
        ({"family_name": "Birch"}, {}, False),
        ({"family_name": "Birch", "birth_date": None}, {}, True),
        ({"family_name": "Birch", "birth_date": NOT_KNOWN}, {}, True),
        ({"family_name": "Birch"}, {"birth_date": None}, True),
        ({"family_name": "Birch"}, {"birth_date": NOT_KNOWN}, True),
        ({"family_name": "ash-down", "birth_date": None}, {}, False),
        ({"family_name": None, "birth_date": None}, {}, False),
        ({"family_name": "Birch", "birth_date": None}, {"family_name": None}, False),
    ],
)
def test_given_two_descriptions_then_the_birth_date_speaks_and_without_it_the_family_name(
    said: dict[str, object], held: dict[str, object], against: bool
) -> None:
    assert contradicts(claim(**said), known(**held)) is against


@pytest.mark.parametrize(
    ("said", "held", "another"),
    [
        (SOMEBODY_ELSE, {}, True),
        ({**SOMEBODY_ELSE, "identity_unknown": True}, {}, False),
        (SOMEBODY_ELSE, {"merged": True}, False),
        ({**SOMEBODY_ELSE, "birth_date": BORN}, {}, False),
        ({**SOMEBODY_ELSE, "family_name": "ASHDOWN"}, {}, False),
        ({**SOMEBODY_ELSE, "other_names": frozenset({"Ash Down"})}, {}, False),
        ({**SOMEBODY_ELSE, "other_names": frozenset({"Cole"})}, {}, True),
        ({**SOMEBODY_ELSE, "birth_date": NOT_KNOWN}, {}, False),
        (SOMEBODY_ELSE, {"birth_date": NOT_KNOWN}, False),
        ({**SOMEBODY_ELSE, "family_name": None}, {}, False),
        (SOMEBODY_ELSE, {"family_name": None}, False),
    ],
)
def test_given_birth_date_and_every_name_are_anothers_then_it_is_another_person(
    said: dict[str, object], held: dict[str, object], another: bool
) -> None:
    assert another_person(claim(**said), known(**held)) is another


def test_given_numbers_that_nobody_has_then_it_is_a_new_record() -> None:
    assert match(claim(LOCAL, NHS), [], []) == Match()


@pytest.mark.parametrize("by", ["local", "nhs"])
def test_given_a_number_of_two_records_then_the_pair_is_offered(by: str) -> None:
    two = [known(RUTH), known(JOAN)]
    found = match(claim(LOCAL, NHS), two, []) if by == "local" else match(claim(NHS), [], two)
    assert [(each.person_id, each.other_id) for each in found.offered] == [(JOAN, RUTH)]
    assert found.doubt is not None


@pytest.mark.parametrize("by", ["local", "nhs"])
def test_given_a_number_of_several_records_then_all_are_offered_and_the_message_waits(by: str) -> None:
    several = [known(THIRD), known(JOAN), known(RUTH)]
    rule = "local-numbers-of-several" if by == "local" else "nhs-number-of-several"
    found = match(claim(LOCAL, NHS), several, []) if by == "local" else match(claim(NHS), [], several)
    assert found == Match(
        doubt=rule,
        offered=(
            Offered(rule=rule, person_id=JOAN, other_id=RUTH),
            Offered(rule=rule, person_id=JOAN, other_id=THIRD),
        ),
    )


def test_given_the_hospitals_number_then_it_says_who_it_is() -> None:
    assert match(claim(LOCAL), [known()], []) == Match(person_id=JOAN)
    assert match(claim(LOCAL, NHS), [known()], []) == Match(person_id=JOAN)
    held = known(nhs_number=NHS.value, nhs_numbers=frozenset({NHS.value}))
    assert match(claim(LOCAL, NHS), [held], [held]) == Match(person_id=JOAN)
    assert match(claim(LOCAL, NHS, **BORN_ANOTHER_DAY), [held], [held]) == Match(person_id=JOAN)


OTHER_NUMBER = known(nhs_number="9990000026", nhs_numbers=frozenset({"9990000026"}))


@pytest.mark.parametrize(("stated", "takes"), [(NHS, True), (UNTRACED, False)])
def test_given_another_nhs_number_then_only_one_that_is_verified_takes_its_place(
    stated: Identifier, takes: bool
) -> None:
    found = match(claim(LOCAL, stated), [OTHER_NUMBER], [])
    assert found == Match(person_id=JOAN, takes_number=takes, number_differs=True)
    assert found.left_number is not takes
    assert not Match(person_id=JOAN, takes_number=False).left_number


def test_given_another_nhs_number_and_birth_date_then_the_message_waits_unless_the_record_had_it() -> None:
    asked = claim(LOCAL, NHS, **BORN_ANOTHER_DAY)
    assert match(asked, [OTHER_NUMBER], []) == Match(doubt="other-nhs-number")
    had = OTHER_NUMBER.model_copy(update={"nhs_numbers": frozenset({"9990000026", NHS.value})})
    assert match(asked, [had], []) == Match(person_id=JOAN, takes_number=True, number_differs=True)


@pytest.mark.parametrize(("said", "doubt"), [({}, None), (BORN_ANOTHER_DAY, "nhs-and-local-number-differ")])
def test_given_numbers_of_different_records_then_the_hospitals_counts_and_the_pairs_are_offered(
    said: dict[str, object], doubt: str | None
) -> None:
    rule = "nhs-and-local-number-differ"
    found = match(claim(LOCAL, NHS, **said), [known()], [known(RUTH), known(JOAN), known(THIRD)])
    assert found == Match(
        person_id=JOAN,
        takes_number=False,
        doubt=doubt,
        offered=(
            Offered(rule=rule, person_id=JOAN, other_id=RUTH),
            Offered(rule=rule, person_id=JOAN, other_id=THIRD),
        ),
        number_differs=True,
    )


USED_AGAIN = Offered(rule="number-used-again", person_id=JOAN)
BIRCH = known(RUTH, family_name="Birch", birth_date=OTHER_DAY)


def test_given_a_hospital_number_used_again_then_the_nhs_number_says_whose_it_is_now() -> None:
    asked = claim(LOCAL, NHS, **SOMEBODY_ELSE)
    whose = USED_AGAIN.model_copy(update={"other_id": RUTH})
    assert match(asked, [known()], [BIRCH]) == Match(person_id=RUTH, offered=(whose,))
    assert match(asked, [known()], [BIRCH, known(THIRD)]) == Match(person_id=RUTH, offered=(whose,))


@pytest.mark.parametrize(
    ("stated", "held", "elsewhere", "left_aside"),
    [
        ((NHS,), frozenset(), [], False),
        ((NHS,), frozenset({NHS.value}), [], True),
        ((NHS,), frozenset(), [known(RUTH)], True),
        ((NHS,), frozenset(), [BIRCH, BIRCH.model_copy(update={"person_id": THIRD})], True),
        ((), frozenset({NHS.value}), [], False),
    ],
)
def test_given_a_hospital_number_used_again_then_it_is_somebody_new_who_takes_no_number_of_others(
    stated: tuple[Identifier, ...], held: frozenset[str], elsewhere: list[Known], left_aside: bool
) -> None:
    found = match(claim(LOCAL, *stated, **SOMEBODY_ELSE), [known(nhs_numbers=held)], elsewhere)
    assert found == Match(
        takes_number=not left_aside, number_differs=left_aside, offered=(USED_AGAIN,), used_again=JOAN
    )


@pytest.mark.parametrize(("held", "takes"), [(NHS.value, True), (None, True), ("9990000026", False)])
def test_given_the_nhs_number_alone_then_it_finds_who_has_or_had_it(held: str | None, takes: bool) -> None:
    found = match(claim(LOCAL, NHS), [], [known(nhs_number=held)])
    assert found == Match(person_id=JOAN, takes_number=takes, number_differs=not takes)


def test_given_an_nhs_number_of_somebody_born_another_day_then_it_is_a_new_record_or_waits() -> None:
    assert match(claim(NHS, **BORN_ANOTHER_DAY), [], [known()]) == Match(doubt="birth-date-differs")
    assert match(claim(LOCAL, NHS, **BORN_ANOTHER_DAY), [], [known()]) == Match(
        takes_number=False,
        offered=(Offered(rule="nhs-number-contradicted", person_id=JOAN),),
        number_differs=True,
    )


def test_given_a_record_found_by_number_without_one_stated_then_no_number_is_taken() -> None:
    assert match(claim(LOCAL), [], [known(nhs_number=None)]) == Match(
        person_id=JOAN, takes_number=False, number_differs=True
    )


def test_given_several_nhs_numbers_then_the_first_counts_and_local_ones_are_all_kept() -> None:
    second = NHS.model_copy(update={"value": "9990000026"})
    asked = claim(LOCAL, NHS, second)
    assert (asked.nhs, asked.local) == (NHS, (LOCAL,))
