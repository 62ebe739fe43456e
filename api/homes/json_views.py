"""Homes as JSON."""

from __future__ import annotations

from api.homes.queries import Home
from api.homes.schemas import HomeRecord


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
