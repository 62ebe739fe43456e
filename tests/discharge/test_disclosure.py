"""What a reader is told of a case beyond its fields: all that it rests on is seen, or nothing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from discharge.cases.model import Case, Hazard, Stage, Strand
from discharge.disclosure import BASES, UNTOLD, Derived, Telling, holds, own_work
from discharge.pathway_words import Names, heading, why_still_here
from discharge.sight import EVERYTHING, NOTHING, Sight
from tests.discharge.cases.stories import CASE, TRUST, after, day, refer, spell

OWN = Sight(
    frozenset({"stage", "referral", "strands", "hazards", "participants", "stay_notices", "closed_on"}),
    frozenset({"needs"}),
    frozenset({"sex"}),
    own_only=True,
)
YOURS = "What is your part in this case?"


def case(**changes: object) -> Case:
    return after((0, refer(spell=spell()))).model_copy(update=changes)


def found(many: int) -> dict[str, Hazard]:
    hazards = [
        Hazard(
            number=number, code="damp-mould", scheme="2006", room="bedroom", severity="significant",
            tenure="social", known_by="seen", found_on=day(1), recorded_at=datetime(2026, 3, 3, tzinfo=UTC),
        )
        for number in range(1, many + 1)
    ]  # fmt: skip
    return {each.key: each for each in hazards}


def order(**changes: object) -> Strand:
    made = Strand(
        kind="equipment",
        number=1,
        item="commode",
        started_on=day(0),
        owner_role="coordinator",
        partner_id=TRUST,
    )
    return made.model_copy(update=changes)


@pytest.mark.parametrize("derived", BASES)
def test_given_one_field_less_than_a_value_rests_on_then_nothing_of_it_is_said(derived: Derived) -> None:
    whole = case()
    assert Telling(whole, EVERYTHING).of(derived, lambda _: "said") == "said"
    assert Telling(whole, NOTHING).of(derived, lambda _: "said") is None
    for name in BASES[derived].rests:
        less = without(name)
        assert not Telling(whole, less).says(derived), name
        assert Telling(whole, less).of(derived, lambda _: "said") is None, name


def without(name: str) -> Sight:
    """A sight of everything but one field."""
    of, _, field = name.rpartition(".")
    if of == "referral":
        return replace(EVERYTHING, referral=EVERYTHING.referral - {field})
    return replace(EVERYTHING, case=EVERYTHING.case - {field})


def test_given_a_field_that_is_only_mentioned_then_the_value_is_told_without_it() -> None:
    whole = case(readmissions=("one",))
    assert Telling(whole, EVERYTHING).of("why_still_here", lambda each: each) is whole
    told = Telling(whole, without("readmissions")).of("why_still_here", lambda each: each)
    assert told == whole.model_copy(
        update={"readmissions": Case.model_fields["readmissions"].get_default(call_default_factory=True)}
    )


def test_given_a_field_that_only_bounds_a_count_then_the_value_is_told() -> None:
    assert Telling(case(), without("earlier_discharges")).says("waiting")


@pytest.mark.parametrize(
    ("sight", "name", "held"),
    [
        (EVERYTHING, "stage", True),
        (NOTHING, "stage", False),
        (OWN, "stage", True),
        (OWN, "gate", False),
        (OWN, "strands", False),
        (OWN, "hazards", False),
        (OWN, "participants", False),
        (OWN, "stay_notices", False),
        (replace(OWN, own_only=False), "strands", True),
        (OWN, "referral.needs", True),
        (OWN, "referral.tenure", False),
        (replace(OWN, case=frozenset({"stage"})), "referral.needs", False),
        (OWN, "person.sex", True),
        (OWN, "person.birth_date", False),
    ],
)
def test_given_a_sight_then_it_holds_a_field_where_it_has_the_whole_of_it(
    sight: Sight, name: str, held: bool
) -> None:
    assert holds(sight, name) is held
    assert Telling(case(), sight).holds(name) is held


def test_given_who_sees_all_then_they_are_told_why_and_asked_the_question_of_the_sentence() -> None:
    whole, telling = case(), Telling(case(), EVERYTHING)
    assert telling.sentence(whole, day(3)) == why_still_here(whole, day(3))
    assert telling.heading() == heading(whole) == "Why is this person still here?"


def test_given_who_sees_their_own_work_then_they_are_told_that_and_asked_for_their_part() -> None:
    telling, mine = Telling(case(), OWN), case(strands={"equipment/1": order()})
    assert telling.sentence(mine, day(3)) == own_work(mine, day(3))
    assert telling.heading() == YOURS


NAMED = Names(items={"commode": "Commode with arms"})


def test_given_a_day_and_names_then_both_sentences_are_of_that_day_and_by_those_names() -> None:
    late = case(strands={"equipment/1": order(due_on=day(2))}, delay_reasons=())
    for sight in (EVERYTHING, OWN):
        telling = Telling(late, sight)
        assert telling.sentence(late, day(1), NAMED) != telling.sentence(late, day(3), NAMED)
    mine = Telling(late, OWN)
    assert "was due" in str(mine.sentence(late, day(3)))
    assert "ommode with arms" in str(mine.sentence(late, day(3), NAMED))
    assert Telling(late, EVERYTHING).sentence(late, day(3), NAMED) == why_still_here(late, day(3), NAMED)


def test_given_who_sees_the_question_and_not_the_answer_then_the_question_is_not_asked_either() -> None:
    assert Telling(case(), without("delay_reasons")).heading() == YOURS
    assert UNTOLD.heading() == YOURS


def test_given_who_sees_nothing_then_nothing_is_said() -> None:
    assert UNTOLD.sentence(case(), day(3)) is None
    assert Telling(case(), NOTHING).sentence(case(), day(3)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "You have no open work in this case."),
        ({"needed_by": day(4)}, "You have no open work in this case."),
        ({"strands": {"equipment/1": order()}}, "Your open work: commode (equipment)."),
        ({"hazards": found(1)}, "Your open work: a hazard at home."),
        (
            {"strands": {"equipment/1": order()}, "hazards": found(2)},
            "Your open work: commode (equipment), 2 hazards at home.",
        ),
        (
            {"strands": {"equipment/1": order(due_on=day(2))}, "needed_by": day(4)},
            "Your open work: commode (equipment) was due Wed 4 Mar; the home is needed by Fri 6 Mar.",
        ),
        (
            {"strands": {"equipment/1": order(), "equipment/2": order(number=2, item="bath lift")}},
            "Your open work: commode (equipment), bath lift (equipment).",
        ),
        ({"stage": Stage.DISCHARGED}, "The person has left hospital; you have no open work in this case."),
        (
            {"stage": Stage.DISCHARGED, "strands": {"equipment/1": order()}, "needed_by": day(4)},
            "The person has left hospital; your open work: commode (equipment).",
        ),
        ({"stage": Stage.CLOSED, "closed_on": date(2026, 3, 9)}, "Closed on Mon 9 Mar."),
        ({"stage": Stage.CLOSED, "closed_on": None}, "Closed."),
    ],
)
def test_given_a_part_of_a_case_then_its_reader_is_told_their_own_open_work(
    changes: dict[str, object], said: str
) -> None:
    assert own_work(case(**changes), day(3)) == said


def test_given_no_case_then_what_tells_nothing_is_of_none() -> None:
    assert UNTOLD.sight is NOTHING
    assert str(CASE) not in repr(UNTOLD)
    assert "Ash" not in repr(Telling(case(), EVERYTHING)), "the whole case is not in what is logged"
