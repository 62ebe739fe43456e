"""Rows of the lists as JSON."""

from __future__ import annotations

from api.presenters.profiles import ReadBy, profile_json
from api.queries.alerts import OpenAlert
from api.queries.homes import Home
from api.queries.lists import Item
from api.schemas.common import NamedPerson
from api.schemas.homes import HomeRecord
from api.schemas.lists import AlertLine, DeadLetter, FeedRecord, Partner
from discharge.store.tables import Organisation, PartnerRow
from fhir_adapters.partners.settings import is_encrypted
from fhir_adapters.store.tables import Feed


def alert_json(each: OpenAlert) -> AlertLine:
    """An alert with the case and person it is about."""
    alert = each.alert
    return AlertLine(
        alert_id=alert.id,
        case_id=each.case_id,
        person=NamedPerson(family_name=each.family_name, given_name=each.given_name),
        rule=alert.rule,
        level=alert.level,
        fact=alert.fact,
        threshold=alert.threshold,
        source=alert.source,
        owner_role=alert.owner_role,
        raised_at=alert.raised_at,
        acknowledged_at=alert.acknowledged_at,
        escalations=alert.escalations,
    )


def feed_json(row: Feed, read: ReadBy | None) -> FeedRecord:
    """A feed, by which profile it is read today, and when it was last heard."""
    return FeedRecord(
        code=row.code,
        protocol=row.protocol,
        profile=profile_json(read),
        last_heard_at=row.last_heard_at,
        last_case_time=row.last_case_time,
    )


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
        content=row.payload,
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


def home_json(each: Home) -> HomeRecord:
    """A home on the list; for whom it is held is said to nobody."""
    return HomeRecord(
        property_id=each.row.id,
        reference=each.row.reference,
        landlord=each.landlord,
        landlord_id=each.row.landlord_id,
        address=each.row.address,
        postcode=each.row.postcode,
        ready_on=each.row.ready_on,
        let=each.state == "let",
        state=each.state,
        held_until=each.held_until,
        changed_at=each.row.changed_at,
        withdrawn_on=each.row.withdrawn_on,
        withdrawn_because=each.row.withdrawn_because,
        attributes=each.home,
    )
