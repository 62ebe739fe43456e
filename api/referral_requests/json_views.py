"""Referral requests as the interface tells them: what was sent, what became of it, and whom it may mean."""

from __future__ import annotations

from datetime import datetime

from api.referral_requests.queries import Candidate, RequestFile
from api.referral_requests.schemas import (
    ReferralRequest,
    ReferralRequestDetail,
    RequestAnswer,
    RequestCandidate,
)
from api.web.names import Directory
from discharge.codes.casework import REFERRAL_RETURN_REASONS
from discharge.store.tables import ReferralRequestRow


def request_json(row: ReferralRequestRow, now: datetime, known: Directory) -> ReferralRequest:
    """One request; `now` is case time, like the times in it."""
    return ReferralRequest(
        request_id=row.id,
        state=row.state,
        sender=known.organisation(row.sender_id),
        owner=known.organisation(row.service_id),
        requested_at=row.requested_at,
        due_at=row.due_at,
        overdue=row.state == "waiting" and row.due_at < now,
        external_id=row.external_id,
        said=row.said,
        answered_at=row.answered_at,
        answered_by=known.organisation(row.answered_by) if row.answered_by else None,
        answer=RequestAnswer(
            code=row.answer_code,
            reason=REFERRAL_RETURN_REASONS.label(row.answer_code),
            words=row.answer,
        )
        if row.answer_code
        else None,
        case_id=row.case_id,
    )


def file_json(file: RequestFile, now: datetime, known: Directory) -> ReferralRequestDetail:
    """One request with whom it may mean, for who may take it on."""
    told = dict(request_json(file.row, now, known))
    if file.to_answer:
        told["candidates"] = [_candidate(each, known) for each in file.candidates]
    return ReferralRequestDetail(**told)


def _candidate(each: Candidate, known: Directory) -> RequestCandidate:
    return RequestCandidate(
        person_id=each.person_id,
        nhs_number=each.nhs_number,
        family_name=each.family_name,
        given_name=each.given_name,
        birth_date=each.birth_date,
        sex=each.sex,
        in_hospital=known.organisation(each.hospital_id) if each.hospital_id else None,
        has_open_case=each.has_open_case,
    )
