"""An alarm is on the messages page, on the interface and in the figures, for whom it concerns."""

from __future__ import annotations

from uuid import uuid4

from discharge.store.engine import transaction
from fhir_adapters.store.alarms import look_for_alarms
from fhir_adapters.store.tables import AlarmRow
from tests.api.conftest import NOW, Door
from tests.api.signing_in import sign_in


async def test_given_an_alarm_when_open_then_page_interface_and_figures_show_it_until_it_clears(
    door: Door,
) -> None:
    row = AlarmRow(
        organisation_id=door.places.trust,
        kind="nothing-arrived",
        subject_id=uuid4(),
        subject="RXH-PAS",
        fact="Nothing has arrived for 45 minutes.",
        threshold="a message every 30 minutes at least, every day",
        raised_at=NOW,
        told_at=NOW,
    )
    async with transaction(door.worker) as session:
        session.add(row)
    sign_in(door, "operator")
    figure = 'homeward_alarm_open{kind="nothing-arrived",subject="RXH-PAS"} 1.0'
    page = (await door.client.get("/messages")).text
    assert "Nothing is arriving from RXH-PAS" in page
    assert "Nothing has arrived for 45 minutes." in page
    assert figure in (await door.get("/metrics", "operator")).text
    [told] = (await door.get("/api/v1/alarms", "operator")).json()["alarms"]
    assert (told["subject"], told["kind"]) == ("RXH-PAS", "nothing-arrived")
    assert (await door.get("/api/v1/alarms", "operator", "STRANGER")).json()["alarms"] == []

    async with transaction(door.worker) as session:
        (await session.get_one(AlarmRow, row.id)).cleared_at = NOW
    assert "Nothing is arriving from" not in (await door.client.get("/messages")).text
    assert figure not in (await door.get("/metrics", "operator")).text


async def test_given_nobody_named_for_safety_then_the_administrator_has_a_link_to_name_somebody(
    door: Door,
) -> None:
    await door.get("/api/v1/cases")
    await look_for_alarms(door.worker, NOW)
    heading = "Nobody is named for safety in"
    link = '<a href="/safety/advisers">Name somebody for safety</a>'
    for path in ("/messages", "/messages/alarms"):
        for role, linked in (("admin", True), ("operator", False)):
            sign_in(door, role, "TRUST")
            page = (await door.client.get(path)).text
            assert (heading in page, link in page) == (True, linked), (path, role)
    sign_in(door, "admin", "TRUST")
    assert "Nobody is named" in (await door.client.get("/safety/advisers")).text
    assert (await door.get("/api/v1/alarms", "admin", "STRANGER")).json()["alarms"] == []
