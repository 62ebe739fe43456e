"""What is said of abuse or danger is in no history of Temporal, and a case with it runs as one without."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.api.history.v1 import HistoryEvent

from discharge.cases import commands as cmd
from discharge.cases.commands import Command
from discharge.store.commands import NewCommand, NewNote, Taken
from discharge.store.engine import transaction
from discharge.store.tables import Person
from discharge.store.tables.persons import DANGER
from housing_checks.store import danger
from tests.fixtures.safety import disclosure, record, somebody
from tests.workflows.story import CLOCK, PATIENCE, Story
from tests.workflows.test_privacy import AN_ID, history, payloads
from workflows.client import execute_command
from workflows.codec import ENCODING, EncryptionCodec, PayloadKeys

WORDS = "He waits outside"
TELLING = (WORDS, "safety", "danger", "disclos", "annex")


async def ask(story: Story, command: Command, *, dangerous: bool) -> None:
    """Have a case do something, with a note; of danger or not."""
    note = NewNote(WORDS, sensitivity=DANGER) if dangerous else NewNote("Rang the daughter")
    envelope = (await story.envelope(command)).model_copy(update={"note_id": note.id})
    new = NewCommand(envelope, "test", envelope.command_id.hex, "-", notes=(note,))
    async with transaction(story.sessions) as session:
        taken = await danger.take(session, new)
    assert isinstance(taken, Taken)
    answer = await execute_command(story.client, CLOCK, taken.envelope, within=PATIENCE)
    assert answer is not None
    assert answer.outcome == "accepted", answer


def reasons(*, dangerous: bool) -> tuple[str, ...]:
    return ("safety", "adaptation") if dangerous else ("adaptation",)


async def lived(story: Story, api: AsyncEngine, owner: AsyncEngine, *, dangerous: bool) -> None:
    """A case from its referral to the check; with danger said by each door, and a disclosure, or without."""
    await ask(story, referral(story, dangerous=dangerous), dangerous=False)
    await ask(story, cmd.AcceptReferral(), dangerous=dangerous)
    if dangerous:
        nurse = await somebody(owner, story.places.trust, "Nurse", "discharge-team")
        await record(api, nurse, story.case_id, disclosure(), disclosure=WORDS)
    await ask(story, cmd.AmendReferral(reasons=reasons(dangerous=dangerous)), dangerous=dangerous)
    await ask(story, cmd.ConfirmItem(item="heating", value="no", evidence="told"), dangerous=dangerous)


def referral(story: Story, *, dangerous: bool) -> cmd.Refer:
    return cmd.Refer(
        person_id=story.person_id,
        organisation_id=story.places.trust,
        service_id=story.places.housing,
        sharing_basis="consent",
        ward="6B",
        reasons=reasons(dangerous=dangerous),
    )


async def said(events: list[HistoryEvent], keys: PayloadKeys) -> list[str]:
    """Every payload of a history as its worker reads it, without ids and times."""
    stored = [payload for event in events for payload in payloads(event)]
    sealed = [each for each in stored if each.metadata["encoding"] == ENCODING]
    opened = await EncryptionCodec(keys).decode(sealed)
    texts = [each.data.decode() for each in opened]
    return [re.sub(rf"{AN_ID}|\d{{4}}-\d\d-\d\dT[^\"]*", "", each) for each in texts]


async def test_given_a_case_with_and_one_without_danger_when_their_histories_are_read_then_none_tells_which(
    story: Story, api: AsyncEngine, owner: AsyncEngine, keys: PayloadKeys
) -> None:
    other = uuid4()
    async with transaction(story.sessions) as session:
        session.add(Person(id=other, family_name="Ashdowne", given_name="Edith"))
    quiet = replace(story, person_id=other, case_id=uuid4())
    await lived(story, api, owner, dangerous=True)
    await lived(quiet, api, owner, dangerous=False)

    told = [await history(each.handle) for each in (story, quiet)]
    texts = [await said(events, keys) for events in told]
    assert len(texts[0]) > 5
    assert not [word for word in TELLING if word in " ".join(texts[0])]
    updates = [
        sum(each.HasField("workflow_execution_update_accepted_event_attributes") for each in events)
        for events in told
    ]
    assert updates[0] == updates[1]
    assert set(texts[0]) == set(texts[1])
    cases = [await each.case() for each in (story, quiet)]
    assert cases[0].version == cases[1].version
    assert [each.rule for each in cases[0].alerts.values()] == [
        each.rule for each in cases[1].alerts.values()
    ]
