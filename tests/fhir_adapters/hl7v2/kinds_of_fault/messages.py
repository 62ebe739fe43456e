"""Messages as hospitals' systems wrote them, and what became of the one person and stay in them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.cases.commands import NoteHospitalFacts
from discharge.cases.model import CaseSpell
from discharge.clocks import london_date
from discharge.store.addresses import home_of
from discharge.store.engine import transaction
from discharge.store.tables import Person, Spell
from fhir_adapters.hl7v2.process.spells import SpellState
from fhir_adapters.store.tables import Feed, InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.store.test_drain import open_case, signals


def adt(trigger: str, sent: str, pid: str, *lines: str, event: str = "", number: str = "") -> bytes:
    """A message as a hospital's system wrote it, from its time, its PID and what follows."""
    head = f"MSH|^~\\&|PAS|RXH|HOMEWARD|HW|{sent}||ADT^{trigger}|{number or trigger + sent}|P|2.4|||AL|NE"
    return "\r".join([head, f"EVN|{trigger}|{sent}||||{event}", f"PID|{pid}", *lines, ""]).encode()


def pv1(visit: str, admitted: str, *, place: str = "W7", left: str = "", codes: str = "|") -> str:
    """A PV1 with visit number, time of admission, and destination and method where the person left."""
    return f"PV1|1|I|{place}{'|' * 16}{visit}{'|' * 17}{codes}|||||||{admitted}|{left}"


def beryl(number: str, tail: str = "", address: str = "4 MILL LANE^^HARROW VALE^^ZZ99 3VZ^GBR^H") -> str:
    """PID of the woman of most of these stories."""
    return f"1||{number}^^^RXH^MR||OAKLEY^BERYL||19410302|F|||{address}{tail}"


async def profiled(owner: AsyncEngine, intake: Intake, profile: str) -> None:
    """Give the feed another profile."""
    async with transaction(owner) as session:
        (await session.get_one(Feed, intake.feed_id)).profile = profile


async def home(intake: Intake) -> str | None:
    """The lines of the home in force of the only person there is."""
    [person] = await intake.rows(Person)
    async with transaction(intake.worker) as session:
        found = await session.scalar(home_of(person.id))
    return found.lines if found else None


async def notes(intake: Intake) -> list[str]:
    """What was read with care, message by message."""
    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    return [row.reason or "" for row in rows]


async def case_of(intake: Intake, worker: AsyncEngine) -> UUID:
    """A case of the only person there is."""
    [person] = await intake.rows(Person)
    return await open_case(worker, person.id, intake.organisation_id)


async def told(intake: Intake) -> list[CaseSpell]:
    """Every stay that a case was sent, in order."""
    commands = [each.command for each in await signals(intake)]
    return [each.spell for each in commands if isinstance(each, NoteHospitalFacts)]


async def stay_of(intake: Intake) -> tuple[str, str | None, date | None, tuple[str, ...]]:
    """The only stay there is: its status, ward, London day of leaving, and doubts."""
    [spell] = await intake.rows(Spell)
    state = SpellState.model_validate(spell.folded)
    return state.status, state.ward, state.discharged_at and london_date(state.discharged_at), state.doubts


def admitted(visit: str, at: str, number: str = "H1", place: str = "W7") -> bytes:
    return adt("A01", at, beryl(number), pv1(visit, at, place=place), event=at)


def left(visit: str, came: str, said: str, told: str, event: str = "", trigger: str = "A03") -> bytes:
    return adt(trigger, said, beryl("H1"), pv1(visit, came, left=told, codes="19|1"), event=event)
