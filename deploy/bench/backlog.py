"""Messages put before the drain, as the listener does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from fhir_adapters.hl7v2.parse.envelope import read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.hl7v2.store.inbox import feed_doors
from fhir_adapters.store.inbox import receive
from fhir_adapters.store.tables import Feed


class Backlog:
    """Stores messages of a stream, so that they wait."""

    def __init__(self, engine: AsyncEngine, stream: Iterator[bytes]) -> None:
        self._engine = engine
        self._stream = stream

    async def put(self, number: int) -> None:
        """Store the next messages, all in one transaction."""
        async with transaction(self._engine) as session:
            [door] = [door for door in await feed_doors(session) if door.code == "harrow-vale"]
            feed = Feed(id=door.feed_id, organisation_id=door.organisation_id)
            for raw in islice(self._stream, number):
                await receive(session, feed, arrived(raw, read_envelope(raw), claimed=True))
