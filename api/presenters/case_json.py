"""A case as JSON: the coded case, the person, and the same sentences that the pages show."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.presenters.after_discharge import afterwards_json
from api.presenters.case_summary import whom_to_ring
from api.presenters.suggestions import suggested_json
from api.presenters.whom_to_call import contacts_json
from api.principals import Principal
from api.reading.cases import CaseFile
from api.reading.names import Directory
from api.reading.worklist import Listed
from discharge.cases.model import Case
from discharge.cases.stages import may_ask
from discharge.delays.counting import nights_without_reason, published_delay_days, true_delay_days
from discharge.delays.stays import periods_of_this_stay
from discharge.next_actions import next_action
from discharge.outcomes.case_outcome import suggested_outcome
from discharge.pathway_words import why_still_here
from discharge.store.tables import Person, PersonAddress
from housing_checks.gate.rules import blocking


def person_json(person: Person) -> dict[str, Any]:
    """Who it is; where they live is not part of a list."""
    return {
        "person_id": str(person.id),
        "nhs_number": person.nhs_number,
        "family_name": person.family_name,
        "given_name": person.given_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "sex": person.sex,
        "deceased": person.deceased,
        "location_hidden": person.location_hidden,
    }


def waiting_json(case: Case, today: date) -> dict[str, Any]:
    """The delay so far, by each way of counting."""
    left = case.discharge.discharged_on if case.discharge else None
    until = left or today
    waited = periods_of_this_stay(case)
    without = nights_without_reason(waited, case.delay_reasons, until)
    return {
        "published_delay_days": published_delay_days(waited, until),
        "true_delay_days": true_delay_days(waited, until, left=left is not None),
        "nights_without_reason": [night.isoformat() for night in without],
    }


def case_line(listed: Listed, today: date, known: Directory) -> dict[str, Any]:
    """One case on a list."""
    case = listed.case
    spell = case.current_spell
    return {
        "case_id": str(case.case_id),
        "version": case.version,
        "stage": case.stage.value,
        "person": person_json(listed.person),
        "ward": spell.ward if spell else (case.referral.ward if case.referral else None),
        "ward_withheld": _withheld(case, known, seen=listed.place_seen),
        "expected_discharge_on": _iso(case.expected_discharge_on),
        "needed_by": _iso(case.needed_by),
        "awaiting_spell": bool(case.referral and case.referral.awaiting_spell),
        "alerts": listed.alerts,
        "home_not_ready": case.unready_home is not None,
        "open_actions": len(case.open_actions),
        "why_still_here": why_still_here(case, today, known.names),
        "waiting": waiting_json(case, today),
    }


def case_detail(found: CaseFile, caller: Principal, today: date, known: Directory) -> dict[str, Any]:
    """One case, whole."""
    case = found.case
    action = next_action(case, today, known.names)
    return {
        "case_id": str(case.case_id),
        "version": case.version,
        "stage": case.stage.value,
        "today": today.isoformat(),
        "person": person_json(found.person)
        | {
            "address": _address(found.address),
            "homes_before": [_address(each) for each in found.homes_before],
            "contacts": contacts_json(found, caller, known),
        },
        "ward_withheld": _withheld(case, known, seen=found.place_seen),
        "why_still_here": why_still_here(case, today, known.names),
        "next_action": {"words": action.words, "role": action.role, "due_on": _iso(action.due_on)}
        if action
        else None,
        "waiting": waiting_json(case, today),
        "suggested_strands": suggested_json(case, today),
        "suggested_outcome": suggested_outcome(case) if may_ask(case, "close-case") else None,
        "discharges": afterwards_json(case),
        "blocking": [each.model_dump(mode="json") for each in blocking(case)],
        "case": case.model_dump(mode="json", exclude={"case_id", "version", "stage"}),
    }


def _withheld(case: Case, known: Directory, *, seen: bool) -> dict[str, str] | None:
    """Whom to ring where ward and bed are withheld; none where they are not."""
    return None if seen else {"ring": whom_to_ring(case, known)}


def _address(row: PersonAddress | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "lines": row.lines.splitlines(),
        "postcode": row.postcode,
        "from_on": _iso(row.from_on),
        "until_on": _iso(row.until_on),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
