"""Lists of messages rest on indexes, however many messages there are."""

from __future__ import annotations

from typing import Literal

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.store.message_search import MessageQuery, conditions
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust

_MANY = text(
    "INSERT INTO inbox (id, feed_id, organisation_id, message_id, sha256, raw_inline, content_type,"
    " received_at, state, same_id_other_bytes, times_received, reason)"
    " SELECT gen_random_uuid(), :feed, :organisation, 'M' || n, 'h' || n, 'x',"
    " 'x-application/hl7-v2+er7', now() - n * interval '1 minute', 'interpreted', n % 500 = 0,"
    " CASE WHEN n % 400 = 0 THEN 2 ELSE 1 END, CASE WHEN n % 300 = 0 THEN 'read-with-care' END"
    " FROM generate_series(1, 2000) AS n"
)


@pytest.mark.parametrize(
    ("came", "index"),
    [
        ("repeated-id", "ix_inbox_other_bytes"),
        ("again", "ix_inbox_again"),
        ("with-care", "ix_inbox_with_care"),
    ],
)
async def test_given_many_messages_when_those_that_came_oddly_are_wanted_then_their_own_index_finds_them(
    owner: AsyncEngine,
    intake: Intake,  # noqa: F811
    came: Literal["repeated-id", "again", "with-care"],
    index: str,
) -> None:
    async with transaction(owner) as session:
        await session.execute(_MANY, {"feed": intake.feed_id, "organisation": intake.organisation_id})
        await session.execute(text("ANALYZE inbox"))
    wanted = select(InboxRow.id).where(*conditions(MessageQuery(came=came), intake.organisation_id))
    query = wanted.order_by(InboxRow.received_at.desc(), InboxRow.sequence.desc()).limit(51)
    written = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})

    async with transaction(intake.listener, organisation_id=intake.organisation_id) as session:
        plan = "\n".join(await session.scalars(text(f"EXPLAIN {written}")))

    assert index in plan
