"""What partners were told, in words."""

from __future__ import annotations

from uuid import uuid4

from api.presenters.told import told_line
from api.reading.names import Directory
from discharge.store.tables import Organisation, OutboxRow


def test_given_what_a_council_was_told_by_a_coordinator_when_shown_then_it_names_the_council() -> None:
    council, service, partner = uuid4(), uuid4(), uuid4()
    known = Directory(
        organisations={
            council: Organisation(id=council, name="Larch Council"),
            service: Organisation(id=service, name="Housing Service"),
        },
        partners={partner: council},
    )
    row = OutboxRow(kind="order", state="pending", partner_id=partner, organisation_id=service)
    assert told_line(row, known).to == "Larch Council"
