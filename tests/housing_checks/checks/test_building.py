"""The person goes to another building than the one that was checked: its answers no longer count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discharge.cases.commands import (
    CompleteCheck,
    ConfirmItem,
    MoveStrand,
    NameMitigation,
    RedirectStrand,
    SaveAnswers,
    SettleAnswer,
    StartStrand,
)
from discharge.cases.events import AlertRaised, BuildingLeft, ItemAnswered, MitigationWithdrawn
from discharge.cases.model import Actor
from discharge.cases.unready import blockers
from discharge.codes.casework import OWNER_ROLES
from discharge.errors import Refused
from discharge.risk.alerts import judge
from discharge.sight import seen_case
from housing_checks.checks.former_building import ordered_for
from housing_checks.facts import answers_of_former_building, orders_for_former_building
from housing_checks.gate.blockers import beside, blocking
from tests.housing_checks.form_two import FORM_2, all_well, checked_on_two, form_two_in_force
from tests.housing_checks.homes import COORDINATOR, COUNCIL, FIRST, SERVICE, TRUST, Story, day, noon

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


@pytest.mark.parametrize(("then", "over"), [(SISTERS, True), (OWN, False)])
def test_given_nobody_knew_meanwhile_when_a_building_is_named_then_answers_are_taken_to_be_of_the_own_home(
    then: str, over: bool
) -> None:
    story = checked_on_two(Story(), destination=OWN).ask(goes("unknown"), on=5)
    assert bool(left(story.ask(goes(then), on=6))) is over
    assert story.case.gate["heating"].value == ("unknown" if over else "yes")


def test_given_another_home_than_their_own_when_nobody_knows_any_more_then_its_answers_are_over_at_once() -> (
    None
):
    story = checked_on_two(Story(), destination=SISTERS).ask(goes("unknown"), on=5)
    assert len(left(story)) == 1
    assert story.case.gate["heating"].value == "unknown"
    assert left(story.ask(goes(OWN), on=6)) == []
    assert story.case.gate["heating"].value == "unknown"


def test_given_nobody_knew_at_first_when_the_own_home_was_looked_at_then_it_counts_for_that_one_alone() -> (
    None
):
    def story() -> Story:
        return Story().ask(goes("unknown"), on=1).ask(ConfirmItem(item="heating", value="yes"), on=2)

    assert left(story().ask(goes(OWN), on=3)) == []
    assert [each.items for each in left(story().ask(goes(SISTERS), on=3))] == [("heating",)]


def test_given_two_people_who_differ_about_the_building_then_answers_count_until_it_is_settled() -> None:
    story = checked_on_two(Story(), destination=OWN)
    other = Actor(organisation_id=SERVICE, role="coordinator", user_id=SERVICE)
    story.ask(goes(OWN, "document"), on=5, actor=other)
    assert left(story.ask(goes(SISTERS), on=5, actor=OTHER)) == []
    story.ask(SettleAnswer(item="destination", value=SISTERS, reason="knows-better"), on=6)
    assert len(left(story)) == 1


def under_way(on: int = 2) -> Story:
    return Story().ask(goes(OWN), on=on).ask(ConfirmItem(item="heating", value="yes"), on=on)


def heating(story: Story) -> str | None:
    assert story.case.check is not None
    return story.case.check.answers.get("heating")


def test_given_a_check_under_way_when_a_slip_of_the_day_is_corrected_then_nothing_is_lost() -> None:
    story = Story().ask(ConfirmItem(item="heating", value="yes"), on=2).ask(goes(OWN), on=3)
    assert left(story.ask(goes(SISTERS), on=3)) == []
    assert heating(story) == "yes"


@pytest.mark.parametrize("later", [0, 1])
def test_given_answers_since_a_building_was_named_when_another_is_named_then_they_are_asked_again(
    later: int,
) -> None:
    story = under_way().ask(goes(SISTERS), on=2 + later)
    assert [each.items for each in left(story)] == [("heating",)]
    assert heating(story) is None
    assert story.case.check is not None
    assert story.case.check.of_former_building == {"heating": day(2 + later)}
    assert [known.count for known in answers_of_former_building(story.case)] == [1]


def test_given_another_person_on_the_same_day_then_it_is_no_slip() -> None:
    story = Story().ask(ConfirmItem(item="heating", value="yes"), on=2).ask(goes(OWN, "told"), on=3)
    story.ask(goes(SISTERS, "document"), on=3, actor=OTHER)
    assert [each.items for each in left(story)] == [("heating",)]


def test_given_a_check_under_way_when_the_building_is_settled_then_the_former_ones_answers_are_over() -> None:
    story = under_way().ask(goes(OWN, "document"), on=2).ask(goes(SISTERS), on=3, actor=OTHER)
    assert left(story) == []
    story.ask(SettleAnswer(item="destination", value=SISTERS, reason="changed-since"), on=4)
    assert [each.items for each in left(story)] == [("heating",)]


@pytest.mark.parametrize(("by", "kept"), [(OTHER, "yes"), (COORDINATOR, None)])
def test_given_the_other_was_mistaken_then_answers_of_who_was_right_count(
    by: Actor, kept: str | None
) -> None:
    story = Story().ask(goes(OWN, "document"), on=2).ask(goes(SISTERS), on=3, actor=OTHER)
    story.ask(ConfirmItem(item="heating", value="yes"), on=3, actor=by)
    story.ask(SettleAnswer(item="destination", value=SISTERS, reason="mistaken"), on=4)
    assert heating(story) == kept


@pytest.mark.parametrize("command", [SaveAnswers, CompleteCheck])
def test_given_another_building_and_answers_at_once_then_these_count_and_what_was_left_alone_is_over(
    command: type[SaveAnswers] | type[CompleteCheck],
) -> None:
    story = under_way().ask(ConfirmItem(item="water", value="yes"), on=2)
    said = {"destination": SISTERS, "heating": "no", "water": "yes"}
    known = {"destination": "told"}
    if command is CompleteCheck:
        said = {**all_well(story.case, destination=SISTERS), "heating": "no"}
        with pytest.raises(Refused) as refused:
            story.ask(CompleteCheck(form=FORM_2.code, answers=said, kept=("water",)), on=3)
        assert (refused.value.code, refused.value.detail) == ("item-not-answered", "water")
        return
    story.ask(SaveAnswers(form=FORM_2.code, answers=said, evidence=known, kept=("water",)), on=3)
    assert heating(story) == "no"
    assert story.case.check is not None
    assert story.case.check.of_former_building.keys() >= {"water"}
    assert "water" not in story.case.check.answers


@pytest.mark.parametrize("together", [False, True])
def test_given_an_answer_of_a_day_before_the_move_when_it_comes_late_then_it_is_only_kept(
    together: bool,
) -> None:
    story = under_way().ask(goes(SISTERS), on=5)
    late = SaveAnswers(form=FORM_2.code, answers={"water": "yes", "heating": "yes"})
    for asked in [late] if together else [ConfirmItem(item=code, value="yes") for code in late.answers]:
        story.ask(asked, on=4, now=6)
        answered = [each for each in story.last if isinstance(each, ItemAnswered)]
        assert answered
        assert not any(each.stands for each in answered)
    assert story.case.check is not None
    assert not {"water", "heating"} & story.case.check.answers.keys()


STAIRLIFT = StartStrand(strand_kind="adaptation", item="straight-stairlift")
CARE = StartStrand(strand_kind="care-at-home", item="home-care")
ORDER = "adaptation/1"
FITTED = "adaptation-in-place"


def ordered(value: str = OWN) -> Story:
    return checked_on_two(Story(), destination=value).ask(STAIRLIFT, on=3)


def told(story: Story) -> list[dict[str, str]]:
    return [dict(known.words) for known in orders_for_former_building(story.case)]


def waiting(story: Story) -> set[str]:
    return {each.code for each in blocking(story.case)}


def test_given_an_order_for_the_building_left_then_it_says_for_which_it_was_and_its_owner_is_told() -> None:
    story = ordered().ask(goes(SISTERS), on=5)
    strand = story.case.strands[ORDER]
    assert (strand.former_home, strand.former_place) == (True, OWN)
    assert ordered_for(story.case, strand) == "ordered for their own home, not for where they go now"
    (words,) = told(story)
    assert words["owner"] == OWNER_ROLES.label(strand.owner_role)
    assert "their own home" in words["ordered"]
    raised = {
        each.alert.rule: each.alert for each in judge(story.case, noon(5)) if isinstance(each, AlertRaised)
    }
    alert = raised["orders-for-former-building"]
    assert (alert.level, alert.owner_role) == ("RED", "coordinator")
    assert alert.fact.startswith("Straight stairlift: ordered for their own home")
    assert "work-for-former-home" not in raised, "nobody is told twice"
    assert ORDER in waiting(story), "until somebody decides"


def test_given_work_that_goes_with_the_person_then_it_is_not_marked() -> None:
    story = checked_on_two(Story(), destination=OWN).ask(CARE, on=3).ask(goes(SISTERS), on=5)
    assert not story.case.strands["care-at-home/1"].former_home


def test_given_no_building_before_then_no_order_was_made_for_one() -> None:
    story = ordered("to-be-found").ask(goes(SISTERS), on=5)
    assert not story.case.strands[ORDER].former_home


def test_given_it_is_done_at_the_former_building_then_the_new_home_is_no_readier() -> None:
    needed = {"adaptation_needed": "minor", "adaptation_in_place": "no"}
    story = checked_on_two(Story(), destination=OWN, **needed).ask(STAIRLIFT, on=3)
    story.ask(goes("scheme"), on=5).ask(ConfirmItem(item="adaptation-needed", value="minor"), on=6)
    story.ask(MoveStrand(strand=ORDER, step="fitted"), on=7)
    assert story.case.strands[ORDER].status == "completed"
    assert story.case.gate[FITTED].value == "unknown"
    assert FITTED in waiting(story)


def test_given_it_is_kept_then_the_discharge_does_not_wait_the_alert_ends_and_it_stays_in_sight() -> None:
    story = ordered().ask(goes(SISTERS), on=5).ask(RedirectStrand(strand=ORDER, kept=True), on=6)
    assert [each.kind for each in story.last if each.kind.startswith("strand")] == ["strand-kept"]
    assert told(story) == []
    assert ORDER not in waiting(story)
    assert ORDER not in blockers(story.case)
    strand = story.case.strands[ORDER]
    assert ordered_for(story.case, strand).endswith("; still needed there")
    assert ORDER in {each.code for each in beside(story.case)}
    again = story.ask(RedirectStrand(strand=ORDER, kept=True), on=7).last
    assert [each for each in again if each.kind == "strand-kept"] == []


def test_given_the_person_goes_back_to_that_building_then_its_order_counts_again_and_another_does_not() -> (
    None
):
    story = ordered().ask(goes(SISTERS), on=5).ask(RedirectStrand(strand=ORDER, kept=True), on=6)
    story.ask(StartStrand(strand_kind="equipment", item="commode"), on=7).ask(goes(OWN), on=8)
    back, other = story.case.strands[ORDER], story.case.strands["equipment/1"]
    assert (back.former_home, back.former_place, back.kept_on) == (False, None, None)
    assert (other.former_home, other.former_place) == (True, SISTERS)
    assert ORDER in waiting(story)


def test_given_a_check_under_way_when_the_building_changes_then_orders_for_the_former_one_are_marked() -> (
    None
):
    story = Story().ask(ConfirmItem(item="destination", value=OWN), on=2).ask(STAIRLIFT, on=2)
    story.ask(goes(SISTERS), on=3)
    assert story.case.strands[ORDER].former_place == OWN


def test_given_a_supplier_then_it_is_not_told_for_which_building_the_check_was() -> None:
    story = Story()
    start = STAIRLIFT.model_copy(update={"partner_id": COUNCIL})
    checked_on_two(story, destination=OWN).ask(start, on=3).ask(goes(SISTERS), on=5)
    seen = seen_case(story.case, "supplier", COUNCIL).strands[ORDER]
    assert (seen.former_home, seen.former_place) == (True, None)
    assert OWN not in seen_case(story.case, "supplier", COUNCIL).model_dump_json()
