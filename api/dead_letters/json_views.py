"""Rows of the lists as JSON."""

from __future__ import annotations

import json

from api.dead_letters.queries import Item
from api.dead_letters.schemas import DeadLetter, Partner
from discharge.store.tables import Organisation, PartnerRow
from fhir_adapters.partners.settings import is_encrypted


def _text(value: object) -> str | None:
    """Coded content as text; what a person put in its place may have been something else."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def item_json(each: Item) -> DeadLetter:
    """An outgoing item with its four facts."""
    row = each.row
    return DeadLetter(
        sequence=row.sequence,
        key=row.key,
        kind=row.kind,
        case_id=row.case_id,
        partner=each.organisation,
        state=row.state,
        content={name: _text(value) for name, value in row.payload.items()},
        attempts=row.attempts,
        code=row.error_code,
        detail=row.error_detail,
        leaving_at=row.leaving_at,
        sent_at=row.sent_at,
        received_at=row.received_at,
        accepted_at=row.accepted_at,
        acted_at=row.acted_at,
    )


def partner_json(partner: PartnerRow, of: Organisation, waiting: int) -> Partner:
    """A partner, and why nothing is sent to it where it rests; `waiting` counts items about own cases."""
    state = "well" if partner.paused_at is None else "off" if partner.probe_after is None else "paused"
    return Partner(
        partner_id=partner.id,
        organisation=of.name,
        organisation_code=of.code,
        transport=partner.transport,
        sign_in=partner.sign_in["kind"] if partner.sign_in else "none",
        encrypted=is_encrypted(partner.endpoint),
        state=state,
        since=partner.paused_at,
        code=partner.pause_code,
        reason=partner.pause_reason,
        next_try=partner.probe_after,
        waiting=waiting,
    )
