"""Why somebody waits, until when the home is needed, and the duty to refer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    Decider,
    coded,
    command_of,
    derived_id,
    happened_on,
    not_before,
    plain,
)
from discharge.cases.model import Case
from discharge.delays.model import DelayReason
from discharge.errors import Refused, refuse_together
from discharge.sharing import may_send, sharing_facts

LISTS = {"national": "national-delay-reasons", "local": "local-delay-reasons"}


def set_needed_by(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Set the day by which the home must be ready."""
    asked = command_of(envelope, cmd.SetNeededBy)
    return [] if asked.needed_by == case.needed_by else [ev.NeededBySet(needed_by=asked.needed_by)]


def record_reason(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record a reason from a day on: several local ones run side by side, one national one at a time."""
    asked = command_of(envelope, cmd.RecordDelayReason)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded(LISTS[asked.reason_kind], asked.code, day, "code"),
        lambda: coded("owner-roles", asked.owner_role, day, "owner_role"),
        lambda: not_before(day, asked.to_on, "to_on"),
    )
    if any(_same(reason, asked) and _runs(reason, day) for reason in case.delay_reasons):
        return []
    reason = DelayReason(
        reason_id=derived_id(envelope, "delay-reason"),
        kind=asked.reason_kind,
        code=asked.code,
        owner_role=asked.owner_role,
        owner_organisation_id=asked.owner_organisation_id or envelope.actor.organisation_id,
        from_on=day,
        to_on=asked.to_on,
    )
    return [*_ended_before(case, asked, day), ev.DelayReasonRecorded(reason=reason)]


def _same(reason: DelayReason, asked: cmd.RecordDelayReason) -> bool:
    return reason.kind == asked.reason_kind and reason.code == asked.code


def _runs(reason: DelayReason, day: date) -> bool:
    return reason.from_on <= day and (reason.to_on is None or reason.to_on > day)


def _ended_before(case: Case, asked: cmd.RecordDelayReason, day: date) -> list[ev.Event]:
    """A new national reason ends the one before it, on the day the new one begins."""
    if asked.reason_kind != "national":
        return []
    return [
        ev.DelayReasonEnded(reason_id=reason.reason_id, to_on=max(day, reason.from_on))
        for reason in case.delay_reasons
        if reason.kind == "national" and (reason.to_on is None or reason.to_on > day)
    ]


def end_reason(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """A reason no longer holds from a day on."""
    asked = command_of(envelope, cmd.EndDelayReason)
    reason = next((mine for mine in case.delay_reasons if mine.reason_id == asked.reason_id), None)
    if reason is None:
        raise Refused("no-such-item", where="reason_id")
    not_before(reason.from_on, envelope.effective_on, "effective_on")
    if reason.to_on == envelope.effective_on:
        return []
    return [ev.DelayReasonEnded(reason_id=reason.reason_id, to_on=envelope.effective_on)]


def flag_homelessness(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record whether the person may be homeless or threatened with it within 56 days."""
    asked = command_of(envelope, cmd.FlagHomelessness)
    day = happened_on(envelope, now)
    if asked.flag == case.homelessness.flag:
        return []
    return [ev.HomelessnessFlagged(flag=asked.flag, flagged_on=day)]


def record_duty_to_refer(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record that the referral was made to a council, which is named; it needs the person's consent (Housing
    Act 1996 s213B). Homeward records it and sends nothing to the council.
    """
    asked = command_of(envelope, cmd.RecordDutyToRefer)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _council_named(asked),
        lambda: _council_may_know(case),
    )
    return [ev.DutyToReferSent(referred_on=day, council_id=asked.council_id)]


def _council_named(asked: cmd.RecordDutyToRefer) -> None:
    if asked.council_id is None:
        raise Refused("council-needed", where="council_id")


def _council_may_know(case: Case) -> None:
    if not may_send(sharing_facts(case), "council-homelessness").allowed:
        raise Refused("consent-missing", where="sharing")


def acknowledge_duty_to_refer(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record that the council acknowledged the referral."""
    day, made = envelope.effective_on, case.homelessness.referred_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _council_known(case),
        lambda: not_before(made or date.max, day, "effective_on"),
    )
    if case.homelessness.acknowledged_on is not None:
        return []
    return [ev.DutyToReferAcknowledged(acknowledged_on=day)]


def _council_known(case: Case) -> None:
    """Nobody can say which council acknowledged a referral of which none was named."""
    if case.homelessness.referred_on is not None and case.homelessness.council_id is None:
        raise Refused("council-needed", where="council_id")


DECIDERS: Mapping[str, Decider] = {
    "set-needed-by": plain(set_needed_by),
    "record-delay-reason": plain(record_reason),
    "end-delay-reason": plain(end_reason),
    "flag-homelessness": plain(flag_homelessness),
    "record-duty-to-refer": plain(record_duty_to_refer),
    "acknowledge-duty-to-refer": plain(acknowledge_duty_to_refer),
}
