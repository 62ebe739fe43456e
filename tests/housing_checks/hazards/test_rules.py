"""Recording hazards, and what was done about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases.commands import Command
from discharge.cases.model import Hazard
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

UNLISTED = "code-not-in-value-set"


def found(**changes: object) -> HazardStory:
    return HazardStory().ask(mould(**changes), 1)


def test_given_a_hazard_then_it_is_recorded_with_its_scheme_its_words_and_the_day() -> None:
    hazard = found(band="C").hazard
    assert (hazard.code, hazard.scheme, hazard.band, hazard.tenure) == ("damp-mould", "2006", "C", "social")
    assert (hazard.found_on, hazard.recorded_at, hazard.note_id) == (date(2026, 3, 3), moment(1), NOTE)


def test_given_no_tenure_then_that_of_the_referral_counts() -> None:
    story = HazardStory().ask(cmd.AmendReferral(tenure="private"), 0)
    assert story.ask(mould(tenure=None), 1).hazard.tenure == "private"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"hazard_code": "hygiene"}, (UNLISTED, "hazard_code")),
        ({"band": "high"}, (UNLISTED, "band")),
        ({"room": "cellar"}, (UNLISTED, "room")),
        ({"severity": "grave"}, (UNLISTED, "severity")),
        ({"known_by": "dreamt"}, (UNLISTED, "known_by")),
        ({"tenure": "leased"}, (UNLISTED, "tenure")),
        ({"inspected_on": date(2026, 3, 5)}, ("date-in-future", "inspected_on")),
    ],
)
def test_given_what_no_list_holds_on_the_day_then_it_is_refused(
    changes: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert HazardStory().refused(mould(**changes), 1) == refusal


def test_given_a_severity_that_is_judged_then_its_words_are_needed() -> None:
    story = HazardStory()
    assert story.refused(mould(), 1, note=None) == ("note-needed", "note")
    assert story.ask(mould(severity="other"), 1, note=None).hazard.severity == "other"
    grown = cmd.CorrectHazard(hazard="hazard/1", severity="emergency")
    assert story.refused(grown, 1, note=None) == ("note-needed", "note")


def test_given_the_same_hazard_in_the_same_room_then_it_is_refused_and_named() -> None:
    story = found()
    assert story.decide(mould(), 1).answer.detail == "hazard/1"
    story.ask(mould(room="kitchen"), 1)
    assert set(story.case.hazards) == {"hazard/1", "hazard/2"}


def test_given_a_correction_then_only_what_was_said_changes_and_nothing_said_changes_nothing() -> None:
    story = found().ask(cmd.CorrectHazard(hazard="hazard/1", severity="emergency", room="kitchen"), 2)
    assert (story.hazard.severity, story.hazard.room, story.hazard.tenure) == (
        "emergency",
        "kitchen",
        "social",
    )
    same = story.decide(cmd.CorrectHazard(hazard="hazard/1", room="kitchen"), 2)
    assert [each.kind for each in same.events] == []


def test_given_a_landlord_told_then_hour_teller_and_channel_are_kept() -> None:
    told = found().ask(landlord_told(told_time=time(9, 30)), 1).hazard.told
    assert told is not None
    assert (told.told_at, told.hour_known) == (datetime(2026, 3, 3, 9, 30, tzinfo=UTC), True)
    assert (told.told_by, told.channel) == ("family", "phone")


def test_given_only_the_day_then_noon_counts_and_never_a_later_hour_than_now() -> None:
    told = found().ask(landlord_told(), 1, moment(1, hour=8)).hazard.told
    assert told is not None
    assert (told.told_at, told.hour_known) == (moment(1, hour=8), False)


def test_given_a_landlord_told_before_anybody_here_knew_then_the_earlier_day_counts() -> None:
    story = HazardStory().ask(mould(), 9).ask(landlord_told(), 2, moment(9))
    assert story.hazard.told is not None
    assert story.hazard.told.told_at == moment(2)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (landlord_told(told_time=time(12, 1)), ("date-in-future", "told_time")),
        (landlord_told(told_by="postman"), (UNLISTED, "told_by")),
        (landlord_told(channel="pigeon"), (UNLISTED, "channel")),
        (landlord_told(hazard="hazard/2"), ("no-such-item", "hazard")),
        (step("council-referred"), ("stage-not-allowed", "step")),
        (step("summary-given"), ("stage-not-allowed", "step")),
        (step("made-safe"), ("reason-needed", "evidence")),
        (step("made-safe", "rumour"), (UNLISTED, "evidence")),
        (step("mended"), (UNLISTED, "step")),
        (cmd.CloseHazard(hazard="hazard/1", reason=""), ("reason-needed", "reason")),
        (cmd.CloseHazard(hazard="hazard/1", reason="dull"), (UNLISTED, "reason")),
    ],
)
def test_given_what_cannot_be_then_it_is_refused_where_it_is_wrong(
    asked: Command, refusal: tuple[str, str]
) -> None:
    assert found().refused(asked, 1) == refusal


def test_given_no_basis_then_no_council_is_asked_but_a_call_that_was_made_is_recorded() -> None:
    story = HazardStory(basis=None).ask(mould(), 1)
    referral = cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL)
    assert story.refused(referral, 1) == ("consent-missing", "sharing")
    assert story.ask(landlord_told(), 1).hazard.told is not None


def test_given_an_owner_then_there_is_no_landlord_to_tell() -> None:
    assert found(tenure="owner").refused(landlord_told(), 1) == ("stage-not-allowed", "hazard")


def test_given_a_step_twice_then_it_is_one_step_and_another_day_corrects_it() -> None:
    story = found().ask(landlord_told(), 1).ask(step("investigated"), 3)
    assert [each.kind for each in story.decide(step("investigated"), 3).events] == []
    story.ask(step("investigated"), 2, moment(3))
    assert story.hazard.steps["investigated"].on == date(2026, 3, 4)
    assert story.refused(step("investigated"), 0, at=moment(3)) == ("dates-out-of-order", "effective_on")


def test_given_a_closed_hazard_then_nothing_more_is_recorded_of_it() -> None:
    story = found().ask(cmd.CloseHazard(hazard="hazard/1", reason="not-a-hazard"), 2)
    assert (story.hazard.closed_on, story.hazard.closed_because) == (date(2026, 3, 4), "not-a-hazard")
    assert story.refused(step("investigated"), 2) == ("already-done", "hazard")
    assert story.ask(mould(), 3).case.open_hazards[0].key == "hazard/2"


def test_given_an_emergency_then_it_is_put_right_only_once_it_is_made_safe() -> None:
    story = found(severity="emergency")
    put_right = cmd.CloseHazard(hazard="hazard/1", reason="put-right")
    assert story.refused(put_right, 2) == ("stage-not-allowed", "reason")
    story.ask(step("made-safe", "seen"), 2).ask(put_right, 2)
    assert not story.hazard.open


def shared() -> HazardStory:
    story = found().ask(landlord_told(), 1).ask(cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL), 1)
    return story.ask(mould(room="kitchen"), 1)


@pytest.mark.parametrize(
    ("organisation", "own", "others"),
    [(LANDLORD, "investigated", "council-answered"), (COUNCIL, "council-answered", "investigated")],
)
def test_given_a_landlord_or_a_council_then_each_records_its_own_steps_of_its_own_hazards(
    organisation: Any, own: str, others: str
) -> None:
    story, who = shared(), actor(organisation)
    assert story.refused(step(others), 2, who=who)[0] == "part-not-allowed"
    assert story.refused(step(own, hazard="hazard/2"), 2, who=who)[0] == "part-not-allowed"
    assert story.refused(mould(room="bathroom"), 2, who=who)[0] == "part-not-allowed"
    assert own in story.ask(step(own), 2, who=who).hazard.steps


def test_given_a_landlord_that_nobody_told_then_the_hazard_is_not_its_own() -> None:
    known = Hazard.model_validate(found(landlord_id=LANDLORD).hazard.model_dump())
    assert known.partners == frozenset()
    assert known.model_copy(update={"council_id": COUNCIL}).partners == {COUNCIL}


def test_given_who_was_told_then_they_take_part_from_then_on_and_see_their_own_hazards() -> None:
    story = shared()
    roles = {each.organisation_id: each.role for each in story.case.participants}
    assert (roles[LANDLORD], roles[COUNCIL]) == ("landlord", "environmental-health")


@pytest.mark.parametrize("organisation", [LANDLORD, COUNCIL])
def test_given_who_was_told_of_an_open_hazard_then_they_stay_until_it_is_closed(organisation: Any) -> None:
    leave = cmd.EndParticipation(organisation_id=organisation)
    story = shared()
    assert story.refused(leave, 2) == ("work-open", "organisation_id")
    for hazard in story.case.open_hazards:
        story.ask(cmd.CloseHazard(hazard=hazard.key, reason="not-a-hazard"), 2)
    left = story.ask(leave, 3).case.participants
    assert all(each.until_on for each in left if each.organisation_id == organisation)


OTHER_LANDLORD, OTHER_COUNCIL = UUID(int=901), UUID(int=902)


def test_given_a_landlord_told_when_the_hazard_is_another_landlord_s_then_that_one_has_to_be_told() -> None:
    story = found().ask(landlord_told(), 1).ask(cmd.CorrectHazard(hazard="hazard/1", room="bathroom"), 2)
    assert story.hazard.told is not None
    story.ask(cmd.CorrectHazard(hazard="hazard/1", landlord_id=OTHER_LANDLORD), 3)
    assert (story.hazard.told, story.hazard.landlord_id) == (None, OTHER_LANDLORD)
    assert set(story.due()) == {"hazard-tell-landlord"}
    story.ask(landlord_told(landlord_id=OTHER_LANDLORD), 4)
    assert story.clocks()["awaab-investigate"].began_at == moment(4)


def test_given_a_landlord_not_named_when_it_is_named_afterwards_then_it_stays_told() -> None:
    story = found().ask(landlord_told(landlord_id=None), 1)
    story.ask(cmd.CorrectHazard(hazard="hazard/1", landlord_id=LANDLORD), 2)
    assert story.hazard.told is not None


def test_given_a_council_that_was_asked_when_another_is_then_a_note_says_why() -> None:
    story = found().ask(cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL), 1)
    again = cmd.ReferHazard(hazard="hazard/1", council_id=OTHER_COUNCIL)
    assert story.refused(again, 2, note=None) == ("note-needed", "note")
    assert story.ask(again, 2).hazard.council_id == OTHER_COUNCIL


def part_of(story: HazardStory, organisation: UUID) -> list[bool]:
    """Each part of an organisation in the case: whether it goes on."""
    return [each.until_on is None for each in story.case.participants if each.organisation_id == organisation]


def told_landlord() -> HazardStory:
    """A landlord that takes part because somebody told it of the hazard, and by nothing else."""
    story = found().ask(landlord_told(), 1)
    assert part_of(story, LANDLORD) == [True]
    return story


CORRECTED = cmd.CorrectHazard(hazard="hazard/1", landlord_id=OTHER_LANDLORD)


def test_given_a_landlord_told_when_the_hazard_is_another_landlord_s_then_its_part_ends() -> None:
    story = told_landlord().ask(CORRECTED, 2)
    assert part_of(story, LANDLORD) == [False]
    assert story.kinds[:2] == ["hazard-corrected", "participant-left"]
    story.ask(landlord_told(landlord_id=OTHER_LANDLORD), 3)
    assert part_of(story, OTHER_LANDLORD) == [True]


def test_given_it_was_the_right_landlord_after_all_then_it_takes_part_again() -> None:
    story = told_landlord().ask(CORRECTED, 2)
    story.ask(cmd.CorrectHazard(hazard="hazard/1", landlord_id=LANDLORD), 3).ask(landlord_told(), 3)
    assert part_of(story, LANDLORD) == [False, True]


def test_given_a_landlord_with_another_hazard_of_the_case_then_its_part_stays() -> None:
    story = told_landlord().ask(mould(hazard_code="excess-cold"), 1)
    story.ask(landlord_told(hazard="hazard/2"), 1).ask(CORRECTED, 2)
    assert part_of(story, LANDLORD) == [True]
    story.ask(cmd.CloseHazard(hazard="hazard/2", reason="not-a-hazard"), 3)
    assert part_of(story, LANDLORD) == [True]


def test_given_a_landlord_that_somebody_let_in_then_its_part_stays() -> None:
    story = HazardStory().ask(cmd.AddParticipant(organisation_id=LANDLORD, role="landlord"), 0)
    story.ask(mould(landlord_id=LANDLORD), 0).ask(landlord_told(), 1).ask(CORRECTED, 2)
    assert part_of(story, LANDLORD) == [True]


def test_given_a_council_that_was_asked_when_another_is_then_its_part_ends() -> None:
    story = found().ask(cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL), 1)
    story.ask(cmd.ReferHazard(hazard="hazard/1", council_id=OTHER_COUNCIL), 2)
    assert (part_of(story, COUNCIL), part_of(story, OTHER_COUNCIL)) == ([False], [True])
