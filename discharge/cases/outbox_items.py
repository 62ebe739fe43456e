"""What leaves because of an event: one row for each kind of event, coded, with nobody's name in it.

Every row says who is told: the trust that referred, the organisation that does a strand's work, or the
landlord and the council that are asked about a hazard. Partners
are told nothing until a lawful basis is recorded; the referring trust is told about its own referral.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from discharge.cases import events as ev
from discharge.cases.model import IN_HOSPITAL, Actor, Case, Stage
from discharge.values import Frozen


class Outgoing(Frozen):
    """One thing to tell one organisation.

    ``kind`` is ``task-status`` (how the referral stands), ``order`` (work asked of a partner), ``hazard``
    (what a landlord or environmental health is asked to do), ``alert``, ``stay-notice`` (a landlord is told
    of an admission or a discharge), or ``readiness`` (what a trust's own
    system should show of a stay: expected date, fitness, the home).
    ``content`` is coded; names and addresses are added, or withheld, when it is sent. ``needs_basis`` holds
    it back until somebody recorded why partners may be told.
    """

    organisation_id: UUID
    kind: str
    content: dict[str, str | None]
    needs_basis: bool


_Told = Callable[[Case, Any], list[Outgoing]]

TASK_STATUS: Mapping[type[Any], tuple[str, str]] = {
    ev.ReferralReceived: ("received", "referred"),
    ev.ReferralAccepted: ("accepted", "accepted"),
    ev.ReferralReturned: ("rejected", "returned"),
    ev.CheckCompleted: ("in-progress", "checked"),
    ev.MakingReadyStarted: ("in-progress", "making-ready"),
    ev.HomeBecameReady: ("in-progress", "ready"),
    ev.HomeNoLongerReady: ("in-progress", "making-ready"),
    ev.PersonDischarged: ("in-progress", "discharged"),
    ev.DischargeCancelled: ("in-progress", "discharge-cancelled"),
    ev.PersonReadmitted: ("in-progress", "readmitted"),
    ev.ReadmissionCancelled: ("in-progress", "readmission-cancelled"),
    ev.FollowUpCompleted: ("in-progress", "followed-up"),
    ev.CaseReopened: ("in-progress", "reopened"),
}
"""Event -> the FHIR Task status of the referral, and our own stage beside it."""

TRANSPORTS: Mapping[str, str] = {
    "task-status": "fhir",
    "order": "fhir",
    "hazard": "fhir",
    "alert": "fhir",
    "stay-notice": "fhir",
    "readiness": "hl7v2",
}
"""Kind -> by which transport it goes. A partner that has no address for it is not told."""

STOPPED = frozenset({"withdrawn", "entered-in-error", "merged"})
LOUD = frozenset({"STOP", "RED", "RED+"})
"""Alert levels that are also told to the referring trust."""


def outgoing(case: Case, events: Iterable[ev.Event], actor: Actor | None = None) -> list[Outgoing]:
    """Return what must be told because of ``events``: ``case`` as it is after them, ``actor`` who asked."""
    events = tuple(events)
    told: list[Outgoing] = []
    for event in events:
        if type(event) in TASK_STATUS:
            told += _to_referrer(case, *TASK_STATUS[type(event)])
        elif type(event) in _TELLERS:
            told += _TELLERS[type(event)](case, event)
    return told + _readiness(case, events, actor.own_system if actor else None)


def _to_referrer(case: Case, status: str, stage: str, reason: str | None = None) -> list[Outgoing]:
    if case.referral is None:
        return []
    content = {
        "status": status,
        "stage": stage,
        "external_id": case.referral.external_id,
        "reason": reason,
        "version": str(case.version),
    }
    return [
        Outgoing(
            organisation_id=case.referral.organisation_id,
            kind="task-status",
            content=content,
            needs_basis=False,
        )
    ]


def _closed(case: Case, event: ev.CaseClosed) -> list[Outgoing]:
    if event.outcome == "returned":
        return []
    status = "cancelled" if event.outcome in STOPPED else "completed"
    return _to_referrer(case, status, "closed", event.outcome)


def _order(case: Case, strand: str, status: str) -> list[Outgoing]:
    ordered = case.strands[strand]
    if ordered.partner_id is None:
        return []
    content = {
        "status": status,
        "strand": strand,
        "item": ordered.item,
        "due_on": ordered.due_on.isoformat() if ordered.due_on else None,
        "step": ordered.step,
    }
    return [Outgoing(organisation_id=ordered.partner_id, kind="order", content=content, needs_basis=True)]


def _started(case: Case, event: ev.StrandStarted) -> list[Outgoing]:
    return _order(case, event.strand.key, "requested")


def _cancelled(case: Case, event: ev.StrandCancelled) -> list[Outgoing]:
    return _order(case, event.strand, "cancelled")


def _redirected(case: Case, event: ev.StrandRedirected) -> list[Outgoing]:
    """The same order again: whoever sends it adds the address in force, which is the new home's."""
    return _order(case, event.strand, "requested")


def _overdue(case: Case, event: ev.StrandOverdue) -> list[Outgoing]:
    return _order(case, event.strand, "in-progress")


def _hazard(case: Case, key: str, told: Iterable[UUID | None], status: str) -> list[Outgoing]:
    hazard = case.hazards[key]
    content: dict[str, str | None] = {
        "status": status,
        "hazard": key,
        "item": hazard.code,
        "scheme": hazard.scheme,
        "room": hazard.room,
        "severity": hazard.severity,
        "found_on": hazard.found_on.isoformat(),
        "told_at": hazard.told.told_at.isoformat() if hazard.told else None,
    }
    return [
        Outgoing(organisation_id=each, kind="hazard", content=content, needs_basis=True)
        for each in told
        if each is not None
    ]


def _landlord_told(case: Case, event: ev.HazardLandlordTold) -> list[Outgoing]:
    return _hazard(case, event.hazard, (case.hazards[event.hazard].landlord_id,), "requested")


def _hazard_referred(case: Case, event: ev.HazardReferred) -> list[Outgoing]:
    return _hazard(case, event.hazard, (event.council_id,), "requested")


def _hazard_corrected(case: Case, event: ev.HazardCorrected) -> list[Outgoing]:
    """Who knows of it hears of another severity, place or kind."""
    said_anew = {"code", "room", "severity"} & {*event.changed}
    partners = sorted(event.hazard.partners) if said_anew else ()
    return _hazard(case, event.hazard.key, partners, "requested")


def _hazard_closed(case: Case, event: ev.HazardClosed) -> list[Outgoing]:
    status = "completed" if event.reason == "put-right" else "cancelled"
    return _hazard(case, event.hazard, sorted(case.hazards[event.hazard].partners), status)


def _stay_told(_case: Case, event: ev.StayTold) -> list[Outgoing]:
    """That the person came into hospital, or left it, and when: not why, and not where to."""
    notice = event.notice
    content = {
        "notice": notice.key,
        "news": notice.news,
        "day": notice.day.isoformat() if notice.day else None,
    }
    to = notice.organisation_id
    return [Outgoing(organisation_id=to, kind="stay-notice", content=content, needs_basis=True)]


def _alert(case: Case, event: ev.AlertRaised) -> list[Outgoing]:
    alert = event.alert
    if alert.level not in LOUD or case.referral is None:
        return []
    content: dict[str, str | None] = {
        "alert_id": str(alert.alert_id),
        "rule": alert.rule,
        "level": alert.level,
        "fact": alert.fact,
        "threshold": alert.threshold,
        "source": alert.source,
        "raised_at": alert.raised_at.isoformat(),
    }
    return [
        Outgoing(
            organisation_id=case.referral.organisation_id, kind="alert", content=content, needs_basis=False
        )
    ]


def _grown(case: Case, event: ev.AlertChanged) -> list[Outgoing]:
    """An alert that grew louder is told like a new one; other words for the same are not."""
    return _alert(case, ev.AlertRaised(alert=event.alert)) if event.louder else []


_TELLERS: Mapping[type[Any], _Told] = {
    ev.CaseClosed: _closed,
    ev.StrandStarted: _started,
    ev.StrandCancelled: _cancelled,
    ev.StrandOverdue: _overdue,
    ev.StrandRedirected: _redirected,
    ev.HazardLandlordTold: _landlord_told,
    ev.HazardReferred: _hazard_referred,
    ev.HazardCorrected: _hazard_corrected,
    ev.HazardClosed: _hazard_closed,
    ev.AlertRaised: _alert,
    ev.StayTold: _stay_told,
    ev.AlertChanged: _grown,
}


DATE, HOME, FIT = "expected-date", "home", "fit"


def _readiness(case: Case, events: tuple[ev.Event, ...], told_by: UUID | None) -> list[Outgoing]:
    """One message a decision to the trust of the stay: all that we hold, if any of it is news to it.

    ``told_by`` is the organisation whose own system asked for the decision.
    """
    spell = case.current_spell
    if spell is None or not spell.in_a_bed:
        return []
    known = _from_the_trust(events, own=told_by == spell.organisation_id)
    news = sorted({said for event in events for said in _news(case, event)} - known)
    news = news or _waited_for_the_stay(case, events)
    if not news:
        return []
    content = {"news": ",".join(news), "spell_id": str(spell.spell_id), **_known(case, events)}
    return [
        Outgoing(organisation_id=spell.organisation_id, kind="readiness", content=content, needs_basis=False)
    ]


def _news(case: Case, event: ev.Event) -> list[str]:
    """What an event tells."""
    match event:
        case ev.ExpectedDischargeDateSet():
            return [DATE]
        case ev.HomeBecameReady() | ev.HomeNoLongerReady() | ev.CheckCompleted():
            return [HOME]
        case ev.CaseClosed(outcome=outcome):
            return [HOME] if outcome in STOPPED and case.check is not None else []
        case ev.ReadyPeriodStarted() | ev.ReadyPeriodEnded() | ev.ReadyPeriodCorrected():
            return [FIT]
        case _:
            return []


def _from_the_trust(events: tuple[ev.Event, ...], *, own: bool) -> set[str]:
    """What came by the trust's own feed or system is no news to it: sent back, it would go round for ever."""
    heard = own or any(isinstance(event, (ev.SpellChanged, ev.SpellJoined)) for event in events)
    return {DATE, FIT} if heard else set()


def _waited_for_the_stay(case: Case, events: tuple[ev.Event, ...]) -> list[str]:
    """What was recorded here before the stay became known, of which its trust has heard nothing."""
    joined = [event.spell for event in events if isinstance(event, ev.SpellJoined)]
    if not joined:
        return []
    own = case.expected_discharge_told_by == joined[-1].organisation_id
    dated = case.expected_discharge_on is not None and joined[-1].expected_discharge_on is None and not own
    return [DATE] * dated + [HOME] * (case.stage is Stage.READY)


def _fit(case: Case) -> tuple[bool | None, date | None]:
    """Whether, and since when, no bed is needed; ``None`` where nobody ever said that none was."""
    period = case.open_ready_period
    if period is not None:
        return True, period.ready_on
    return (False if case.ready_periods else None), None


def _known(case: Case, events: tuple[ev.Event, ...]) -> dict[str, str | None]:
    expected, (fit, fit_on) = case.expected_discharge_on, _fit(case)
    withdrawn = expected is None and any(isinstance(each, ev.ExpectedDischargeDateSet) for each in events)
    became_ready = next((each.ready_on for each in events if isinstance(each, ev.HomeBecameReady)), None)
    ready = _home_ready(case)
    return {
        "expected_discharge_on": expected.isoformat() if expected else None,
        "withdrawn": "yes" if withdrawn else "no",
        "fit": None if fit is None else "yes" if fit else "no",
        "fit_on": fit_on.isoformat() if fit_on else None,
        "home_ready": ready,
        "home_ready_on": became_ready.isoformat() if became_ready and ready == "yes" else None,
    }


def _home_ready(case: Case) -> str:
    """``unknown`` until the check was completed, and once nobody works on the home any more."""
    if case.stage is Stage.READY:
        return "yes"
    checked = case.check is not None and case.check.completed_on is not None
    return "no" if checked and case.stage in IN_HOSPITAL else "unknown"
