from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, AuditWrite, OutboxRow, PartnerRow
from discharge.store.tables.outbox import OPEN_ITEMS
from tests.api.conftest import NOW, Door, Looking
from tests.api.signing_in import sign_in
from tests.fixtures.postgres import Places


@pytest.fixture
async def partner_id(owner: AsyncEngine, places: Places) -> UUID:
    """The landlord as somebody to whom messages go."""
    partner = PartnerRow(id=uuid4(), organisation_id=places.landlord, endpoint="http://x", kind="fhir")
    async with transaction(owner) as session:
        session.add(partner)
    return partner.id


async def refused(
    door: Door, partner_id: UUID, state: str = "dead", case_id: UUID | None = None
) -> OutboxRow:
    row = OutboxRow(
        key=uuid4(),
        channel="partner",
        kind="order",
        case_id=case_id or await door.referred(),
        partner_id=partner_id,
        payload={"item": "stairlift", "status": "requested"},
        state=state,
        attempts=3,
        error_code="partner-refused" if state == "dead" else None,
        error_detail="HTTP 422" if state == "dead" else None,
        sent_at=NOW if state == "dead" else None,
    )
    async with transaction(door.worker) as session:
        session.add(row)
    return row


async def decide(door: Door, row: OutboxRow, **fields: str) -> tuple[int, str]:
    """Press a button of the page; the status of the answer and where it leads, or what it says."""
    page = await door.client.get("/dead-letters")
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    answer = await door.client.post(f"/dead-letters/{row.sequence}", data={"form_token": token} | fields)
    return answer.status_code, answer.headers.get("location", answer.text)


async def state_of(door: Door, row: OutboxRow) -> OutboxRow:
    async with transaction(door.worker) as session:
        return await session.get_one(OutboxRow, row.sequence)


async def test_given_a_refused_item_when_listed_then_why_how_often_and_four_facts_are_there(
    door: Door, partner_id: UUID
) -> None:
    row = await refused(door, partner_id)
    await refused(door, partner_id, "pending", row.case_id)
    sign_in(door, "operator")
    page = await door.client.get("/dead-letters")

    assert ("Landlord</h2>" in page.text, "1 refused item</p>" in page.text) == (True, True)
    assert f"Item {row.sequence}: An order, Stairlift, Requested" in page.text
    assert "The partner refused the item" in page.text
    assert "(HTTP 422)" in page.text
    assert "Code: partner-refused" in page.text
    assert "1 item waits behind it" in page.text
    assert "<dt>Attempts</dt><dd>3</dd>" in page.text
    assert "<dt>Sent</dt><dd>2 March 2026, 09:30</dd>" in page.text
    for fact in ("Received", "Accepted", "Acted on"):
        assert f"<dt>{fact}</dt><dd>Not yet</dd>" in page.text


async def test_given_items_in_every_state_when_listed_then_those_that_are_not_over_are_counted_by_an_index(
    door: Door, partner_id: UUID
) -> None:
    row = await refused(door, partner_id)
    for state in ("pending", "pending", "held", "delivered", "skipped"):
        await refused(door, partner_id, state, row.case_id)
    sign_in(door, "operator")
    page = (await door.client.get("/dead-letters")).text
    counts = page.split('aria-label="Items for partners by state">')[1].split("</ul>")[0]
    assert re.findall(r">([\w: ]+)</strong> (\d+)", counts) == [
        ("Held: no basis", "1"),
        ("Waiting", "2"),
        ("Refused", "1"),
    ]
    async with transaction(door.worker) as session:
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await session.scalars(text(f"EXPLAIN SELECT count(*) FROM outbox WHERE {OPEN_ITEMS}"))
        assert "ix_outbox_open" in "\n".join(plan)


@pytest.mark.parametrize(
    ("decision", "state", "words"),
    [("release", "pending", "is sent again"), ("skip", "skipped", "is skipped")],
)
async def test_given_a_refused_item_when_decided_with_a_reason_then_it_is_so_and_noted(
    door: Door, partner_id: UUID, decision: str, state: str, words: str
) -> None:
    row = await refused(door, partner_id)
    sign_in(door, "operator")
    status, where = await decide(door, row, decision=decision, reason="Told them by telephone")

    assert status == 303
    assert f"Item {row.sequence} {words}" in (await door.client.get(where)).text
    after = await state_of(door, row)
    assert (after.state, after.released_reason, after.key) == (state, "Told them by telephone", row.key)
    async with transaction(door.worker) as session:
        notes = list(await session.scalars(select(AuditWrite).where(AuditWrite.action.like("dead-letter%"))))
    assert [(note.action, note.role, note.case_id) for note in notes] == [
        (f"dead-letter {decision}", "operator", row.case_id)
    ]


@pytest.mark.parametrize("reason", ["", "  x ", "y" * 501])
async def test_given_no_usable_reason_when_decided_then_the_form_comes_back_and_nothing_is_done(
    door: Door, partner_id: UUID, reason: str
) -> None:
    row = await refused(door, partner_id)
    sign_in(door, "operator")
    status, html = await decide(door, row, decision="release", reason=reason)

    assert status == 422
    assert "<title>Error: Refused items" in html
    assert f'href="#reason-{row.sequence}"' in html
    assert f'id="reason-{row.sequence}"' in html
    assert (await state_of(door, row)).state == "dead"


async def test_given_a_form_of_another_site_when_sent_then_nothing_is_done(
    door: Door, partner_id: UUID
) -> None:
    row = await refused(door, partner_id)
    sign_in(door, "operator")
    status, _ = await decide(door, row, decision="release", reason="because", form_token="guessed")

    assert status == 403
    assert (await state_of(door, row)).state == "dead"


async def test_given_an_administrator_when_listed_then_they_read_and_do_not_decide(
    door: Door, partner_id: UUID
) -> None:
    row = await refused(door, partner_id)
    sign_in(door, "admin")
    page = await door.client.get("/dead-letters")

    assert f"Item {row.sequence}" in page.text
    assert 'name="decision"' not in page.text
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    body = {"form_token": token, "decision": "skip", "reason": "because"}
    answer = await door.client.post(f"/dead-letters/{row.sequence}", data=body)
    assert answer.status_code == 403
    assert (await state_of(door, row)).state == "dead"


async def test_given_an_operator_elsewhere_when_listed_then_nothing_of_others_is_there(
    door: Door, partner_id: UUID
) -> None:
    row = await refused(door, partner_id)
    sign_in(door, "operator", "STRANGER")
    page = await door.client.get("/dead-letters")

    assert "No partner has refused anything." in page.text
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    body = {"form_token": token, "decision": "skip", "reason": "because"}
    answer = await door.client.post(f"/dead-letters/{row.sequence}", data=body)
    assert answer.status_code == 404
    assert (await state_of(door, row)).state == "dead"


async def test_given_a_partner_that_rests_when_listed_then_it_is_one_incident_however_many_wait(
    door: Door, partner_id: UUID
) -> None:
    first = await refused(door, partner_id, "pending")
    await refused(door, partner_id, "pending", first.case_id)
    async with transaction(door.worker) as session:
        partner = await session.get_one(PartnerRow, partner_id)
        partner.consecutive_failures, partner.pause_reason = 7, "HTTP 503"
        partner.paused_at, partner.probe_after = NOW - timedelta(minutes=5), NOW + timedelta(minutes=1)
    sign_in(door, "operator")
    page = await door.client.get("/dead-letters")

    assert page.text.count(">Try again now<") == 1
    assert "Landlord is paused" in page.text
    assert "(HTTP 503)" in page.text
    assert "It failed 7 times in a row" in page.text
    assert "5 minutes ago" in page.text
    assert "2 items wait for it about your cases" in page.text


async def test_given_a_fact_that_its_case_could_not_record_when_listed_then_it_can_be_told_again(
    door: Door,
) -> None:
    row = OutboxRow(
        key=uuid4(), channel="case-signal", kind="set-criteria-to-reside", case_id=await door.referred(),
        payload={}, state="dead", error_code="internal",
    )  # fmt: skip
    async with transaction(door.worker) as session:
        session.add(row)
    sign_in(door, "operator")
    page = await door.client.get("/dead-letters")
    assert "Homeward itself</h2>" in page.text
    assert "Set criteria to reside" in page.text
    assert (await decide(door, row, decision="release", reason="mended in this release"))[0] == 303
    assert (await state_of(door, row)).state == "pending"


async def press(door: Door, partner_id: UUID, **fields: str) -> tuple[int, str]:
    page = await door.client.get("/dead-letters")
    token = page.text.split('name="form_token" value="')[1].split('"')[0]
    answer = await door.client.post(f"/partners/{partner_id}", data={"form_token": token} | fields)
    where = answer.headers.get("location")
    return answer.status_code, (await door.client.get(where)).text if where else answer.text


async def partner_now(door: Door, partner_id: UUID) -> PartnerRow:
    async with transaction(door.worker) as session:
        return await session.get_one(PartnerRow, partner_id)


async def test_given_a_partner_with_a_wrong_address_when_an_operator_tries_it_again_then_it_is_due_now(
    door: Door, partner_id: UUID
) -> None:
    await refused(door, partner_id, "pending")
    async with transaction(door.worker) as session:
        partner = await session.get_one(PartnerRow, partner_id)
        partner.paused_at, partner.pause_code, partner.pause_reason = NOW, "partner-setup-wrong", "HTTP 401"
        partner.probe_after = datetime.now(UTC) + timedelta(hours=1)
    sign_in(door, "operator")
    status, html = await press(door, partner_id, decision="try")
    assert (status, "The partner is being tried again now" in html) == (303, True)
    assert "The connection to the partner is set up wrongly (HTTP 401)" in html
    assert (await partner_now(door, partner_id)).probe_after <= datetime.now(UTC)
    async with transaction(door.worker) as session:
        [note] = await session.scalars(select(AuditWrite).where(AuditWrite.action.like("partner %")))
    assert (note.action, note.role, note.subject) == ("partner try", "operator", f"partner {partner_id}")


async def test_given_a_partner_when_switched_off_and_on_then_the_page_says_so_and_asks_why(
    door: Door, partner_id: UUID
) -> None:
    await refused(door, partner_id)
    sign_in(door, "operator")
    status, html = await press(door, partner_id, decision="off", reason=" ")
    assert (status, f'href="#reason-{partner_id}"' in html) == (422, True)
    status, html = await press(door, partner_id, decision="off", reason="They change systems tonight")
    assert (status, "Landlord is switched off" in html) == (303, True)
    assert "They change systems tonight" in html
    assert (await press(door, partner_id, decision="on"))[0] == 303
    assert (await partner_now(door, partner_id)).probe_after is not None


async def test_given_a_program_when_it_lists_and_switches_partners_then_it_is_as_on_the_page(
    door: Door, partner_id: UUID
) -> None:
    await refused(door, partner_id)
    operator = door.headers("operator")
    asked = {"decision": "off", "reason": "They change systems tonight"}
    switched = f"/api/v1/partners/{partner_id}/decision"
    assert (await door.client.post(switched, json=asked, headers=operator)).status_code == 204
    assert (await door.client.post(switched, json=asked, headers=operator)).status_code == 404
    [listed] = (await door.client.get("/api/v1/partners", headers=operator)).json()["partners"]
    safety = listed["sign_in"], listed["encrypted"]
    assert (listed["organisation_code"], *safety) == ("LANDLORD", "none", False)
    assert (listed["state"], listed["reason"]) == ("off", "They change systems tonight")


@pytest.mark.parametrize("role", ["admin", "coordinator", "discharge-team", "trust-monitor", "system"])
async def test_given_somebody_else_when_they_switch_a_partner_then_they_may_not(
    door: Door, partner_id: UUID, role: str
) -> None:
    asked = {"decision": "off", "reason": "because I can"}
    url = f"/api/v1/partners/{partner_id}/decision"
    answer = await door.client.post(url, json=asked, headers=door.headers(role))
    assert answer.status_code == 403
    assert (await partner_now(door, partner_id)).paused_at is None


async def test_given_an_organisation_that_sent_it_nothing_when_it_switches_a_partner_then_nothing_changes(
    door: Door, partner_id: UUID
) -> None:
    await refused(door, partner_id)
    url = f"/api/v1/partners/{partner_id}/decision"
    for decision in ("off", "on", "try"):
        asked = {"decision": decision, "reason": "because I can"}
        stranger = door.headers("operator", "STRANGER")
        assert (await door.client.post(url, json=asked, headers=stranger)).status_code == 404
    assert (await partner_now(door, partner_id)).paused_at is None


async def test_given_refused_items_when_listed_then_the_look_holds_their_cases(
    door: Door, partner_id: UUID
) -> None:
    row = await refused(door, partner_id)
    sign_in(door, "operator")
    await door.client.get("/dead-letters")

    async with transaction(door.worker) as session:
        looks = list(await session.scalars(select(AuditRead).where(AuditRead.what == "refused items")))
    assert [(look.role, look.case_ids) for look in looks] == [("operator", [row.case_id])]


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_refused_items_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, partner_id: UUID, looking: Looking, narrow: bool
) -> None:
    sign_in(door, "operator")
    empty = await looking.look("/dead-letters", narrow=narrow)
    row = await refused(door, partner_id)
    await refused(door, partner_id, case_id=row.case_id)
    async with transaction(door.worker) as session:
        partner = await session.get_one(PartnerRow, partner_id)
        partner.consecutive_failures, partner.paused_at = 5, NOW
    full = await looking.look(f"/dead-letters?item={row.sequence}&decided=skip", narrow=narrow)

    assert (empty.faults, empty.console) == ([], [])
    assert (full.faults, full.console) == ([], [])
