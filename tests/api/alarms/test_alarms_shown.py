"""An alarm is on the messages page, on the interface and in the figures, for whom it concerns."""

from __future__ import annotations

from uuid import uuid4

from discharge.store.engine import transaction
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
