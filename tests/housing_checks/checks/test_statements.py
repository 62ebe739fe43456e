"""What two people say of one item: who corrects whom, what contradicts, and what counts meanwhile."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discharge.cases.events import AnswerDisputed, Event, ItemAnswered
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Check, ItemAnswer
from housing_checks.checks.statements import SAFETY, counting, outcome, said_of, standing, strength
from tests.housing_checks.homes import CASE, FORM_1, day

ANN, BEN, CAT = (UUID(int=number) for number in (1, 2, 3))
CODE = "heating"
KINDS = (None, "told", "photo", "document", "seen", "measured")
Value = st.sampled_from(["yes", "no", "unknown"])


def said(value: str, on: int = 1, by: UUID = ANN, evidence: str | None = None, **more: object) -> ItemAnswer:
    return ItemAnswer.model_validate(
        {"value": value, "gate": value, "answered_on": day(on), "by": by, "evidence": evidence} | more
    )


STATEMENTS = st.builds(
    said, Value, st.integers(0, 3), st.sampled_from([ANN, BEN, CAT]), st.sampled_from(KINDS)
)
KNOWN = STATEMENTS.filter(lambda each: each.value != "unknown")


def told(*statements: ItemAnswer) -> tuple[Case, list[Event]]:
    """The case after these statements, in this order, and everything that happened."""
    case = Case(case_id=CASE, check=Check(form=FORM_1.code, started_on=day(0)))
    happened: list[Event] = []
    for each in statements:
        events = said_of(case.check, CODE, each)
        case, happened = fold(case, events), [*happened, *events]
    return case, happened


def counts(case: Case) -> str:
    assert case.check is not None
    return case.check.given[CODE].gate


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        (said("yes"), said("no"), "corrects"),
        (said("yes", told_by="daughter"), said("no", told_by="ward"), "contradicts"),
        (said("yes", on=2), said("no", on=1), "earlier"),
        (said("unknown"), said("yes", by=BEN, evidence="told"), "corrects"),
        (said("yes", evidence="told"), said("unknown", by=BEN), "contradicts"),
        (said("yes", evidence="told"), said("no", on=2, by=BEN, evidence="told"), "corrects"),
        (said("yes", evidence="told"), said("no", on=2, by=BEN, evidence="seen"), "corrects"),
        (said("yes", evidence="told"), said("no", by=BEN, evidence="seen"), "corrects"),
        (said("yes", evidence="seen"), said("no", on=2, by=BEN, evidence="told"), "contradicts"),
        (said("yes", evidence="told"), said("no", by=BEN, evidence="told"), "contradicts"),
        (said("yes"), said("no", by=BEN), "contradicts"),
        (said("yes", on=2, evidence="seen"), said("no", on=1, by=BEN, evidence="told"), "earlier"),
        (said("yes", on=2, evidence="told"), said("no", on=1, by=BEN, evidence="seen"), "contradicts"),
        (said("no", evidence="seen"), said("no", by=BEN, evidence="told"), "agrees"),
    ],
)
def test_given_two_statements_then_the_table_says_what_the_second_is_to_the_first(
    before: ItemAnswer, now: ItemAnswer, what: str
) -> None:
    assert outcome(before, now) == what


def test_given_kinds_of_evidence_then_who_saw_it_knows_better_than_who_was_told() -> None:
    weighed = [strength(said("yes", evidence=kind)) for kind in KINDS]
    assert weighed == [0, 1, 2, 2, 3, 3]
    assert strength(said("unknown", evidence="seen")) == 0


@given(st.lists(STATEMENTS, min_size=1, max_size=5))
def test_given_statements_then_each_is_kept_and_what_stands_is_among_them(
    statements: list[ItemAnswer],
) -> None:
    case, happened = told(*statements)
    kept = [event.answer for event in happened if isinstance(event, ItemAnswered)]
    assert kept == statements
    assert all(each in statements for each in standing(case.check, CODE))


@given(st.lists(STATEMENTS, min_size=1, max_size=5))
def test_given_people_who_differ_then_the_least_safe_of_what_stands_counts(
    statements: list[ItemAnswer],
) -> None:
    case, happened = told(*statements)
    stands = standing(case.check, CODE)
    assert counts(case) == min((each.gate for each in stands), key=SAFETY.index)
    assert case.check is not None
    differ = len({each.value for each in stands}) > 1
    assert (case.check.disputed == {CODE}) is differ
    assert not differ or isinstance(happened[-1], AnswerDisputed | ItemAnswered)


@given(KNOWN, KNOWN)
def test_given_two_people_who_know_it_on_different_days_then_the_order_of_telling_does_not_matter(
    one: ItemAnswer, other: ItemAnswer
) -> None:
    if one.by == other.by or one.answered_on == other.answered_on:
        return
    assert counts(told(one, other)[0]) == counts(told(other, one)[0])


@given(STATEMENTS, STATEMENTS)
def test_given_weaker_evidence_of_somebody_else_then_it_never_makes_an_item_safer(
    before: ItemAnswer, now: ItemAnswer
) -> None:
    if before.by == now.by or strength(now) >= strength(before):
        return
    after = counts(told(before, now)[0])
    assert SAFETY.index(after) <= SAFETY.index(before.gate)  # type: ignore[arg-type]


@given(STATEMENTS, STATEMENTS)
def test_given_somebody_who_corrects_themselves_then_nothing_is_disputed(
    before: ItemAnswer, now: ItemAnswer
) -> None:
    again = now.model_copy(update={"by": before.by})
    case, _ = told(before, again)
    newest = again if again.answered_on >= before.answered_on else before  # type: ignore[operator]
    assert standing(case.check, CODE) == (newest,)


def test_given_the_same_said_by_three_then_the_strongest_still_stands_against_a_weaker_no_longer() -> None:
    case, _ = told(
        said("no", on=1, evidence="seen"),
        said("no", on=2, by=BEN, evidence="told"),
        said("yes", on=3, by=CAT, evidence="told"),
    )
    assert counts(case) == "no"
    assert case.check is not None
    assert case.check.disputed == {CODE}


def test_given_answers_that_are_equally_safe_then_nobody_knows_which_counts() -> None:
    one, other = said("yes"), said("yes", by=BEN)
    two = (one.model_copy(update={"value": "own-home"}), other.model_copy(update={"value": "sheltered"}))
    assert (counting(two).value, counting(two).gate) == ("unknown", "unknown")
    bad = tuple(each.model_copy(update={"gate": "no"}) for each in two)
    assert (counting(bad).value, counting(bad).gate) == ("unknown", "no")


def test_given_an_end_of_either_answer_then_what_counts_ends_with_the_first() -> None:
    two = (said("yes", valid_until=day(9)), said("no", by=BEN, valid_until=day(12)))
    assert counting(two).valid_until == day(9)


def test_given_work_done_since_then_an_older_answer_is_only_kept() -> None:
    check = Check(form=FORM_1.code, started_on=day(0))
    (event,) = said_of(check, CODE, said("no", on=1), known_since=day(2))
    assert isinstance(event, ItemAnswered)
    assert not event.stands
    case = Case(case_id=CASE, check=check)
    assert fold(case, [event]).check == check


def outcomes(events: list[Event]) -> list[tuple[str, bool, bool]]:
    return [
        (each.answer.value, each.changed, each.stands) for each in events if isinstance(each, ItemAnswered)
    ]


@pytest.mark.parametrize("changed", [True, False])
def test_given_what_takes_the_place_of_all_that_was_said_then_only_until_its_day_and_no_dispute_is_left(
    changed: bool,
) -> None:
    case, _ = told(said("yes", on=2, evidence="seen"), said("no", on=2, by=BEN, evidence="seen"))
    says = partial(said_of, case.check, CODE, newest_counts=True, changed=changed)
    before = says(said("no", on=1, by=CAT))
    assert outcomes(before) == [("no", changed, False)]
    for on in (2, 3):
        events = says(said("unknown", on=on, by=CAT))
        assert outcomes(events) == [("unknown", changed, True)]
        assert not [each for each in events if isinstance(each, AnswerDisputed)]
        assert [each.beside for each in events if isinstance(each, ItemAnswered)] == [()]


@pytest.mark.parametrize(("on", "stands"), [(1, False), (2, True), (3, True)])
def test_given_work_that_made_the_item_what_it_is_then_what_was_seen_before_it_stands_no_more(
    on: int, stands: bool
) -> None:
    events = said_of(None, CODE, said("no", on=on), changed=False, known_since=day(2))
    assert outcomes(events) == [("no", False, stands)]


def test_given_a_dispute_then_the_answer_has_changed_whoever_says_that_it_has_not() -> None:
    case, _ = told(said("yes", evidence="seen"))
    events = said_of(case.check, CODE, said("no", by=BEN, evidence="seen"), changed=False)
    assert outcomes(events) == [("no", True, True)]
    assert isinstance(events[-1], AnswerDisputed)


def test_given_answers_that_are_equally_safe_then_none_of_them_counts_and_the_newest_says_since_when() -> (
    None
):
    one = said("ramp", gate="yes", on=1, valid_until=day(9), role="coordinator")
    other = said(
        "lift",
        gate="yes",
        on=2,
        by=BEN,
        role="discharge-team",
        valid_until=day(7),
        organisation_id=UUID(int=9),
    )
    met = counting([one, other])
    assert (met.value, met.gate, met.valid_until) == ("unknown", "unknown", day(7))
    assert (met.answered_on, met.by, met.role) == (day(2), BEN, "discharge-team")
    assert met.organisation_id == UUID(int=9)
    for equal in ([one.model_copy(update={"gate": "no"}), other.model_copy(update={"gate": "no"})],):
        assert counting(equal).gate == "no"


def test_given_an_organisation_that_speaks_without_a_name_then_another_is_somebody_else() -> None:
    ours, theirs = UUID(int=8), UUID(int=9)
    one = said("yes", evidence="told").model_copy(update={"by": None, "organisation_id": ours})
    same = said("no", evidence="told").model_copy(update={"by": None, "organisation_id": ours})
    assert outcome(one, same) == "corrects"
    assert outcome(one, same.model_copy(update={"organisation_id": theirs})) == "contradicts"
    assert counting([one, same.model_copy(update={"organisation_id": theirs})]).organisation_id == theirs
    named = said("yes", evidence="told").model_copy(update={"organisation_id": ours})
    moved = said("no", evidence="told").model_copy(update={"organisation_id": theirs})
    assert outcome(named, moved) == "corrects", "somebody is who they are, wherever they work"


def test_given_a_statement_of_which_nothing_else_is_said_then_it_has_changed() -> None:
    assert outcomes(said_of(None, CODE, said("no"))) == [("no", True, True)]
