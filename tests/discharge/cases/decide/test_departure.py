"""Leaving, and not leaving after all, as the feed tells it: exactly what each piece of news gives."""

from __future__ import annotations

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Stage
from discharge.delays.model import ReadyPeriod
from tests.discharge.cases.leaving_stories import (
    CASE,
    DIED,
    GONE,
    LATER,
    NOTE,
    READY,
    STRAND,
    after_news,
    by_feed,
    left,
    open_one,
    owed,
    ready_ended,
    reason_ended,
    runs_on,
)
from tests.discharge.cases.stories import SPELL, after, day, decided, kinds, leaves, noon, refer, spell, told


def test_given_a_discharge_by_the_feed_then_waiting_ends_and_contacts_are_owed() -> None:
    news = by_feed(discharge_method="1", discharge_destination="19")
    assert after_news(READY, news) == [
        ev.PersonDischarged(discharge=left(4, method="1", destination="19")),
        ready_ended(4),
        reason_ended(4),
        *owed(4),
    ]


def test_given_the_same_discharge_again_then_nothing_happens_again() -> None:
    assert after_news(GONE, by_feed(bed="7")) == []


def test_given_a_discharge_by_hand_when_the_feed_tells_it_then_what_it_leaves_out_is_kept() -> None:
    asked = leaves("29", method="9")
    case = after((4, asked), case=READY)
    assert after_news(case, by_feed(5)) == [
        ev.PersonDischarged(
            discharge=left(5, destination="29", method="9", unready_reason="bed-needed", decided_by_note=NOTE)
        ),
        ev.ReadyPeriodCorrected(
            replaces=day(1),
            was=case.ready_periods[0],
            period=READY.ready_periods[0].model_copy(update={"ended_on": day(5), "ended_by": "discharged"}),
        ),
        runs_on(4),
        ev.DelayReasonEnded(reason_id=runs_on(4).reason.reason_id, to_on=day(5)),
        *owed(5),
    ]


def test_given_a_discharge_that_was_earlier_then_waiting_ended_earlier_and_never_before_it_began() -> None:
    case = after((4, leaves()), case=READY)
    _, corrected, *rest = after_news(case, by_feed(3))
    assert corrected.period.ended_on == day(3)
    assert rest == [reason_ended(3), *owed(3)]
    _, corrected, *_ = after_news(case, by_feed(0))
    assert corrected.period.ended_on == day(1)


def test_given_a_contact_that_was_made_when_the_day_is_corrected_then_it_is_not_owed_again() -> None:
    made = cmd.RecordContact(follow_up="24-hours", outcome="well")
    case = after((4, leaves()), (5, made), case=CASE)
    happened = after_news(case, by_feed(3), 6)
    assert [each for each in happened if each.kind == "follow-up-scheduled"] == owed(3)[1:]


def test_given_a_discharge_on_the_same_day_then_no_ready_period_is_corrected() -> None:
    case = after((4, leaves()), case=READY)
    assert kinds(after_news(case, by_feed(4)))[:2] == ["person-discharged", "follow-up-scheduled"]
    never_waited = after((4, leaves()), case=CASE)
    assert kinds(after_news(never_waited, by_feed(5)))[:2] == ["person-discharged", "follow-up-scheduled"]


def test_given_a_wait_that_the_ward_ended_when_the_discharge_is_corrected_then_that_wait_stays() -> None:
    waits = [
        ReadyPeriod(ready_on=day(0), ended_on=day(1), ended_by="left"),
        ReadyPeriod(ready_on=day(2), ended_on=day(3), ended_by="met-criteria-again"),
    ]
    case = after((4, leaves()), case=CASE).model_copy(update={"ready_periods": tuple(waits)})
    corrected = [each for each in after_news(case, by_feed(5)) if each.kind == "ready-period-corrected"]
    assert corrected == []


@pytest.mark.parametrize("method", ["2", "6", "7"])
@pytest.mark.parametrize(
    ("homeless", "cause"), [("unknown", "self-discharged"), ("yes", "self-discharged-homeless")]
)
def test_given_somebody_left_by_own_decision_then_they_are_looked_for_first(
    method: str, homeless: str, cause: str
) -> None:
    case = READY.model_copy(update={"homelessness": READY.homelessness.model_copy(update={"flag": homeless})})
    *happened, opened = after_news(case, by_feed(discharge_method=method))
    assert happened == [
        ev.PersonDischarged(discharge=left(4, method=method)),
        ready_ended(4, "left"),
        reason_ended(4),
        *owed(4, welfare=True),
    ]
    assert (opened.action.cause, opened.action.opened_at) == (cause, noon(5))
    looked_for = fold(case, [opened])
    assert kinds(after_news(looked_for, by_feed(discharge_method=method)))[-1] == "follow-up-scheduled"


def test_given_something_else_owed_when_somebody_left_by_own_decision_then_they_are_looked_for() -> None:
    case = fold(GONE, [open_one("no-heating")])
    assert after_news(case, by_feed(3, discharge_method="6"))[-1].kind == "action-opened"


def test_given_a_stay_that_is_new_and_ended_by_own_decision_then_they_are_looked_for_from_now() -> None:
    case = after((0, refer(spell=None)))
    *_, opened, unaccepted = decided(case, by_feed(discharge_method="6"), 5)
    assert unaccepted.action.cause == "left-before-accepted"
    assert (opened.action.cause, opened.action.opened_at) == ("self-discharged", noon(5))


def test_given_a_visit_taken_back_that_still_names_a_day_of_leaving_then_nobody_left() -> None:
    happened = after_news(GONE, told(status="cancelled", discharged_on=day(4)))
    assert happened[0] == ev.DischargeCancelled(cancelled_on=day(4))


@pytest.mark.parametrize("said", DIED)
def test_given_a_stay_that_ended_in_death_then_all_stops(said: dict[str, object]) -> None:
    case = fold(READY, [ev.StrandStarted(strand=STRAND)])
    assert after_news(case, by_feed(**said)) == [
        ready_ended(4, "died"),
        reason_ended(4),
        ev.StrandCancelled(strand="equipment/1", cancelled_on=day(4), reason="person-died"),
        ev.CaseClosed(closed_on=day(4), outcome="died"),
    ]


def test_given_a_move_to_another_hospital_then_the_case_closes_there() -> None:
    case = fold(READY, [ev.StrandStarted(strand=STRAND)])
    assert after_news(case, by_feed(discharge_destination="51")) == [
        ready_ended(4, "transferred"),
        reason_ended(4),
        ev.StrandCancelled(strand="equipment/1", cancelled_on=day(4), reason="case-ended"),
        ev.CaseClosed(closed_on=day(4), outcome="admitted-elsewhere"),
    ]


@pytest.mark.parametrize("outcome", ["merged", "entered-in-error", "died"])
def test_given_a_case_that_nothing_reopens_when_the_person_leaves_then_nothing_happens(outcome: str) -> None:
    case = fold(READY, [ev.CaseClosed(closed_on=day(2), outcome=outcome)])
    assert after_news(case, by_feed()) == []
    assert decided(case, cmd.RecordDeath(), 4) == []


def test_given_a_case_we_no_longer_helped_when_the_person_leaves_then_only_the_wait_ends() -> None:
    case = fold(READY, [ev.CaseClosed(closed_on=day(2), outcome="withdrawn")])
    assert after_news(case, by_feed()) == [ready_ended(4)]
    after_home = fold(GONE, [ev.CaseClosed(closed_on=day(5), outcome="home-as-it-is")])
    assert kinds(after_news(after_home, by_feed(3)))[0] == "discharge-corrected"


def with_stay(case: Case, **said: object) -> Case:
    return fold(
        case, [ev.SpellJoined(spell=spell(spell_id=LATER, admitted_on=day(3)).model_copy(update=said))]
    )


@pytest.mark.parametrize("status", ["admitted", "on-leave"])
@pytest.mark.parametrize("said", [{}, {"discharge_destination": "51"}])
def test_given_a_later_bed_when_the_earlier_stay_ends_then_only_its_own_wait_ends(
    status: str, said: dict[str, object]
) -> None:
    assert after_news(with_stay(READY, status=status), by_feed(**said)) == [ready_ended(4, "transferred")]
    there = fold(
        with_stay(CASE, status=status),
        [ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(3), spell_id=LATER))],
    )
    assert after_news(there, by_feed(**said)) == []
    assert after_news(with_stay(CASE, status=status), by_feed(**said)) == []


@pytest.mark.parametrize(
    "said",
    [
        {"status": "discharged"},
        {"status": "expected"},
        {"admitted_on": None},
    ],
)
def test_given_no_bed_that_is_later_then_who_leaves_has_left(said: dict[str, object]) -> None:
    assert kinds(after_news(with_stay(READY, **said), by_feed()))[0] == "person-discharged"


@pytest.mark.parametrize("beside", [{"admitted_on": day(0)}, {"admitted_on": day(-1)}, {}])
def test_given_a_bed_beside_the_stay_that_ended_then_its_own_hospital_knows_and_the_ward_is_asked(
    beside: dict[str, object],
) -> None:
    news = by_feed() if beside else by_feed(admitted_on=None)
    ended, opened = after_news(with_stay(READY, **beside), news)
    assert ended == ready_ended(4, "transferred")
    assert (opened.action.cause, opened.action.subject) == ("stays-overlap", str(SPELL))
    elsewhere = with_stay(READY, organisation_id=LATER, **beside)
    first, *_, last = after_news(elsewhere, news)
    assert (first.kind, last.action.cause) == ("person-discharged", "stays-overlap")


@pytest.mark.parametrize("status", ["admitted", "on-leave", "cancelled"])
def test_given_a_discharge_when_the_stay_goes_on_after_all_then_all_runs_on(status: str) -> None:
    assert after_news(GONE, told(status=status)) == [
        ev.DischargeCancelled(cancelled_on=day(4)),
        ev.ReadyPeriodCorrected(replaces=day(1), was=GONE.ready_periods[0], period=READY.ready_periods[0]),
        runs_on(4),
    ]


def test_given_a_closed_case_when_the_discharge_did_not_happen_then_it_opens_first() -> None:
    closed = fold(GONE, [ev.CaseClosed(closed_on=day(6), outcome="home-as-it-is")])
    first, second, *_ = after_news(closed, told(status="admitted"), 7)
    assert first == ev.CaseReopened(reopened_on=day(4), stage=Stage.DISCHARGED, reason="discharge-cancelled")
    assert second == ev.DischargeCancelled(cancelled_on=day(4))


def test_given_no_discharge_of_that_stay_when_it_goes_on_then_nothing_is_undone() -> None:
    other = GONE.discharge.model_copy(update={"spell_id": LATER})
    asked, _changed = decided(GONE.model_copy(update={"discharge": other}), told(status="admitted"), 5)
    assert asked.action.cause == "stays-overlap"
    assert after_news(GONE.model_copy(update={"discharge": None}), told(status="admitted")) == []
    unnamed = GONE.discharge.model_copy(update={"spell_id": None})
    assert kinds(after_news(GONE.model_copy(update={"discharge": unnamed}), told(status="admitted")))[0] == (
        "discharge-cancelled"
    )
    assert kinds(after_news(GONE, told(status="expected")))[0] == "discharge-cancelled"


def test_given_waiting_that_ended_otherwise_when_the_discharge_is_undone_then_it_stays_ended() -> None:
    periods = (ReadyPeriod(ready_on=day(1), ended_on=day(2), ended_by="met-criteria-again"),)
    case = GONE.model_copy(update={"ready_periods": periods, "delay_reasons": ()})
    assert kinds(after_news(case, told(status="admitted"))) == ["discharge-cancelled"]
    never = case.model_copy(update={"ready_periods": ()})
    assert kinds(after_news(never, told(status="admitted"))) == ["discharge-cancelled"]
    two = (*READY.ready_periods, ReadyPeriod(ready_on=day(2), ended_on=day(4), ended_by="left"))
    both = case.model_copy(update={"ready_periods": two})
    assert after_news(both, told(status="admitted"))[1] == ev.ReadyPeriodCorrected(
        replaces=day(2), was=two[-1], period=ReadyPeriod(ready_on=day(2))
    )


def test_given_somebody_who_had_to_be_looked_for_when_they_had_not_left_then_only_that_is_answered() -> None:
    case = fold(GONE, [open_one("self-discharged"), open_one("no-heating", 1)])
    assert [each for each in after_news(case, told(status="admitted")) if each.kind == "action-answered"] == [
        ev.ActionAnswered(action="self-discharged/1", answer="back-in-hospital", answered_at=noon(4))
    ]


BY_HAND = after((4, leaves()), case=CASE)


@pytest.mark.parametrize(("at", "undone"), [(noon(5), True), (noon(4), True), (noon(3), False)])
def test_given_a_discharge_by_hand_when_the_trust_says_since_that_nobody_left_then_it_is_undone(
    at: object, undone: bool
) -> None:
    happened = after_news(BY_HAND, told(not_left_at=at), 6)
    assert (ev.DischargeCancelled(cancelled_on=day(4)) in happened) is undone


def test_given_nothing_new_said_of_not_leaving_or_no_discharge_by_hand_then_nothing_is_undone() -> None:
    known = fold(BY_HAND, [ev.SpellChanged(spell=spell(not_left_at=noon(5)))])
    assert after_news(known, told(not_left_at=noon(5), bed="7"), 6) == []
    assert after_news(CASE, told(not_left_at=noon(5)), 6) == []
    fed = BY_HAND.model_copy(update={"discharge": BY_HAND.discharge.model_copy(update={"told_by": "feed"})})
    assert after_news(fed, told(not_left_at=noon(5)), 6) == []
