"""The inbox: every message is kept byte for byte, and committed, before anybody is told that it arrived.

Unique is (feed, message id, SHA-256). The same bytes again are counted and change nothing; the same id with
other bytes is kept as a message of its own and flagged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.store.tables import Feed

HEARD_EVERY = timedelta(seconds=5)
"""How exactly a feed's last sign of life is kept; any finer, and all its messages would queue for one row."""

RECEIVE = """
    SELECT * FROM homeward_receive(CAST(%(organisation_id)s AS uuid), CAST(%(feed_id)s AS uuid),
        CAST(%(heard_every)s AS interval), CAST(%(came)s AS json))
"""
"""The one statement that keeps a `Group`, with its `parameters`, in whatever transaction it is executed."""


@dataclass(frozen=True)
class Arrived:
    """One message as the door saw it; whatever could not be read from it is None.

    ``message_id`` is MSH-10, a Bundle's or request's id, or empty: then the hash is its id. ``state`` is
    ``stored`` for the drain, or where it stays (``not-used``, ``parked``, ``unassigned``, ``rejected``), then
    with ``code`` of the table of errors and ``reason`` (no person's data). ``event_time`` is in case time.
    """

    raw: bytes
    content_type: str
    message_id: str = ""
    charset: str | None = None
    message_type: str | None = None
    trigger: str | None = None
    version: str | None = None
    event_time: datetime | None = None
    person_key: str | None = None
    acknowledgement: str | None = None
    state: str = "stored"
    code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Received:
    """The row that holds the message, and whether its bytes, or its id with other bytes, came before."""

    id: UUID
    repeated: bool
    same_id_other_bytes: bool


class Named(NamedTuple):
    """A message under the id by which its feed knows it: its own, else its hash."""

    message_id: str
    sha256: str
    arrived: Arrived

    @classmethod
    def of(cls, arrived: Arrived) -> Named:
        """Name a message."""
        sha256 = hashlib.sha256(arrived.raw).hexdigest()
        return cls(arrived.message_id or f"sha256:{sha256}", sha256, arrived)


@dataclass(frozen=True)
class Group:
    """Messages of one feed, no two of which have the same message id, to be kept together."""

    feed_id: UUID
    organisation_id: UUID
    messages: Mapping[UUID, Named]

    @classmethod
    def of(cls, feed_id: UUID, organisation_id: UUID, messages: Iterable[Named]) -> Group:
        """Give each message the id of its row, should it be new."""
        return cls(feed_id, organisation_id, {uuid4(): message for message in messages})

    @property
    def parameters(self) -> dict[str, object]:
        """What `RECEIVE` asks for."""
        rows = (_row(place, *told) for place, told in enumerate(self.messages.items()))
        return {
            "feed_id": self.feed_id,
            "organisation_id": self.organisation_id,
            "came": json.dumps(list(rows)),
            "heard_every": HEARD_EVERY,
        }

    def received(self, rows: Iterable[Sequence[Any]]) -> list[Received]:
        """What `RECEIVE` returned, in the order of the messages."""
        kept = {message_id: (id_, flagged) for message_id, id_, flagged in rows}
        answers = ((new, *kept[message.message_id]) for new, message in self.messages.items())
        return [Received(id_, repeated=id_ != new, same_id_other_bytes=flag) for new, id_, flag in answers]


def _row(place: int, id_: UUID, message: Named) -> dict[str, object]:
    """A message as JSON holds it."""
    event_time = message.arrived.event_time
    return vars(message.arrived) | {
        "place": place,
        "id": str(id_),
        "message_id": message.message_id,
        "sha256": message.sha256,
        "raw": f"\\x{message.arrived.raw.hex()}",
        "event_time": event_time.isoformat() if event_time else None,
    }


async def receive(session: AsyncSession, feed: Feed, arrived: Arrived) -> Received:
    """Keep a message of a feed, in the name of the feed's organisation; safe once the caller commits.

    Only the feed's id and organisation are used, so a :class:`Feed` that was built from them will do.
    """
    group = Group.of(feed.id, feed.organisation_id, [Named.of(arrived)])
    connection = await session.connection()
    [received] = group.received(await connection.exec_driver_sql(RECEIVE, group.parameters))
    return received
