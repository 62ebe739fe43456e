"""A tick says that somebody assessed or decided; it counts once the case says who, when and how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from discharge.cases.commands import (
    ConfirmItem,
    RecordAdvocate,
    RecordBestInterests,
    RecordCapacity,
    RecordLiberty,
    RecordRepresentative,
    SettleAnswer,
    StartCheck,
)
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case
from discharge.clocks import london_midnight
from housing_checks.checks.form import form_of_case
from housing_checks.checks.needed_records import missing_for, to_record_first
from housing_checks.gate.blockers import blocking
from housing_checks.gate.rules import next_end
from housing_checks.gate.sentence import what_stands_between
from housing_checks.pathway import consequences
from tests.discharge.cases.stories import TRUST
from tests.housing_checks.form_two import FORM_2, checked_on_two, form_two_in_force
from tests.housing_checks.homes import Story, day, noon

HOME = "where-to-live"
LACKS = RecordCapacity(decision=HOME, capacity="lacks", assessor="social-worker", method="two-stage")
HAS = LACKS.model_copy(update={"capacity": "has"})
IMCA = RecordAdvocate(decision=HOME, advocate="imca", instructed=True)
DECIDED = RecordBestInterests(
    decision=HOME, decider="social-worker", consulted=("the-person", "care-staff"), least_restrictive="yes"
)
WARD = Actor(organisation_id=TRUST, role="discharge-team", user_id=TRUST)
FREE = RecordLiberty(state="free")
BLOCKED_BY_TICKS = ["capacity", "best-interests", "advocate", "least-restrictive", "deprivation-of-liberty"]


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force():
        yield


def shut(case: Case) -> list[str]:
    return [each.code for each in blocking(case)]


def five_ticks() -> Story:
    """Everything about who decides is answered well, and nobody recorded anything."""
    return checked_on_two(
        Story(),
        capacity="cannot-decide",
        best_interests="yes",
        advocate="yes",
        least_restrictive="yes",
        deprivation_of_liberty="not-applicable",
    )


def test_given_ticks_alone_then_the_gate_is_shut_and_says_what_is_not_recorded() -> None:
    case = five_ticks().case
    assert shut(case) == BLOCKED_BY_TICKS
    said = {each.code: (each.why, each.words, each.next_action) for each in blocking(case)}
    why, words, following = said["capacity"]
    assert (why, following) == (
        "not-recorded",
        "Record who assessed capacity for this decision, when and how",
    )
    assert words.endswith(": they cannot, it was assessed, but who assessed it, and how, is not recorded")
    assert said["best-interests"][1] == (
        "Best-interests decision: yes, but who decided, and how, is not recorded"
    )
    assert "capacity for this decision, whose record is missing" in what_stands_between(case, day(1))


@pytest.mark.parametrize("on", [1, 0], ids=["the same day", "an assessment of the day before"])
def test_given_the_records_then_the_ticks_count_and_the_gate_opens(on: int) -> None:
    story = five_ticks().ask(LACKS, on=on)
    assert shut(story.case) == BLOCKED_BY_TICKS[1:]
    story.ask(IMCA, on=on)
    assert shut(story.case) == ["best-interests", "least-restrictive", "deprivation-of-liberty"]
    story.ask(DECIDED, on=on)
    assert shut(story.case) == ["deprivation-of-liberty"]
    story.ask(FREE, on=on)
    assert shut(story.case) == []


def test_given_the_record_first_then_the_same_tick_counts_at_once() -> None:
    story = Story().ask(LACKS, on=1).ask(IMCA, on=1).ask(DECIDED, on=1).ask(FREE, on=1)
    checked_on_two(
        story,
        capacity="cannot-decide",
        best_interests="yes",
        advocate="yes",
        least_restrictive="yes",
        deprivation_of_liberty="not-applicable",
    )
    assert shut(story.case) == []


def test_given_nobody_doubts_it_then_the_tick_alone_says_that_they_decide() -> None:
    assert shut(checked_on_two(Story(), capacity="decides").case) == []


@pytest.mark.parametrize("doubt", ["in-doubt", "cannot-decide"])
def test_given_a_doubt_when_decides_is_ticked_then_an_assessment_is_needed_also_at_the_second_tick(
    doubt: str,
) -> None:
    advocate: dict[str, Any] = {"advocate": "yes"}
    more = {} if doubt == "in-doubt" else {"best_interests": "no", "least_restrictive": "no"}
    story = checked_on_two(Story(), capacity=doubt, **advocate, **more)
    decides = ConfirmItem(item="capacity", value="decides")
    story.ask(decides, on=2).ask(decides, on=3)
    assert shut(story.case) == ["capacity"]
    story.ask(HAS, on=4)
    assert shut(story.case) == []


@pytest.mark.parametrize("then", [(), ("start-check",)], ids=["same check", "a new check"])
def test_given_a_doubt_when_the_same_person_says_not_known_and_then_decides_then_the_doubt_is_remembered(
    then: tuple[str, ...],
) -> None:
    story = checked_on_two(Story(), capacity="in-doubt", advocate="yes")
    for answer in ("unknown", "unknown"):
        story.ask(ConfirmItem(item="capacity", value=answer), on=2)
    if then:
        story.ask(StartCheck(form=FORM_2.code), on=2)
    story.ask(ConfirmItem(item="capacity", value="decides"), on=3)
    assert "capacity" in shut(story.case)
    story.ask(HAS, on=4)
    assert "capacity" not in shut(story.case)


def test_given_no_doubt_when_nobody_knows_and_then_decides_then_it_counts() -> None:
    story = checked_on_two(Story(), capacity="decides")
    story.ask(ConfirmItem(item="capacity", value="unknown"), on=2)
    assert "capacity" in shut(story.case)
    story.ask(ConfirmItem(item="capacity", value="decides"), on=3)
    assert shut(story.case) == []


def test_given_no_best_interests_decision_applies_then_an_attorney_with_seen_authority_is_needed() -> None:
    story = five_ticks().ask(LACKS, on=1).ask(IMCA, on=1).ask(DECIDED, on=1).ask(FREE, on=1)
    story.ask(ConfirmItem(item="best-interests", value="not-applicable"), on=2)
    assert shut(story.case) == ["best-interests"]
    why = {each.code: each.words for each in blocking(story.case)}["best-interests"]
    assert why.endswith(
        "does not apply, but no attorney or deputy is recorded whose authority somebody has seen"
    )
    attorney = RecordRepresentative(representative="attorney-welfare", authority_seen="unknown")
    story.ask(attorney, on=2)
    assert shut(story.case) == ["best-interests"]
    story.ask(attorney.model_copy(update={"authority_seen": "yes"}), on=2)
    assert shut(story.case) == []


def test_given_decides_was_ticked_when_an_earlier_assessment_says_otherwise_then_it_counts_no_more() -> None:
    story = checked_on_two(Story(), on=3, capacity="decides").ask(LACKS, on=2)
    assert "capacity" in shut(story.case)


def test_given_a_dispute_when_it_is_settled_on_a_finding_then_the_record_is_still_needed() -> None:
    story = checked_on_two(Story(), capacity="in-doubt", advocate="yes")
    story.ask(ConfirmItem(item="capacity", value="decides"), on=1, actor=WARD)
    assert story.case.check is not None
    assert story.case.check.disputed == {"capacity"}
    settle = SettleAnswer(item="capacity", value="decides", reason="mistaken")
    story.ask(settle, on=1)
    assert shut(story.case) == ["capacity"]


def test_given_a_record_when_it_is_found_that_they_decide_then_nothing_of_the_former_finding_counts() -> None:
    story = five_ticks().ask(LACKS, on=1).ask(HAS, on=1)
    assert shut(story.case) == []
    story.ask(ConfirmItem(item="capacity", value="cannot-decide"), on=2)
    assert "capacity" in shut(story.case)


def test_given_no_finding_then_the_assessment_is_recorded_before_a_decision_or_an_advocate() -> None:
    case = five_ticks().case
    needed = {each.code: each.next_action for each in blocking(case)}
    assert needed["advocate"].startswith("Record the advocate")
    assert _first(case) == [*["record-capacity"] * 4, "record-liberty"]
    assert _first(five_ticks().ask(LACKS, on=1).case) == [
        "record-best-interests",
        "record-advocate",
        "record-best-interests",
        "record-liberty",
    ]


def _first(case: Case) -> list[str]:
    form = form_of_case(case)
    needed = ((code, missing_for(case, form.item(code))) for code in shut(case))
    return [to_record_first(case, code, each).command for code, each in needed if each is not None]


UNTIL = 6
AUTHORISED = RecordLiberty(state="authorised", until_on=day(UNTIL))
LIBERTY_ITEM = "deprivation-of-liberty"


def authorised() -> Story:
    """A person who may not leave, as somebody authorised until a day."""
    story = Story().ask(LACKS, on=1).ask(IMCA, on=1).ask(DECIDED, on=1).ask(AUTHORISED, on=1)
    return checked_on_two(
        story,
        capacity="cannot-decide",
        best_interests="yes",
        advocate="yes",
        least_restrictive="yes",
        deprivation_of_liberty="yes",
    )


def looked(story: Story, on: int) -> Story:
    """The clock of the case strikes."""
    story.case = fold(story.case, consequences(story.case, noon(on)))
    return story


def test_given_an_authorisation_with_an_end_then_the_item_holds_on_that_day_and_the_case_looks_after_it() -> (
    None
):
    story = authorised()
    assert shut(story.case) == []
    assert next_end(story.case) == london_midnight(day(UNTIL + 1))
    assert shut(looked(story, UNTIL).case) == []


def test_given_the_authorisation_is_over_then_its_item_opens_again_and_says_until_when_it_held() -> None:
    story = looked(authorised(), UNTIL + 1)
    assert shut(story.case) == [LIBERTY_ITEM]
    [found] = blocking(story.case)
    assert (found.why, found.since) == ("run-out", day(UNTIL + 1))
    assert found.words.endswith("the answer has run out: it held until 8 March 2026")
    assert found.next_action.startswith("Record whether the person will be free to leave")
    assert consequences(story.case, noon(UNTIL + 1)) == []


def test_given_it_is_over_when_somebody_ticks_yes_without_another_record_then_the_item_stays_open() -> None:
    story = looked(authorised(), UNTIL + 1)
    story.ask(ConfirmItem(item=LIBERTY_ITEM, value="yes"), on=UNTIL + 2)
    assert shut(story.case) == [LIBERTY_ITEM]
    assert blocking(story.case)[0].why == "run-out"


def test_given_it_is_over_when_another_one_is_recorded_then_the_item_is_settled_until_its_end() -> None:
    story = looked(authorised(), UNTIL + 1)
    story.ask(RecordLiberty(state="authorised", until_on=day(20)), on=UNTIL + 2)
    assert shut(story.case) == []
    assert shut(looked(story, 21).case) == [LIBERTY_ITEM]


def test_given_an_authorisation_that_is_longer_before_it_ends_then_the_new_end_counts() -> None:
    story = authorised().ask(RecordLiberty(state="authorised", until_on=day(20)), on=4)
    assert shut(looked(story, 20).case) == []
    assert shut(looked(story, 21).case) == [LIBERTY_ITEM]


def test_given_an_authorisation_without_an_end_then_nothing_ends() -> None:
    story = authorised().ask(RecordLiberty(state="authorised"), on=4)
    assert LIBERTY_ITEM not in shut(looked(story, 400).case)
