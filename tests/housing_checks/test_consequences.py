"""What follows by itself: basics, making ready, ready, and a return to hospital."""

from __future__ import annotations

from uuid import uuid4

import pytest

from discharge.cases.commands import MoveStrand, NameMitigation
from discharge.cases.events import PersonDischarged, PersonReadmitted
from discharge.cases.evolve import fold
from discharge.cases.model import Discharge, Readmission, Stage
from discharge.errors import Refused
from housing_checks.pathway import consequences
from housing_checks.strands.basics.items import basics_missing
from tests.housing_checks.homes import FORM_1, Story, checked, confirm, day, noon, start

BASICS = start("basics", "basics-at-home")


def test_the_basics_strand_completes_when_its_six_items_are_yes_or_mitigated() -> None:
    story = checked(**{code.replace("-", "_"): "unknown" for code in FORM_1.basics}).ask(BASICS)
    assert basics_missing(story.case) == FORM_1.basics
    for code in FORM_1.basics[:-1]:
        story.ask(confirm(code), on=2)
        assert story.case.strands["basics/1"].status == "open"
    story.ask(NameMitigation(item=FORM_1.basics[-1], mitigation="someone-there", role="family-carer"), on=3)
    assert story.kinds == ["mitigation-named", "strand-moved", "strand-completed", "home-became-ready"]
    assert story.case.strands["basics/1"].ended_on == day(3)


def test_basics_opened_for_a_home_that_has_them_are_done_at_once() -> None:
    story = checked(arrival="no").ask(BASICS)
    assert story.case.strands["basics/1"].status == "completed"


def test_nobody_can_say_that_the_basics_are_done_but_the_gate() -> None:
    story = checked(heating="no").ask(BASICS)
    with pytest.raises(Refused, match="gate-not-satisfied"):
        story.decide(MoveStrand(strand="basics/1", step="in-place"), on=2)


def test_a_late_backdated_confirmation_does_not_end_the_basics_before_they_were_visited() -> None:
    story = checked(heating="unknown").ask(BASICS).ask(MoveStrand(strand="basics/1", step="visited"), on=5)
    known = fold(story.case, story.decide(confirm("heating"), on=3, now=5))
    after = fold(known, consequences(known, noon(5), on=day(3)))
    assert after.strands["basics/1"].ended_on == day(5)


def gone_home() -> Story:
    story = checked()
    left = Discharge(discharged_on=day(2), discharged_at=noon(2), told_by="hand")
    return story.happens(PersonDischarged(discharge=left))


def test_after_the_person_left_the_gate_is_not_asked() -> None:
    story = gone_home()
    story.ask(start("adaptation", "level-access-shower"), on=3)
    assert story.case.stage is Stage.DISCHARGED
    assert consequences(story.case, noon(9)) == []


def test_back_in_hospital_what_was_arranged_for_the_first_arrival_is_unknown_again() -> None:
    story = gone_home()
    back = Readmission(spell_id=uuid4(), readmitted_on=day(4), days_after=2)
    story.happens(PersonReadmitted(readmission=back))
    assert story.case.stage is Stage.CHECKED
    unknown = {code for code, item in story.case.gate.items() if item.value == "unknown"}
    assert unknown == {"food", "first-care-visit", "arrival"}
    assert story.case.gate["heating"].value == "yes"
    for code in unknown:
        story.ask(confirm(code), on=4)
    assert story.case.stage is Stage.READY


def test_a_mitigation_named_after_the_return_stays() -> None:
    story = gone_home()
    back = Readmission(spell_id=uuid4(), readmitted_on=day(4), days_after=2)
    story.happens(PersonReadmitted(readmission=back))
    story.ask(NameMitigation(item="food", mitigation="meals-delivered", role="care-provider"), on=5)
    assert story.case.gate["food"].satisfied


def test_effective_day_of_the_cause_is_the_day_of_what_follows() -> None:
    story = Story().ask(start("equipment", "commode"))
    assert consequences(story.case, noon(1)) == []
    ready = checked()
    shut = ready.case.model_copy(update={"stage": Stage.MAKING_READY})
    (event,) = consequences(shut, noon(9), on=day(7))
    assert event.model_dump()["ready_on"] == day(7)
