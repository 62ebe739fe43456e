"""The one statement that keeps messages: what it reads of an inbox that has grown since it was planned."""

from __future__ import annotations

from itertools import count
from uuid import UUID

import psycopg

from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.store.inbox import RECEIVE, Group, Named
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.postgres import Database

PLANNED_AFTER = 10
"""Executions after which PostgreSQL and psycopg have settled on their plans."""
MANY = 2000
GROW = """
    INSERT INTO inbox (id, feed_id, organisation_id, message_id, sha256, raw_inline, content_type)
    SELECT gen_random_uuid(), feed_id, organisation_id, 'OLD' || number, sha256, '', content_type
    FROM inbox, generate_series(1, %s) AS number WHERE message_id = 'M0'
"""
ROWS_READ = "SELECT seq_tup_read, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'inbox'"


def group(feed_id: UUID, organisation_id: UUID, *messages: bytes) -> Group:
    read = (arrived(raw, read_envelope(raw), claimed=True) for raw in messages)
    return Group(feed_id, organisation_id, [Named.of(one) for one in read])


async def test_given_a_plan_from_when_the_inbox_was_empty_then_it_reads_a_few_rows_of_a_full_one(
    intake: Intake, database: Database
) -> None:
    numbers = count()
    with psycopg.connect(database.api_url.replace("+psycopg", "")) as connection:

        def receive() -> None:
            one = group(intake.feed_id, intake.organisation_id, Sample(message_id=f"M{next(numbers)}").raw())
            connection.execute(RECEIVE, one.parameters)

        for _ in range(PLANNED_AFTER):
            receive()
            connection.commit()
        with database.server.superuser(database.name) as grower:
            grower.execute(GROW, (MANY,))
        receive()
        read = connection.execute(ROWS_READ).fetchone()
    assert read is not None
    assert sum(read) < PLANNED_AFTER


async def test_given_messages_of_all_lengths_in_a_group_then_each_keeps_its_own_bytes(
    intake: Intake, database: Database
) -> None:
    long = Sample(message_id="LONG", tail=("NTE|1||" + "é" * 3000,)).raw()
    messages = [Sample(message_id="A").raw(), b"", long, b"\x00\xff", Sample(message_id="B").raw()]
    with psycopg.connect(database.api_url.replace("+psycopg", "")) as connection:
        together = group(intake.feed_id, intake.organisation_id, *messages)
        received = together.received(connection.execute(RECEIVE, together.parameters).fetchall())
        connection.execute(
            "SELECT set_config('homeward.organisation_id', %s, true)", (str(intake.organisation_id),)
        )
        kept = dict(connection.execute("SELECT inbox_id, raw FROM inbox_bytes").fetchall())
    assert [kept[one.id] for one in received] == messages
