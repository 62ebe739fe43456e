"""A command from any door: take it, execute it, answer it.

It is committed before anything else happens. Then the case's workflow has a few seconds to answer; if it
does not, the answer is "taken", and a worker goes on with it. A repeated key finds the same command and its
answer.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.viewer import is_hidden
from api.changes.queries import changes_since
from api.changes.views import Changes
from api.commands import contradictions
from api.commands.asked import AskedCommand, Outcome, answers_of, require_items
from api.commands.execution import body_hash, execute, take
from api.commands.named_partners import require_kinds
from api.commands.notes import notes_of
from api.commands.same_building import require_same_building
from api.hazards.service import with_nation
from api.web.principals import Principal
from api.web.refusals import CaseChanged
from api.web.services import Services
from discharge.cases.command_stages import require_may_ask
from discharge.cases.commands import (
    AddNote,
    Answer,
    Command,
    Envelope,
    TellOfStay,
)
from discharge.cases.model import SNAPSHOT, Case
from discharge.cases.plausible_days import require_plausible
from discharge.cases.relations import require_part
from discharge.clocks import london_date
from discharge.errors import HomewardError, Refused, refuse_together
from discharge.store import commands as store
from discharge.store.changes import case_at, require_version
from discharge.store.tables import CaseRow, Person
from housing_checks.seen import SAYS_EVERYTHING, left_as_seen, only_changes
from housing_checks.store import danger, safety

BY_THE_CASE = (409, 422)
"""How refusals that what others did may have caused are answered."""


async def ask(services: Services, caller: Principal, asked: AskedCommand) -> Outcome:
    """Take a command and execute it. Raises HomewardError, also for what the case refuses; Contradicted for
    what must be asked first.
    """
    caller.require(asked.command.kind)
    today = london_date(await services.case_now())
    refuse_together(
        lambda: require_items(asked),
        lambda: require_plausible(today, {"effective_on": asked.effective_on}, asked.command),
        lambda: contradictions.require_known(asked.confirm),
    )
    async with services.begin(caller) as session:
        case = await seen_case(session, asked.case_id)
        caller.require_on(case, asked.command.kind)
        require_part(case, caller.actor, asked.command)
        digest = body_hash(asked.case_id, asked.as_sent)
        if asked.key is None or await store.came_before(session, caller.client_id, asked.key, digest) is None:
            require_version(case, asked.seen_version)
            await require_same_building(session, caller, case, asked)
            await _require_not_hidden(session, case, asked.command)
            await require_kinds(session, asked.command)
            await safety.require_confirmed(session, asked.case_id, answers_of(asked.command))
        questions = await contradictions.questions(session, case, asked.command, today)
        left = left_as_seen(asked.command, await _as_seen(session, case, asked), asked.worded)
        command = only_changes(asked.command, left)
        command = await contradictions.with_despite(session, case, command, asked.confirm)
        command = await with_nation(session, case, command, today)
        if isinstance(command, AddNote) and asked.about_danger and asked.note:
            return await _note_of_danger(session, caller, case, asked, digest)
        taken = await take(session, caller, replace(asked, command=command), digest)
        if isinstance(taken, Envelope):  # what was taken before was asked about then
            contradictions.require_no_contradiction(questions, asked.confirm, asked.explained)
    try:
        return await execute(services, taken)
    except HomewardError as refused:
        raise await _with_changes(services, caller, asked, refused, left) from None


_KEYS = UUID("8f4c3a52-5f0f-4b52-9a64-3c1f8a3d9c27")
"""Of a request's own key the id of words about danger is made: no other table holds that they came."""


async def _note_of_danger(
    session: AsyncSession, caller: Principal, case: Case, asked: AskedCommand, digest: str
) -> Outcome:
    """A note about danger is no command: it stands in the annex, and the case is as it was. Raises
    duplicate-key-other-body.
    """
    require_may_ask(case, asked.command.kind)
    said = danger.SaidOfDanger(
        said_id=uuid5(_KEYS, f"{caller.client_id}|{asked.key}") if asked.key else uuid4(),
        case_id=asked.case_id,
        actor=caller.actor,
        came_with=asked.command.kind,
        words={note.item or danger.NOTE: note.text for note in notes_of(asked)},
        body_hash=digest,
    )
    await danger.keep_danger(session, said)
    answer = Answer(command_id=said.said_id, case_id=asked.case_id, outcome="accepted", version=case.version)
    return Outcome(said.said_id, asked.case_id, answer)


async def _require_not_hidden(session: AsyncSession, case: Case, command: Command) -> None:
    """Refuse to tell anybody of the stay of somebody whose location is hidden."""
    if isinstance(command, TellOfStay) and case.person_id is not None:
        person = await session.get(Person, case.person_id)
        if person is None or is_hidden(person):
            raise Refused("stay-withheld")


async def _as_seen(session: AsyncSession, case: Case, asked: AskedCommand) -> Case | None:
    """The case that the asker was looking at, where what they ask states more than they may have changed."""
    if asked.seen_version is None or not isinstance(asked.command, SAYS_EVERYTHING):
        return None
    if asked.seen_version == case.version:
        return case
    return await case_at(session, case.case_id, asked.seen_version)


async def _with_changes(
    services: Services, caller: Principal, asked: AskedCommand, refused: HomewardError, left: frozenset[str]
) -> HomewardError:
    """A refusal by the case, with what others changed since the asker saw it; any other as it is."""
    if refused.row.http not in BY_THE_CASE or asked.seen_version is None:
        return refused
    met = refused.detail.split(", ") if refused.code == "case-changed" else ()
    async with services.begin(caller) as session:
        changes = await changes_since(session, caller, asked.case_id, asked.seen_version, met)
    return CaseChanged(refused, changes, left) if changes.rows or met else refused


async def others_changed(
    services: Services, caller: Principal, asked: AskedCommand, outcome: Outcome
) -> Changes | None:
    """What others changed while the asker of an accepted command had the case open; None where nothing was
    changed in between.
    """
    answer, seen = outcome.answer, asked.seen_version
    if answer is None or seen is None or answer.version - len(answer.events) <= seen:
        return None
    async with services.begin(caller) as session:
        return await changes_since(session, caller, asked.case_id, seen, others_only=True)


async def seen_case(session: AsyncSession, case_id: UUID) -> Case:
    """A case that one takes no part in does not exist: PostgreSQL shows no row."""
    snapshot = await session.scalar(select(CaseRow.snapshot).where(CaseRow.id == case_id))
    if snapshot is None:
        raise HomewardError("not-found")
    return SNAPSHOT.read(snapshot)
