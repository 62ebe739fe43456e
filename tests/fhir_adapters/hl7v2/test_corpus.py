"""Messages that other people wrote: each is answered, stored once, and ends with a named outcome."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import update

from discharge.store.engine import transaction
from fhir_adapters.hl7v2.envelope import Unreadable, read_envelope
from fhir_adapters.hl7v2.sending import send_files
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.lines import listening

FOLDER = Path(os.environ.get("HOMEWARD_CORPORA", "/nowhere")) / "hl7v2"

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="HOMEWARD_CORPORA names no folder with hl7v2 in it"),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def messages() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(FOLDER.rglob("*.hl7"))}


def test_given_every_message_then_its_envelope_gets_a_verdict(messages: dict[Path, bytes]) -> None:
    read = [read_envelope(raw) for raw in messages.values()]

    refused = Counter(one.code for one in read if isinstance(one, Unreadable))
    assert refused == {"missing-message-id": 22}


async def test_given_every_message_sent_twice_then_all_are_answered_and_stored_once(
    messages: dict[Path, bytes], intake: Intake
) -> None:
    async with listening(PostgresInbox(intake.listener)) as (port, _):
        first = await send_files([FOLDER], "127.0.0.1", port)
        again = await send_files([FOLDER], "127.0.0.1", port)

    assert first.sent == again.sent == len(messages)
    assert first.codes == again.codes == {"AA": len(messages) - 22, "AR": 22}
    rows = await intake.rows(InboxRow)
    assert len(rows) == len(set(messages.values()))
    assert {row.times_received for row in rows} <= {2, 4, 6, 8, 10, 12}


async def test_given_a_feed_for_them_all_then_each_ends_interpreted_not_used_or_parked_with_a_cause(
    messages: dict[Path, bytes], intake: Intake
) -> None:
    async with listening(PostgresInbox(intake.listener)) as (port, _):
        await send_files([FOLDER], "127.0.0.1", port)
    async with transaction(intake.worker) as session:
        await session.execute(
            update(InboxRow)
            .where(InboxRow.state == "unassigned")
            .values(feed_id=intake.feed_id, organisation_id=intake.organisation_id, state="stored", code=None)
        )

    await intake.drain()

    rows = await intake.rows(InboxRow)
    outcomes = Counter((row.state, row.code, row.reason if row.state == "parked" else None) for row in rows)
    print(*(f"{count:5} {outcome}" for outcome, count in outcomes.most_common()), sep="\n")
    assert {row.state for row in rows} <= {"interpreted", "not-used", "parked", "rejected"}
    assert all(row.code and row.reason for row in rows if row.state in {"not-used", "parked"})
    assert not [row.reason for row in rows if (row.reason or "").startswith("fault-")]
    facts = len(await intake.rows(FactRow))
    await intake.drain()
    assert len(await intake.rows(FactRow)) == facts > 0
