"""Referred when something had happened already, and taken on late: exactly what each gives."""

from __future__ import annotations

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Action, Case, Stage
from discharge.delays.model import ReadyPeriod
from tests.discharge.cases.leaving_stories import left, open_one, owed, ready_ended
from tests.discharge.cases.stories import CASE as CASE_ID
from tests.discharge.cases.stories import SPELL, after, day, decided, kinds, noon, refer, refused, spell

NEW = Case(case_id=CASE_ID)
OPEN = after((0, refer()))
OVER = {"status": "discharged", "discharged_on": day(2)}


def test_given_a_referral_by_a_stay_that_is_over_then_they_have_left_and_are_taken_on_at_once() -> None:
    *happened, opened = decided(NEW, refer(spell=spell(**OVER), ready_on=day(1)), 3, 4)
    assert kinds(happened)[:5] == [
        "referral-received",
        "participant-joined",
        "participant-joined",
        "spell-joined",
        "ready-period-started",
    ]
    assert happened[5:] == [ev.PersonDischarged(discharge=left(2)), ready_ended(2), *owed(2)]
    assert opened == ev.ActionOpened(
        action=Action(
            cause="left-before-accepted",
            number=1,
            owner_role="coordinator",
            opened_at=noon(4),
            due_at=noon(4).replace(hour=13),
        )
    )


@pytest.mark.parametrize("said", [{"status": "discharged"}, {"status": "admitted", "discharged_on": day(2)}])
def test_given_a_referral_by_a_stay_whose_end_is_not_told_then_nobody_has_left(
    said: dict[str, object],
) -> None:
    assert kinds(decided(NEW, refer(spell=spell(**said)), 3))[3:] == ["spell-joined"]


def test_given_a_case_that_ended_without_help_after_they_went_home_then_a_referral_does_not_open_it() -> None:
    home = fold(OPEN, [ev.PersonDischarged(discharge=left(2))])
    case = fold(home, [ev.CaseClosed(closed_on=day(3), outcome="withdrawn")])
    assert refused(case, refer(), 4) == ("case-closed", str(CASE_ID), "case")


def test_given_waiting_that_had_ended_when_referred_again_then_the_new_wait_begins_no_earlier() -> None:
    periods = (
        ReadyPeriod(ready_on=day(-9), ended_on=day(-8), ended_by="met-criteria-again"),
        ReadyPeriod(ready_on=day(-4), ended_on=day(1), ended_by="met-criteria-again"),
    )
    closed = fold(OPEN, [ev.CaseClosed(closed_on=day(1), outcome="returned")])
    case = closed.model_copy(update={"ready_periods": periods})
    *_, started = decided(case, refer(ready_on=day(0)), 2)
    assert started.period == ReadyPeriod(ready_on=day(1), spell_id=SPELL, basis="referral")
    *_, started = decided(case, refer(ready_on=day(2)), 2)
    assert started.period.ready_on == day(2)


def test_given_somebody_who_left_first_when_they_are_taken_on_then_that_question_alone_is_answered() -> None:
    case = fold(OPEN, [open_one("left-before-accepted"), open_one("fell")])
    accepted, _owner, *answers = decided(case, cmd.AcceptReferral(), 5, 6)
    assert accepted == ev.ReferralAccepted(accepted_on=day(5))
    assert answers == [
        ev.ActionAnswered(action="left-before-accepted/1", answer="referral-accepted", answered_at=noon(6))
    ]


def test_given_a_death_that_closed_the_case_when_referred_then_it_is_open_from_that_day() -> None:
    dead = after((0, refer()), (1, cmd.RecordDeath()))
    reopened, opened = decided(dead, refer(), 2, 3)
    assert reopened == ev.CaseReopened(reopened_on=day(2), stage=Stage.REFERRED, reason="death-withdrawn")
    assert (opened.action.cause, opened.action.opened_at) == ("death-taken-back", noon(3))
