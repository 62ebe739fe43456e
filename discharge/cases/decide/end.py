"""How a case ends and begins again: closed, reopened, merged, entered in error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    Decider,
    cancel_strands,
    coded,
    command_of,
    end_delay_reasons,
    end_ready_period,
    happened_on,
    plain,
    reasons_go_on,
    side_exit,
    since_discharge,
)
from discharge.cases.decide.death import lives
from discharge.cases.model import Case
from discharge.cases.stages import stage_when_reopened
from discharge.cases.unready import blockers
from discharge.codes.casework import STOPPED_BY_MERGE
from discharge.errors import Refused, refuse_together
from discharge.reference.policy import Policy

ELSEWHERE = frozenset({"rehoused", "step-down", "care-home", "readmitted", "lost-contact"})
"""Outcomes of people who are not in the home that was to be made ready."""


def merge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Two people were one (A40): the older case goes on, this one ends as merged."""
    asked = command_of(envelope, cmd.NoteMerge)
    if case.closed or asked.into_case_id == case.case_id:
        return []
    day = envelope.effective_on
    return [
        *end_delay_reasons(case, day),
        *cancel_strands(case, day, STOPPED_BY_MERGE),
        ev.CaseClosed(closed_on=day, outcome="merged", merged_into=asked.into_case_id),
    ]


def unmerge(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The two people are two after all: a case that ended as merged goes on at the stage that fits.

    Reasons for waiting run on as if they had never ended. Orders do not: their partners were told to stop, so
    an alert asks their owner to begin them again.
    """
    command_of(envelope, cmd.NoteUnmerge)
    if case.outcome != "merged":
        return []
    day = envelope.effective_on
    reopened = ev.CaseReopened(reopened_on=day, stage=stage_when_reopened(case), reason="merge-undone")
    return [reopened, *(reasons_go_on(case, case.closed_on) if case.discharge is None else [])]


def enter_in_error(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The case should never have existed; it stays readable and counts nowhere."""
    if case.outcome == "entered-in-error":
        return []
    if case.closed:
        return [ev.CaseClosed(closed_on=envelope.effective_on, outcome="entered-in-error")]
    return side_exit(case, envelope.effective_on, "entered-in-error", None)


def close(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Close with an outcome once the person is home; work that outlives the stay is done or cancelled
    first.
    """
    asked = command_of(envelope, cmd.CloseCase)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: coded("case-outcomes", asked.outcome, day, "outcome"),
        lambda: since_discharge(case, day),
        lambda: _no_work_open(case),
        lambda: _nothing_owed(case, asked.outcome),
    )
    return [
        *end_ready_period(case, day, "discharged"),
        *end_delay_reasons(case, day),
        ev.CaseClosed(closed_on=day, outcome=asked.outcome),
    ]


def _no_work_open(case: Case) -> None:
    if case.open_strands:
        raise Refused("gate-not-satisfied", detail=case.open_strands[0].key, where="strands")


def _nothing_owed(case: Case, outcome: str) -> None:
    """Refuse while something found after the discharge, or the home itself, waits for its answer."""
    if case.open_actions:
        raise Refused("answer-needed", detail=case.open_actions[0].key, where="actions")
    at_home = case.unready_home is not None or case.in_community
    if at_home and blockers(case) and outcome not in ELSEWHERE:
        raise Refused("answer-needed", detail=", ".join(blockers(case)), where="unready_home")


def reopen(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Reopen a closed case at the stage that fits; a death that was recorded wrongly is taken back."""
    asked = command_of(envelope, cmd.ReopenCase)
    if case.outcome == "merged":
        raise Refused("stage-not-allowed", detail="merged", where="case")
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now), lambda: coded("reopen-reasons", asked.reason, day, "reason")
    )
    if case.outcome == "died":
        return lives(case, day, now, policy, asked.reason)
    return [ev.CaseReopened(reopened_on=day, stage=stage_when_reopened(case), reason=asked.reason)]


DECIDERS: Mapping[str, Decider] = {
    "close-case": plain(close),
    "reopen-case": reopen,
    "note-merge": plain(merge),
    "note-unmerge": plain(unmerge),
    "enter-in-error": plain(enter_in_error),
}
