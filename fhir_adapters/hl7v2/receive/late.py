"""Application acknowledgements that are owed: sent once the drain has handled the message.

The same connection carries them, if it is still open; else they are noted as not sent. A listener that is
killed leaves them noted as owed, which tells a person the same. The message itself is safe either way: its
commit acknowledgement said so.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from discharge.errors import HomewardError
from fhir_adapters.hl7v2.receive.counts import Counts
from fhir_adapters.hl7v2.receive.directory import InboxPort, LateOutcome

log = logging.getLogger("homeward.mllp")

LOOK_EVERY, LOOK_SELDOM = 0.25, 4.0
"""Seconds between two looks at what the drain has handled, while anything is owed: at most the second, while
nothing is.
"""

Tell = Callable[[bytes], Awaitable[None]]
"""Writes one acknowledgement to the connection. Raises OSError or TimeoutError when it is gone."""


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """One application acknowledgement; ``write`` gives its bytes when it is due."""

    organisation_id: UUID
    inbox_id: UUID
    write: Callable[[], bytes]


class LateAnswers:
    """Everything that this process owes."""

    def __init__(self, inbox: InboxPort, counts: Counts) -> None:
        self._inbox = inbox
        self._counts = counts
        self._owed: dict[Owed, Tell] = {}
        self._some = asyncio.Event()

    def take(self, owed: Owed, tell: Tell) -> None:
        """Owe an acknowledgement to a connection."""
        self._owed[owed] = tell
        self._some.set()

    async def hang_up(self, tell: Tell) -> None:
        """A connection ended: what is owed to it will not be sent."""
        lost = [owed for owed, to in self._owed.items() if to == tell]
        for owed in lost:
            del self._owed[owed]
        await self._note(lost, "not-sent")

    async def watch(self) -> None:
        """Send what is owed as it falls due, for ever."""
        pause = LOOK_EVERY
        while True:
            await self._some.wait()
            sent = False
            try:
                sent = await self._send_due()
            except HomewardError as error:
                log.warning("cannot see what was handled: %s", error.code)
            except Exception as error:
                log.error("late answers not sent: %s", type(error).__name__)
            if not self._owed:
                self._some.clear()
            pause = LOOK_EVERY if sent or not self._owed else min(2 * pause, LOOK_SELDOM)
            await asyncio.sleep(pause)

    async def _send_due(self) -> bool:
        """Send what has fallen due; whether anything had."""
        any_due = False
        for organisation_id, owed in _by_organisation(self._owed).items():
            handled = await self._inbox.handled(organisation_id, {one.inbox_id for one in owed})
            due = [one for one in owed if one.inbox_id in handled]
            any_due = any_due or bool(due)
            told = [one for one in due if await self._tell(one)]
            await self._note(told, "sent")
            await self._note([one for one in due if one not in told], "not-sent")
        return any_due

    async def _tell(self, owed: Owed) -> bool:
        tell = self._owed.pop(owed, None)
        if tell is None:
            return False
        try:
            await tell(owed.write())
        except (OSError, TimeoutError):
            return False
        return True

    async def _note(self, owed: Iterable[Owed], outcome: LateOutcome) -> None:
        for organisation_id, some in _by_organisation(owed).items():
            self._counts.late.labels(outcome).inc(len(some))
            try:
                await self._inbox.note_late_answers(organisation_id, {one.inbox_id for one in some}, outcome)
            except HomewardError as error:
                log.warning("late answers not noted: %s", error.code)


def _by_organisation(owed: Iterable[Owed]) -> dict[UUID, list[Owed]]:
    found = defaultdict[UUID, list[Owed]](list)
    for one in owed:
        found[one.organisation_id].append(one)
    return found
