"""A command from any door: take it, execute it, answer it.

It is committed before anything else happens. Then the case's workflow has a few seconds to answer; if it
does not, the answer is "taken", and a worker goes on with it. A repeated key finds the same command and its
answer.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.service import RPCError

from api.cases.viewer import is_hidden
from api.changes.queries import changes_since
from api.changes.views import Changes
from api.commands import contradictions
from api.hazards.service import with_nation
from api.web.principals import Principal
from api.web.refusals import CaseChanged
from api.web.services import Services
from discharge.cases.command_stages import require_may_ask
from discharge.cases.commands import (
    ANSWER,
    AddNote,
    Answer,
    Command,
    CompleteCheck,
    ConfirmDischarge,
    ConfirmItem,
    Envelope,
    SaveAnswers,
    SettleAnswer,
    TellOfStay,
)
from discharge.cases.model import SNAPSHOT, Case
from discharge.cases.plausible_days import require_plausible
from discharge.cases.relations import require_part
from discharge.clocks import london_date
from discharge.codes.model import not_listed
from discharge.errors import ERRORS, HomewardError, Refused, refuse_all, refuse_together
from discharge.store import commands as store
from discharge.store.changes import case_at, require_version
from discharge.store.evidence import NewFile
from discharge.store.request_keys import HEADER
from discharge.store.tables import CaseRow, CommandRow, Person
from discharge.store.tables.persons import DANGER, ORDINARY, OWN_WORDS
from housing_checks.checks.answers import EXPLAINED
from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.checks.own_words import for_the_team
from housing_checks.seen import SAYS_EVERYTHING, left_as_seen, only_changes
from housing_checks.store import danger, safety
from workflows.client import execute_command

BY_THE_CASE = (409, 422)
"""How refusals that what others did may have caused are answered."""

_log = logging.getLogger("homeward.api")


@dataclass(frozen=True)
class AskedCommand:
    """What somebody asks of a case. `key` is the asker's own; without one, every request is a new one.

    `as_sent` is the request as the client sent it, before anything was filled in: the key belongs to that.
    `about_danger` says that the note speaks of abuse or danger, `danger_items` for which items theirs do:
    such words go to the annex.
    `file` is the photo or document that it adds. `confirm` holds the contradictions that they were asked
    about and confirm.
    """

    case_id: UUID
    command: Command
    effective_on: date
    as_sent: object
    reason: str | None = None
    note: str | None = None
    item_notes: Mapping[str, str] = field(default_factory=dict)
    decided_by: str | None = None
    told_by_name: str | None = None
    about_danger: bool = False
    danger_items: frozenset[str] = frozenset()
    seen_version: int | None = None
    key: str | None = None
    confirm: tuple[str, ...] = ()
    file: NewFile | None = None

    @property
    def explained(self) -> bool:
        """Whether a reason was given, in a word or in a note."""
        said = (self.reason, self.note, *self.item_notes.values())
        return any((text or "").strip() for text in said)

    @property
    def speaks_of_danger(self) -> bool:
        """Whether anything that comes with it speaks of abuse or danger."""
        return (self.about_danger and bool(self.note)) or bool(self.danger_items)

    @property
    def worded(self) -> frozenset[str]:
        """The items of a check whose answer in words, or why they do not apply, comes with it."""
        answers = _answers(self.command)
        return frozenset(
            item for item, text in self.item_notes.items() if text.strip() and answers.get(item) in EXPLAINED
        )


def require_items(asked: AskedCommand) -> None:
    """Refuse notes on items that no form has, and danger said of a note that did not come: such a note would
    be read by nobody, or by those who must not read it.
    """
    known = tuple({row.code: row for row in CHECK_ITEMS.rows})
    noted = [item for item, text in asked.item_notes.items() if text.strip()]
    refuse_all(
        [
            *(
                not_listed("check-items", item, known, "item_notes")
                for item in asked.item_notes
                if item not in known
            ),
            *(
                not_listed("check-items", item, noted, "danger_items")
                for item in sorted(asked.danger_items - set(noted))
            ),
            *(
                HomewardError("invalid-body", detail=f"{item}: {READ_BY_ALL}", where="danger_items")
                for item in sorted(asked.danger_items & asked.worded)
            ),
        ]
    )


READ_BY_ALL = (
    "everybody reads an answer in words, and why an item does not apply; "
    "write what is about danger under Safety"
)


def _answers(command: Command) -> Mapping[str, str]:
    match command:
        case SaveAnswers() | CompleteCheck():
            return command.answers
        case ConfirmItem() | SettleAnswer():
            return {command.item: command.value}
    return {}


@dataclass(frozen=True)
class Outcome:
    """What became of it: `answer` is none while it is only taken."""

    command_id: UUID
    case_id: UUID
    answer: Answer | None
    repeated: bool = False


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
            await _require_not_hidden(session, case, asked.command)
            await safety.require_confirmed(session, asked.case_id, _answers(asked.command))
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
        words={note.item or danger.NOTE: note.text for note in _notes(asked)},
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


async def take(
    session: AsyncSession, caller: Principal, asked: AskedCommand, digest: str
) -> Outcome | Envelope:
    """Keep a command inside the caller's transaction: its envelope when it is ours to execute now."""
    notes = _notes(asked)
    envelope = Envelope(
        command_id=uuid4(),
        case_id=asked.case_id,
        actor=caller.actor,
        effective_on=asked.effective_on,
        command=_with_words(_with_names(asked.command, notes), asked.worded, notes),
        reason=asked.reason,
        note_id=notes[0].id if notes and notes[0].item is None else None,
        seen_version=asked.seen_version,
        confirmed=asked.confirm,
    )
    result = await danger.take(
        session,
        store.NewCommand(
            envelope=envelope,
            client_id=caller.client_id,
            client_key=asked.key or f"once:{envelope.command_id}",
            body_hash=digest,
            team_id=caller.team_id,
            notes=notes,
            file=asked.file,
        ),
    )
    if isinstance(result, store.KeyReusedWithOtherBody):
        raise HomewardError("duplicate-key-other-body", where=HEADER)
    if isinstance(result, store.Taken):
        return result.envelope
    return existing(result.row)


async def execute(services: Services, taken: Outcome | Envelope) -> Outcome:
    """Have the case answer a taken command. Raises what the case refuses; no answer in time is none."""
    if isinstance(taken, Outcome):
        return _accepted(taken)
    answer = await _answer(services, taken)
    return _accepted(Outcome(taken.command_id, taken.case_id, answer))


async def _answer(services: Services, envelope: Envelope) -> Answer | None:
    try:
        client, clock = await services.temporal(), await services.clock()
        return await execute_command(client, clock, envelope, services.answer_within)
    except (RPCError, RuntimeError) as failure:
        # The command is safe: a worker executes it. The asker is told "taken", and the log why.
        _log.warning("command %s waits for a worker: %s", envelope.command_id, type(failure).__name__)
        return None


def _accepted(outcome: Outcome) -> Outcome:
    answer = outcome.answer
    if answer is not None and answer.outcome != "accepted":
        raise refusal(answer)
    return outcome


def refusal(answer: Answer) -> HomewardError:
    """What a case refused, as the error that every door tells."""
    said = _known(answer.code, answer.detail, answer.where)
    said.others = tuple(_known(each.code, each.detail, each.where) for each in answer.others)
    return said


def _known(code: str | None, detail: str | None, where: str) -> HomewardError:
    """A code of a build beside this one may not be in our table."""
    return HomewardError(code if code and code in ERRORS else "internal", detail=detail or "", where=where)


def existing(row: CommandRow) -> Outcome:
    """How a command that came before stands."""
    answer = ANSWER.read(row.answer) if row.answer else None
    return Outcome(row.id, row.case_id, answer, repeated=True)


def _with_names(command: Command, notes: tuple[store.NewNote, ...]) -> Command:
    """A name is kept as a note; the command says which, and never what a client sends in its place."""
    named = {note.item: note.id for note in notes if note.item in (store.DECIDED_BY, store.TOLD_BY)}
    if isinstance(command, ConfirmDischarge):
        return command.model_copy(update={"decided_by_note": named.get(store.DECIDED_BY)})
    if isinstance(command, ConfirmItem | SaveAnswers):
        return command.model_copy(update={"told_note_id": named.get(store.TOLD_BY)})
    return command


def _with_words(command: Command, worded: frozenset[str], notes: tuple[store.NewNote, ...]) -> Command:
    """Answers in words are kept as notes; the command says which. One item that is answered names every note
    on it: with a note, also what is known already is recorded.
    """
    noted = worded | ({command.item} if isinstance(command, ConfirmItem) else set())
    found = {note.item: note.id for note in notes if note.item in noted}
    if not found:
        return command
    return command.model_copy(update={"text_notes": found})


def _notes(asked: AskedCommand) -> tuple[store.NewNote, ...]:
    own = (_note(asked.note, None, about_danger=asked.about_danger),) if asked.note else ()
    names = (
        (store.DECIDED_BY, asked.decided_by, False),
        (store.TOLD_BY, asked.told_by_name, _in_danger(asked)),
    )
    named = tuple(
        _note(text.strip(), item, about_danger=danger)
        for item, text, danger in names
        if text is not None and text.strip()
    )
    return (
        own
        + named
        + tuple(
            _note(text, item, about_danger=item in asked.danger_items)
            for item, text in asked.item_notes.items()
            if text
        )
    )


def _in_danger(asked: AskedCommand) -> bool:
    """Whether anything that comes with it speaks of abuse or danger: then the name of who told it does."""
    return asked.about_danger or bool(asked.danger_items)


def _note(text: str, item: str | None, *, about_danger: bool) -> store.NewNote:
    kept = OWN_WORDS if item in for_the_team() else ORDINARY
    return store.NewNote(text=text, item=item, sensitivity=DANGER if about_danger else kept)


def body_hash(*parts: Any) -> str:
    """A hash of what was asked, the same for the same request whenever it comes."""
    return hashlib.sha256(json.dumps(parts, default=_plain, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)


async def seen_case(session: AsyncSession, case_id: UUID) -> Case:
    """A case that one takes no part in does not exist: PostgreSQL shows no row."""
    snapshot = await session.scalar(select(CaseRow.snapshot).where(CaseRow.id == case_id))
    if snapshot is None:
        raise HomewardError("not-found")
    return SNAPSHOT.read(snapshot)
