"""Rows of the lists as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.presenters.profiles import ReadBy, profile_json
from api.reading.alerts import OpenAlert
from api.reading.homes import Home
from api.reading.lists import Item
from discharge.store.tables import Organisation, PartnerRow
from fhir_adapters.partners.settings import is_encrypted
from fhir_adapters.store.tables import Feed


def alert_json(each: OpenAlert) -> dict[str, Any]:
    """An alert with the case and person it is about."""
    alert = each.alert
    return {
        "alert_id": str(alert.id),
        "case_id": str(each.case_id),
        "person": {"family_name": each.family_name, "given_name": each.given_name},
        "rule": alert.rule,
        "level": alert.level,
        "fact": alert.fact,
        "threshold": alert.threshold,
        "source": alert.source,
        "owner_role": alert.owner_role,
        "raised_at": alert.raised_at.isoformat(),
        "acknowledged_at": _iso(alert.acknowledged_at),
        "escalations": alert.escalations,
    }


def feed_json(row: Feed, read: ReadBy | None) -> dict[str, Any]:
    """A feed, by which profile it is read today, and when it was last heard."""
    return {
        "code": row.code,
        "protocol": row.protocol,
        "profile": profile_json(read),
        "last_heard_at": _iso(row.last_heard_at),
        "last_case_time": _iso(row.last_case_time),
    }


def item_json(each: Item) -> dict[str, Any]:
    """An outgoing item with its four facts."""
    row = each.row
    return {
        "sequence": row.sequence,
        "key": str(row.key),
        "kind": row.kind,
        "case_id": str(row.case_id),
        "partner": each.organisation,
        "state": row.state,
        "content": row.payload,
        "attempts": row.attempts,
        "code": row.error_code,
        "detail": row.error_detail,
        "leaving_at": _iso(row.leaving_at),
        "sent_at": _iso(row.sent_at),
        "received_at": _iso(row.received_at),
        "accepted_at": _iso(row.accepted_at),
        "acted_at": _iso(row.acted_at),
    }


def partner_json(partner: PartnerRow, of: Organisation, waiting: int) -> dict[str, Any]:
    """A partner, and why nothing is sent to it where it rests; `waiting` counts items about own cases."""
    state = "well" if partner.paused_at is None else "off" if partner.probe_after is None else "paused"
    return {
        "partner_id": str(partner.id),
        "organisation": of.name,
        "organisation_code": of.code,
        "transport": partner.transport,
        "sign_in": partner.sign_in["kind"] if partner.sign_in else "none",
        "encrypted": is_encrypted(partner.endpoint),
        "state": state,
        "since": _iso(partner.paused_at),
        "code": partner.pause_code,
        "reason": partner.pause_reason,
        "next_try": _iso(partner.probe_after),
        "waiting": waiting,
    }


def home_json(each: Home) -> dict[str, Any]:
    """A home on the list; for whom it is held is said to nobody."""
    return {
        "property_id": str(each.row.id),
        "reference": each.row.reference,
        "landlord": each.landlord,
        "landlord_id": str(each.row.landlord_id),
        "address": each.row.address,
        "postcode": each.row.postcode,
        "ready_on": each.row.ready_on.isoformat(),
        "let": each.state == "let",
        "state": each.state,
        "held_until": each.held_until.isoformat() if each.held_until else None,
        "changed_at": each.row.changed_at.isoformat(),
        "withdrawn_on": each.row.withdrawn_on.isoformat() if each.row.withdrawn_on else None,
        "withdrawn_because": each.row.withdrawn_because,
        "attributes": each.home.model_dump(mode="json"),
    }


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
