"""The stay as the feed and the ward tell it: ready periods, leaving, not leaving, dying, coming back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from discharge.cases import commands as cmd
from discharge.cases.model import Stage
from discharge.delays.night_counts import published_delay_days, true_delay_days
from discharge.errors import Refused
from discharge.values import YesNoUnknown
from tests.discharge.cases.stories import (
    CONTACTS,
    PERSON,
    SPELL,
    TRUST,
    after,
    ask,
    day,
    leaves,
    noon,
    refer,
    spell,
    told,
)

MET = cmd.SetCriteriaToReside(met=True)
NOT_MET = cmd.SetCriteriaToReside(met=False)
HOME = leaves()


def test_given_ready_then_unwell_then_ready_when_discharged_then_every_period_is_kept() -> None:
    case = after((0, refer()), (1, NOT_MET), (3, MET), (6, NOT_MET), (7, HOME))
    assert [(p.ready_on, p.ended_on, p.ended_by) for p in case.ready_periods] == [
        (day(1), day(3), "met-criteria-again"),
        (day(6), day(7), "discharged"),
    ]
    assert published_delay_days(case.ready_periods, day(7)) == 1
    assert true_delay_days(case.ready_periods, day(7), left=True) == 3


def test_given_fitness_in_the_feed_when_it_changes_then_ready_periods_open_and_close() -> None:
    case = after((0, refer()), (2, told(medically_fit=True, medically_fit_on=day(2))))
    assert case.open_ready_period is not None
    case = ask(case, told(medically_fit=False, medically_fit_on=day(4)), 4)
    assert case.open_ready_period is None
    assert case.ready_periods[0].ended_on == day(4)


def test_given_the_feed_takes_fitness_back_when_no_day_is_given_then_the_period_ends_that_day() -> None:
    case = after((0, refer()), (2, told(medically_fit=True, medically_fit_on=day(2))))
    case = ask(case, told(medically_fit=False), 4)
    assert [(p.ready_on, p.ended_on) for p in case.ready_periods] == [(day(2), day(4))]


def test_given_the_ward_closed_a_period_when_the_feed_restates_old_fitness_then_it_stays_closed() -> None:
    fit = {"medically_fit": True, "medically_fit_on": day(2)}
    case = after((0, refer()), (2, told(**fit)), (4, MET), (5, told(bed="7", **fit)))
    assert case.open_ready_period is None


def test_given_a_discharge_when_it_is_told_then_the_contacts_of_the_registry_are_owed() -> None:
    case = after((0, refer()), (1, NOT_MET), (5, told(status="discharged", discharged_on=day(5))))
    assert case.stage is Stage.DISCHARGED
    assert tuple(case.follow_ups) == CONTACTS
    assert case.follow_ups["72-hours"].due_at == noon(8)


def test_given_a_discharge_when_it_is_cancelled_then_the_ready_period_runs_on() -> None:
    case = after((0, refer()), (1, NOT_MET), (5, told(status="discharged", discharged_on=day(5))))
    case = ask(case, told(status="admitted"), 6)
    assert case.discharge is None
    assert case.stage is Stage.REFERRED
    assert case.open_ready_period is not None
    assert case.open_ready_period.ready_on == day(1)
    assert not case.follow_ups


def reason(code: str) -> cmd.RecordDelayReason:
    return cmd.RecordDelayReason(reason_kind="national", code=code, owner_role="council")


def test_given_a_discharge_when_it_is_cancelled_again_and_again_then_each_night_keeps_its_reason() -> None:
    case = after((0, refer()), (1, NOT_MET), (1, reason("CA10")), (3, reason("HP5")))
    for _ in range(3):
        case = after((5, told(status="discharged", discharged_on=day(5))), case=case)
        assert all(r.to_on is not None for r in case.delay_reasons)
        case = ask(case, told(status="admitted"), 6)
        assert [(r.code, r.from_on) for r in case.delay_reasons if r.to_on is None] == [("HP5", day(5))]


def test_given_a_discharge_that_was_a_day_later_then_that_night_has_the_reason_too() -> None:
    case = after((0, refer()), (1, NOT_MET), (1, reason("CA10")), (5, HOME))
    case = ask(case, told(status="discharged", discharged_on=day(6)), 6)
    assert [(r.from_on, r.to_on) for r in case.delay_reasons] == [(day(1), day(5)), (day(5), day(6))]


def test_given_a_discharge_by_hand_when_the_feed_tells_another_day_then_the_day_is_corrected() -> None:
    case = after((0, refer()), (1, NOT_MET), (5, HOME))
    case = ask(case, told(status="discharged", discharged_on=day(6)), 6)
    assert case.discharge is not None
    assert case.discharge.discharged_on == day(6)
    assert case.ready_periods[0].ended_on == day(6)


@pytest.mark.parametrize(
    ("changes", "outcome", "ended_by"),
    [
        ({"discharge_method": "4"}, "died", "died"),
        ({"died": True}, "died", "died"),
        ({"discharge_method": "1", "discharge_destination": "51"}, "admitted-elsewhere", "transferred"),
    ],
)
def test_given_somebody_left_another_way_when_told_then_the_case_closes_with_that_outcome(
    changes: dict[str, object], outcome: str, ended_by: str
) -> None:
    case = after((0, refer()), (1, NOT_MET))
    case = ask(case, told(status="discharged", discharged_on=day(4), **changes), 4)
    assert (case.stage, case.outcome) == (Stage.CLOSED, outcome)
    assert case.ready_periods[0].ended_by == ended_by


@pytest.mark.parametrize(
    ("homeless", "cause", "hours"),
    [("unknown", "self-discharged", 24), ("yes", "self-discharged-homeless", 1)],
)
def test_given_somebody_left_by_own_decision_then_the_case_stays_open_with_a_welfare_contact(
    homeless: YesNoUnknown, cause: str, hours: int
) -> None:
    case = after((0, refer(homeless=homeless)), (1, cmd.AcceptReferral()), (1, NOT_MET))
    case = ask(case, told(status="discharged", discharged_on=day(4), discharge_method="6"), 4)
    assert (case.stage, case.outcome) == (Stage.DISCHARGED, None)
    assert case.ready_periods[0].ended_by == "left"
    assert next(iter(case.follow_ups)) == "welfare"
    (action,) = case.open_actions
    assert (action.cause, action.owner_role, action.due_at) == (
        cause,
        "coordinator",
        noon(4) + timedelta(hours=hours),
    )
    reached = ask(case, cmd.RecordContact(follow_up="welfare", outcome="well"), 5)
    assert not reached.open_actions


def test_given_somebody_who_left_by_own_decision_when_it_is_taken_back_then_the_waiting_goes_on() -> None:
    case = after((0, refer()), (1, NOT_MET))
    case = ask(case, told(status="discharged", discharged_on=day(4), discharge_method="6"), 4)
    case = ask(case, told(status="admitted"), 5)
    assert case.open_ready_period is not None
    assert not case.open_actions


@pytest.mark.parametrize(("back_on", "counted"), [(5, True), (34, True), (35, False)])
def test_given_an_admission_after_discharge_when_within_29_days_then_it_is_a_readmission(
    back_on: int, counted: bool
) -> None:
    case = after((0, refer()), (5, told(status="discharged", discharged_on=day(5))))
    again = cmd.NoteHospitalFacts(spell=spell(spell_id=uuid4(), admitted_on=day(back_on)))
    case = ask(case, again, back_on)
    assert bool(case.readmissions) is counted
    if counted:
        assert case.readmissions[0].days_after == back_on - 5
        assert case.stage is Stage.REFERRED
        assert case.earlier_discharges[0].discharged_on == day(5)


def test_given_a_closed_case_when_the_person_is_back_within_29_days_then_it_reopens() -> None:
    case = after(
        (0, refer()), (1, cmd.AcceptReferral()), (5, HOME), (6, cmd.CloseCase(outcome="home-as-it-is"))
    )
    case = ask(case, cmd.NoteHospitalFacts(spell=spell(spell_id=uuid4(), admitted_on=day(8))), 8)
    assert case.stage is Stage.ACCEPTED
    assert case.outcome is None


def test_given_a_dead_person_when_later_news_comes_then_the_case_stays_closed() -> None:
    case = after((0, refer()), (2, cmd.RecordDeath()))
    case = ask(case, cmd.NoteHospitalFacts(spell=spell(spell_id=uuid4(), admitted_on=day(4))), 4)
    assert case.outcome == "died"


def test_given_an_admission_day_when_ready_is_set_before_it_then_it_is_refused() -> None:
    case = after((3, refer(spell=spell(admitted_on=day(2)))))
    with pytest.raises(Refused) as refusal:
        ask(case, NOT_MET, 1, now=3)
    assert refusal.value.code == "date-before-admission"


def test_given_a_day_ahead_when_a_discharge_is_recorded_then_it_is_refused() -> None:
    case = after((0, refer()))
    with pytest.raises(Refused) as refusal:
        ask(case, HOME, 4, now=3)
    assert refusal.value.code == "date-in-future"


def test_given_no_stay_when_it_appears_in_the_feed_then_the_case_no_longer_awaits_it() -> None:
    case = after((0, refer(spell=None)))
    assert case.referral is not None
    assert case.referral.awaiting_spell
    case = ask(case, told(), 1)
    assert case.referral is not None
    assert not case.referral.awaiting_spell
    assert case.current_spell is not None
    assert case.current_spell.spell_id == SPELL


def test_given_an_open_case_when_the_person_is_referred_again_then_nothing_is_asked_twice() -> None:
    case = after((0, refer()))
    assert ask(case, refer(), 1) == case
    assert case.person_id == PERSON
    assert {mine.organisation_id for mine in case.participants} >= {TRUST}


def test_given_a_returned_referral_when_the_ward_refers_again_then_the_same_case_opens() -> None:
    case = after((0, refer()), (1, cmd.ReturnReferral(reason="more-information")))
    assert (case.stage, case.outcome) == (Stage.CLOSED, "returned")
    case = ask(case, refer(), 2)
    assert case.stage is Stage.REFERRED
    assert case.outcome is None


@pytest.mark.parametrize("because", ["deleted", "moved"])
def test_given_the_visit_that_ended_is_taken_back_then_the_person_has_not_left_and_a_stay_is_awaited(
    because: str,
) -> None:
    case = after((0, refer()), (1, NOT_MET), (5, told(status="discharged", discharged_on=day(5))))
    case = ask(case, told(status="cancelled", cancelled_because=because), 6)
    assert case.discharge is None
    assert case.open_ready_period is not None
    assert case.referral is not None
    assert case.referral.awaiting_spell


def test_given_a_visit_merged_into_another_that_ended_then_the_discharge_of_the_other_stands() -> None:
    """The stay that goes on is told first, so the one that is gone takes no discharge with it."""
    other = uuid4()
    left = {"status": "discharged", "discharged_on": day(5)}
    case = after((0, refer()), (1, NOT_MET), (5, told(**left)))
    case = ask(case, told(**left, spell_id=other), 6)
    case = ask(case, told(status="cancelled", cancelled_because="moved"), 6)
    assert case.discharge is not None
    assert case.discharge.spell_id == other
    assert case.stage is Stage.DISCHARGED


def test_given_leave_then_the_waiting_goes_on() -> None:
    case = after((0, refer()), (1, NOT_MET), (3, told(status="on-leave")))
    assert case.discharge is None
    assert published_delay_days(case.ready_periods, day(5)) == 4


@pytest.mark.parametrize(
    ("said_on", "stage"), [(6, Stage.REFERRED), (4, Stage.DISCHARGED)], ids=["after", "before"]
)
def test_given_a_discharge_by_hand_when_the_trust_takes_back_one_it_never_told_then_it_did_not_happen(
    said_on: int, stage: Stage
) -> None:
    """The A03 was lost, its A13 was not; one that is older than the discharge means another."""
    case = after((0, refer()), (1, cmd.SetCriteriaToReside(met=False)), (5, leaves()))
    assert case.stage is Stage.DISCHARGED

    case = ask(case, told(not_left_at=noon(said_on)), 7)

    assert case.stage is stage
    assert (case.open_ready_period is not None) is (stage is Stage.REFERRED)
    assert ask(case, told(not_left_at=noon(said_on)), 8) == case


def test_given_a_person_who_is_back_when_the_first_stay_is_corrected_then_its_own_dates_count() -> None:
    case = after((0, refer()), (1, NOT_MET), (5, told(status="discharged", discharged_on=day(5))))
    again = {"spell_id": uuid4(), "status": "admitted", "admitted_on": day(9)}
    case = ask(case, told(**again), 9)
    earlier = cmd.CorrectReadyPeriod(replaces=day(1), ready_on=day(2), ended_on=day(5))
    case = ask(case, earlier, 10)
    assert [(p.ready_on, p.ended_on) for p in case.ready_periods] == [(day(2), day(5))]
    with pytest.raises(Refused, match="dates-out-of-order"):
        ask(case, cmd.CorrectReadyPeriod(replaces=day(2), ready_on=day(2), ended_on=day(6)), 10)


def test_given_an_end_that_has_not_come_when_a_period_is_corrected_then_it_is_refused() -> None:
    case = after((0, refer()), (1, NOT_MET))
    with pytest.raises(Refused, match="date-in-future"):
        ask(case, cmd.CorrectReadyPeriod(replaces=day(1), ready_on=day(1), ended_on=day(9)), 4)


def test_given_a_discharge_told_by_the_feed_when_the_trust_denies_one_it_never_told_then_it_stands() -> None:
    by_hand = after((0, refer()), (5, HOME))
    denied = told(not_left_at=noon(6))
    assert ask(by_hand, denied, 7).discharge is None
    assert by_hand.discharge is not None
    by_feed = by_hand.model_copy(
        update={"discharge": by_hand.discharge.model_copy(update={"told_by": "feed"})}
    )
    assert ask(by_feed, denied, 7).discharge == by_feed.discharge


def test_given_somebody_back_in_a_bed_when_the_earlier_stay_is_corrected_then_they_are_not_sent_home() -> (
    None
):
    left = {"status": "discharged", "discharged_on": day(5)}
    case = after((0, refer()), (1, NOT_MET), (5, told(**left)))
    again = {"spell_id": uuid4(), "status": "admitted", "admitted_on": day(9)}
    case = after((9, told(**again)), (10, NOT_MET), case=case)
    case = ask(case, told(**(left | {"discharged_on": day(4)})), 11)
    assert case.discharge is None
    assert case.stage not in (Stage.DISCHARGED, Stage.CLOSED)
    assert case.open_ready_period is not None


def test_given_a_transfer_told_in_the_wrong_order_then_the_case_goes_on_where_the_person_lies() -> None:
    case = after((0, refer()), (1, NOT_MET))
    there = {"spell_id": uuid4(), "organisation_id": uuid4(), "status": "admitted", "admitted_on": day(4)}
    case = ask(case, told(**there), 4)
    case = ask(case, told(status="discharged", discharged_on=day(4), discharge_destination="51"), 5)
    assert not case.closed
    assert [(p.ended_on, p.ended_by) for p in case.ready_periods] == [(day(4), "transferred")]
