"""Contacts after discharge, and early warnings."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, as_it_was, changed
from discharge.cases.model import Case


def _with_alert(case: Case, alert_id: UUID, **changes: object) -> Case:
    alert = case.alerts[str(alert_id)].model_copy(update=changes)
    return changed(case, alerts={**case.alerts, str(alert_id): alert})


def _follow_up(case: Case, event: ev.FollowUpScheduled) -> Case:
    return changed(case, follow_ups={**case.follow_ups, event.follow_up.key: event.follow_up})


def _contact(case: Case, event: ev.ContactRecorded) -> Case:
    made = {"outcome": event.outcome, "contacted_at": event.contacted_at, "problems": event.problems}
    follow_up = case.follow_ups[event.key].model_copy(update=made)
    return changed(case, follow_ups={**case.follow_ups, event.key: follow_up})


def _opened(case: Case, event: ev.ActionOpened) -> Case:
    return changed(case, actions={**case.actions, event.action.key: event.action})


def _answered(case: Case, event: ev.ActionAnswered) -> Case:
    given = event.model_dump(include={"answer", "answered_at", "answered_by", "found"})
    action = case.actions[event.action].model_copy(update=given)
    returns = case.readmissions
    if event.found is not None and returns:
        meant = next((n for n, back in enumerate(returns) if str(back.spell_id) == action.subject), -1)
        found = returns[meant].model_copy(update={"cause": event.found})
        returns = tuple(found if back is returns[meant] else back for back in returns)
    return changed(case, actions={**case.actions, action.key: action}, readmissions=returns)


def _raised(case: Case, event: ev.AlertRaised) -> Case:
    return changed(case, alerts={**case.alerts, str(event.alert.alert_id): event.alert})


def _changed(case: Case, event: ev.AlertChanged) -> Case:
    return changed(case, alerts={**case.alerts, str(event.alert.alert_id): event.alert})


def _acknowledged(case: Case, event: ev.AlertAcknowledged) -> Case:
    taken = {"acknowledged_at": event.acknowledged_at, "acknowledged_by": event.acknowledged_by}
    return _with_alert(case, event.alert_id, **taken)


def _escalated(case: Case, event: ev.AlertEscalated) -> Case:
    escalations = case.alerts[str(event.alert_id)].escalations + 1
    changes = {"escalated_at": event.escalated_at, "owner_role": event.owner_role, "escalations": escalations}
    return _with_alert(case, event.alert_id, **changes)


def _cleared(case: Case, event: ev.AlertCleared) -> Case:
    return _with_alert(case, event.alert_id, cleared_at=event.cleared_at, told_by=event.told_by)


FOLDS: Mapping[type, Fold] = {
    ev.FollowUpScheduled: _follow_up,
    ev.ContactRecorded: _contact,
    ev.FollowUpCompleted: as_it_was,
    ev.ActionOpened: _opened,
    ev.ActionAnswered: _answered,
    ev.NoteWritten: as_it_was,
    ev.AlertRaised: _raised,
    ev.AlertChanged: _changed,
    ev.AlertAcknowledged: _acknowledged,
    ev.AlertEscalated: _escalated,
    ev.AlertCleared: _cleared,
}
