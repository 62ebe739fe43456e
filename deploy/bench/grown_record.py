"""A record of a given size: a few cases told by commands, through the rules and the record, and copied.

A copy is everything that the record holds of one person, under ids, numbers and a name of its own, so that a
large record is made in seconds and holds what a small one does, only more of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

import psycopg
from psycopg import sql
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.bench.backlog import Backlog
from deploy.bench.grown_beside import add_beside
from deploy.bench.messages import different_people, simulated
from deploy.simulate.people import nhs_number
from discharge.cases import commands as cmd
from discharge.cases.circumstances import circumstances
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor, Case, CaseSpell
from discharge.clocks import CaseClock
from discharge.store.engine import transaction
from discharge.store.tables import Organisation, Spell
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.store.batch.drain import drain_some
from housing_checks.checks.all_well import answers_when_well, code_on, safe_answer, said_on
from housing_checks.checks.form import form_in_force, form_of_case
from housing_checks.store.apply import apply

WARD, HOME = "discharge-team", "coordinator"
DESTINATION = "19"
Told = tuple[int, str, Callable[[Case], Command]]
"""How many days ago, by whom, and what, in the case as it stands then."""


FIRST_COPY = 1_000
"""The number of the first copy, beyond those of the people whom the feed told of."""
Connection = psycopg.Connection[tuple[Any, ...]]


class NotTold(Exception):
    """A command of a story was refused, so that the record is not what it says."""


def _days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _checked(day: int, **said: str) -> list[Told]:
    form = form_in_force(_days_ago(day).date())
    named = said_on(form, {code.replace("_", "-"): value for code, value in said.items()})

    def completed(case: Case) -> Command:
        return cmd.CompleteCheck(form=form.code, answers=answers_when_well(form, named, circumstances(case)))

    return [(day, HOME, completed)]


def _made_safe(day: int, code: str) -> Told:
    def confirmed(case: Case) -> Command:
        form = form_of_case(case)
        item = form.item(code_on(form, code) or code)
        return cmd.ConfirmItem(item=item.code, value=safe_answer(item))

    return day, HOME, confirmed


def _waits(day: int, code: str) -> list[Told]:
    reason = {"reason_kind": "national", "code": code, "owner_role": "coordinator"}
    return [
        (day, WARD, lambda _: cmd.SetCriteriaToReside(met=False)),
        (day, WARD, lambda _: cmd.SetExpectedDischargeDate(expected_discharge_on=_days_ago(day - 2).date())),
        (day - 1, WARD, lambda _: cmd.RecordDelayReason.model_validate(reason)),
    ]


def _orders(day: int, kind: str, item: str) -> list[Told]:
    order = {"strand_kind": kind, "item": item, "due_on": _days_ago(day - 5).date()}
    return [(day, HOME, lambda _: cmd.StartStrand.model_validate(order))]


ACCEPTED: list[Told] = [
    (20, HOME, lambda _: cmd.AcceptReferral()),
    (20, HOME, lambda _: cmd.RecordSharingBasis(basis="consent")),
]
LEFT: list[Told] = [(6, WARD, lambda _: cmd.ConfirmDischarge(destination=DESTINATION))]
HOME_AGAIN: list[Told] = [
    (5, HOME, lambda _: cmd.RecordContact(follow_up="24-hours", outcome="well")),
    (3, HOME, lambda _: cmd.RecordContact(follow_up="72-hours", outcome="well")),
]
STAIRS = [*ACCEPTED, *_checked(17, stairs_inside="no", adaptation_needed="major", adaptation_in_place="no")]
FITTED: list[Told] = [
    *_orders(16, "adaptation", "straight-stairlift"),
    *(
        (10, HOME, lambda _, step=step: cmd.MoveStrand(strand="adaptation/1", step=step))
        for step in ("acknowledged", "surveyed", "scheduled", "fitted")
    ),
    _made_safe(9, "stairs-inside"),
]
OPEN: tuple[list[Told], ...] = (
    [],
    _waits(8, "WC4"),
    [*ACCEPTED, *_waits(12, "HP5")],
    ACCEPTED,
    [*STAIRS, *_orders(16, "adaptation", "straight-stairlift"), *_waits(14, "CA10")],
    [*STAIRS, *_orders(15, "adaptation", "grab-rail"), *_waits(9, "CA10")],
    [*ACCEPTED, *_checked(16, bed="no"), *_orders(15, "equipment", "hospital-bed"), *_waits(12, "CA9")],
    [*ACCEPTED, *_checked(15), *_waits(13, "HP5")],
    [*STAIRS, *_waits(14, "CA10"), *FITTED],
    [*ACCEPTED, *_checked(15), *_waits(12, "HP5"), *LEFT, *HOME_AGAIN],
)
CLOSED: tuple[list[Told], ...] = tuple(
    [*told, *LEFT, *HOME_AGAIN, (1, HOME, lambda _: cmd.CloseCase(outcome="home-as-it-is"))]
    for told in (
        [*ACCEPTED, *_checked(15)],
        [*ACCEPTED, *_checked(15), *_waits(9, "HP5")],
        [*STAIRS, *_waits(14, "CA10"), *FITTED],
        [*ACCEPTED, *_checked(16), *_waits(13, "WC4")],
        [*ACCEPTED, *_checked(14), *_waits(10, "IP1")],
    )
)
_OF_PERSON: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("persons", "id"),
    ("inbox", "person_id"),
    ("spells", "person_id"),
    ("person_identifiers", "person_id"),
    ("person_nhs_numbers", "person_id"),
    ("person_addresses", "person_id"),
    ("person_contacts", "person_id"),
    ("facts", "person_id"),
    ("cases", "person_id"),
)
_OF_MESSAGES: LiteralString = "inbox_id IN (SELECT id FROM inbox WHERE person_id = %s)"
_OF_CASE = (
    "case_events",
    "case_commands",
    "case_owners",
    "case_participants",
    "case_spells",
    "ready_periods",
    "delay_reasons",
    "strands",
    "alerts",
    "follow_ups",
    "counted_stays",
    "counted_lettings",
    "outbox",
)
"""Tables in an order that their references allow."""
_SHARED = ("organisations", "partners", "teams", "users", "feeds")
_NUMBERED = frozenset({"inbox", "outbox"})
"""Tables whose sequence PostgreSQL numbers by itself."""
_SENT = (
    "UPDATE outbox SET state = 'delivered', relayed_at = now(), received_at = now(), accepted_at = now()"
    " WHERE state = 'pending'"
)
"""What partners are told has reached them, as almost all of it has in a record that is some months old."""
_ELM = "ELM"
_IN_A_WARD = 45
"""A hospital that has more cases has more wards: so many people of the record, open and closed, in each."""
_AT_ONCE = 50
"""So many copies are inserted together."""
_CONTROL_ID = re.compile(r'(?<="message_id": ")[^"]+')
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Template:
    """All rows of one person by table, as one text each, and what is to be another in each copy."""

    rows: Sequence[tuple[str, str]]
    shared: frozenset[str]
    nhs_number: str
    number: str
    family_name: str

    def copy(self, place: int) -> list[tuple[str, str]]:
        """The rows of another person, the `place`-th."""
        other = _other_nhs_number(place)
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(place))

        def new(found: re.Match[str]) -> str:
            return found[0] if found[0] in self.shared else str(uuid5(NAMESPACE_OID, f"{place} {found[0]}"))

        return [
            (table, _UUID.sub(new, self._named(text, other, letters, place))) for table, text in self.rows
        ]

    def _named(self, text: str, nhs: str, letters: str, place: int) -> str:
        text = text.replace(f"V{self.number}", f"V{10_000_000 + place}").replace(self.nhs_number, nhs)
        text = _CONTROL_ID.sub(f"G{place}", text) if '"message_id"' in text else text
        if ward := (place - FIRST_COPY) // _IN_A_WARD:
            text = text.replace(f'"{_ELM}"', f'"{_ELM}{ward}"')
        return text.replace(f'"{self.family_name}"', f'"{self.family_name}{letters}"')


def _other_nhs_number(place: int) -> str:
    """A number of the test range; one in eleven middles has none, and takes its neighbour's."""
    return nhs_number(place % 1_000_000) or nhs_number((place + 1) % 1_000_000) or ""


class GrownRecord:
    """A record that is made larger step by step. Worked on as the owner of the database."""

    def __init__(self, engine: AsyncEngine, owner_url: str) -> None:
        self._engine = engine
        self._address = owner_url.replace("+psycopg", "")
        self._templates: list[Template] = []
        self._copies = 0

    async def tell(self) -> None:
        """Tell one case of each story. Raises NotTold."""
        stories = (*OPEN, *CLOSED)
        people = await self._people(len(stories))
        for (person_id, spell_id, trust), told in zip(people, stories, strict=True):
            await self._tell(person_id, spell_id, trust, told)
        with psycopg.connect(self._address) as connection:
            shared = _shared(connection)
            self._templates = [_template(connection, person, shared) for person, _, _ in people]
        self._copies = 1

    def grow(self, open_cases: int) -> None:
        """Have so many open cases, half as many closed ones, and the messages of all of them."""
        most = max(open_cases // len(OPEN), self._copies)
        with psycopg.connect(self._address) as connection:
            places = range(self._copies * len(self._templates), most * len(self._templates))
            for first in places[::_AT_ONCE]:
                self._copy(connection, range(first, min(first + _AT_ONCE, places.stop)))
            connection.execute(_SENT)
            while connection.execute("SELECT homeward_add_changes(10000)").fetchone() != (0,):
                pass
            add_beside(connection)
            connection.commit()
            connection.autocommit = True
            connection.execute("VACUUM ANALYZE")
        self._copies = most

    def _copy(self, connection: Connection, places: range) -> None:
        together: dict[str, list[str]] = {}
        for place in places:
            for table, text in self._templates[place % len(self._templates)].copy(FIRST_COPY + place):
                together.setdefault(table, []).append(text.strip("[]"))
        for table, texts in together.items():
            _insert(connection, table, f"[{', '.join(text for text in texts if text)}]")

    async def _people(self, number: int) -> list[tuple[UUID, UUID, UUID]]:
        """People with a stay, as a feed tells of them."""
        await Backlog(self._engine, different_people(simulated(60), "G")).put(60)
        while await drain_some(self._engine, shipped_profiles(), CaseClock.real()):
            pass
        async with transaction(self._engine) as session:
            stays = select(Spell.person_id, Spell.id, Spell.organisation_id)
            found = await session.execute(stays.where(Spell.status == "admitted").limit(number))
            return [(person, spell, trust) for person, spell, trust in found]

    async def _tell(self, person_id: UUID, spell_id: UUID, trust: UUID, told: list[Told]) -> None:
        async with transaction(self._engine) as session:
            services = select(Organisation.id).where(Organisation.kind == "housing-health").limit(1)
            service = (await session.scalars(services)).one()
        stay = CaseSpell(
            spell_id=spell_id, organisation_id=trust, ward=_ELM, admitted_on=_days_ago(25).date()
        )
        asked = {"person_id": person_id, "organisation_id": trust, "service_id": service, "spell": stay}
        asked |= {"ward": _ELM, "part": "trust", "lives_alone": "yes"}
        story: list[Told] = [(21, WARD, lambda _: cmd.Refer.model_validate(asked)), *told]
        case_id = uuid4()
        by = {WARD: trust, HOME: service}
        case = Case(case_id=case_id)
        for day, role, command in sorted(story, key=lambda one: -one[0]):
            actor = Actor(organisation_id=by[role], role=role)
            case = await self._carry_out(case_id, actor, _days_ago(day), command(case))

    async def _carry_out(self, case_id: UUID, actor: Actor, now: datetime, command: Command) -> Case:
        envelope = Envelope(
            command_id=uuid4(), case_id=case_id, actor=actor, effective_on=now.date(), command=command
        )
        async with transaction(self._engine) as session:
            applied = await apply(session, envelope, now)
            if applied.answer.outcome != "accepted":
                raise NotTold(f"{command.kind}: {applied.answer.code} {applied.answer.detail}")
        return applied.case


def _shared(connection: Connection) -> frozenset[str]:
    """Ids that no copy changes."""
    found: set[str] = set()
    for table in _SHARED:
        found |= {
            str(row[0]) for row in connection.execute(sql.SQL("SELECT id FROM {}").format(_name(table)))
        }
    return frozenset(found)


def _template(connection: Connection, person_id: UUID, shared: frozenset[str]) -> Template:
    rows = [(table, _text(connection, table, f"{key} = %s", person_id)) for table, key in _OF_PERSON]
    rows.append(("inbox_bytes", _text(connection, "inbox_bytes", _OF_MESSAGES, person_id)))
    [case_id] = connection.execute("SELECT id FROM cases WHERE person_id = %s", [person_id]).fetchone() or [
        None
    ]
    rows += [(table, _text(connection, table, "case_id = %s", case_id)) for table in _OF_CASE]
    said = connection.execute(
        "SELECT persons.nhs_number, persons.family_name, spells.visit_number FROM persons"
        " JOIN spells ON spells.person_id = persons.id WHERE persons.id = %s",
        [person_id],
    ).fetchone()
    if said is None:
        raise NotTold("a person without a stay")
    nhs, family, visit = said
    return Template(rows, shared, nhs, re.sub(r"\D", "", visit.partition("-")[0]), family)


def _text(connection: Connection, table: str, where: LiteralString, value: UUID | None) -> str:
    """The rows of a table as one JSON text, without what PostgreSQL numbers."""
    numbered = "to_jsonb(kept) - 'sequence'" if table in _NUMBERED else "to_jsonb(kept)"
    statement = sql.SQL("SELECT coalesce(jsonb_agg({}), '[]')::text FROM {} AS kept WHERE {}").format(
        sql.SQL(numbered), _name(table), sql.SQL(where)
    )
    [text] = connection.execute(statement, [value]).fetchone() or ["[]"]
    return str(text)


def _insert(connection: Connection, table: str, rows: str) -> None:
    columns = sql.SQL(", ").join(map(_name, _columns(connection, table)))
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s)"
    )
    connection.execute(statement.format(table=_name(table), columns=columns), [rows])


def _columns(connection: Connection, table: str) -> list[str]:
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = ''",
        [table],
    )
    return [name for (name,) in found if not (name == "sequence" and table in _NUMBERED)]


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)
