"""The person goes to another building than the one that was checked: its answers no longer count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discharge.cases.commands import ConfirmItem, NameMitigation, SettleAnswer
from discharge.cases.events import BuildingLeft, MitigationWithdrawn
from discharge.cases.model import Actor
from housing_checks.facts import answers_of_former_building
from housing_checks.gate.blockers import blocking
from tests.housing_checks.form_two import FORM_2, checked_on_two, form_two_in_force
from tests.housing_checks.homes import FIRST, SERVICE, TRUST, Story, day

OWN, SISTERS = "own-home", "other-home"
OTHER = Actor(organisation_id=TRUST, role="discharge-team", user_id=TRUST)


@pytest.fixture(autouse=True)
def in_force() -> Iterator[None]:
    with form_two_in_force(FIRST):
        yield


def goes(value: str, evidence: str = "told") -> ConfirmItem:
    return ConfirmItem(item="destination", value=value, evidence=evidence)


def left(story: Story) -> list[BuildingLeft]:
    return [each for each in story.last if isinstance(each, BuildingLeft)]


def test_given_a_whole_check_when_the_person_goes_elsewhere_then_the_building_is_asked_again() -> None:
    story = checked_on_two(Story(), destination=OWN)
    before = story.case.check
    assert before is not None
    story.ask(goes(SISTERS), on=5)
    after = story.case.check
    assert after is not None
    (event,) = left(story)
    about = {item.code for item in FORM_2.items if item.of_the_building} - {"destination"}
    assert set(event.items) == about & before.answers.keys()
    assert after.answers.keys() == (before.answers.keys() - about)
    assert after.answers["destination"] == SISTERS
    assert after.of_former_building == dict.fromkeys(event.items, day(5))
    assert story.case.gate["heating"].value == "unknown"
    assert "heating" in {each.code for each in blocking(story.case)}
    (known,) = answers_of_former_building(story.case)
    assert known.count


def test_given_an_answer_about_the_new_building_then_it_counts_and_is_no_more_of_the_former_one() -> None:
    story = checked_on_two(Story(), destination=OWN).ask(goes(SISTERS), on=5)
    story.ask(ConfirmItem(item="heating", value="yes", evidence="seen"), on=6)
    assert story.case.check is not None
    assert story.case.check.answers["heating"] == "yes"
    assert "heating" not in story.case.check.of_former_building
    assert story.case.gate["heating"].value == "yes"


def test_given_a_mitigation_for_the_former_building_when_left_then_it_is_over() -> None:
    story = checked_on_two(Story(), destination=OWN, heating="no")
    story.ask(NameMitigation(item="heating", mitigation="temporary-heating", role="coordinator"), on=3)
    story.ask(goes(SISTERS), on=5)
    ended = [each for each in story.last if isinstance(each, MitigationWithdrawn)]
    assert [each.item for each in ended] == ["heating"]
    assert story.case.gate["heating"].mitigation is None


def test_given_the_same_building_again_or_nothing_known_of_it_then_everything_counts() -> None:
    story = checked_on_two(Story(), destination=OWN)
    assert left(story.ask(goes(OWN), on=5)) == []
    assert left(story.ask(goes("unknown"), on=6)) == []
    assert story.case.gate["heating"].value == "yes"


def test_given_two_people_who_differ_about_the_building_then_answers_count_until_it_is_settled() -> None:
    story = checked_on_two(Story(), destination=OWN)
    other = Actor(organisation_id=SERVICE, role="coordinator", user_id=SERVICE)
    story.ask(goes(OWN, "document"), on=5, actor=other)
    assert left(story.ask(goes(SISTERS), on=5, actor=OTHER)) == []
    story.ask(SettleAnswer(item="destination", value=SISTERS, reason="knows-better"), on=6)
    assert len(left(story)) == 1


def test_given_a_check_under_way_when_a_slip_is_corrected_then_nothing_is_lost() -> None:
    story = Story().ask(ConfirmItem(item="destination", value=OWN), on=2)
    story.ask(ConfirmItem(item="heating", value="yes"), on=2).ask(goes(SISTERS), on=3)
    assert left(story) == []
    assert story.case.check is not None
    assert story.case.check.answers["heating"] == "yes"
