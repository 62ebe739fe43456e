"""PostgreSQL keeps organisations apart: statements here are raw SQL, as a bug in a door would send them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from discharge.cases import events as ev
from discharge.cases.model import Alert, CaseSpell, FollowUp, Owner, Strand
from discharge.delays.model import DelayReason, ReadyPeriod
from discharge.store.audit import Who, note_read, note_write
from discharge.store.base import Base
from discharge.store.engine import transaction
from discharge.store.tables import (
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
from tests.fixtures.postgres import Places

OPEN_TO_ALL = {"organisations", "case_clock", "heartbeats", "feeds", "profile_texts"}
"""No person and no case in them; a door reads them before it knows for whom it acts."""

OPEN_TO_SIGNED_IN = {"users", "teams", "partners", "properties", "alarm_rules"}
SHUT = {"hidden_numbers"}
"""No door reads it: it asks whether a person is hidden."""
WALLED = sorted(set(Base.metadata.tables) - OPEN_TO_ALL - OPEN_TO_SIGNED_IN - SHUT)


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
                CountedLettingRow(case_id=case.case_id, number=0, started_on=TODAY, let_on=TODAY),
                PersonAddress(person_id=person_id, lines="2 High St", postcode="HA1 2AB"),
                PersonContact(person_id=person_id, kind="phone", value="07700 900001"),
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


async def seen(engine: AsyncEngine, organisation_id: UUID | None, user: UUID | None = None) -> dict[str, int]:
    async with transaction(engine, organisation_id=organisation_id, user_id=user) as session:
        counts = {}
        for table in WALLED:
            counts[table] = await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0
        return counts


async def test_the_trust_sees_its_own_and_so_this_test_has_a_row_in_every_walled_table(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    assert {
        table for table, count in (await seen(api, places.trust, SIGNED_IN)).items() if not count
    } == set()


async def test_another_trust_sees_not_one_row(api: AsyncEngine, places: Places, story: Story) -> None:
    assert {table: n for table, n in (await seen(api, places.stranger)).items() if n} == {}


async def test_without_a_tenant_there_are_no_rows(api: AsyncEngine, story: Story) -> None:
    assert {table: n for table, n in (await seen(api, None)).items() if n} == {}
    async with transaction(api) as session:
        for table in OPEN_TO_SIGNED_IN:
            assert await session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table


async def test_a_participant_sees_the_case_but_not_the_trusts_own_messages(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    hidden = {"inbox", "inbox_bytes", "facts", "commands", "case_commands", "audit_reads", "audit_writes"}
    hidden |= {"place_readers", "hiding_answers", "pairs_left_out", "unmapped_values", "unmapped_messages"}
    hidden |= {"stay_moves", "sent_messages", "shadow_lists", "shadow_differences"}
    hidden |= {"replays", "replay_items", "message_edits", "alarms"}
    hidden |= {"person_merges", "moved_records", "duplicate_pairs", "identity_decisions"}
    hidden |= {"sessions", "kept_forms", "request_keys"}
    hidden |= {"referral_reviewers"}  # of the request it is the sender
    assert {table for table, n in (await seen(api, places.housing)).items() if n == 0} == hidden


async def test_every_table_is_either_walled_or_named_here_as_open(owner: AsyncEngine) -> None:
    query = text(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    async with transaction(owner) as session:
        assert set(await session.scalars(query)) == OPEN_TO_ALL | {"alembic_version"}


@pytest.mark.parametrize("table", sorted(SHUT))
async def test_a_door_reads_nothing_of_what_is_shut(api: AsyncEngine, places: Places, table: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"):
        await _run(api, f"SELECT count(*) FROM {table}", places.trust)


async def test_who_left_the_case_or_comes_only_tomorrow_sees_nothing(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story
) -> None:
    async with transaction(worker) as session:
        left = text("UPDATE case_participants SET until_on = homeward_today() WHERE organisation_id = :who")
        await session.execute(left, {"who": places.housing})
    assert (await seen(api, places.housing))["cases"] == 0
    async with transaction(worker) as session:
        later = text(
            "UPDATE case_participants SET until_on = NULL, from_on = homeward_today() + 1 "
            "WHERE organisation_id = :who"
        )
        await session.execute(later, {"who": places.housing})
    assert (await seen(api, places.housing))["cases"] == 0


async def test_participation_is_judged_in_case_time(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story
) -> None:
    async with transaction(worker) as session:
        await session.execute(text("UPDATE case_participants SET from_on = '2040-01-01'"))
        assert (await session.scalar(text("SELECT homeward_today()"))) < date(2040, 1, 1)
    assert (await seen(api, places.trust))["cases"] == 0
    async with transaction(worker) as session:
        fixed = text("INSERT INTO case_clock (id, origin, case_origin, factor) VALUES (1, now(), :case, 1)")
        await session.execute(fixed, {"case": NOW.replace(year=2040) + timedelta(days=1)})
    assert (await seen(api, places.trust))["cases"] == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases SET stage = 'closed'",
        "UPDATE case_events SET role = 'x'",
        "DELETE FROM case_events",
        "TRUNCATE case_events",
        "DELETE FROM audit_reads",
        "UPDATE persons SET family_name = 'x'",
        "INSERT INTO case_participants SELECT * FROM case_participants",
        "UPDATE commands SET state = 'accepted'",
        "SELECT homeward_surviving_person(gen_random_uuid())",
        "SET ROLE homeward_worker",
        "SET ROLE homeward_owner",
        "SET row_security = off; SELECT * FROM cases",
        "CREATE TABLE mine (id int)",
    ],
)
async def test_a_door_may_not(api: AsyncEngine, places: Places, story: Story, statement: str) -> None:
    with pytest.raises(DBAPIError) as caught:
        await _run(api, statement, places.trust)
    assert getattr(caught.value.orig, "sqlstate", "") in {"42501", "HW001"}


async def _run(engine: AsyncEngine, statement: str, organisation_id: UUID | None = None) -> None:
    async with transaction(engine, organisation_id=organisation_id) as session:
        for part in statement.split(";"):
            await session.execute(text(part))


@pytest.mark.parametrize(
    "statement", ["UPDATE case_events SET role = 'x'", "DELETE FROM audit_reads", "TRUNCATE case_events"]
)
@pytest.mark.parametrize("role", ["owner", "worker"])
async def test_what_happened_cannot_be_rewritten(
    request: pytest.FixtureRequest, story: Story, role: str, statement: str
) -> None:
    engine: AsyncEngine = request.getfixturevalue(role)
    with pytest.raises(DBAPIError) as caught:
        await _run(engine, statement)
    assert getattr(caught.value.orig, "sqlstate", "") == ("HW001" if role == "owner" else "42501")


async def test_a_door_cannot_write_in_the_name_of_another_organisation(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    note = (
        "INSERT INTO notes (id, case_id, organisation_id, text) VALUES (gen_random_uuid(), '{}', '{}', 'x')"
    )
    for organisation_id, tenant in ((places.trust, places.stranger), (places.stranger, places.stranger)):
        with pytest.raises(DBAPIError, match="row-level security"):
            await _run(api, note.format(story.case_id, organisation_id), tenant)
    await _run(api, note.format(story.case_id, places.housing), places.housing)


async def test_a_restricted_note_is_for_those_who_wrote_it(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story
) -> None:
    await _run(worker, "UPDATE notes SET sensitivity = 'restricted'")
    assert (await seen(api, places.trust))["notes"] == 1
    assert (await seen(api, places.housing))["notes"] == 0


@pytest.mark.parametrize(
    "statement",
    ["UPDATE persons SET location_hidden = true", "UPDATE person_addresses SET sensitivity = 'restricted'"],
)
async def test_a_hidden_address_is_shown_to_nobody_at_a_door(
    api: AsyncEngine, worker: AsyncEngine, places: Places, story: Story, statement: str
) -> None:
    await _run(worker, statement)
    assert (await seen(api, places.trust))["person_addresses"] == 0
    assert (await seen(api, places.trust))["persons"] == 2
    assert (await seen(worker, None))["person_addresses"] == 1


async def test_a_dead_letter_is_freed_by_who_takes_part_under_their_own_name_only(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    free = (
        "UPDATE outbox SET state = 'pending', released_by = '{}', released_reason = 'address corrected' "
        "RETURNING sequence"
    )
    user, somebody_else = uuid4(), uuid4()
    async with transaction(api, organisation_id=places.stranger, user_id=user) as session:
        assert (await session.scalars(text(free.format(user)))).all() == []
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(api, organisation_id=places.trust, user_id=user) as session:
            await session.execute(text(free.format(somebody_else)))
    async with transaction(api, organisation_id=places.trust, user_id=user) as session:
        assert (await session.scalars(text(free.format(user)))).all() == [story.sequence]


async def test_who_looked_is_told_to_participants_without_the_rest_of_a_list(
    api: AsyncEngine, places: Places, story: Story
) -> None:
    query = text("SELECT what FROM homeward_who_looked(:case)")
    async with transaction(api, organisation_id=places.housing) as session:
        assert (await session.scalars(query, {"case": story.case_id})).all() == ["case page"]
    async with transaction(api, organisation_id=places.stranger) as session:
        assert (await session.scalars(query, {"case": story.case_id})).all() == []


async def test_the_person_of_an_own_bed_is_seen_without_a_case(
    api: AsyncEngine, worker: AsyncEngine, places: Places, person_id: UUID
) -> None:
    async with transaction(worker) as session:
        session.add(
            Spell(
                person_id=person_id,
                organisation_id=places.trust,
                visit_number="V9",
                status="admitted",
                folded={},
            )
        )
    assert (await seen(api, places.trust))["persons"] == 1
    assert (await seen(api, places.housing))["persons"] == 0
