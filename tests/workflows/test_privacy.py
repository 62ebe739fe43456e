"""No personal data in Temporal: ids are our UUIDs, and of what is stored nothing can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import UUID

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle

from discharge.cases import commands as cmd
from discharge.store.tables import OutboxRow
from tests.workflows.outgoing import until_states
from tests.workflows.partner import listening
from tests.workflows.story import CLOCK, Story
from workflows import ports
from workflows.codec import ENCODING
from workflows.relay import Relay

WORDS = (b"Ashdown", b"9990000018", b"grab-rail", b"accept-referral", b"consent")
AN_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
AN_OPEN_ID = re.compile(rf"(case/{AN_ID}(/strand/[a-z]+/\d+)?|lane/{AN_ID}/{AN_ID}|{AN_ID})$")


async def history(handle: WorkflowHandle[object, object]) -> list[HistoryEvent]:
    return [event async for event in handle.fetch_history_events()]


LOCAL_NOTE = {
    "seq",
    "attempt",
    "activity_id",
    "activity_type",
    "complete_time",
    "backoff",
    "original_schedule_time",
    "activation_index",
}


def payloads(message: Message) -> list[Payload]:
    """Every payload inside a message, however deep."""
    if isinstance(message, Payload):
        return [message]
    found: list[Payload] = []
    for _, value in message.ListFields():
        if isinstance(value, Message):
            found += payloads(value)
        elif not isinstance(value, (str, bytes, int, float)):
            inner = value.values() if hasattr(value, "values") else value
            found += [payload for one in inner if isinstance(one, Message) for payload in payloads(one)]
    return found


def says_nothing(payload: Payload) -> bool:
    """Whether it is the library's own note: of a local activity its name and times."""
    said: dict[str, object] = json.loads(payload.data)
    return said.keys() <= LOCAL_NOTE


async def test_given_a_case_at_work_when_its_histories_are_read_then_they_say_nothing(
    story: Story, tmp_path: Path
) -> None:
    async with listening(story.sessions, story.places.landlord, tmp_path) as partner:
        await story.until_checked(adaptation_in_place="no")
        order = cmd.StartStrand(strand_kind="adaptation", item="grab-rail", partner_id=story.places.landlord)
        await story.do(order)
        await Relay(story.sessions, story.client, CLOCK).once()
        lane = story.client.get_workflow_handle(ports.lane_workflow_id(partner.id, story.case_id))
        await until_states(OutboxRow.channel == "partner", story, "delivered")
        for handle in (story.handle, story.strand("adaptation/1"), lane):
            events = await history(handle)
            raw = b"".join(event.SerializeToString() for event in events)
            assert not [word for word in WORDS if word in raw]
            stored = [payload for event in events for payload in payloads(event)]
            assert len(stored) > 2
            plain = [payload for payload in stored if payload.metadata["encoding"] != ENCODING]
            assert len(stored) > len(plain)
            assert not [payload for payload in plain if not says_nothing(payload)]
            assert AN_OPEN_ID.match(handle.id)


async def test_given_updates_when_their_ids_are_read_then_they_are_our_own(story: Story) -> None:
    answer = await story.refer()
    accepted = [
        event.workflow_execution_update_accepted_event_attributes.protocol_instance_id
        for event in await history(story.handle)
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    assert [UUID(one) for one in accepted] == [answer.command_id]
