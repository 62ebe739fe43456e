from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.reference.files import DataInvalid
from discharge.store.engine import transaction
from discharge.store.tables import HeartbeatRow, OutboxRow, PartnerRow
from fhir_adapters.feeds.alarms import ALARM_KINDS, AlarmRule, in_force, judge, rules_for, usual_rules
from fhir_adapters.store.alarms import LAST_RECEIVED, look_for_alarms, observe
from fhir_adapters.store.tables import AlarmRow, AlarmRuleRow, Feed, InboxRow
from housing_checks.store import safety_advisers
from tests.fhir_adapters.hl7v2.conftest import Intake, intake  # noqa: F401 - a feed of the trust
from tests.fhir_adapters.hl7v2.samples import Sample
from tests.fixtures.cases import open_case
from tests.fixtures.postgres import Places
from tests.fixtures.safety import appointed, disclosure, record, somebody
from tests.fixtures.site_rows import site_change

TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 7, 6, 30, tzinfo=UTC)
"""Half past seven in London."""


@pytest.mark.parametrize(
    ("now", "at_most"),
    [
        (TUESDAY, 30),
        (TUESDAY.replace(hour=3), 240),
        (TUESDAY.replace(hour=22), 240),
        (TUESDAY + timedelta(days=4), 60),
        (SUMMER, 30),
        (SUMMER - timedelta(hours=1), 240),
    ],
)
def test_given_weekday_and_hour_when_rules_are_chosen_then_the_strictest_that_applies_counts(
    now: datetime, at_most: int
) -> None:
    rule = in_force(rules_for("nothing-arrived", (), (), now.date())[1], now)

    assert rule
    assert rule.at_most == at_most


def test_given_own_rules_of_a_feed_then_they_replace_those_of_their_kind_only() -> None:
    own = [AlarmRule(kind="nothing-arrived", at_most=5, again_after=5)]

    assert rules_for("nothing-arrived", own, (), TUESDAY.date()) == ("own", own)
    usual = [rule for rule in usual_rules(TUESDAY.date()) if rule.kind == "too-many-parked"]
    assert rules_for("too-many-parked", own, (), TUESDAY.date()) == ("usual", usual)


def test_given_a_kind_of_alarm_that_is_none_then_the_nearest_is_named() -> None:
    with pytest.raises(ValueError, match=r"did you mean nothing-sent\?"):
        AlarmRule(kind="nothing-send", at_most=1, again_after=1)


def test_given_the_rules_then_each_kind_has_its_words_and_a_rule() -> None:
    kinds = {row.code: row for row in ALARM_KINDS}
    assert {rule.kind for rule in usual_rules(TUESDAY.date())} == set(kinds)
    assert all(row.heading("RXH").count("RXH") == 1 and row.measured for row in kinds.values())


def test_given_a_kind_of_alarm_with_words_that_nothing_fills_in_then_the_file_is_refused() -> None:
    with pytest.raises(DataInvalid, match=r"rows\.nothing-sent\.fact: \{hours\} is not filled in"):
        site_change("alarm-kinds", TUESDAY.date(), nothing_sent={"fact": "Nothing for {hours}"})


def test_given_a_value_at_the_limit_then_it_is_still_well() -> None:
    rule = AlarmRule(kind="too-many-parked", at_most=20, again_after=5)

    assert judge(rule, 20) is None
    breach = judge(rule, 21)
    assert breach
    assert breach.fact == "21 messages are parked."


async def looked(intake: Intake, now: datetime) -> list[tuple[str, int, bool]]:  # noqa: F811
    await look_for_alarms(intake.worker, now)
    rows: Iterable[AlarmRow] = await intake.rows(AlarmRow)
    return sorted((row.kind, row.times_told, row.cleared_at is None) for row in rows)


async def heard(intake: Intake, at: datetime) -> None:  # noqa: F811
    async with transaction(intake.worker) as session:
        await session.execute(update(Feed).values(last_heard_at=at))


async def test_given_a_silent_feed_then_it_is_told_once_again_after_the_gap_and_cleared_when_it_speaks(
    intake: Intake,  # noqa: F811
) -> None:
    assert await looked(intake, TUESDAY) == []
    await heard(intake, TUESDAY)
    assert await looked(intake, TUESDAY + timedelta(minutes=30)) == []
    after = TUESDAY + timedelta(minutes=31)
    assert await looked(intake, after) == [("nothing-arrived", 1, True)]
    assert await looked(intake, after + timedelta(minutes=59)) == [("nothing-arrived", 1, True)]
    assert await looked(intake, after + timedelta(minutes=60)) == [("nothing-arrived", 2, True)]
    await heard(intake, after + timedelta(minutes=61))
    assert await looked(intake, after + timedelta(minutes=62)) == [("nothing-arrived", 2, False)]
    later = after + timedelta(minutes=93)
    assert await looked(intake, later) == [("nothing-arrived", 1, True), ("nothing-arrived", 2, False)]


async def test_given_own_rules_when_too_many_are_parked_then_an_alarm_names_the_feed_until_they_are_used(
    intake: Intake,  # noqa: F811
    owner: AsyncEngine,
) -> None:
    rule = AlarmRule(kind="too-many-parked", at_most=2, again_after=60)
    async with transaction(owner) as session:
        session.add(AlarmRuleRow(kind=rule.kind, feed_id=intake.feed_id, rule=rule.model_dump(mode="json")))
    await intake.take(*(Sample(message_id=f"N{n}", nhs="", local="").raw() for n in range(3)))
    now = datetime.now(UTC)

    assert await looked(intake, now) == [("too-many-parked", 1, True)]
    async with transaction(intake.worker) as session:
        [alarm] = await session.scalars(select(AlarmRow))
        await session.execute(update(InboxRow).values(state="interpreted"))
    assert (alarm.subject, alarm.fact) == ("RXH-PAS", "3 messages are parked.")
    assert await looked(intake, now) == [("too-many-parked", 1, False)]


async def test_given_a_message_that_nobody_reads_then_an_alarm_says_so(intake: Intake) -> None:  # noqa: F811
    await intake.put(Sample().raw())

    assert ("too-long-waiting", 1, True) in await looked(intake, datetime.now(UTC) + timedelta(minutes=11))


async def test_given_periodic_work_that_is_late_then_the_housing_service_is_told_until_it_is_done(
    intake: Intake,  # noqa: F811
    places: Places,
) -> None:
    due = {"sweep": TUESDAY, "counting": TUESDAY - timedelta(minutes=3), "relay": None}
    async with transaction(intake.worker) as session:
        session.add_all(HeartbeatRow(part=part, beat_at=TUESDAY, due_at=at) for part, at in due.items())
    assert await looked(intake, TUESDAY - timedelta(minutes=2)) == [], "a minute is not late"
    assert await looked(intake, TUESDAY + timedelta(minutes=1)) == [("schedule-late", 1, True)]
    async with transaction(intake.worker) as session:
        [alarm] = await session.scalars(select(AlarmRow))
        assert alarm.organisation_id == places.housing
        assert alarm.fact.startswith("Periodic work is 4 minutes late. Late: counting, sweep.")
        await session.execute(update(HeartbeatRow).values(due_at=TUESDAY + timedelta(hours=1)))
    assert await looked(intake, TUESDAY + timedelta(minutes=2)) == [("schedule-late", 1, False)]


async def test_given_items_that_wait_then_the_last_that_the_partner_received_of_the_same_teller_counts(
    worker: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    partner = PartnerRow(id=uuid4(), organisation_id=places.landlord, endpoint="http://x", kind="fhir")
    long_ago, lately = TUESDAY - timedelta(hours=3), TUESDAY - timedelta(minutes=10)
    told = (
        (places.trust, "pending", long_ago, None),
        (places.trust, "delivered", long_ago, long_ago),
        (places.trust, "delivered", long_ago, lately),
        (places.housing, "held", long_ago, None),
        (places.housing, "pending", long_ago, None),
        (places.stranger, "delivered", long_ago, long_ago),
    )
    async with transaction(owner) as session:
        session.add(partner)
    async with transaction(worker) as session:
        for teller, state, created, received in told:
            row = OutboxRow(key=uuid4(), channel="partner", kind="order", case_id=uuid4(), payload={})
            row.partner_id, row.organisation_id, row.state = partner.id, teller, state
            row.created_at, row.received_at = created, received
            session.add(row)
    async with transaction(worker) as session:
        seen = await observe(session, TUESDAY)
    unsent = {each.organisation_id: each.value for each in seen if each.kind == "nothing-sent"}
    assert unsent == {places.trust: 10.0, places.housing: 180.0, places.stranger: 0.0}
    async with transaction(worker) as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalars(text(f"EXPLAIN {LAST_RECEIVED}"))
        assert "ix_outbox_received" in "\n".join(plan)


async def unnamed(worker: AsyncEngine, now: datetime) -> dict[str, bool]:
    """Whom an alarm says to name somebody for safety, and whether it is open."""
    await look_for_alarms(worker, now)
    query = select(AlarmRow.subject, AlarmRow.cleared_at).where(AlarmRow.kind == UNNAMED)
    async with transaction(worker) as session:
        return {row.subject: row.cleared_at is None for row in await session.execute(query)}


UNNAMED = "nobody-named-for-safety"


async def test_given_nobody_named_for_safety_then_each_who_may_write_is_told_until_somebody_is(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    assert await unnamed(worker, TUESDAY) == {}, "nobody signs in yet"
    await somebody(owner, places.trust, "Admin", "admin")
    await somebody(owner, places.stranger, "Monitor", "trust-monitor")
    assert await unnamed(worker, TUESDAY) == {}, "nobody may write yet"

    adviser = await somebody(owner, places.trust, "Ida", "discharge-team")
    await somebody(owner, places.housing, "Tom")
    await somebody(owner, places.landlord, "Landlord")
    assert await unnamed(worker, TUESDAY) == {"TRUST": True, "HOUSING": True}, "before any case"

    appointment = await appointed(api, owner, adviser)
    assert await unnamed(worker, TUESDAY) == {"TRUST": False, "HOUSING": True}
    admin = await somebody(owner, places.trust, "Admin", "admin")
    async with transaction(api, organisation_id=places.trust, user_id=admin.user_id) as session:
        await safety_advisers.end(session, admin, appointment)
    assert await unnamed(worker, TUESDAY + timedelta(minutes=1)) == {"TRUST": True, "HOUSING": True}


async def test_given_an_adviser_who_is_kept_out_then_nobody_is_named(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    adviser = await somebody(owner, places.trust, "Ida", "discharge-team")
    await somebody(owner, places.trust, "Nurse", "discharge-team")
    await appointed(api, owner, adviser)
    assert await unnamed(worker, TUESDAY) == {}
    async with transaction(owner) as session:
        out = text("UPDATE users SET disabled_at = now() WHERE id = :id")
        await session.execute(out, {"id": adviser.user_id})
    assert await unnamed(worker, TUESDAY) == {"TRUST": True}


async def test_given_a_disclosure_or_none_then_the_alarm_is_the_same(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID
) -> None:
    case = await open_case(worker, person_id, places.trust, places.housing, places.landlord)
    nurse = await somebody(owner, places.trust, "Nurse", "discharge-team")
    rows = "SELECT kind, subject, fact, threshold, times_told, raised_at, told_at, cleared_at FROM alarms"
    await look_for_alarms(worker, TUESDAY)
    async with transaction(owner) as session:
        before = (await session.execute(text(rows))).all()
    await record(api, nurse, case.case_id, disclosure(), disclosure="I cannot go back to him")
    await look_for_alarms(worker, TUESDAY)
    async with transaction(owner) as session:
        assert (await session.execute(text(rows))).all() == before
    assert [row.subject for row in before if row.kind == UNNAMED] == ["TRUST"]


async def test_given_an_organisation_when_it_asks_who_has_nobody_then_it_hears_of_itself_alone(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    for organisation in (places.trust, places.housing):
        await somebody(owner, organisation, "Nurse", "discharge-team")
    async with transaction(api, organisation_id=places.trust) as session:
        seen = await observe(session, TUESDAY)
    assert {each.organisation_id for each in seen if each.kind == UNNAMED} == {places.trust}
