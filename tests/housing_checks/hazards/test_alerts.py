"""What is due because of a hazard is chased: the case wakes, an alert warns, then says that it is late."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from discharge.cases import commands as cmd
from tests.housing_checks.hazards.hazard_story import (
    COUNCIL,
    HazardStory,
    landlord_told,
    moment,
    mould,
    step,
)

LATE, ANSWER, OPEN = "landlord-hazard-late", "hazard-answer-late", "open-emergency-hazard"
REPLY = "hazard-reply-late"
MIDNIGHT = datetime(2026, 3, 18, tzinfo=UTC)
"""The end of the tenth working day after Tuesday 3 March 2026."""


def told() -> HazardStory:
    return HazardStory().ask(mould(), 1).ask(landlord_told(), 1)


def test_given_a_clock_of_the_landlord_then_the_case_wakes_to_warn_and_the_alert_names_all() -> None:
    story = told()
    warns = datetime(2026, 3, 13, tzinfo=UTC)
    story.look(warns - timedelta(minutes=1))
    assert story.alerts(LATE) == []
    assert story.next_look(warns - timedelta(minutes=1)) == warns
    story.look(warns)
    ((level, fact),) = story.alerts(LATE)
    assert level == "AMBER"
    assert fact == (
        "Damp and mould growth in the bedroom: The landlord investigates by Tue 17 Mar 2026, 10 working "
        "days from Tue 3 Mar 2026. It is not recorded as done."
    )


def test_given_a_clock_that_ended_then_the_same_alert_says_that_it_is_late_with_threshold_and_source() -> (
    None
):
    story = told().look(MIDNIGHT - timedelta(days=2)).look(MIDNIGHT)
    (alert,) = [each for each in story.case.open_alerts if each.rule == LATE]
    assert (alert.level, alert.owner_role) == ("RED", "coordinator")
    assert alert.fact.endswith("is late.")
    assert alert.threshold == "done within the time of the regulations"
    assert "SI 2025/1042" in alert.source
    assert story.ask(step("investigated"), 16).alerts(LATE) == []


def test_given_an_emergency_then_its_alert_stands_at_once_and_the_landlords_24_hours_wake_the_case() -> None:
    story = HazardStory().ask(mould(severity="emergency"), 1)
    ((level, fact),) = story.alerts(OPEN)
    assert level == "STOP"
    assert "in the bedroom is an emergency for this person" in fact
    story.ask(landlord_told(told_time=time(10)), 1)
    late_at = datetime(2026, 3, 4, 10, tzinfo=UTC)
    story.look(late_at - timedelta(hours=6)).look(late_at)
    assert [level for level, _ in story.alerts(LATE)] == ["RED"]
    story.ask(step("made-safe", "photo"), 2, late_at)
    assert story.alerts(OPEN) == story.alerts(LATE) == []


def test_given_a_hazard_of_which_nobody_told_the_landlord_then_its_own_clock_is_chased() -> None:
    story = HazardStory().ask(mould(), 1).look(moment(3, hour=0))
    assert [level for level, _ in story.alerts(ANSWER)] == ["RED"]
    assert story.ask(landlord_told(), 3).alerts(ANSWER) == []


def test_given_a_hazard_that_is_closed_then_no_alert_of_it_stands() -> None:
    story = told().look(MIDNIGHT).ask(cmd.CloseHazard(hazard="hazard/1", reason="not-a-hazard"), 16)
    assert story.alerts(LATE) == []


def test_given_two_clocks_of_a_landlord_then_each_has_an_alert_of_its_own() -> None:
    story = told().ask(step("investigated"), 1).look(moment(30))
    assert len(story.alerts(LATE)) == 3, (
        "summary, making safe and begin of work; the latest begin has 12 weeks"
    )


def test_given_a_council_that_does_not_answer_then_its_owner_is_told_on_the_day_what_to_do() -> None:
    story = HazardStory().ask(mould(tenure="private"), 1)
    story.ask(cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL), 1)
    warned, due = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)
    assert story.look(warned - timedelta(minutes=1)).alerts(REPLY) == []
    assert [level for level, _ in story.look(warned).alerts(REPLY)] == ["AMBER"]
    story.look(due)
    (alert,) = [each for each in story.case.open_alerts if each.rule == REPLY]
    assert (alert.level, alert.owner_role) == ("RED", "coordinator")
    assert "environmental health answers by Tue 10 Mar 2026" in alert.fact
    assert story.ask(step("council-answered"), 9).alerts(REPLY) == []


def test_given_a_landlord_to_whom_no_law_gives_a_time_then_its_answer_is_chased_too() -> None:
    story = HazardStory().ask(mould(tenure="private"), 1).ask(landlord_told(), 1)
    assert story.look(datetime(2026, 3, 11, tzinfo=UTC)).alerts(REPLY)[0][0] == "RED"
    assert story.ask(step("landlord-answered"), 9).alerts(REPLY) == []


def test_given_further_work_that_has_not_begun_in_five_working_days_then_the_landlord_is_late() -> None:
    story = told().ask(step("investigated"), 2).ask(step("summary-given"), 3)
    story.ask(step("made-safe", "seen"), 3)
    assert story.look(datetime(2026, 3, 12, tzinfo=UTC)).alerts(LATE)[0][0] == "RED"
    assert "begins further work" in story.alerts(LATE)[0][1]
    assert story.ask(step("works-planned"), 10).alerts(LATE) == []
