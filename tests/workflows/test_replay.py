"""Workflows that began under older code go on under this one: recorded histories replay.

Histories lie in ``histories/``, encrypted under the key of these tests. ``make histories`` plays the tales
below again and records them; do it when a tale is added, and keep old files while such cases may be running.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.history.v1 import MarkerRecordedEventAttributes
from temporalio.client import WorkflowHandle, WorkflowHistory
from temporalio.worker import Replayer

from discharge.cases import commands as cmd
from discharge.store.engine import Sessions, transaction
from discharge.store.tables import OutboxRow, Person
from tests.fixtures.postgres import Places
from tests.workflows.conftest import needs_of, time_skipping
from tests.workflows.homes import add_home
from tests.workflows.outgoing import rows
from tests.workflows.partner import listening
from tests.workflows.story import CLOCK, StoodStill, Story, at_work
from tests.workflows.waiting import until
from workflows import ports
from workflows.codec import PayloadKeys, data_converter
from workflows.relay import Relay
from workflows.worker_pool import CASE_WORKFLOWS, CHORE_WORKFLOWS, LANE_WORKFLOWS, runner

ATTEMPTS = 3
LOCAL = "core_local_activity"
"""The marker of an activity that the worker carried out within a workflow task."""

HISTORIES = Path(__file__).with_name("histories")
RECORD = os.environ.get("HOMEWARD_RECORD_HISTORIES") == "1"

Handle = WorkflowHandle[object, object]
Tale = Callable[[Story, Path], Awaitable[list[Handle]]]


async def home_as_it_is(story: Story, _: Path) -> list[Handle]:
    await story.until_checked()
    await story.do(cmd.ConfirmDischarge(destination="19"))
    await story.days(29)
    await story.do(cmd.RecordContact(follow_up="28-days", outcome="well"))
    await story.do(cmd.CloseCase(outcome="home-as-it-is"))
    return [story.handle]


async def stairlift_late_and_told(story: Story, folder: Path) -> list[Handle]:
    async with listening(story.sessions, story.places.landlord, folder) as partner:
        await story.until_checked(adaptation_in_place="no", equipment_in_place="no", heating="no")
        landlord = story.places.landlord
        await story.do(
            cmd.StartStrand(strand_kind="adaptation", item="straight-stairlift", partner_id=landlord)
        )
        await story.do(cmd.StartStrand(strand_kind="equipment", item="commode"))
        await story.do(cmd.StartStrand(strand_kind="basics", item="basics-at-home"))
        await partner.fail("unavailable")
        await Relay(story.sessions, story.client, CLOCK).once()
        lane = story.client.get_workflow_handle(ports.lane_workflow_id(partner.id, story.case_id))
        await until(partial(_delivered, story), "a second try")
        await story.days(30)
        await story.until(lambda case: case.strands["adaptation/1"].overdue_since, "late")
        for key in ("adaptation/1", "equipment/1"):
            await story.do(cmd.MoveStrand(strand=key, step="fitted"))
        await story.do(cmd.CancelStrand(strand="basics/1", reason="no-longer-needed"))
        strands = [story.strand(key) for key in ("adaptation/1", "equipment/1", "basics/1")]
        for strand in strands:
            await strand.result()
        return [story.handle, *strands, lane]


async def _delivered(story: Story) -> bool:
    """Whether all is delivered after another minute."""
    await story.days(1 / 1440)
    return all(row.state == "delivered" for row in await rows(OutboxRow.channel == "partner", story))


async def rehoused(story: Story, _: Path) -> list[Handle]:
    first = await add_home(story.sessions, story.places.landlord)
    await story.until_checked(safe_address="no")
    await story.do(cmd.StartStrand(strand_kind="rehousing", item="rehousing:1-bed-general"))
    await story.until(lambda case: case.strands["rehousing/1"].proposals, "a proposal")
    await story.do(cmd.OfferProperty(strand="rehousing/1", property_id=first))
    second = await add_home(story.sessions, story.places.landlord)
    await story.days(8)
    case = await story.until(lambda case: case.strands["rehousing/1"].open_offer is None, "the lapse")
    await story.do(cmd.OfferProperty(strand="rehousing/1", property_id=second))
    case = await story.case()
    offer = case.strands["rehousing/1"].open_offer
    assert offer is not None
    await story.do(cmd.AnswerOffer(strand="rehousing/1", offer_id=offer.offer_id, answer="accepted"))
    await story.do(cmd.LetProperty(strand="rehousing/1"))
    await story.do(cmd.MoveStrand(strand="rehousing/1", step="keys-held"))
    await story.strand("rehousing/1").result()
    return [story.handle, story.strand("rehousing/1")]


async def a_round_of_a_chore(story: Story, _: Path) -> list[Handle]:
    """The chore that most rounds resemble: one activity, which says nothing."""
    name = "request-keys"
    round_of_it = await story.client.start_workflow(
        ports.CHORE_WORKFLOW, ports.Chore(name=name), id=ports.chore_id(name), task_queue=ports.CHORES_QUEUE
    )
    await round_of_it.result()
    return [round_of_it]


TALES: dict[str, Tale] = {
    "a-round-of-a-chore": a_round_of_a_chore,
    "home-as-it-is": home_as_it_is,
    "stairlift-late-and-told": stairlift_late_and_told,
    "rehoused": rehoused,
}


def replayer(keys: PayloadKeys) -> Replayer:
    return Replayer(
        workflows=[*CASE_WORKFLOWS, *LANE_WORKFLOWS, *CHORE_WORKFLOWS],
        data_converter=data_converter(keys),
        workflow_runner=runner(),
    )


async def histories(name: str, sessions: Sessions, places: Places, folder: Path) -> list[WorkflowHistory]:
    """Those of a tale, played anew where its server stood still. Raises StoodStill."""
    for attempt in range(ATTEMPTS):
        async with AsyncExitStack() as stage:
            env = await stage.enter_async_context(time_skipping())
            await stage.enter_async_context(at_work(await stage.enter_async_context(needs_of(env, sessions))))
            async with transaction(sessions) as session:
                person = Person(id=uuid4(), family_name="Ashdown", birth_date=date(1941, 5, 2))
                session.add(person)
            try:
                place = folder / str(attempt)
                place.mkdir()
                handles = await TALES[name](Story(env, sessions, places, person.id), place)
                return [await handle.fetch_history() for handle in handles]
            except StoodStill:
                continue
    raise StoodStill


@pytest.mark.slow
@pytest.mark.parametrize("name", TALES)
async def test_given_a_tale_played_now_when_its_histories_are_replayed_then_they_come_out_the_same(
    name: str,
    sessions: Sessions,
    places: Places,
    keys: PayloadKeys,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number, history in enumerate(await histories(name, sessions, places, tmp_path)):
        await asks_the_same(history, keys, monkeypatch)
        if RECORD:
            HISTORIES.mkdir(exist_ok=True)
            (HISTORIES / f"{name}.{number}.json").write_text(history.to_json(), encoding="utf-8")


async def asks_the_same(history: WorkflowHistory, keys: PayloadKeys, patched: pytest.MonkeyPatch) -> None:
    """Replay a history; Temporal compares the order of what is done, and this what the record was asked."""
    asked: list[ports.Apply] = []
    genuine = ports.apply

    async def noted(given: ports.Apply) -> ports.Applied:
        asked.append(given)
        return await genuine(given)

    with patched.context() as noting:
        noting.setattr(ports, "apply", noted)
        await replayer(keys).replay_workflow(history)
    assert list(dict.fromkeys(asked)) == list(dict.fromkeys(await recorded_as_asked(history, keys)))


async def recorded_as_asked(history: WorkflowHistory, keys: PayloadKeys) -> list[ports.Apply]:
    """Every command that the history has the record apply, in order: what an activity was given, or what the
    answer of a first try, made locally, repeats.
    """
    found: list[ports.Apply] = []
    for event in history.events:
        scheduled, marker = (
            event.activity_task_scheduled_event_attributes,
            event.marker_recorded_event_attributes,
        )
        if scheduled.activity_type.name == ports.APPLY:
            found += await data_converter(keys).decode(scheduled.input.payloads, [ports.Apply])
        elif marker.marker_name == LOCAL and _is_apply(marker) and "result" in marker.details:
            (applied,) = await data_converter(keys).decode(marker.details["result"].payloads, [ports.Applied])
            assert applied.asked is not None, "the history would not say what was asked"
            found.append(applied.asked)
    return found


def _is_apply(marker: MarkerRecordedEventAttributes) -> bool:
    return bool(json.loads(marker.details["data"].payloads[0].data)["activity_type"] == ports.APPLY)


def test_given_the_tales_when_looked_for_then_each_was_recorded() -> None:
    assert {path.name.split(".")[0] for path in HISTORIES.glob("*.json")} >= TALES.keys()


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
async def test_given_a_recorded_history_when_replayed_then_today_s_code_decides_the_same(
    path: Path, keys: PayloadKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = WorkflowHistory.from_json(f"case/{path.stem}", path.read_text(encoding="utf-8"))
    await asks_the_same(history, keys, monkeypatch)
