"""One case on real workflows, a real record and time that can be skipped, in few words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from discharge.cases import commands as cmd
from discharge.cases.commands import Answer, Command, Envelope
from discharge.cases.model import Actor, Case
from discharge.clocks import CaseClock
from discharge.store import commands
from discharge.store.engine import Sessions, transaction
from discharge.store.record import load_case
from tests.fixtures.postgres import Places
from tests.housing_checks.checked_today import checked
from tests.workflows.waiting import until
from workflows import ports
from workflows.client import execute_command
from workflows.worker_pool import Needs, workers

CLOCK = CaseClock.real()
PATIENCE = timedelta(seconds=30)


@asynccontextmanager
async def at_work(needs: Needs) -> AsyncIterator[None]:
    """Workers at work until left."""
    async with AsyncExitStack() as running:
        for worker in workers(needs):
            await running.enter_async_context(worker)
        yield


class StoodStill(Exception):
    """The time-skipping server refused a step of a workflow ("invalid history builder state for action") and
    waits for it for ever. It does so about once in twelve long skips on a busy machine, with whatever code.
    """


@dataclass
class Story:
    """A case and the hands that move it. Days are counted by the test server's clock."""

    env: WorkflowEnvironment
    sessions: Sessions
    places: Places
    person_id: UUID
    case_id: UUID = field(default_factory=uuid4)

    @property
    def client(self) -> Client:
        return self.env.client

    @property
    def handle(self) -> WorkflowHandle[object, object]:
        return self.client.get_workflow_handle(ports.case_workflow_id(self.case_id))

    def strand(self, key: str) -> WorkflowHandle[object, object]:
        return self.client.get_workflow_handle(ports.strand_workflow_id(self.case_id, key))

    async def now(self) -> datetime:
        return CLOCK.case_time(await self.env.get_current_time())

    async def envelope(self, command: Command, **given: object) -> Envelope:
        told = {
            "command_id": uuid4(),
            "case_id": self.case_id,
            "actor": Actor(organisation_id=self.places.housing, role="coordinator"),
            "effective_on": CLOCK.today(await self.env.get_current_time()),
            "command": command,
        }
        return Envelope.model_validate(told | given)

    async def keep(self, envelope: Envelope) -> None:
        """As a door does before it asks the case."""
        key = envelope.command_id.hex
        new = commands.NewCommand(envelope=envelope, client_id="test", client_key=key, body_hash="-")
        async with transaction(self.sessions) as session:
            await commands.take(session, new)

    async def send(self, envelope: Envelope) -> Answer:
        await self.keep(envelope)
        answer = await execute_command(self.client, CLOCK, envelope, within=PATIENCE)
        assert answer is not None, "the case did not answer"
        return answer

    async def do(self, command: Command) -> Answer:
        answer = await self.send(await self.envelope(command))
        assert answer.outcome == "accepted", answer
        return answer

    async def refer(self, **given: object) -> Answer:
        return await self.do(
            cmd.Refer.model_validate(
                {
                    "person_id": self.person_id,
                    "organisation_id": self.places.trust,
                    "service_id": self.places.housing,
                    "sharing_basis": "consent",
                    "ward": "6B",
                }
                | given
            )
        )

    async def until_checked(self, **answers: str) -> None:
        await self.refer()
        await self.do(cmd.AcceptReferral())
        found = checked(await self.case(), CLOCK.today(await self.env.get_current_time()), **answers)
        await self.do(cmd.StartCheck(form=found.form))
        await self.do(found)

    async def case(self) -> Case:
        async with transaction(self.sessions) as session:
            return await load_case(session, self.case_id)

    async def until(self, holds: Callable[[Case], object], what: str) -> Case:
        """Wait until the record shows it."""

        async def shown() -> Case | None:
            case = await self.case()
            return case if holds(case) else None

        return await until(shown, what)

    async def days(self, number: float) -> None:
        """Let days pass. Raises StoodStill."""
        try:
            await self.env.sleep(timedelta(days=number))
        except RPCError as failure:
            if failure.status is RPCStatusCode.CANCELLED:
                raise StoodStill from None
            raise
