"""A case as JSON: the coded case, the person, and the same sentences that the pages show.

What a reader is not told of a case (`discharge.disclosure`) is null, and a field of the case that they do not
see is absent from `case`: an empty value would say that there is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from api.cases.queries import CaseFile
from api.cases.schemas import (
    CaseDetail,
    CaseLine,
    CasePerson,
    CasePersonDetail,
    DelaySoFar,
    DischargeResult,
    NextAction,
    StaySuggestion,
)
from api.cases.suggestions import suggested_json
from api.cases.summary import contact_line, contacts_shown, said_of, sees_contacts, whom_to_ring
from api.cases.viewer import is_hidden
from api.web.names import Directory
from api.web.principals import Principal
from api.web.schemas import Address, Contact, Ring
from api.worklist.queries import Listed
from discharge.cases.command_stages import may_ask
from discharge.cases.decide.capacity import imca_needed
from discharge.cases.decide.choice import overdue
from discharge.cases.model import Case
from discharge.cases.stay_notices import suggested
from discharge.contact_cards import Card, not_to_give
from discharge.delays.night_counts import nights_without_reason, published_delay_days, true_delay_days
from discharge.delays.stays import periods_of_this_stay
from discharge.outcomes.case_outcome import suggested_outcome
from discharge.outcomes.failed_discharge import (
    discharges_of,
    failed_discharge,
    readmission_after,
)
from discharge.outcomes.readmission import readmission_band
from discharge.store.tables import Person, PersonAddress
from housing_checks.gate.blockers import blocking
from housing_checks.gate.next_move import next_told
from housing_checks.gate.sentence import short_sentence


def person_json(person: Person) -> CasePerson:
    """Who it is; where they live is not part of a list."""
    return CasePerson(
        person_id=person.id,
        nhs_number=person.nhs_number,
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        sex=person.sex,
        deceased=person.deceased,
        location_hidden=person.location_hidden,
    )


def waiting_json(case: Case, today: date) -> DelaySoFar:
    """The delay so far, by each way of counting."""
    left = case.discharge.discharged_on if case.discharge else None
    until = left or today
    waited = periods_of_this_stay(case)
    without = nights_without_reason(waited, case.delay_reasons, until)
    return DelaySoFar(
        published_delay_days=published_delay_days(waited, until),
        true_delay_days=true_delay_days(waited, until, left=left is not None),
        nights_without_reason=list(without),
    )


def case_line(listed: Listed, today: date, known: Directory) -> CaseLine:
    """One case on a list; null is what the reader is not told."""
    case, telling = listed.case, listed.telling
    spell = case.current_spell
    return CaseLine(
        case_id=case.case_id,
        version=case.version,
        stage=case.stage,
        person=person_json(listed.person),
        ward=spell.ward if spell else (case.referral.ward if case.referral else None),
        ward_withheld=_withheld(case, known, seen=listed.place_seen),
        expected_discharge_on=case.expected_discharge_on,
        needed_by=case.needed_by,
        awaiting_spell=telling.of(
            "awaiting_spell", lambda whole: bool(whole.referral and whole.referral.awaiting_spell)
        ),
        alerts=telling.of("alerts", lambda _: listed.alerts),
        home_not_ready=telling.of("home_not_ready", lambda whole: whole.unready_home is not None),
        open_actions=telling.of("open_actions", lambda whole: len(whole.open_actions)),
        why_still_here=telling.sentence(case, today, known.names),
        what_stands_between=telling.of("blocking", lambda whole: short_sentence(whole, today, known.names)),
        safety=listed.safety.as_json(),
        waiting=telling.of("waiting", lambda whole: waiting_json(whole, today)),
    )


def case_detail(
    found: CaseFile, caller: Principal, today: date, known: Directory, cards: Sequence[Card]
) -> CaseDetail:
    """One case, as much of it as the reader sees; null is what they are not told. `cards`: whom to call."""
    case, sight = found.case, found.telling.sight
    return CaseDetail(
        case_id=case.case_id,
        version=case.version,
        stage=case.stage,
        today=today,
        person=CasePersonDetail(
            **dict(person_json(found.person)),
            address=_address(found.address) if found.address else None,
            homes_before=[_address(each) for each in found.homes_before] if sight.address else None,
            contacts=contacts_json(found, caller, known, cards),
        ),
        ward_withheld=_withheld(case, known, seen=found.place_seen),
        safety=found.safety.as_json(),
        **_told(found, today, known),
        case=case.model_dump(
            mode="json",
            include=dict.fromkeys(sight.case, True) | {"referral": set(sight.referral)},
            exclude={"case_id", "version", "stage"},
        ),
    )


def _told(found: CaseFile, today: date, known: Directory) -> dict[str, Any]:
    """What the rules say of the case; each is null where the reader is not told."""
    telling = found.telling
    action = next_told(telling, today, known.names)
    blocked = telling.of("blocking", blocking)
    return {
        "why_still_here": telling.sentence(found.case, today, known.names),
        "next_action": NextAction(words=action.words, role=action.role, due_on=action.due_on)
        if action
        else None,
        "waiting": telling.of("waiting", lambda whole: waiting_json(whole, today)),
        "suggested_strands": telling.of("suggested_strands", lambda whole: suggested_json(whole, today)),
        "suggested_outcome": telling.of("suggested_outcome", _outcome),
        "discharges": telling.of("discharges", afterwards_json),
        "blocking": blocked,
        "advocate_needed": telling.of("advocate_needed", _advocate_needed),
        "choice_answers_overdue": telling.of(
            "choice_answers_overdue", lambda whole: [each.key for each in overdue(whole, today)]
        ),
        "stay_to_tell": telling.of("stay_to_tell", lambda whole: _stay_to_tell(whole, found, known)),
    }


def _advocate_needed(case: Case) -> list[str]:
    return [key for key, held in case.capacity.items() if imca_needed(case, held)]


def _stay_to_tell(case: Case, found: CaseFile, known: Directory) -> list[StaySuggestion]:
    """Who should be told of the stay; nobody of somebody who is hidden, or without a basis."""
    if is_hidden(found.person) or not case.may_tell_partners:
        return []
    return [
        StaySuggestion(
            organisation_id=each.organisation_id,
            news=each.news,
            by_message=known.receives_messages(each.organisation_id),
        )
        for each in suggested(case)
    ]


def _outcome(case: Case) -> str | None:
    return suggested_outcome(case) if may_ask(case, "close-case") else None


def _withheld(case: Case, known: Directory, *, seen: bool) -> Ring | None:
    """Whom to ring where ward and bed are withheld; none where they are not."""
    return None if seen else Ring(ring=whom_to_ring(case, known))


def _address(row: PersonAddress) -> Address:
    return Address(
        lines=row.lines.splitlines(),
        postcode=row.postcode,
        from_on=row.from_on,
        until_on=row.until_on,
    )


def afterwards_json(case: Case) -> list[DischargeResult]:
    """Every discharge with the days until a readmission, its band, and the grounds on which it failed."""
    lines = []
    for left in discharges_of(case):
        back = readmission_after(case, left)
        lines.append(
            DischargeResult(
                discharged_on=left.discharged_on,
                back_after_days=back.days_after if back else None,
                back_band=readmission_band(back.days_after, left.discharged_on).code if back else None,
                failed=list(failed_discharge(left, back)),
            )
        )
    return lines


def contacts_json(
    found: CaseFile, caller: Principal, known: Directory, cards: Sequence[Card]
) -> list[Contact] | None:
    """Whom to call by messages and referrals, with the relationship as received; None for those who are not
    told of any. What staff said is not safe to ring, of no use or wrong is left out.
    """
    if not sees_contacts(found, caller):
        return None
    shown = contacts_shown(found, caller)
    kept_back = not_to_give(cards, [said_of(row) for row in shown])
    return [
        Contact(
            kind=row.kind,
            value=row.value,
            name=row.name,
            relationship=row.relationship_code,
            words=contact_line(row, known),
        )
        for row in shown
        if said_of(row) not in kept_back
    ]
