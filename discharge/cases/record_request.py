"""What is handed to the record: one decided command with all that comes of it."""

from __future__ import annotations

from pydantic import AwareDatetime

from discharge.cases.commands import Answer, Envelope
from discharge.cases.events import Event
from discharge.cases.model import Case
from discharge.cases.outbox_items import Outgoing
from discharge.values import Frozen


class RecordRequest(Frozen):
    """One decided command: the events it caused, the case after them, the answer, and what must be told.

    ``case_time`` is the instant of the decision.
    A refused command is recorded too, with no events. ``judged`` are the parts of the case that must not have
    changed since the asker saw it.
    """

    envelope: Envelope
    events: tuple[Event, ...] = ()
    answer: Answer
    case_time: AwareDatetime
    case: Case
    outgoing: tuple[Outgoing, ...] = ()
    judged: tuple[str, ...] = ()
