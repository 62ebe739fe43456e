"""Small builders for stories about one case: a day is written as a number of days after 2 March 2026."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

from discharge.cases.command_stages import may_ask
from discharge.cases.commands import Command, ConfirmDischarge, Envelope, NoteHospitalFacts, Refer
from discharge.cases.decide import DECIDERS
from discharge.cases.events import Event
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import schedule
from discharge.cases.model import Actor, Case, CaseSpell
from discharge.errors import HomewardError
from discharge.reference.policy import policy_on

TRUST = UUID("00000000-0000-4000-8000-00000000000a")
SERVICE = UUID("00000000-0000-4000-8000-00000000000b")
PERSON = UUID("00000000-0000-4000-8000-00000000000c")
SPELL = UUID("00000000-0000-4000-8000-00000000000d")
CASE = UUID("00000000-0000-4000-8000-00000000000e")
COORDINATOR = Actor(organisation_id=SERVICE, role="coordinator", user_id=uuid5(SERVICE, "coordinator"))
FIRST = date(2026, 3, 2)
POLICY = policy_on(FIRST)
CONTACTS = tuple(each.key for each in schedule(datetime(2026, 3, 2, 12, tzinfo=UTC), POLICY))
"""The contacts that everybody is owed after a discharge, in order."""


def day(number: int) -> date:
    """Return the calendar day that many days after the first."""
    return FIRST + timedelta(days=number)


def noon(number: int) -> datetime:
    """Return noon of that day, as case time."""
    return datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=UTC) + timedelta(days=number)


def spell(**changes: object) -> CaseSpell:
    """Return the stay of the story, admitted on day 0."""
    return CaseSpell(
        spell_id=SPELL, organisation_id=TRUST, status="admitted", ward="Ash", admitted_on=day(0)
    ).model_copy(update=changes)


def envelope(
    command: Command, on: int, actor: Actor = COORDINATOR, command_id: UUID | None = None
) -> Envelope:
    """Wrap a command that takes effect on day ``on``."""
    return Envelope(
        command_id=command_id or uuid4(), case_id=CASE, actor=actor, effective_on=day(on), command=command
    )


def ask(case: Case, command: Command, on: int, now: int | None = None) -> Case:
    """Return the case after a command is decided on day ``now`` (else on its effective day)."""
    assert command.kind == "refer" or may_ask(case, command.kind), (case.stage, command.kind)
    events = DECIDERS[command.kind](case, envelope(command, on), noon(on if now is None else now), POLICY)
    return fold(case, events)


def decided(
    case: Case, command: Command, on: int, now: int | None = None, **envelope_has: object
) -> list[Event]:
    """Return exactly what happens when a command is decided on day ``now`` (else on its effective day)."""
    given = envelope(command, on).model_copy(update=envelope_has)
    return DECIDERS[command.kind](case, given, noon(on if now is None else now), POLICY)


def refused(
    case: Case, command: Command, on: int, now: int | None = None, **envelope_has: object
) -> tuple[str, str, str]:
    """Return code, detail and place of the refusal; what is not refused is an AssertionError."""
    try:
        happened = decided(case, command, on, now, **envelope_has)
    except HomewardError as error:
        return error.code, error.detail, error.where
    raise AssertionError(f"not refused: {kinds(happened)}")


def after(*asked: tuple[int, Command], case: Case | None = None) -> Case:
    """Return the case after commands on their days, in order."""
    case = case or Case(case_id=CASE)
    for on, command in asked:
        case = ask(case, command, on)
    return case


def refer(**changes: object) -> Refer:
    """Return a referral of the person from the ward they lie in."""
    return Refer(person_id=PERSON, organisation_id=TRUST, service_id=SERVICE, spell=spell()).model_copy(
        update=changes
    )


def told(**changes: object) -> NoteHospitalFacts:
    """Return news from the feed about the story's stay."""
    return NoteHospitalFacts(spell=spell(**changes))


def leaves(destination: str = "19", **changes: object) -> ConfirmDischarge:
    """Return a discharge by hand, with why and by whom it was decided, should the home not be ready."""
    return ConfirmDischarge(
        destination=destination, unready_reason="bed-needed", decided_by_note=uuid5(TRUST, "Sister Lowe")
    ).model_copy(update=changes)


def kinds(events: Iterable[object]) -> list[str]:
    """Return the kinds of events, in order."""
    return [str(getattr(event, "kind", "")) for event in events]
