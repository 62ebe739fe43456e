"""Homes that may be let, for tests of matching."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from discharge.store.engine import Sessions, transaction
from housing_checks.store.tables import PropertyRow

READY_ON = date(2020, 1, 1)


async def add_home(sessions: Sessions, landlord_id: UUID, **attributes: object) -> UUID:
    """Add a one-bedroom flat on the ground floor, ready long ago, and return its id."""
    coded = {"property_type": "flat", "bedrooms": 1, "ready_on": READY_ON.isoformat(), "area": "HV1"}
    home = PropertyRow(
        id=uuid4(),
        landlord_id=landlord_id,
        reference=uuid4().hex,
        address="1 Test Row",
        postcode="ZZ99 3CZ",
        ready_on=READY_ON,
        attributes=coded | attributes,
    )
    async with transaction(sessions) as session:
        session.add(home)
    return home.id
