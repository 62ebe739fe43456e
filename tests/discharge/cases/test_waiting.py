"""Reasons for waiting, sharing, and the last contact."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases.decide import DECIDERS
from discharge.cases.events import DelayReasonRecorded, DutyToReferSent
from discharge.cases.evolve import fold
from discharge.cases.model import Stage
from discharge.cases.outbox_items import outgoing
from discharge.errors import HomewardError, Refused
from discharge.risk.facts import facts_of
from tests.discharge.cases.stories import CONTACTS, POLICY, after, ask, day, envelope, leaves, noon, refer

COUNCIL = UUID("00000000-0000-4000-8000-0000000000c0")


def reason(code: str, kind: str = "national") -> cmd.RecordDelayReason:
    """Return a reason owned by the council."""
    return cmd.RecordDelayReason(reason_kind=kind, code=code, owner_role="council")


def test_given_a_national_reason_when_another_begins_then_the_first_ends_that_day() -> None:
    case = after((0, refer()), (1, reason("CA10")), (4, reason("CA11")))
    assert [(r.code, r.from_on, r.to_on) for r in case.delay_reasons] == [
        ("CA10", day(1), day(4)),
        ("CA11", day(4), None),
    ]


def test_given_the_same_reason_twice_when_it_still_runs_then_it_is_kept_once() -> None:
    assert len(after((0, refer()), (1, reason("CA10")), (2, reason("CA10"))).delay_reasons) == 1


def test_given_a_code_outside_the_37_when_recorded_then_the_field_is_named() -> None:
    with pytest.raises(HomewardError) as refusal:
        ask(after((0, refer())), reason("XX1"), 1)
    assert (refusal.value.code, refusal.value.where) == ("code-not-in-value-set", "code")


def test_given_no_council_is_named_when_the_referral_is_recorded_then_it_is_refused() -> None:
    case = after((0, refer()), (0, cmd.RecordSharingBasis(basis="consent")))
    with pytest.raises(HomewardError) as refusal:
        ask(case, cmd.RecordDutyToRefer(), 1)
    assert (refusal.value.code, refusal.value.where) == ("council-needed", "council_id")
    assert ask(case, cmd.RecordDutyToRefer(council_id=COUNCIL), 1).homelessness.referred_to_council_on == day(
        1
    )


def test_given_an_older_referral_without_its_council_then_it_counts_as_not_made() -> None:
    case = after(
        (0, refer()), (0, cmd.RecordSharingBasis(basis="consent")), (0, cmd.FlagHomelessness(flag="yes"))
    )
    case = fold(case, [DutyToReferSent(referred_on=day(1))])
    assert facts_of(case).duty_to_refer_on is None
    with pytest.raises(HomewardError) as refusal:
        ask(case, cmd.AcknowledgeDutyToRefer(), 2)
    assert refusal.value.code == "council-needed"
    assert facts_of(ask(case, cmd.RecordDutyToRefer(council_id=COUNCIL), 2)).duty_to_refer_on == day(2)


def test_given_no_consent_when_the_duty_to_refer_is_recorded_then_it_is_refused() -> None:
    with pytest.raises(HomewardError) as refusal:
        ask(after((0, refer())), cmd.RecordDutyToRefer(council_id=COUNCIL), 1)
    assert refusal.value.code == "consent-missing"


def test_given_only_a_safeguarding_basis_when_the_duty_to_refer_is_recorded_then_it_is_refused() -> None:
    case = after((0, refer()), (0, cmd.RecordSharingBasis(basis="safeguarding")))
    with pytest.raises(HomewardError) as refusal:
        ask(case, cmd.RecordDutyToRefer(council_id=COUNCIL), 1)
    assert refusal.value.code == "consent-missing"


def test_given_only_the_sharing_agreement_when_asked_then_partners_may_not_be_told() -> None:
    case = after((0, refer()), (0, cmd.RecordSharingBasis(basis="agreement")))
    assert not case.may_tell_partners
    assert ask(case, cmd.RecordSharingBasis(basis="consent"), 1).may_tell_partners


def test_given_the_same_command_when_decided_twice_then_its_ids_are_the_same() -> None:
    case = after((0, refer()))
    asked = envelope(reason("CA10"), 1)
    first, second = (DECIDERS["record-delay-reason"](case, asked, noon(1), POLICY) for _ in range(2))
    assert first == second
    assert isinstance(first[0], DelayReasonRecorded)


def test_given_the_last_contact_when_recorded_then_the_follow_up_is_complete() -> None:
    case = after((0, refer()), (2, leaves()))
    case = ask(case, cmd.RecordContact(follow_up="24-hours", outcome="well"), 3)
    assert case.stage is Stage.DISCHARGED
    case = ask(case, cmd.RecordContact(follow_up=CONTACTS[-1], outcome="well"), 30)
    assert case.stage is Stage.FOLLOWED_UP


def test_given_a_referral_when_accepted_then_the_ward_is_told_and_nobody_else() -> None:
    case = after((0, refer(external_id="REF-1")))
    events = DECIDERS["accept-referral"](case, envelope(cmd.AcceptReferral(), 1), noon(1), POLICY)
    told = outgoing(ask(case, cmd.AcceptReferral(), 1), events)
    assert [(each.kind, each.content["status"], each.content["external_id"]) for each in told] == [
        ("task-status", "accepted", "REF-1")
    ]
    assert not told[0].needs_basis


def test_given_a_reason_that_ends_before_it_begins_when_it_is_recorded_then_it_is_refused() -> None:
    case = after((0, refer()))
    backwards = reason("CA10").model_copy(update={"to_on": day(2)})
    with pytest.raises(Refused) as refused:
        ask(case, backwards, 3)
    assert (refused.value.code, refused.value.where) == ("dates-out-of-order", "to_on")
    assert ask(case, backwards, 2).delay_reasons[0].to_on == day(2)


def test_given_a_reason_when_it_is_ended_before_the_day_it_began_then_it_is_refused() -> None:
    case = after((0, refer()), (3, reason("CA10")))
    ended = cmd.EndDelayReason(reason_id=case.delay_reasons[0].reason_id)
    with pytest.raises(Refused) as refused:
        ask(case, ended, 2)
    assert (refused.value.code, refused.value.where) == ("dates-out-of-order", "effective_on")
    assert ask(case, ended, 3).delay_reasons[0].to_on == day(3)
