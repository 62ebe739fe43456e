"""What follows from a hazard by tenure, nation and severity, and by when: the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import yaml

from discharge.cases import commands as cmd
from discharge.clocks.registry import CLOCKS
from discharge.reference.files import DataInvalid
from housing_checks.hazards.duties import DUTIES, PATHS, path_of
from housing_checks.hazards.gate import told_due
from tests.discharge.cases.stories import FIRST
from tests.fixtures.site_rows import site_change
from tests.housing_checks.hazards.hazard_story import (
    COUNCIL,
    HazardStory,
    landlord_told,
    moment,
    mould,
    step,
)


def told(day: int = 1, **changes: object) -> HazardStory:
    """The hazard is recorded on day 1; the landlord was told on a day."""
    return HazardStory().ask(mould(**changes), 1).ask(landlord_told(), day, moment(max(day, 1)))


def test_given_mould_told_to_a_social_landlord_then_it_has_ten_working_days_from_the_day_it_was_told() -> (
    None
):
    assert told().due() == {"awaab-investigate": date(2026, 3, 17)}


def test_given_easter_and_a_weekend_then_working_days_leave_them_out() -> None:
    story = HazardStory().ask(mould(), 24).ask(landlord_told(), 24)
    # Told on Thursday 26 March 2026; Good Friday is 3 April and Easter Monday 6 April.
    assert story.due() == {"awaab-investigate": date(2026, 4, 13)}


def test_given_a_landlord_told_a_week_before_then_the_clock_counts_from_then_and_is_late_already() -> None:
    story = HazardStory().ask(mould(), 20).ask(landlord_told(), 2, moment(20))
    assert story.due() == {"awaab-investigate": date(2026, 3, 18)}
    assert story.clocks()["awaab-investigate"].late(moment(20))


def test_given_an_emergency_then_it_is_24_hours_to_the_minute_whatever_the_hazard_but_crowding() -> None:
    story = HazardStory().ask(mould(hazard_code="fire", severity="emergency"), 1)
    story.ask(landlord_told(told_time=time(9, 30)), 1)
    assert story.clocks()["awaab-emergency"].due_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
    crowded = (
        HazardStory().ask(mould(hazard_code="crowding", severity="emergency"), 1).ask(landlord_told(), 1)
    )
    assert not [code for code in crowded.clocks() if code.startswith("awaab")]


def test_given_another_significant_hazard_then_phase_1_does_not_reach_it() -> None:
    assert told(hazard_code="excess-cold").due() == {"hazard-landlord-answer": date(2026, 3, 10)}


def test_given_an_investigation_that_ended_then_summary_making_safe_and_work_count_from_its_day() -> None:
    story = told().ask(step("investigated"), 2)
    assert story.due() == {
        "awaab-summary": date(2026, 3, 9),
        "awaab-make-safe": date(2026, 3, 11),
        "awaab-works-soon": date(2026, 3, 11),
        "awaab-works": date(2026, 3, 4) + timedelta(weeks=12),
    }
    story.ask(step("summary-given"), 4).ask(step("made-safe", "seen"), 4).ask(step("works-not-needed"), 4)
    assert story.due() == {}
    done = story.clocks()["awaab-summary"]
    assert (done.done_on, done.late(moment(40))) == (date(2026, 3, 6), False)


def test_given_a_step_after_its_day_then_it_was_done_late() -> None:
    story = told().ask(step("investigated"), 16)
    assert story.clocks()["awaab-investigate"].late(moment(16))
    assert not told().ask(step("investigated"), 15).clocks()["awaab-investigate"].late(moment(15))


def test_given_steps_to_come_then_they_are_named_before_they_count() -> None:
    clocks = told().clocks()
    assert {code for code, each in clocks.items() if each.due_at is None and each.done_on is None} == {
        "awaab-summary",
        "awaab-make-safe",
        "awaab-works-soon",
        "awaab-works",
        "hazard-council-answer",
    }


def test_given_a_landlord_told_before_the_law_was_in_force_then_no_clock_of_it_counts() -> None:
    story = HazardStory().ask(mould(), 1)
    before = story.case.hazards["hazard/1"].model_copy(update={"found_on": date(2025, 10, 24)})
    story.case = story.case.model_copy(update={"hazards": {"hazard/1": before}})
    assert story.ask(landlord_told(), -130, moment(1)).hazard.told is not None  # 23 October 2025
    assert not [code for code in story.clocks() if code.startswith("awaab")]
    assert "awaab-investigate" in story.ask(landlord_told(), -126, moment(1)).clocks()  # 27 October 2025


@pytest.mark.parametrize(
    ("changes", "path", "due"),
    [
        ({"tenure": "unknown"}, "tenure-unknown", {"hazard-tenure"}),
        ({"tenure": "sheltered"}, "landlord-unknown", {"hazard-tenure"}),
        ({}, "social-landlord", {"hazard-tell-landlord"}),
        ({"nation": None}, "social-landlord-nation-unknown", {"hazard-tell-landlord", "hazard-nation"}),
        ({"nation": None, "address_nation": "wales"}, "social-landlord-wales", {"hazard-tell-landlord"}),
        ({"nation": "wales"}, "social-landlord-wales", {"hazard-tell-landlord"}),
        ({"nation": "scotland"}, "social-landlord-scotland", {"hazard-tell-landlord"}),
        ({"nation": "northern-ireland"}, "social-landlord-northern-ireland", {"hazard-tell-landlord"}),
        (
            {"nation": "scotland", "tenure": "private"},
            "private-landlord-scotland-or-northern-ireland",
            {"hazard-tell-landlord", "hazard-refer-council"},
        ),
        ({"tenure": "private"}, "private-landlord", {"hazard-tell-landlord", "hazard-refer-council"}),
        ({"tenure": "owner"}, "owner", {"hazard-help"}),
        ({"tenure": "family-friends"}, "another-home", {"hazard-tell-landlord"}),
        (
            {"tenure": "private", "severity": "emergency"},
            "private-landlord",
            {"hazard-tell-landlord-now", "hazard-refer-council-now", "hazard-made-safe"},
        ),
        ({"severity": "other"}, "social-landlord", set()),
    ],
)
def test_given_tenure_nation_and_severity_then_what_follows_is_a_row_of_data(
    changes: dict[str, object], path: str, due: set[str]
) -> None:
    story = HazardStory().ask(mould(**changes), 1)
    assert path_of(story.hazard).code == path
    assert set(story.due()) == due
    assert all(each.duty.owner_role for each in story.clocks().values())


@pytest.mark.parametrize("tenure", ["social", "private"])
def test_given_an_emergency_on_christmas_eve_then_landlord_and_council_hear_of_it_within_24_hours(
    tenure: str,
) -> None:
    at = datetime(2026, 12, 24, 21, 55, tzinfo=UTC)
    story = HazardStory().ask(mould(severity="emergency", tenure=tenure), (at.date() - FIRST).days, at)
    names = {"hazard-tell-landlord-now", "hazard-refer-council-now"} & story.clocks().keys()
    assert len(names) == (2 if tenure == "private" else 1)
    for name in names:
        assert story.clocks()[name].due_at == at + timedelta(days=1)
        assert story.clocks()[name].late(at + timedelta(days=1))
    assert told_due(story.case) == date(2026, 12, 25)
    told_of = story.ask(landlord_told(), (at.date() - FIRST).days, at + timedelta(minutes=5))
    assert "hazard-tell-landlord-now" not in told_of.due()
    assert told_due(told_of.case) is None


def test_given_a_significant_hazard_on_christmas_eve_then_the_next_working_day_counts() -> None:
    at = datetime(2026, 12, 24, 21, 55, tzinfo=UTC)
    story = HazardStory().ask(mould(), (at.date() - FIRST).days, at)
    assert told_due(story.case) == date(2026, 12, 29)


@pytest.mark.parametrize("nation", ["wales", "scotland", "northern-ireland"])
def test_given_another_nation_then_the_path_says_that_the_law_is_not_in_force_there(nation: str) -> None:
    story = told(nation=nation)
    assert "not in force" in path_of(story.hazard).lead
    assert path_of(story.hazard).source != PATHS.lookup("social-landlord", date(2026, 3, 2), "path").source
    assert not [code for code in story.clocks() if code.startswith("awaab")]


def test_given_a_tenure_that_was_asked_then_the_clocks_of_its_path_count() -> None:
    story = told(tenure="unknown").ask(cmd.CorrectHazard(hazard="hazard/1", tenure="social"), 3)
    assert story.due() == {"awaab-investigate": date(2026, 3, 17)}


def test_given_a_referral_to_environmental_health_then_its_answer_is_due() -> None:
    story = told(tenure="private").ask(cmd.ReferHazard(hazard="hazard/1", council_id=COUNCIL), 1)
    answers = {"hazard-council-answer": date(2026, 3, 10), "hazard-landlord-answer": date(2026, 3, 10)}
    assert story.due() == answers
    assert set(story.ask(step("council-answered"), 3).due()) == {"hazard-landlord-answer"}
    assert story.ask(step("landlord-answered"), 4).due() == {}


def test_given_a_clock_of_the_law_then_no_answer_is_asked_for_before_its_time() -> None:
    assert "hazard-landlord-answer" not in told().clocks()
    assert "hazard-landlord-answer" not in told(severity="emergency").clocks()
    assert "hazard-landlord-answer" in told(nation="wales").clocks()


def test_given_work_that_cannot_begin_in_five_days_then_the_reason_ends_that_clock_and_weeks_count() -> None:
    story = told().ask(step("investigated"), 2).ask(step("works-planned"), 5)
    due = story.due()
    assert "awaab-works-soon" not in due
    assert due["awaab-works"] == date(2026, 5, 27)
    assert story.clocks()["awaab-works-soon"].done_on == date(2026, 3, 7)
    late = told().ask(step("investigated"), 2).ask(step("works-begun"), 10)
    assert late.clocks()["awaab-works-soon"].late(moment(12))
    assert not late.clocks()["awaab-works"].late(moment(12))


def test_given_nobody_knows_the_nation_then_englands_times_count_until_somebody_says_it() -> None:
    story = told(nation=None)
    assert set(story.due()) == {"awaab-investigate", "hazard-nation"}
    assert (story.hazard.nation, story.hazard.nation_known_by) == ("england", "nobody")
    story.ask(cmd.CorrectHazard(hazard="hazard/1", nation="england"), 3)
    assert set(story.due()) == {"awaab-investigate"}
    assert story.hazard.nation_known_by == "said"
    story.ask(cmd.CorrectHazard(hazard="hazard/1", nation="wales"), 4)
    assert path_of(story.hazard).code == "social-landlord-wales"


def test_given_a_nation_that_was_typed_then_it_wins_over_the_address() -> None:
    hazard = told(nation="england", address_nation="wales").hazard
    assert (hazard.nation, hazard.nation_known_by) == ("england", "said")
    hazard = told(nation=None, address_nation="wales").hazard
    assert (hazard.nation, hazard.nation_known_by) == ("wales", "address")


def test_given_a_closed_hazard_then_nothing_is_due() -> None:
    assert told().ask(cmd.CloseHazard(hazard="hazard/1", reason="moved"), 2).clocks() == {}


def test_given_every_duty_then_its_clock_its_owner_and_its_source_are_rows() -> None:
    clocks = CLOCKS.editions[-1].table
    for row in DUTIES.rows:
        assert clocks[row.clock].breach == "hazard-overdue"
        assert row.source
    assert {clocks[code].length.words for code in clocks if code.startswith("awaab")} == {
        "24 hours",
        "10 working days",
        "3 working days",
        "5 working days",
        "84 days",
    }


@pytest.mark.parametrize(
    ("kind", "row", "fault"),
    [
        ("hazard-duties", {"paths": ["social"]}, "awaab-works.paths: 'social' is not known"),
        ("hazard-duties", {"clock": "awaab-work"}, "did you mean awaab-works"),
        ("hazard-duties", {"done_by": ["works-began"]}, "'works-began' is not known"),
        ("hazard-duties", {"owner_role": "builder"}, "awaab-works.owner_role: 'builder' is not known"),
        ("hazard-duties", {"done_by": ["works-began"]}, "awaab-works.starts: "),
        ("hazard-duties", {"severities": ["grave"]}, "awaab-works.severities: 'grave' is not known"),
        ("hazard-duties", {"hazards": ["draught"]}, "awaab-works.hazards: 'draught' is not known"),
        ("hazard-duties", {"not_hazards": ["draught"]}, "awaab-works.hazards: 'draught' is not known"),
        ("hazard-duties", {"only_if": ["other"]}, "awaab-works.only_if: 'other' is not known"),
        ("hazard-duties", {"unless": ["other"]}, "awaab-works.unless: 'other' is not known"),
        ("hazard-duties", {"severities": ["grave"]}, "choose from emergency, other, significant"),
    ],
)
def test_given_a_duty_that_cannot_be_used_then_the_file_says_why(
    kind: str, row: dict[str, object], fault: str
) -> None:
    with pytest.raises(DataInvalid, match=fault):
        site_change(kind, date(2026, 3, 2), awaab_works=row)


def test_given_a_last_path_that_does_not_fit_everybody_then_the_file_is_refused() -> None:
    text = PATHS.kind.editions[0].heading.model_dump(mode="json")
    for some in ({"tenures": ["owner"]}, {"nations": ["wales"]}, {"nation_unknown": True}):
        text["rows"] = {"x": {"label": "X", "lead": "X", **some}}
        with pytest.raises(DataInvalid, match="fits not everybody"):
            PATHS.kind.parse("ours.yaml", yaml.safe_dump(text).encode())
    text["rows"] = {"x": {"label": "X", "lead": "X", "tenures": ["owned"]}}
    with pytest.raises(DataInvalid, match=r"x\.tenures: 'owned' is not known"):
        PATHS.kind.parse("ours.yaml", yaml.safe_dump(text).encode())


def test_given_a_step_that_has_not_begun_to_count_then_it_is_not_late_however_long_it_takes() -> None:
    waiting = told().clocks()["awaab-summary"]
    assert waiting.due_at is None
    assert not waiting.late(moment(4000))
