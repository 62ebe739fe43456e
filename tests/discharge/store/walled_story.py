"""A case with a row in every walled table, for tests of who sees what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.cases import events as ev
from discharge.cases.model import Alert, CaseSpell, FollowUp, Owner, Strand
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.store.audit import Who, note_read, note_write
from discharge.store.base import Base
from discharge.store.counted_sums import add_changes
from discharge.store.engine import transaction
from discharge.store.tables import (
    ContactEntry,
    CountedLettingRow,
    DocumentRow,
    DuplicatePair,
    MovedRecord,
    NoteRow,
    OutboxRow,
    PairLeftOut,
    PartnerRow,
    Person,
    PersonAddress,
    PersonContact,
    PersonIdentifier,
    PersonMerge,
    PersonNhsNumber,
    RequestKeyRow,
    Spell,
)
from fhir_adapters.store.inbox import Arrived, receive
from fhir_adapters.store.tables import (
    AlarmRow,
    FactRow,
    Feed,
    InboxRow,
    MessageEditRow,
    ReplayItemRow,
    ReplayRow,
    SentMessage,
    ShadowDifferenceRow,
    ShadowListRow,
    StayMoveRow,
    UnmappedMessageRow,
    UnmappedRow,
)
from housing_checks.store import safety_tables
from housing_checks.store.tables import PropertyHoldRow, PropertyRow
from tests.fixtures.cases import (
    NOW,
    SIGNED_IN,
    TODAY,
    open_case,
    recorded,
    request,
    signed_in,
    waiting_request,
)
from tests.fixtures.evidence import photo_rows
from tests.fixtures.postgres import Places


@dataclass(frozen=True)
class Story:
    """One case of the trust and the housing service, with at least one row in every walled table."""

    case_id: UUID
    person_id: UUID
    sequence: int


@pytest.fixture
async def story(worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID) -> Story:
    feed = Feed(id=uuid4(), code="one", organisation_id=places.trust, protocol="mllp")
    home = PropertyRow(
        id=uuid4(), landlord_id=places.landlord, reference="M1", address="1 Mill Row", postcode="HA1 1AA",
        ready_on=TODAY, attributes={"property_type": "flat", "bedrooms": 1},
    )  # fmt: skip
    partner = PartnerRow(
        id=uuid4(), organisation_id=places.landlord, endpoint="http://127.0.0.1:9", kind="fhir"
    )
    spell = Spell(
        id=uuid4(), person_id=person_id, organisation_id=places.trust, visit_number="V1", status="admitted",
        folded={},
    )  # fmt: skip
    async with transaction(owner) as session:
        session.add_all((feed, home, partner, spell))
    case = await open_case(worker, person_id, places.trust, places.housing)
    await recorded(worker, request(case, places.trust, *_progress(places, spell.id)))
    async with transaction(worker) as session:
        assert await add_changes(session)
        arrived = await receive(session, feed, Arrived(raw=b"MSH|", content_type="x-application/hl7-v2+er7"))
        outbox = OutboxRow(
            key=uuid4(), channel="partner", kind="order", case_id=case.case_id, partner_id=partner.id,
            payload={}, state="dead",
        )  # fmt: skip
        who = Who(organisation_id=places.trust, role="discharge-team", client_id="pages")
        await waiting_request(session, places.housing, places.trust, person_id)
        await signed_in(session, places.trust, person_id, case.case_id, spell.id, arrived.id)
        session.add_all(
            (
                outbox,
                CountedLettingRow(
                    case_id=case.case_id,
                    number=0,
                    started_on=TODAY,
                    let_on=TODAY,
                    leads=[places.trust, places.housing],
                    summands=[["lets", "0", TODAY.isoformat(), 1]],
                ),
                PersonAddress(person_id=person_id, lines="2 High St", postcode="HA1 2AB"),
                PersonContact(person_id=person_id, kind="phone", value="07700 900001"),
                ContactEntry(
                    case_id=case.case_id,
                    contact_id=uuid4(),
                    number=1,
                    entry="recorded",
                    role="other",
                    phone="07700 900002",
                    source="tried",
                    said_on=TODAY,
                    organisation_id=places.trust,
                ),
                PairLeftOut(organisation_id=places.trust, person_id=person_id, cause="common-values"),
                PersonIdentifier(
                    person_id=person_id, organisation_id=places.trust, authority="RXH", value="1"
                ),
                DocumentRow(
                    organisation_id=places.trust,
                    person_id=person_id,
                    inbox_id=arrived.id,
                    kind="form",
                    number="D1",
                ),
                UnmappedRow(
                    feed_id=feed.id,
                    organisation_id=places.trust,
                    place="PV1-2",
                    value="BED",
                    example_inbox_id=arrived.id,
                    times=1,
                ),
                FactRow(
                    inbox_id=arrived.id,
                    ordinal=0,
                    person_id=person_id,
                    kind="k",
                    content_hash="h",
                    payload={},
                ),
                StayMoveRow(
                    inbox_id=arrived.id,
                    organisation_id=places.trust,
                    number="V1",
                    to_number="V2",
                    person_id=person_id,
                    content_hash="h",
                ),
                PropertyHoldRow(
                    property_id=home.id,
                    case_id=case.case_id,
                    strand="rehousing/1",
                    state="let",
                    since_on=TODAY,
                ),
                NoteRow(case_id=case.case_id, organisation_id=places.trust, text="lives on the third floor"),
            )
        )
        await session.flush()
        session.add(
            SentMessage(
                key=outbox.key,
                outbox_sequence=outbox.sequence,
                organisation_id=places.trust,
                control_id="HW1",
                event="A16",
                raw=b"MSH|",
            )
        )
        [value_id] = await session.scalars(select(UnmappedRow.id))
        session.add(UnmappedMessageRow(value_id=value_id, inbox_id=arrived.id, organisation_id=places.trust))
        for row in _compared(places, feed.id):
            session.add(row)
            await session.flush()
        edited = await _operated(session, places, feed.id, arrived.id)
        await _identities(session, places.trust, person_id)
        await note_read(session, who, "case page", purpose="direct-care", case_ids=[case.case_id])
        await note_write(session, who, "census-loaded", "one")
        await session.execute(text(_TAKEN), {"case": case.case_id, "org": places.trust})
        await session.flush()
    async with transaction(owner) as session:
        await session.execute(_KEYED.values(organisation_id=places.trust, user_id=SIGNED_IN))
        await session.execute(text("INSERT INTO outbox_past SELECT * FROM outbox"))
        session.add_all(photo_rows(case.case_id, places.trust))
        session.add_all(_annex(places.trust, case.case_id))
        session.add(
            MessageEditRow(
                organisation_id=places.trust,
                original_id=arrived.id,
                inbox_id=edited,
                reason="r",
                proposed_by=uuid4(),
            )
        )
    return Story(case.case_id, person_id, outbox.sequence)


def _annex(trust: UUID, case_id: UUID) -> Iterator[Base]:
    """What whoever is signed in at the trust reads about the safety of the person, because they are named."""
    mine: dict[str, Any] = {"organisation_id": trust, "user_id": SIGNED_IN}
    event_id = uuid4()
    yield safety_tables.SafetyEventRow(
        id=event_id, case_id=case_id, kind="questions-answered", payload={}, in_hospital=True, case_time=NOW,
        role="admin", body_hash="h", **mine,
    )  # fmt: skip
    yield safety_tables.SafetyNoteRow(case_id=case_id, event_id=event_id, item="note", text="t")
    yield safety_tables.SafetyNamedRow(case_id=case_id, scope="all", reason="r", named_by=SIGNED_IN, **mine)
    yield safety_tables.SafetyClockRow(case_id=case_id, clock="call", due_at=NOW)
    yield safety_tables.SafetyLookRow(case_id=case_id, role="admin", what="w", **mine)
    yield safety_tables.SafetyAdviserRow(kind="adviser", appointed_by=SIGNED_IN, **mine)
    yield safety_tables.SafetyConfirmationRow(case_id=case_id)


async def _operated(session: AsyncSession, places: Places, feed_id: UUID, inbox_id: UUID) -> UUID:
    """A replay, an edited message, an alarm; returns the edited message's id."""
    edited, replay = uuid4(), uuid4()
    session.add(
        InboxRow(
            id=edited, feed_id=feed_id, organisation_id=places.trust, message_id="M", sha256="s", size=0,
            content_type="x-application/hl7-v2+er7", state="proposed", edited_from=inbox_id,
        )
    )  # fmt: skip
    session.add(ReplayRow(id=replay, organisation_id=places.trust, wanted={}, reason="r", asked_by=uuid4()))
    await session.flush()
    session.add_all(
        (
            ReplayItemRow(replay_id=replay, inbox_id=inbox_id),
            AlarmRow(
                organisation_id=places.trust,
                kind="nothing-arrived",
                subject_id=feed_id,
                subject="one",
                fact="f",
                threshold="t",
            ),
        )
    )
    return edited


async def _identities(session: AsyncSession, trust: UUID, person_id: UUID) -> None:
    """A second record of the trust's, merged into the first and offered as a pair, and what was decided."""
    other = Person(id=uuid4(), family_name="Ashdowne", birth_date=TODAY, merged_into=person_id)
    session.add(other)
    await session.flush()
    merge = PersonMerge(
        id=uuid4(), organisation_id=trust, survivor_id=person_id, retired_id=other.id, cause="decision",
        cause_id=uuid4(), moved={}, effective_at=NOW,
    )  # fmt: skip
    pair = DuplicatePair(
        id=uuid4(), organisation_id=trust, left_id=person_id, right_id=other.id, rules=[], evidence={}
    )
    session.add_all((merge, pair, PersonNhsNumber(person_id=person_id, nhs_number="9990000018")))
    await session.flush()
    session.add(MovedRecord(kind="case", record_id=uuid4(), home_id=other.id, merge_id=merge.id))
    await session.execute(text(_DECIDED), {"org": trust, "pair": pair.id})


_DECIDED = """
INSERT INTO identity_decisions (id, organisation_id, role, client_id, client_key, kind, pair_id, reason)
VALUES (gen_random_uuid(), :org, 'operator', 'c', 'k', 'same', :pair, 'one birth certificate')
"""


def _compared(places: Places, feed_id: UUID) -> tuple[ShadowListRow, ShadowDifferenceRow]:
    """A list of the trust with one difference."""
    of_a_day = ShadowListRow(
        id=uuid4(), feed_id=feed_id, organisation_id=places.trust, day=TODAY, listed_at=NOW,
        mapping="standard", sha256="h", listed=1, held=0, on_both=0, agreeing=0, fields={},
    )  # fmt: skip
    difference = ShadowDifferenceRow(
        list_id=of_a_day.id, organisation_id=places.trust, ordinal=0, kind="only-theirs", column="",
        cause="never-arrived", theirs="", ours="", nhs_number="9990000018", hospital_number="",
    )  # fmt: skip
    return of_a_day, difference


_KEYED = insert(RequestKeyRow).values(client_id="c", client_key="k", operation="", body_hash="", result=0)


_TAKEN = """
WITH answered AS (SELECT command_id FROM case_commands LIMIT 1)
INSERT INTO commands
    (id, case_id, client_id, client_key, body_hash, kind, envelope, organisation_id, role, effective_on)
SELECT command_id, :case, 'c', 'k', 'h', 'refer', '{}', :org, 'system', '2026-03-02' FROM answered
"""


def _progress(places: Places, spell_id: UUID) -> tuple[ev.Event, ...]:
    spell = CaseSpell(spell_id=spell_id, organisation_id=places.trust)
    reason = DelayReason(reason_id=uuid4(), kind="local", code="x", owner_role="coordinator", from_on=TODAY)
    strand = Strand(kind="basics", number=1, item="basics", started_on=TODAY, owner_role="coordinator")
    alert = Alert(
        alert_id=uuid4(), rule="1", level="RED", fact="f", threshold="t", source="s", owner_role="ward",
        raised_at=NOW,
    )  # fmt: skip
    return (
        ev.SpellJoined(spell=spell),
        ev.OwnerAssigned(owner=Owner(organisation_id=places.housing)),
        ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=TODAY)),
        ev.DelayReasonRecorded(reason=reason),
        ev.StrandStarted(strand=strand),
        ev.AlertRaised(alert=alert),
        ev.FollowUpScheduled(follow_up=FollowUp(key="24h", due_at=NOW)),
    )
