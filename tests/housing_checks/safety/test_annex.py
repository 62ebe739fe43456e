"""The annex as its events say, by when what is done, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from discharge.errors import HomewardError
from discharge.reference.policy import policy_on
from housing_checks.safety.clocks import running
from housing_checks.safety.commands import SafetyRequest
from housing_checks.safety.events import (
    SAFETY_EVENT,
    AnnexEnded,
    ContactTried,
    DangerNoted,
    MaracDecided,
    MaracSent,
    PlanAgreed,
    QuestionsAnswered,
    ReviewSet,
    SafeguardingRaised,
    SafetyConfirmed,
    SafetyEvent,
    evolve,
)
from housing_checks.safety.model import (
    NO_ANNEX,
    Annex,
    ContactAttempt,
    MaracReferral,
    SafeguardingConcern,
    SafetyAnswers,
    SafetyPlan,
    Stamp,
)
from housing_checks.safety.rules import check

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
WARD = Stamp(at=NOON, in_hospital=True)
HOME = Stamp(at=NOON, in_hospital=False)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)


def answers(**said: Any) -> QuestionsAnswered:
    return QuestionsAnswered(answers=SafetyAnswers(**{"asked": "alone", "asked_on": TODAY} | said))


def annex(*events: SafetyEvent, stamp: Stamp = WARD) -> Annex:
    folded = NO_ANNEX
    for number, event in enumerate(events):
        folded = evolve(folded, event, stamp.model_copy(update={"at": stamp.at + timedelta(minutes=number)}))
    return folded


def marac(**said: Any) -> MaracDecided:
    values = {"basis": "judgement", "consent": "given", "decided_on": TODAY} | said
    return MaracDecided(referral=MaracReferral(**values))


def tried(reached: str, minutes: int = 5) -> ContactTried:
    at = NOON + timedelta(minutes=minutes)
    return ContactTried(
        attempt=ContactAttempt.model_validate({"method": "text", "reached": reached, "at": at})
    )


def test_given_a_disclosure_when_no_is_answered_later_then_it_stays_disclosed() -> None:
    assert annex(answers(disclosed="yes"), answers(disclosed="no")).disclosed == "yes"


def test_given_no_said_with_somebody_beside_them_then_it_is_not_known() -> None:
    assert annex(answers(asked="not-alone", disclosed="no")).disclosed == "unknown"
    assert annex(answers(disclosed="no")).disclosed == "no"


@pytest.mark.parametrize("asked", ["not-alone", "not-asked"])
def test_given_not_asked_alone_when_on_the_ward_then_it_is_asked_alone_the_same_day(asked: str) -> None:
    folded = annex(answers(asked=asked))
    assert running(folded, policy_on(TODAY))["ask-alone"] == MIDNIGHT
    asked_again = evolve(folded, answers(asked="alone"), WARD)
    assert "ask-alone" not in running(asked_again, policy_on(TODAY))


def test_given_a_disclosure_then_the_call_is_due_the_same_day_in_hospital_and_within_a_week_outside() -> None:
    said = answers(disclosed="yes")
    assert running(annex(said, stamp=WARD), policy_on(TODAY))["call"] == MIDNIGHT
    assert running(annex(said, stamp=HOME), policy_on(TODAY))["call"] == NOON + timedelta(days=7)


@pytest.mark.parametrize(("reached", "due"), [("yes", False), ("no", True), ("not-safe", True)])
def test_given_a_call_when_the_person_was_not_reached_then_it_is_still_due(reached: str, due: bool) -> None:
    folded = annex(answers(disclosed="yes"), tried(reached))
    assert ("call" in running(folded, policy_on(TODAY))) is due


def test_given_a_call_before_the_disclosure_then_it_is_due_all_the_same() -> None:
    folded = annex(answers(), tried("yes", minutes=-5), answers(disclosed="yes"))
    assert "call" in running(folded, policy_on(TODAY))


def test_given_new_answers_when_nobody_named_has_acted_then_somebody_decides_and_each_act_ends_that() -> None:
    folded = annex(answers(disclosed="no"))
    assert running(folded, policy_on(TODAY))["decide"] == MIDNIGHT
    assert running(evolve(folded, SafetyConfirmed(), WARD), policy_on(TODAY)) == {}


def test_given_marac_decided_then_it_is_sent_within_a_day_and_the_clock_ends_with_that() -> None:
    decided = annex(marac(), stamp=HOME)
    assert running(decided, policy_on(TODAY)) == {"marac": NOON + timedelta(hours=24)}
    assert running(evolve(decided, MaracSent(sent_on=TODAY), HOME), policy_on(TODAY)) == {}


def test_given_a_safeguarding_concern_then_the_councils_answer_is_waited_for_in_working_days() -> None:
    concern = SafeguardingConcern(basis="reasonable-cause", raised_on=TODAY)
    due = running(annex(SafeguardingRaised(concern=concern)), policy_on(TODAY))
    assert due == {"safeguarding": datetime(2026, 3, 10, tzinfo=UTC)}


def test_given_a_day_of_review_then_it_is_due_by_the_end_of_that_day() -> None:
    due = running(annex(ReviewSet(review_on=TODAY)), policy_on(TODAY))
    assert due == {"review": MIDNIGHT}


def test_given_the_work_ended_then_no_clock_runs_until_somebody_answers_again() -> None:
    ended = annex(answers(disclosed="yes"), marac(), AnnexEnded(ended_on=TODAY))
    assert running(ended, policy_on(TODAY)) == {}
    assert "decide" in running(evolve(ended, answers(), WARD), policy_on(TODAY))


@pytest.mark.parametrize("score", [0, 3, 13, 24, None])
def test_given_any_score_then_what_is_due_is_the_same(score: int | None) -> None:
    events = (answers(disclosed="yes"), marac(basis="score", score=score))
    assert set(running(annex(*events), policy_on(TODAY))) == {"call", "marac"}
    check(NO_ANNEX, SafetyRequest(marac(score=score)), TODAY)


def refused(folded: Annex, event: SafetyEvent, **notes: str) -> set[str]:
    """Where each fault is."""
    try:
        check(folded, SafetyRequest(event, notes), TODAY)  # type: ignore[arg-type]
    except HomewardError as error:
        return {each.where for each in (error, *error.others)}
    return set()


@pytest.mark.parametrize(
    ("folded", "event", "where"),
    [
        (NO_ANNEX, answers(asked_on=date(2026, 3, 3)), {"asked_on"}),
        (NO_ANNEX, answers(contact_method="pigeon"), {"contact_method"}),
        (NO_ANNEX, marac(consent="refused"), {"reason"}),
        (NO_ANNEX, marac(consent="not-asked"), {"reason"}),
        (NO_ANNEX, MaracSent(sent_on=TODAY), {"kind"}),
        (annex(marac(sent_on=TODAY)), MaracSent(sent_on=TODAY), {"kind"}),
        (NO_ANNEX, ReviewSet(review_on=date(2026, 3, 1)), {"review_on"}),
        (annex(answers(asked="not-alone")), SafetyConfirmed(), {"reason"}),
        (annex(answers()), SafetyConfirmed(until_on=TODAY), {"until_on"}),
        (annex(answers(disclosed="no")), SafetyConfirmed(), set()),
        (annex(answers(disclosed="yes")), SafetyConfirmed(), {"reason"}),
        (annex(answers(disclosed="yes"), answers(disclosed="no")), SafetyConfirmed(), {"reason"}),
        (annex(answers(safe_tonight="no")), SafetyConfirmed(), {"reason"}),
        (annex(answers(perpetrator_at_address="yes")), SafetyConfirmed(), {"reason"}),
        (annex(answers(), DangerNoted(came_with="add-note")), SafetyConfirmed(), {"reason"}),
        (annex(answers(asked_on=TODAY - timedelta(days=14))), SafetyConfirmed(), set()),
        (annex(answers(asked_on=TODAY - timedelta(days=15))), SafetyConfirmed(), {"reason"}),
        (NO_ANNEX, answers(asked="not-asked", disclosed="yes"), {"asked"}),
        (NO_ANNEX, answers(asked="not-asked", disclosed="no"), {"asked"}),
        (NO_ANNEX, answers(asked="not-asked"), set()),
        (NO_ANNEX, answers(disclosed="no", perpetrator_at_address="yes"), {"perpetrator_at_address"}),
        (NO_ANNEX, AnnexEnded(ended_on=TODAY), {"reason"}),
        (
            NO_ANNEX,
            PlanAgreed(plan=SafetyPlan(choice="stay", measures=("moat",), planned_on=TODAY)),
            {"measures"},
        ),
    ],
)
def test_given_what_cannot_be_recorded_then_it_says_where(
    folded: Annex, event: SafetyEvent, where: set[str]
) -> None:
    assert refused(folded, event) == where


def test_given_much_speaks_against_it_when_safety_is_confirmed_then_each_is_said_and_words_are_enough() -> (
    None
):
    folded = annex(
        answers(disclosed="yes", asked_on=date(2020, 1, 2)),
        answers(asked="not-alone", safe_tonight="no", perpetrator_at_address="yes"),
        DangerNoted(came_with="add-note"),
    )
    with pytest.raises(HomewardError) as error:
        check(folded, SafetyRequest(SafetyConfirmed()), TODAY)
    why, *others = error.value.detail.removeprefix("say why safety is confirmed although ").split("; ")
    assert why == "the person was last asked alone on Thu 2 Jan 2020, too long ago"
    assert others == [
        "they said that somebody hurts, threatens or controls them",
        "somebody wrote about abuse or danger",
        "it is not safe there tonight",
        "the person who does it is at the address, or can get in",
    ]
    assert refused(folded, SafetyConfirmed(), reason="She is in a refuge") == set()


def test_given_a_confirmation_over_a_disclosure_then_those_named_look_again_until_somebody_does() -> None:
    confirmed = annex(answers(disclosed="yes"), tried("yes"), SafetyConfirmed())
    due = running(confirmed, policy_on(TODAY))
    assert due == {"second-look": NOON + timedelta(minutes=2, days=7)}
    assert running(evolve(confirmed, ReviewSet(review_on=TODAY), WARD), policy_on(TODAY)).keys() == {"review"}
    assert "second-look" not in running(evolve(confirmed, answers(), WARD), policy_on(TODAY))
    assert running(annex(answers(disclosed="no"), SafetyConfirmed()), policy_on(TODAY)) == {}


def test_given_they_were_asked_alone_years_ago_then_they_are_asked_again() -> None:
    old = annex(answers(asked_on=date(2020, 1, 2)))
    assert running(old, policy_on(TODAY))["ask-alone"] == MIDNIGHT
    assert "ask-alone" not in running(annex(answers()), policy_on(TODAY))


def test_given_a_referral_without_consent_when_the_reason_is_there_then_it_is_recorded() -> None:
    assert (
        refused(NO_ANNEX, marac(consent="refused"), reason="Threats to kill; he has her telephone") == set()
    )


def test_given_words_that_are_too_long_then_they_are_refused_by_name() -> None:
    assert refused(NO_ANNEX, answers(), disclosure="x" * 8_001) == {"disclosure"}


def test_given_a_request_when_it_is_logged_then_its_words_are_not_shown() -> None:
    assert "cannot go back" not in repr(SafetyRequest(answers(), {"disclosure": "I cannot go back to him"}))


def test_given_an_event_of_each_kind_when_stored_then_it_is_read_again() -> None:
    for event in (answers(), marac(), tried("no"), AnnexEnded(ended_on=TODAY)):
        assert SAFETY_EVENT.read(SAFETY_EVENT.write(event)) == event


@pytest.mark.parametrize("said", [DangerNoted(came_with="refer"), answers(asked="not-asked")])
def test_given_words_that_came_to_the_annex_after_later_ones_then_asking_alone_is_due_from_the_earliest(
    said: SafetyEvent,
) -> None:
    """The words of a request that was made before come to a case when it is accepted."""
    later = annex(said, stamp=HOME)
    before = HOME.model_copy(update={"at": NOON - timedelta(days=3)})
    assert running(evolve(later, said, before), policy_on(TODAY))["ask-alone"] == NOON + timedelta(days=4)
