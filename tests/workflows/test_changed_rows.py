"""A row of data that changes while a case runs: no event, no change; what begins then has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.testing import WorkflowEnvironment

from discharge.cases import commands as cmd
from discharge.reference.policy import put_in_force
from discharge.reference.site import SiteFolder
from discharge.store.consistency import differences
from discharge.store.engine import Sessions, transaction
from tests.fixtures.postgres import Places
from tests.workflows.conftest import needs_of
from tests.workflows.story import Story, at_work

pytestmark = pytest.mark.slow

HEAD = """
changes: {kind}
edition: other-rows
effective_from: 2020-01-01
decided_by: J. Doe
decided_on: 2020-01-01
reason: The row that a rule goes by changes while cases run
rows:
  {row}
"""
ROWS = (
    ("adaptations", "straight-stairlift: {lead: {low: 21 days, high: 42 days}}"),
    ("equipment", "commode: {lead: {low: 21 days, high: 42 days}}"),
    ("clocks", "7-days: {length: 9 days}"),
)


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    put_in_force(())


def change(folder: Path) -> None:
    """As a site does; it counts after two looks that saw the same."""
    for kind, row in ROWS:
        (folder / f"{kind}.yaml").write_text(HEAD.format(kind=kind, row=row))
    site = SiteFolder(folder, put_in_force)
    for _ in range(3):
        site.look()
    assert not site.faults


async def test_given_orders_at_work_when_rows_change_and_the_worker_starts_again_then_only_events_move_a_case(
    dev_server: WorkflowEnvironment, sessions: Sessions, places: Places, person_id: UUID, tmp_path: Path
) -> None:
    story = Story(dev_server, sessions, places, person_id)
    stairlift = cmd.StartStrand(strand_kind="adaptation", item="straight-stairlift")
    async with needs_of(dev_server, sessions) as needs:
        async with at_work(needs):
            await story.until_checked(adaptation_in_place="no", equipment_in_place="no")
            await story.do(stairlift)
            await story.do(cmd.StartStrand(strand_kind="equipment", item="commode"))
            before = await story.case()
        change(tmp_path)
        async with at_work(needs):
            answer = await story.do(cmd.FlagHomelessness(flag="no"))
            after = await story.case()
            await story.do(cmd.CancelStrand(strand="adaptation/1", reason="no-longer-needed"))
            await story.do(stairlift)
            begun_since = (await story.case()).strands["adaptation/2"]
    due = before.strands["adaptation/1"].due_on
    assert {key: one.due_on for key, one in after.strands.items()} == {
        key: one.due_on for key, one in before.strands.items()
    }
    assert after.version - before.version == len(answer.events), "every change has its event"
    assert begun_since.due_on != due, "the row did change: what begins now goes by it"
    async with transaction(story.sessions) as session:
        assert await differences(session, story.case_id) == ()
