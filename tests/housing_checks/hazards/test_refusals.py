"""What cannot be recorded of a hazard: each refusal says which, where and why, and all of them at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.events import Event, HazardCorrected
from discharge.cases.evolve import fold
from discharge.errors import HomewardError, Refused
from housing_checks.hazards import rules
from housing_checks.hazards.duties import referred_on
from tests.discharge.cases.stories import CASE, COORDINATOR, FIRST, day
from tests.housing_checks.hazards.hazard_story import (
    COUNCIL,
    LANDLORD,
    NOTE,
    HazardStory,
    actor,
    landlord_told,
    moment,
    mould,
    step,
)

CLOSE = cmd.CloseHazard(hazard="hazard/1", reason="not-a-hazard")
REFER = cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL)
DECIDERS = {
    "record-hazard": rules.record_hazard,
    "correct-hazard": rules.correct_hazard,
    "record-landlord-told": rules.record_landlord_told,
    "move-hazard": rules.move_hazard,
    "refer-hazard": rules.refer_hazard,
    "close-hazard": rules.close_hazard,
}


def found(**changes: object) -> HazardStory:
    return HazardStory().ask(mould(**changes), 1)


def why(story: HazardStory, command: Command, on: int = 1, **how: object) -> tuple[str | None, ...]:
    """Code, detail and place of a refusal."""
    answer = story.decide(command, on, **how).answer  # type: ignore[arg-type]
    return answer.code, answer.detail, answer.where


def decided(story: HazardStory, command: Command, on: int, at: datetime | None = None) -> list[Event]:
    """What the rule alone says of a command."""
    envelope = Envelope(
        command_id=NOTE,
        case_id=CASE,
        actor=COORDINATOR,
        effective_on=day(on),
        command=command,
        note_id=NOTE,
    )
    return list(DECIDERS[command.kind](story.case, envelope, at or moment(on)))


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (landlord_told(hazard="hazard/2"), ("no-such-item", "hazard", "hazard")),
        (step("council-referred"), ("stage-not-allowed", "council-referred", "step")),
        (step("summary-given"), ("stage-not-allowed", "investigated", "step")),
        (step("made-safe"), ("reason-needed", "evidence", "evidence")),
        (mould(), ("already-done", "hazard/1", "hazard_code")),
    ],
)
def test_given_what_cannot_be_then_the_refusal_says_which_and_where(
    asked: Command, refusal: tuple[str, ...]
) -> None:
    assert why(found(), asked) == refusal


def test_given_a_closed_hazard_then_the_refusal_says_that_it_is_closed() -> None:
    assert why(found().ask(CLOSE, 1), step("investigated")) == ("already-done", "hazard-closed", "hazard")


def test_given_an_owner_then_the_refusal_says_that_there_is_no_landlord() -> None:
    assert why(found(tenure="owner"), landlord_told()) == ("stage-not-allowed", "no-landlord", "hazard")


def test_given_an_emergency_then_what_needs_words_or_safety_first_says_so() -> None:
    story = found(severity="emergency")
    assert why(HazardStory(), mould(), note=None) == ("note-needed", "severity", "note")
    accepted = cmd.CloseHazard(hazard="hazard/1", reason="accepted")
    assert why(story, accepted, note=None) == ("note-needed", "reason", "note")
    put_right = cmd.CloseHazard(hazard="hazard/1", reason="put-right")
    assert why(story, put_right) == ("stage-not-allowed", "made-safe", "reason")


def test_given_somebody_else_s_step_then_a_landlord_is_told_which_it_is_not_to_record() -> None:
    story = found().ask(landlord_told(), 1).ask(REFER, 1)
    refusal = why(story, step("council-answered"), who=actor(LANDLORD))
    assert refusal == ("part-not-allowed", "council-answered", "step")


@pytest.mark.parametrize(
    "command",
    [
        mould(room="kitchen"),
        cmd.CorrectHazard(hazard="hazard/1", room="bathroom"),
        landlord_told(),
        step("help-asked"),
        REFER,
        CLOSE,
    ],
    ids=lambda each: each.kind,
)
def test_given_a_day_to_come_then_nothing_of_it_has_happened_yet(command: Command) -> None:
    story = found()
    with pytest.raises(Refused) as fault:
        decided(story, command, 3, moment(2))
    assert ("date-in-future", "effective_on") in refusals(fault.value)
    assert decided(story, command, 3)


def refusals(fault: HomewardError) -> set[tuple[str, str | None]]:
    """Code and place of all that refuses."""
    return {(each.code, each.where) for each in (fault, *fault.others)}


@pytest.mark.parametrize("command", [REFER, CLOSE, step("help-asked")], ids=lambda each: each.kind)
def test_given_a_day_before_it_was_found_then_that_is_refused_and_its_own_day_is_not(
    command: Command,
) -> None:
    assert why(found(), command, 0, at=moment(1)) == ("dates-out-of-order", "effective_on", "effective_on")
    assert decided(found(), command, 1)


def test_given_a_landlord_that_was_told_earlier_then_its_steps_count_from_then() -> None:
    story = HazardStory().ask(mould(), 9).ask(landlord_told(), 2, moment(9))
    story.ask(step("investigated"), 4, moment(9))
    assert story.hazard.steps["investigated"].on == day(4)
    assert why(story, step("landlord-answered"), 1, at=moment(9))[0] == "dates-out-of-order"


def test_given_a_landlord_told_after_it_was_found_then_help_that_was_asked_before_still_counts() -> None:
    story = found().ask(landlord_told(), 5).ask(step("help-asked"), 2, moment(5))
    assert story.hazard.steps["help-asked"].on == day(2)


def test_given_the_landlord_told_at_this_very_minute_then_that_is_not_in_the_future() -> None:
    assert found().ask(landlord_told(told_time=time(12, 0)), 1).hazard.told is not None


def test_given_a_hazard_then_who_is_the_landlord_and_whose_home_it_is_are_kept_as_said() -> None:
    hazard = found(landlord_id=LANDLORD).hazard
    assert hazard.landlord_id == LANDLORD
    story = HazardStory()
    story.case = story.case.model_copy(update={"referral": None})
    (event,) = decided(story, mould(tenure=None), 1)
    assert fold(story.case, [event]).hazards["hazard/1"].tenure == "unknown"


def test_given_a_step_then_how_it_is_known_and_who_said_it_are_kept() -> None:
    reached = found().ask(step("made-safe", "photo"), 2).hazard.steps["made-safe"]
    assert (reached.on, reached.evidence, reached.by) == (day(2), "photo", COORDINATOR.user_id)


def test_given_the_same_step_known_otherwise_then_it_is_corrected() -> None:
    story = found().ask(step("made-safe", "told"), 2)
    assert story.ask(step("made-safe", "seen"), 2).hazard.steps["made-safe"].evidence == "seen"


def test_given_another_hazard_or_another_day_of_inspection_then_it_is_judged_by_its_scheme() -> None:
    story = found()
    corrected = cmd.CorrectHazard(hazard="hazard/1", hazard_code="excess-cold")
    assert story.ask(corrected, 2).hazard.code == "excess-cold"
    at = datetime(2026, 6, 25, 12, tzinfo=UTC)
    story = HazardStory().ask(mould(), 1)
    later = cmd.CorrectHazard(hazard="hazard/1", inspected_on=date(2026, 6, 24))
    story.ask(later, (at.date() - FIRST).days, at)
    assert (story.hazard.scheme, story.hazard.inspected_on) == ("2026", date(2026, 6, 24))


@pytest.mark.parametrize(
    ("correction", "refusal"),
    [
        ({"room": "cellar"}, "room"),
        ({"tenure": "leased"}, "tenure"),
        ({"hazard_code": "hygiene"}, "hazard_code"),
    ],
)
def test_given_a_correction_that_no_list_holds_then_it_is_refused_as_a_record_is(
    correction: dict[str, str], refusal: str
) -> None:
    asked = cmd.CorrectHazard.model_validate({"hazard": "hazard/1", **correction})
    assert why(found(), asked)[::2] == ("code-not-in-value-set", refusal)


def test_given_a_correction_then_what_changed_is_named_and_new_words_stand_beside_it() -> None:
    story = found()
    words = COUNCIL  # any other note
    event = story.ask(cmd.CorrectHazard(hazard="hazard/1", room="kitchen"), 2, note=words).last
    assert event is not None
    (corrected,) = (each for each in event.events if isinstance(each, HazardCorrected))
    assert corrected.changed == ("note_id", "room")
    assert story.hazard.note_id == words
    story.ask(cmd.CorrectHazard(hazard="hazard/1", room="bathroom"), 2, note=None)
    assert story.hazard.note_id == words, "without new words the old ones stay"


def test_given_another_room_and_no_words_then_the_severity_is_not_judged_again() -> None:
    story = found(severity="emergency")
    assert (
        story.ask(cmd.CorrectHazard(hazard="hazard/1", room="bathroom"), 2, note=None).hazard.room
        == "bathroom"
    )


def test_given_a_correction_into_another_open_hazard_then_it_is_refused_and_that_one_named() -> None:
    story = found().ask(mould(room="kitchen"), 1)
    into = cmd.CorrectHazard(hazard="hazard/2", room="bedroom")
    assert why(story, into) == ("already-done", "hazard/1", "hazard_code")


def test_given_environmental_health_asked_then_another_council_or_day_corrects_it_and_the_same_does_not() -> (
    None
):
    story = found()
    assert referred_on(story.hazard) is None
    story.ask(REFER, 2)
    assert referred_on(story.hazard) == day(2)
    assert story.hazard.steps["council-referred"].by == COORDINATOR.user_id
    assert decided(story, REFER, 2) == []
    assert len(decided(story, REFER, 3)) == 1
    other = cmd.ReferHazard(hazard="hazard/1", council_id=LANDLORD)
    assert len(decided(story, other, 2)) == 1


def test_given_a_basis_for_some_and_none_for_a_council_then_none_is_asked() -> None:
    story = HazardStory(basis=None).ask(mould(), 1)
    assert why(story, REFER) == ("consent-missing", "sharing", "sharing")


def test_given_another_home_then_each_open_hazard_of_the_former_one_is_closed_on_a_day_it_can_be() -> None:
    story = found().ask(mould(room="kitchen"), 5).ask(CLOSE, 5)
    closed = rules.hazards_of_former_home(story.case, day(3))
    assert [each.model_dump(exclude={"kind"}) for each in closed] == [
        {"hazard": "hazard/2", "closed_on": day(5), "reason": "moved"}
    ]
    (later,) = rules.hazards_of_former_home(story.case, day(8))
    assert fold(story.case, [later]).hazards["hazard/2"].closed_on == day(8)
