"""Strands: started, moved forward only, completed, cancelled, and heard from."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discharge.cases.commands import CancelStrand, Command, MoveStrand, ReportFromStrand, RequireStrand
from discharge.cases.model import Actor, Stage
from discharge.errors import Refused
from housing_checks.gate.blockers import beside, blocking
from housing_checks.strands.definitions import DEFINITIONS
from tests.housing_checks.homes import (
    COUNCIL,
    HOME,
    LANDLORD,
    SYSTEM,
    TRUST,
    Story,
    check,
    checked,
    confirm,
    day,
    start,
)

STAIRLIFT = start("adaptation", "straight-stairlift", partner_id=COUNCIL)
LIFT = "adaptation/1"


def move(step: str, strand: str = LIFT, due: int | None = None) -> MoveStrand:
    return MoveStrand(strand=strand, step=step, due_on=None if due is None else day(due))


def refused(story: Story, command: Command, on: int = 1, now: int | None = None, **who: Actor) -> str:
    with pytest.raises(Refused) as refusal:
        story.decide(command, on, now, **who)
    return refusal.value.code


def test_stairlift_first_then_home() -> None:
    story = checked(steps_stairs="no", adaptation_in_place="no").ask(STAIRLIFT, on=2)
    assert story.kinds == ["strand-started", "making-ready-started"]
    strand = story.case.strands[LIFT]
    assert (strand.step, strand.due_on, strand.owner_role) == ("started", day(2 + 28), "adaptations-service")
    for step, on in (("acknowledged", 3), ("surveyed", 5), ("scheduled", 6)):
        story.ask(move(step), on=on)
        assert story.kinds == ["strand-moved"]
    story.ask(move("fitted"), on=9)
    assert story.kinds == ["strand-moved", "strand-completed", "gate-item-set"]
    assert story.case.strands[LIFT].ended_on == day(9)
    assert story.case.gate["adaptation-in-place"].value == "yes"
    story.ask(confirm("steps-stairs"), on=9)
    assert story.case.stage is Stage.READY


def test_the_gate_item_waits_for_the_last_required_adaptation() -> None:
    story = checked(adaptation_in_place="no").ask(STAIRLIFT).ask(start("adaptation", "grab-rail"))
    story.ask(move("fitted"), on=2)
    assert story.case.gate["adaptation-in-place"].value == "no"
    story.ask(move("fitted", "adaptation/2"), on=3)
    assert story.case.gate["adaptation-in-place"].value == "yes"
    assert story.case.stage is Stage.READY


def test_an_adaptation_that_was_not_required_says_nothing_of_the_required_ones() -> None:
    story = checked(adaptation_in_place="no")
    story.ask(start("adaptation", "grab-rail", required=False)).ask(move("fitted"), on=2)
    assert story.case.gate["adaptation-in-place"].value == "no"


def test_equipment_in_place_is_settled_by_the_equipment() -> None:
    story = checked(equipment_in_place="unknown").ask(start("equipment", "hospital-bed"))
    story.ask(move("delivered", "equipment/1"), on=2)
    assert story.case.gate["equipment-in-place"].value == "unknown"
    story.ask(move("fitted", "equipment/1"), on=2)
    assert story.case.stage is Stage.READY


def test_an_order_placed_before_the_check_begins_making_ready_once_the_home_is_checked() -> None:
    story = Story().ask(STAIRLIFT)
    assert story.case.stage is Stage.ACCEPTED
    story.ask(check(adaptation_in_place="no"), on=2)
    assert story.case.stage is Stage.MAKING_READY


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (STAIRLIFT, "already-done"),
        (start("adaptation", "commode"), "code-not-in-value-set"),
        (start("adaptation", "grab-rail", due_on=day(0)), "dates-out-of-order"),
    ],
)
def test_a_strand_is_not_opened_twice_nor_for_an_item_of_another_kind_nor_due_in_the_past(
    command: Command, code: str
) -> None:
    assert refused(Story().ask(STAIRLIFT), command) == code


def test_the_same_item_can_be_ordered_again_after_it_was_cancelled() -> None:
    story = Story().ask(STAIRLIFT).ask(CancelStrand(strand=LIFT, reason="ordered-in-error"))
    assert story.ask(STAIRLIFT).case.strands["adaptation/2"].status == "open"


def test_no_work_before_the_referral_is_accepted_and_no_basics_before_the_check() -> None:
    assert refused(Story(accepted=False), STAIRLIFT) == "stage-not-allowed"
    assert refused(Story(), start("basics", "basics-at-home")) == "stage-not-allowed"


@pytest.mark.parametrize("kind", ["adaptation", "equipment"])
@given(data=st.data())
@settings(max_examples=50)
def test_steps_only_go_forward_whatever_partners_say(kind: str, data: st.DataObject) -> None:
    definition = DEFINITIONS[kind]
    codes = [step.code for step in definition.steps]
    story = checked().ask(start(kind, "grab-rail" if kind == "adaptation" else "commode"))
    key, reached = f"{kind}/1", ["started"]
    for on, step in enumerate(data.draw(st.lists(st.sampled_from(codes), max_size=8)), start=2):
        strand = story.case.strands[key]
        ahead = codes.index(step) > codes.index(strand.step)
        if step in reached:
            assert story.decide(move(step, key), on=on) == []
        elif not ahead or strand.status != "open":
            assert refused(story, move(step, key), on=on) == "already-done"
        else:
            story.ask(move(step, key), on=on)
            reached.append(step)
            assert story.case.strands[key].step == step
    strand = story.case.strands[key]
    assert list(strand.steps) == reached == sorted(reached, key=codes.index)
    assert (strand.status == "completed") is (codes[-1] in reached)
    assert list(strand.steps.values()) == sorted(strand.steps.values())


def test_a_step_is_not_earlier_than_the_one_before_nor_in_the_future() -> None:
    story = Story().ask(STAIRLIFT, on=2).ask(move("acknowledged"), on=4)
    assert refused(story, move("surveyed"), on=3, now=5) == "dates-out-of-order"
    assert refused(story, move("surveyed"), on=6, now=5) == "date-in-future"
    assert refused(story, move("delivered"), on=5) == "code-not-in-value-set"
    assert refused(story, move("surveyed", "adaptation/7"), on=5) == "no-such-item"


def test_a_new_promise_restates_the_day_and_keeps_the_day_of_the_step() -> None:
    story = Story().ask(STAIRLIFT).ask(move("acknowledged"), on=2)
    story.ask(move("acknowledged", due=40), on=5)
    strand = story.case.strands[LIFT]
    assert (strand.due_on, strand.steps["acknowledged"]) == (day(40), day(2))
    assert story.decide(move("acknowledged", due=40), on=6) == []


@pytest.mark.parametrize(
    ("actor", "allowed"),
    [
        (Actor(organisation_id=COUNCIL, role="system"), True),
        (SYSTEM, True),
        (Actor(organisation_id=LANDLORD, role="coordinator"), True),
        (Actor(organisation_id=LANDLORD, role="system"), False),
        (Actor(organisation_id=TRUST, role="discharge-team"), False),
    ],
)
def test_a_strand_is_moved_by_coordinators_its_partner_and_the_systems_of_the_owner(
    actor: Actor, allowed: bool
) -> None:
    story = Story().ask(STAIRLIFT)
    if allowed:
        assert story.decide(move("acknowledged"), actor=actor)
    else:
        assert refused(story, move("acknowledged"), actor=actor) == "role-not-allowed"


@pytest.mark.parametrize(("reason", "code"), [("", "reason-needed"), ("because", "code-not-in-value-set")])
def test_a_strand_is_cancelled_with_a_reason_of_the_list(reason: str, code: str) -> None:
    assert refused(Story().ask(STAIRLIFT), CancelStrand(strand=LIFT, reason=reason)) == code


def test_a_cancelled_order_no_longer_blocks_but_settles_nothing() -> None:
    story = checked(adaptation_in_place="no").ask(STAIRLIFT)
    story.ask(CancelStrand(strand=LIFT, reason="person-declined"), on=2)
    assert story.case.open_strands == ()
    assert story.case.gate["adaptation-in-place"].value == "no"
    assert refused(story, move("fitted"), on=3) == "already-done"
    assert refused(story, CancelStrand(strand=LIFT, reason="moving"), on=3) == "already-done"


def test_an_overdue_report_is_taken_once_for_each_promised_day() -> None:
    story = Story().ask(start("adaptation", "grab-rail", due_on=day(3)), on=1)
    overdue = ReportFromStrand(strand=LIFT, report="overdue")
    assert story.decide(overdue, on=3, actor=SYSTEM) == []
    story.ask(overdue, on=5, actor=SYSTEM)
    assert story.case.strands[LIFT].overdue_since == day(4)
    assert story.decide(overdue, on=6, actor=SYSTEM) == []
    story.ask(move("acknowledged", due=8), on=6)
    assert story.case.strands[LIFT].overdue_since is None
    assert story.ask(overdue, on=9, actor=SYSTEM).case.strands[LIFT].overdue_since == day(9)


def test_reports_come_from_systems_only_and_an_ended_strand_has_nothing_to_report() -> None:
    story = Story().ask(STAIRLIFT)
    overdue = ReportFromStrand(strand=LIFT, report="overdue")
    assert refused(story, overdue) == "role-not-allowed"
    story.ask(move("fitted"), on=2)
    assert story.decide(overdue, on=50, actor=SYSTEM) == []


def test_homes_are_proposed_to_a_rehousing_when_they_differ_from_before() -> None:
    story = Story().ask(start("rehousing", "rehousing:1-bed-general")).ask(STAIRLIFT)
    found = ReportFromStrand(strand="rehousing/1", report="proposals", property_ids=(HOME,))
    story.ask(found, actor=SYSTEM)
    assert story.case.strands["rehousing/1"].proposals == (HOME,)
    assert story.decide(found, on=2, actor=SYSTEM) == []
    homes: tuple[UUID, ...] = (HOME,)
    assert story.decide(found.model_copy(update={"strand": LIFT, "property_ids": homes}), actor=SYSTEM) == []


def test_repairs_belong_to_the_building_and_are_the_landlords_until_they_are_done_and_checked() -> None:
    story = checked().ask(start("repairs", "deep-clean", partner_id=LANDLORD))
    strand = story.case.strands["repairs/1"]
    assert (strand.owner_role, strand.due_on) == ("landlord", day(8))
    for step in ("acknowledged", "scheduled", "done"):
        story.ask(move(step, "repairs/1"))
    assert story.case.strands["repairs/1"].status == "completed"
    assert DEFINITIONS["repairs"].for_the_building


def waits(required: bool, strand: str = LIFT) -> RequireStrand:
    return RequireStrand(strand=strand, required=required)


def test_given_a_stairlift_of_his_own_home_when_he_goes_to_his_son_then_the_discharge_does_not_wait() -> None:
    story = checked(adaptation_in_place="yes").ask(STAIRLIFT, on=2)
    assert story.case.stage is Stage.MAKING_READY
    story.ask(waits(required=False), on=2, note=uuid4())
    assert story.kinds[0] == "strand-required"
    assert story.case.stage is Stage.READY
    assert [each.code for each in beside(story.case)] == [LIFT]
    assert story.case.strands[LIFT].status == "open", "it goes on"


def test_given_he_goes_home_after_all_then_the_discharge_waits_for_it_again() -> None:
    story = checked().ask(STAIRLIFT, on=2).ask(waits(required=False), on=2, note=uuid4())
    story.ask(waits(required=True), on=3)
    assert [each.code for each in blocking(story.case)] == [LIFT]
    assert story.ask(waits(required=True), on=3).kinds == []


def test_given_nobody_says_why_or_the_work_has_ended_then_it_is_refused() -> None:
    story = checked().ask(STAIRLIFT, on=2)
    assert refused(story, waits(required=False), on=2) == "note-needed"
    assert refused(story, waits(required=True, strand="adaptation/9"), on=2) == "no-such-item"
    story.ask(CancelStrand(strand=LIFT, reason="no-longer-needed"), on=2)
    assert refused(story, waits(required=True), on=2) == "already-done"
