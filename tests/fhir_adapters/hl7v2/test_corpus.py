"""Messages that other people wrote: each is answered, stored once, and ends with a named outcome.

`pytest -s` prints the table: for each folder its messages, how many were interpreted, how many are not used,
and how many are parked, by cause.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import update

from discharge.clocks import CaseClock
from discharge.errors import ERRORS
from discharge.store.engine import transaction
from discharge.store.tables import CommandRow, DocumentRow
from fhir_adapters.feeds.book import ProfileBook
from fhir_adapters.feeds.profile_loader import profile_named, shipped_profiles
from fhir_adapters.hl7v2.parse.envelope import Unreadable, read_envelope
from fhir_adapters.hl7v2.send.mllp_client import Receiver, send_files
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.tables import FactRow, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.corpora import ABSENT, FOLDER
from tests.fhir_adapters.hl7v2.receive.test_listener import listening

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason=ABSENT),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]

EVERY_KIND = {"live_processing_ids": ["P", "T", "D", ""]}
"""The corpus marks most of its messages as tests; here they are to show what they would become."""


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
        first = await send_files([FOLDER], Receiver("127.0.0.1", port))
        again = await send_files([FOLDER], Receiver("127.0.0.1", port))

    assert first.sent == again.sent == len(messages)
    assert first.codes == again.codes == {"AA": len(messages) - 22, "AR": 22}
    rows = await intake.rows(InboxRow)
    assert len(rows) == len(set(messages.values()))
    assert {row.times_received for row in rows} <= {2, 4, 6, 8, 10, 12}


async def claim(intake: Intake) -> None:
    """Give all that came to the trust's feed."""
    async with transaction(intake.worker) as session:
        await session.execute(
            update(InboxRow)
            .where(InboxRow.state == "unassigned")
            .values(feed_id=intake.feed_id, organisation_id=intake.organisation_id, state="stored", code=None)
        )


def profiles() -> ProfileBook:
    known = profile_named("itk-2.4").model_dump()
    return shipped_profiles().with_more([type(profile_named("itk-2.4")).model_validate(known | EVERY_KIND)])


def table(messages: dict[Path, bytes], rows: Iterable[InboxRow]) -> list[str]:
    """One line a folder, and one for all: distinct messages by what became of them."""
    outcome = {row.sha256: row for row in rows}
    folders: dict[str, set[str]] = defaultdict(set)
    for path, raw in messages.items():
        folders[path.relative_to(FOLDER).parts[0]].add(hashlib.sha256(raw).hexdigest())
    everything = {key for keys in folders.values() for key in keys}
    named = [*sorted(folders.items()), ("all", everything)]
    return [_line(name, [outcome[key] for key in keys]) for name, keys in named]


def _line(name: str, rows: list[InboxRow]) -> str:
    states = Counter(row.state for row in rows)
    parked = Counter(f"{row.code}/{row.reason}" for row in rows if row.state == "parked")
    causes = ", ".join(f"{cause} {count}" for cause, count in parked.most_common())
    counts = " ".join(f"{states[state]:5}" for state in ("interpreted", "not-used", "parked", "rejected"))
    return f"{name:60.60} {len(rows):5} {counts}  {causes}"


async def test_given_a_feed_for_them_all_then_each_ends_interpreted_not_used_or_parked_with_a_cause(
    messages: dict[Path, bytes], intake: Intake
) -> None:
    async with listening(PostgresInbox(intake.listener)) as (port, _):
        await send_files([FOLDER], Receiver("127.0.0.1", port))
    await claim(intake)
    book = profiles()
    while await drain_some(intake.worker, book, CaseClock.real()):
        pass

    rows = await intake.rows(InboxRow)
    head = f"{'folder':60} {'total':>5} {'used':>5} {'n.use':>5} {'park':>5} {'rej':>5}  parked by cause"
    print(head, *table(messages, rows), sep="\n")
    unused = Counter(f"{row.code}/{row.reason}" for row in rows if row.state == "not-used")
    print("not used:", ", ".join(f"{cause} {count}" for cause, count in unused.most_common()))
    assert {row.state for row in rows} <= {"interpreted", "not-used", "parked", "rejected"}
    assert all(row.code in ERRORS and row.reason for row in rows if row.state in {"not-used", "parked"})
    assert not [row.reason for row in rows if (row.reason or "").startswith("fault-")]
    assert await intake.rows(DocumentRow)
    facts, commands = len(await intake.rows(FactRow)), len(await intake.rows(CommandRow))
    assert facts > 0
    await again(intake, book)
    assert (len(await intake.rows(FactRow)), len(await intake.rows(CommandRow))) == (facts, commands)


async def again(intake: Intake, book: ProfileBook) -> None:
    """Have everything that was used read once more."""
    async with transaction(intake.worker) as session:
        await session.execute(update(InboxRow).where(InboxRow.state == "interpreted").values(state="stored"))
    while await drain_some(intake.worker, book, CaseClock.real()):
        pass
