"""An emergency hazard that is not made safe keeps the gate shut."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from discharge.cases import commands as cmd
from discharge.cases.circumstances import circumstances
from discharge.cases.evolve import fold
from discharge.cases.model import Case, GateItem, Stage
from housing_checks.checks.all_well import answers_when_well
from housing_checks.contradictions import contradictions
from housing_checks.gate.blockers import blocking
from housing_checks.gate.sentence import what_stands_between
from housing_checks.hazards.gate import JUDGED, LANDLORD_TOLD, hazards_at_the_gate
from tests.discharge.cases.stories import CASE, FIRST, day
from tests.housing_checks.form_two import FORM_2, form_two_in_force
from tests.housing_checks.hazards.hazard_story import (
    COUNCIL,
    HazardStory,
    landlord_told,
    moment,
    mould,
    step,
)
from tests.housing_checks.homes import FORM_1, answers, confirm

ITEM = "no-emergency-hazard"
EMERGENCY = mould(severity="emergency")
ANOTHER_ROOM = cmd.NameMitigation(
    item=ITEM, mitigation="room-closed-off", role="family-carer", until_on=day(20)
)


def ready() -> HazardStory:
    story = HazardStory(checked=True)
    assert story.case.stage is Stage.READY
    return story


def value(story: HazardStory) -> str:
    return story.case.gate[ITEM].value


def test_given_an_emergency_in_a_home_that_was_ready_then_it_is_not_ready_any_more() -> None:
    story = ready().ask(EMERGENCY, 1)
    assert (story.case.stage, value(story)) == (Stage.CHECKED, "no")


@pytest.mark.parametrize("severity", ["significant", "other"])
def test_given_a_lesser_hazard_then_the_gate_stays_open(severity: str) -> None:
    assert ready().ask(mould(severity=severity), 1).case.stage is Stage.READY


def test_given_it_is_made_safe_with_evidence_then_the_gate_opens_again() -> None:
    story = ready().ask(EMERGENCY, 1).ask(step("made-safe", "photo"), 2)
    assert (story.case.stage, value(story)) == (Stage.READY, "yes")
    assert story.case.gate[ITEM].as_of == day(2)


def test_given_two_emergencies_then_the_last_one_made_safe_opens_the_gate() -> None:
    story = ready().ask(EMERGENCY, 1).ask(mould(severity="emergency", room="kitchen"), 1)
    assert value(story.ask(step("made-safe", "seen"), 2)) == "no"
    assert value(story.ask(step("made-safe", "seen", hazard="hazard/2"), 3)) == "yes"


def test_given_an_item_that_nobody_answered_then_made_safe_leaves_it_unknown() -> None:
    story = HazardStory()
    unasked = cmd.CompleteCheck(form=FORM_1.code, answers=answers(no_emergency_hazard="unknown"))
    story.ask(unasked, 0).ask(EMERGENCY, 1)
    assert value(story) == "no"
    assert value(story.ask(step("made-safe", "seen"), 2)) == "unknown"


def test_given_an_emergency_before_the_check_then_a_check_that_says_yes_does_not_open_the_gate() -> None:
    story = HazardStory().ask(EMERGENCY, 0)
    story.ask(cmd.CompleteCheck(form=FORM_1.code, answers=answers()), 1)
    assert (story.case.stage, value(story)) == (Stage.CHECKED, "no")


def test_given_another_room_meanwhile_then_the_gate_opens_until_its_day_and_shuts_again() -> None:
    story = ready().ask(EMERGENCY, 1).ask(ANOTHER_ROOM, 1)
    assert story.case.stage is Stage.READY
    story.look(moment(21, hour=1))
    assert (story.case.stage, value(story)) == (Stage.CHECKED, "no")


def test_given_it_is_less_serious_after_all_then_the_check_answers_again() -> None:
    story = ready().ask(EMERGENCY, 1)
    story.ask(cmd.CorrectHazard(hazard="hazard/1", severity="significant"), 2)
    assert value(story) == "yes"


@pytest.mark.parametrize("reason", ["not-a-hazard", "entered-in-error"])
def test_given_it_is_closed_as_none_then_the_check_answers_again(reason: str) -> None:
    story = ready().ask(EMERGENCY, 1).ask(cmd.CloseHazard(hazard="hazard/1", reason=reason), 2)
    assert (story.case.stage, value(story)) == (Stage.READY, "yes")


def test_given_an_emergency_that_the_person_lives_with_then_a_note_says_so_and_the_gate_asks_again() -> None:
    story = ready().ask(EMERGENCY, 1)
    accepted = cmd.CloseHazard(hazard="hazard/1", reason="accepted")
    assert story.refused(accepted, 2, note=None) == ("note-needed", "note")
    story.ask(accepted, 2)
    assert (story.case.stage, value(story)) == (Stage.CHECKED, "unknown")
    assert story.ask(confirm(ITEM), 3).case.stage is Stage.READY


def test_given_an_emergency_that_is_made_none_by_its_severity_then_a_note_says_why() -> None:
    story = ready().ask(EMERGENCY, 1)
    lesser = cmd.CorrectHazard(hazard="hazard/1", severity="other")
    assert story.refused(lesser, 2, note=None) == ("note-needed", "note")
    assert story.ask(lesser, 2).case.stage is Stage.READY


def on_form_two() -> HazardStory:
    """A home on form 2 in which all is well."""
    story = HazardStory()
    known = {"safety-confirmed": "confirmed", "tenure": "social", "lives-with": "alone"}
    story.ask(
        cmd.CompleteCheck(
            form=FORM_2.code, answers=answers_when_well(FORM_2, known, circumstances(story.case))
        ),
        0,
    )
    assert story.case.stage is Stage.READY, [each.words for each in blocking(story.case)]
    return story


@pytest.fixture
def form_two() -> Iterator[None]:
    with form_two_in_force(FIRST):
        yield


ASKED = {JUDGED, LANDLORD_TOLD, "room-meanwhile"}


@pytest.mark.usefixtures("form_two")
@pytest.mark.parametrize("severity", ["significant", "emergency"])
@pytest.mark.parametrize("hazard", ["damp-mould", "noise"])
def test_given_a_hazard_that_is_recorded_then_what_it_asks_for_blocks_at_once(
    severity: str, hazard: str
) -> None:
    story = on_form_two().ask(mould(severity=severity, hazard_code=hazard), 1)
    assert story.case.stage is Stage.CHECKED
    shut = {each.code for each in blocking(story.case)}
    assert {LANDLORD_TOLD, "room-meanwhile"} <= shut
    assert story.case.gate[JUDGED].value == "yes", "its severity was judged where it was recorded"
    assert (ITEM in shut) is (severity == "emergency")
    story.ask(landlord_told(), 1).ask(confirm("room-meanwhile"), 1)
    assert {each.code for each in blocking(story.case)} == ({ITEM} if severity == "emergency" else set())


@pytest.mark.usefixtures("form_two")
def test_given_a_hazard_then_what_it_asks_for_is_asked_until_it_is_made_safe_or_closed() -> None:
    story = on_form_two().ask(mould(), 1)
    assert story.case.gate.keys() >= ASKED
    closed = story.decide(cmd.CloseHazard(hazard="hazard/1", reason="not-a-hazard"), 2)
    assert closed.case.stage is Stage.READY
    assert story.ask(step("made-safe", "seen"), 2).case.stage is Stage.READY
    assert not ASKED & story.case.gate.keys()


@pytest.mark.usefixtures("form_two")
def test_given_a_hazard_of_which_nobody_has_to_be_told_then_nothing_more_is_asked() -> None:
    story = on_form_two()
    assert story.ask(mould(severity="other"), 1).case.stage is Stage.READY
    owned = on_form_two().ask(mould(tenure="owner"), 1)
    assert owned.case.gate[LANDLORD_TOLD].value == "yes", "an owner has no landlord to tell"
    assert {each.code for each in blocking(owned.case)} == {"room-meanwhile"}


@pytest.mark.usefixtures("form_two")
def test_given_a_tenure_that_is_said_otherwise_elsewhere_then_whoever_records_it_is_asked() -> None:
    story = on_form_two()
    (asked,) = contradictions(story.case, mould(tenure="private"), day(1))
    assert asked.code == "hazard-tenure-differs"
    assert "home check says: Council or housing association tenant" in asked.question
    assert contradictions(story.case, mould(), day(1)) == ()
    story.ask(mould(), 1)
    corrected = cmd.CorrectHazard(hazard="hazard/1", tenure="owner")
    assert [each.code for each in contradictions(story.case, corrected, day(1))] == ["hazard-tenure-differs"]
    assert contradictions(story.case, cmd.CorrectHazard(hazard="hazard/1", room="kitchen"), day(1)) == ()


def test_given_somebody_says_yes_all_the_same_then_they_are_asked_and_it_stays_no() -> None:
    story = ready().ask(EMERGENCY, 1)
    (asked,) = contradictions(story.case, confirm(ITEM), day(1))
    assert asked.code == "yes-with-emergency-hazard"
    assert "damp and mould growth in the bedroom" in asked.question
    assert value(story.ask(confirm(ITEM), 2)) == "no"
    assert contradictions(story.case, confirm("heating"), day(1)) == ()


def test_given_we_told_the_landlord_without_a_basis_then_we_are_asked_and_the_son_is_not() -> None:
    story = HazardStory(basis=None).ask(mould(), 1)
    (asked,) = contradictions(story.case, landlord_told(told_by="coordinator"), day(1))
    assert asked.code == "landlord-told-without-basis"
    assert contradictions(story.case, landlord_told(), day(1)) == ()


def test_given_what_was_said_of_a_hazard_then_landlord_and_council_hear_of_it_once_each() -> None:
    story = HazardStory().ask(mould(), 1)
    assert story.sent == []
    (sent,) = story.ask(landlord_told(), 1).sent
    assert (sent.needs_basis, sent.content["hazard"], sent.content["status"]) == (
        True,
        "hazard/1",
        "requested",
    )
    (asked,) = story.ask(cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL), 1).sent
    assert asked.organisation_id == COUNCIL
    grown = story.ask(cmd.CorrectHazard(hazard="hazard/1", severity="emergency"), 2).sent
    assert [each.content["severity"] for each in grown] == ["emergency", "emergency"]
    assert story.ask(step("made-safe", "seen"), 2).sent == []
    closed = story.ask(cmd.CloseHazard(hazard="hazard/1", reason="put-right"), 3).sent
    assert {each.content["status"] for each in closed} == {"completed"}
    assert FIRST + timedelta(days=3) == story.hazard.closed_on


def test_given_a_form_that_asks_whether_hazards_were_judged_and_told_then_the_record_answers() -> None:
    story = HazardStory().ask(mould(), 1)
    asked = {code: GateItem(code=code) for code in (JUDGED, LANDLORD_TOLD)}
    story.case = story.case.model_copy(update={"gate": asked})

    def said() -> dict[str, str]:
        after = fold(story.case, hazards_at_the_gate(story.case))
        return {code: after.gate[code].value for code in asked}

    assert said() == {JUDGED: "yes", LANDLORD_TOLD: "no"}
    story.ask(landlord_told(), 1)
    assert said() == {JUDGED: "yes", LANDLORD_TOLD: "yes"}
    story.ask(mould(room="kitchen"), 2)
    assert said() == {JUDGED: "yes", LANDLORD_TOLD: "no"}, "a further hazard is told anew"
    nobody = Case(case_id=CASE, version=1).model_copy(update={"gate": asked})
    assert hazards_at_the_gate(nobody) == [], "without a hazard whoever checks answers"


def test_given_an_item_that_somebody_said_no_to_when_the_emergency_is_less_serious_then_it_stays_no() -> None:
    story = HazardStory()
    story.ask(cmd.CompleteCheck(form=FORM_1.code, answers=answers(no_emergency_hazard="no")), 0)
    story.ask(EMERGENCY, 1).ask(cmd.CorrectHazard(hazard="hazard/1", severity="significant"), 2)
    assert value(story) == "no", "only what is made safe says yes by itself"


def test_given_an_item_that_somebody_said_no_to_when_the_emergency_is_made_safe_then_it_is_yes() -> None:
    story = HazardStory()
    story.ask(cmd.CompleteCheck(form=FORM_1.code, answers=answers(no_emergency_hazard="no")), 0)
    story.ask(EMERGENCY, 1).ask(step("made-safe", "seen"), 2)
    assert value(story) == "yes"


MOULD_ITEM = "damp-and-mould"


def of_mould(story: HazardStory) -> tuple[str | None, bool]:
    check = story.case.check
    assert check is not None
    return check.answers.get(MOULD_ITEM), MOULD_ITEM in check.disputed


@pytest.mark.usefixtures("form_two")
def test_given_a_check_that_says_free_of_mould_when_mould_is_recorded_then_it_is_disputed_until_settled() -> (
    None
):
    story = on_form_two().ask(mould(), 1)
    assert of_mould(story) == ("no", True)
    story.ask(confirm(MOULD_ITEM), 4)
    assert of_mould(story) == ("no", True), "no newer answer sets the record aside"
    story.ask(cmd.SettleAnswer(item=MOULD_ITEM, value="yes", reason="looked-again"), 5)
    assert of_mould(story) == ("yes", False)
    assert of_mould(story.ask(confirm(MOULD_ITEM), 6)) == ("yes", False)
    assert of_mould(story.ask(mould(room="kitchen"), 7)) == ("no", True), "a further hazard says it anew"


@pytest.mark.usefixtures("form_two")
def test_given_a_hazard_before_the_check_then_a_check_that_denies_it_is_disputed() -> None:
    story = HazardStory().ask(mould(), 0)
    known = {"safety-confirmed": "confirmed", MOULD_ITEM: "yes", "tenure": "social"}
    answered = answers_when_well(FORM_2, known, circumstances(story.case))
    story.ask(cmd.CompleteCheck(form=FORM_2.code, answers=answered), 1)
    assert of_mould(story) == ("no", True)


@pytest.mark.usefixtures("form_two")
@pytest.mark.parametrize(
    "ends",
    [step("made-safe", "seen"), cmd.CloseHazard(hazard="hazard/1", reason="not-a-hazard")],
    ids=["made-safe", "closed"],
)
def test_given_a_hazard_that_is_over_then_what_people_said_stands_again(ends: cmd.Command) -> None:
    story = on_form_two().ask(mould(), 1).ask(ends, 2)
    assert of_mould(story) == ("yes", False)
    assert story.case.stage is Stage.READY
    nobody_said = on_form_two().ask(confirm(MOULD_ITEM, "unknown"), 1).ask(mould(), 1)
    assert of_mould(nobody_said) == ("no", False)
    assert of_mould(nobody_said.ask(ends, 2))[0] == "unknown"


def test_given_an_emergency_before_the_check_is_complete_then_it_stands_among_what_blocks() -> None:
    with form_two_in_force():
        story = HazardStory().ask(mould(severity="emergency", tenure="owner"), 1)
        assert "the home is not cleared of emergency hazards" in what_stands_between(story.case, FIRST)
        story.ask(cmd.StartCheck(form="home-check-2"), 1)
        assert "no-emergency-hazard" in {each.code for each in blocking(story.case)}
        story.ask(cmd.CloseHazard(hazard="hazard/1", reason="entered-in-error"), 2)
        assert "no-emergency-hazard" not in {each.code for each in blocking(story.case)}
