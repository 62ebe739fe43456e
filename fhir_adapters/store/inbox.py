"""The inbox: every message is kept byte for byte, and committed, before anybody is told that it arrived.

Unique is (feed, message id, SHA-256). The same bytes again are counted and change nothing; the same id with
other bytes is kept as a message of its own and flagged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from fhir_adapters.store.tables import Feed

HEARD_EVERY = timedelta(seconds=5)
"""How exactly a feed's last sign of life is kept; any finer, and all its messages would queue for one row."""

RECEIVE = f"""
    SELECT * FROM homeward_receive(CAST(%(organisation_id)s AS uuid), CAST(%(feed_id)s AS uuid),
        interval '{HEARD_EVERY.total_seconds()} s', CAST(%(came)s AS json), %(raw)b, CAST(%(hides)s AS json))
"""  # noqa: S608 - the one value in it is ours
"""The one statement that keeps a `Group`, with its `parameters`, in whatever transaction it is executed."""


class HiddenNumber(NamedTuple):
    """A number of somebody whom a message hides: ``kind`` is nhs or local; ``authority`` is the one under
    which a local number is kept; ``stated_at`` is when the sender said it, in case time.
    """

    kind: str
    value: str
    authority: str = ""
    stated_at: datetime | None = None

    def as_json(self) -> dict[str, str | None]:
        """As ``homeward_hide_numbers`` takes it."""
        return {**self._asdict(), "stated_at": self.stated_at.isoformat() if self.stated_at else None}


class Arrived(NamedTuple):
    """One message as the door saw it; whatever could not be read from it is None.

    ``message_id`` is MSH-10, a Bundle's or request's id, or empty: then the hash is its id. ``state`` is
    ``stored`` for the drain, or where it stays (``not-used``, ``parked``, ``unassigned``, ``rejected``), then
    with ``code`` of the table of errors and ``reason`` (no person's data). ``event_time`` is in case time.
    ``sha256`` is that of ``raw``, where somebody has found it already. ``hides`` are the numbers of those
    whose whereabouts are hidden as soon as the message is stored.
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
    sha256: str = ""
    hides: tuple[HiddenNumber, ...] = ()


class Received(NamedTuple):
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
        sha256 = arrived.sha256 or hashlib.sha256(arrived.raw).hexdigest()
        return cls(arrived.message_id or f"sha256:{sha256}", sha256, arrived)


@dataclass(frozen=True)
class Group:
    """Messages of one feed, no two of which have the same message id, to be kept together."""

    feed_id: UUID
    organisation_id: UUID
    messages: Sequence[Named]

    @property
    def parameters(self) -> dict[str, object]:
        """What `RECEIVE` asks for: what is known of the messages as JSON, and all their bytes in a row."""
        raws = [message.arrived.raw for message in self.messages]
        begins = accumulate((len(raw) for raw in raws), initial=1)
        rows = [_row(*told) for told in zip(self.messages, begins, strict=False)]
        return {
            "feed_id": self.feed_id,
            "organisation_id": self.organisation_id,
            "came": json.dumps(rows),
            "raw": b"".join(raws),
            "hides": self._hides(),
        }

    def _hides(self) -> str | None:
        """Whom its messages hide; None, as nearly always, where they hide nobody."""
        hiding = [
            {
                "message_id": message.message_id,
                "sha256": message.sha256,
                "numbers": [number.as_json() for number in message.arrived.hides],
            }
            for message in self.messages
            if message.arrived.hides
        ]
        return json.dumps(hiding) if hiding else None

    def received(self, rows: Iterable[Sequence[Any]]) -> list[Received]:
        """What `RECEIVE` returned, in the order of the messages."""
        kept = {message_id: Received(*found) for message_id, *found in rows}
        return [kept[message.message_id] for message in self.messages]


def _row(message: Named, begins: int) -> dict[str, object]:
    """A message as JSON holds it: of all bytes ``raw`` many are its own, from ``begins`` (1 is the first)."""
    arrived = message.arrived
    return {
        "begins": begins,
        "raw": len(arrived.raw),
        "message_id": message.message_id,
        "sha256": message.sha256,
        "content_type": arrived.content_type,
        "charset": arrived.charset,
        "message_type": arrived.message_type,
        "trigger": arrived.trigger,
        "version": arrived.version,
        "event_time": arrived.event_time.isoformat() if arrived.event_time else None,
        "person_key": arrived.person_key,
        "acknowledgement": arrived.acknowledgement,
        "state": arrived.state,
        "code": arrived.code,
        "reason": arrived.reason,
    }


async def receive(session: AsyncSession, feed: Feed, arrived: Arrived) -> Received:
    """Keep a message of a feed, in the name of the feed's organisation; safe once the caller commits.

    Only the feed's id and organisation are used, so a :class:`Feed` that was built from them will do.
    """
    group = Group(feed.id, feed.organisation_id, [Named.of(arrived)])
    connection = await session.connection()
    [received] = group.received(await connection.exec_driver_sql(RECEIVE, group.parameters))
    return received


LENGTH = 24


def number_key(number: str) -> str:
    """The key under which the inbox keeps a message that names a person by this number first."""
    return hashlib.sha256(number.encode()).hexdigest()[:LENGTH]
