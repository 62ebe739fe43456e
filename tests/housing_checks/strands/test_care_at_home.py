"""Care at home: asked for, found, and booked for the day on which the person is back."""

from __future__ import annotations

from api.codes.lists import CODE_LISTS
from discharge.cases.commands import MoveStrand
from discharge.cases.model import Stage
from housing_checks.strands.definitions import DEFINITIONS
from tests.housing_checks.homes import COUNCIL, checked, day, start

CARE = "care-at-home/1"


def test_given_care_that_is_asked_for_when_its_first_visit_is_booked_then_the_home_is_ready() -> None:
    story = checked(first_care_visit="no").ask(start("care-at-home", "reablement", partner_id=COUNCIL))
    strand = story.case.strands[CARE]
    assert (strand.owner_role, strand.due_on) == ("adult-social-care", day(8))
    assert story.case.stage is Stage.MAKING_READY
    for step in ("assessed", "funded", "provider-found", "first-visit-booked"):
        story.ask(MoveStrand(strand=CARE, step=step), on=2)
    assert story.case.strands[CARE].status == "completed"
    assert story.case.gate["first-care-visit"].value == "yes"
    assert story.case.stage is Stage.READY


def test_given_care_at_home_then_it_goes_with_the_person_and_its_codes_are_listed() -> None:
    assert not DEFINITIONS["care-at-home"].for_the_building
    assert CODE_LISTS["strand-kinds"].label("care-at-home") == "Care at home"
    assert CODE_LISTS["care-at-home"].label("night-care") == "Care at night"
