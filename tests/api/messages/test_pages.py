from __future__ import annotations

import json
import re
from html import unescape
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.messages.message_text import WITHHELD, shown
from discharge.store.engine import transaction
from discharge.store.tables import AuditRead, Person
from fhir_adapters.store.inbox import Arrived, receive
from fhir_adapters.store.tables import Feed, InboxRow
from tests.api.conftest import Door, Looking
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import OTHER_NHS, Sample

WHEREABOUTS = ("ACACIA", "LS1 1AA", "01134960000", "07700900123")
HL7 = "application/hl7-v2"


async def row_of(intake: Intake, message_id: str) -> InboxRow:
    return next(row for row in await intake.rows(InboxRow) if row.message_id == message_id)


def listed(html: str) -> list[str]:
    """The text of each row of the list."""
    rows = html.split("<tbody")[1].split("</tbody>", maxsplit=1)[0].split("<tr")[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", f"<{row}").split()) for row in rows]


async def test_given_messages_when_the_inbox_is_opened_then_each_has_type_state_and_words_and_no_name(
    door: Door, intake: Intake
) -> None:
    await intake.take(
        Sample(message_id="USED").raw(),
        Sample(message_id="ODD", trigger="A99").raw(),
        Sample(message_id="TWICE").raw(),
        Sample(message_id="TWICE").raw(),
        Sample(message_id="TWICE", visit="V9").raw(),
    )
    sign_in(door, "operator")
    page = await door.client.get("/messages")

    rows = listed(page.text)
    assert len(rows) == 4
    other, twice, odd, used = rows
    assert "Same id, different content" in other
    assert "Received 2 times" in twice
    assert "ADT^A99" in odd
    assert "Not used" in odd
    assert "Message type not used Code: unknown-trigger" in odd
    assert "USED" in used
    assert "RXH-PAS ADT^A01 Used" in used
    assert "ASHDOWN" not in page.text


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("state=not-used", ["ODD"]),
        ("text=USED", ["USED"]),
        ("text=A99", ["ODD"]),
        ("feed=RXH-PAS&state=interpreted", ["USED"]),
        ("only=repeated-id", []),
        ("state=parked", []),
    ],
)
async def test_given_a_filter_when_the_inbox_is_opened_then_only_those_are_listed(
    door: Door, intake: Intake, query: str, ids: list[str]
) -> None:
    await intake.take(Sample(message_id="USED").raw(), Sample(message_id="ODD", trigger="A99").raw())
    sign_in(door, "operator")
    page = await door.client.get(f"/messages?{query}")

    if ids:
        assert [row.split(",")[0].split(" ")[0] for row in listed(page.text)] == ids
    else:
        assert "No message is in this view" in page.text


async def test_given_more_messages_than_a_page_when_the_inbox_is_paged_then_the_filter_stays(
    door: Door, intake: Intake
) -> None:
    await intake.put(*(Sample(message_id=f"M{number}").raw() for number in range(28)))
    sign_in(door, "operator")
    first = await door.client.get("/messages?state=stored")
    older = re.search(r'href="([^"]+)">Older messages', first.text)
    assert older
    second = await door.client.get(unescape(older[1]))

    assert "Waiting: 28 messages, newest first" in first.text
    assert len(listed(first.text)) == 25
    assert len(listed(second.text)) == 3
    assert not set(listed(first.text)) & set(listed(second.text))
    assert "Older messages" not in second.text
    assert 'href="/messages?state=stored">Newest messages' in second.text


async def test_given_a_known_person_when_a_message_is_opened_then_it_stands_beside_its_parts_and_effect(
    door: Door, intake: Intake
) -> None:
    await intake.take(Sample(message_id="USED").raw())
    row = await row_of(intake, "USED")
    sign_in(door, "operator")
    page = await door.client.get(f"/messages/{row.id}")

    assert "PID|1||9990000018^^^NHS^NH~H100^^^RXH^MR||ASHDOWN^JOAN" in page.text
    assert "<dt" in page.text
    assert re.search(r">PID-5 <span[^>]*>Patient name</span></dt>\s*<dd[^>]*>ASHDOWN\^JOAN", page.text)
    assert "A hospital stay: admitted" in page.text
    assert "Who the person is" in page.text
    assert "The person has no open case here." in page.text
    assert all(words in page.text for words in WHEREABOUTS)
    async with transaction(door.worker) as session:
        looks = list(await session.scalars(select(AuditRead)))
    assert [(look.what, look.role, look.person_ids) for look in looks] == [
        ("message", "operator", [row.person_id])
    ]


async def test_given_a_person_with_a_case_when_the_message_is_opened_then_the_role_decides_about_the_link(
    door: Door, intake: Intake
) -> None:
    await intake.take(Sample(message_id="USED").raw())
    person = {"nhs_number": "9990000018", "family_name": "Ashdown", "birth_date": "1941-05-02"}
    case_id = await door.referred(person=person)
    row = await row_of(intake, "USED")
    sign_in(door, "operator")
    page = await door.client.get(f"/messages/{row.id}")

    assert "The person has an open case. Your role does not open cases." in page.text
    assert f"/cases/{case_id}" not in page.text


async def test_given_a_person_who_is_hidden_when_their_messages_are_opened_then_no_whereabouts_are_shown(
    door: Door, intake: Intake
) -> None:
    await intake.take(
        Sample(message_id="BEFORE").raw(),
        Sample(message_id="HIDING", trigger="A08", more={"PV1": {16: "Y"}}, visit="V1").raw(),
    )
    sign_in(door, "operator")
    for message_id in ("BEFORE", "HIDING"):
        row = await row_of(intake, message_id)
        page = await door.client.get(f"/messages/{row.id}")
        assert row.person_id
        assert "ASHDOWN" in page.text
        assert WITHHELD in page.text
        assert not any(words in page.text for words in WHEREABOUTS)


async def test_given_a_message_that_nobody_has_handled_when_opened_then_no_whereabouts_are_shown(
    door: Door, intake: Intake
) -> None:
    await intake.put(Sample(message_id="NEW").raw())
    row = await row_of(intake, "NEW")
    sign_in(door, "operator")
    page = await door.client.get(f"/messages/{row.id}")

    assert not any(words in page.text for words in WHEREABOUTS)
    async with transaction(door.worker) as session:
        looks = list(await session.scalars(select(AuditRead)))
    assert [look.what for look in looks] == [f"message {row.sequence}, person not known"]


async def test_given_a_person_merged_into_a_hidden_one_when_opened_then_no_whereabouts_are_shown(
    door: Door, intake: Intake
) -> None:
    other = Sample(message_id="OTHER", nhs=OTHER_NHS, local="H200", visit="V2", family="BROOK")
    await intake.take(Sample(message_id="USED").raw(), other.but(more={"PV1": {16: "Y"}}).raw())
    row, hidden = await row_of(intake, "USED"), await row_of(intake, "OTHER")
    async with transaction(door.worker) as session:
        person = await session.get_one(Person, row.person_id)
        person.merged_into = hidden.person_id
    sign_in(door, "operator")
    page = await door.client.get(f"/messages/{row.id}")

    assert "ASHDOWN" in page.text
    assert not any(words in page.text for words in WHEREABOUTS)


async def test_given_markup_in_a_message_when_opened_then_it_is_text(door: Door, intake: Intake) -> None:
    await intake.put(
        Sample(message_id="<script>alert(1)</script>", family="<img src=x onerror=alert(2)>").raw()
    )
    row = (await intake.rows(InboxRow))[0]
    sign_in(door, "operator")
    for path in ("/messages", f"/messages/{row.id}"):
        page = await door.client.get(path)
        assert "<script>alert" not in page.text
        assert "<img" not in page.text


@pytest.mark.parametrize(("role", "organisation"), [("operator", "STRANGER"), ("operator", "HOUSING")])
async def test_given_somebody_elsewhere_when_messages_are_opened_then_there_are_none(
    door: Door, intake: Intake, role: str, organisation: str
) -> None:
    await intake.take(Sample(message_id="USED").raw())
    row = await row_of(intake, "USED")
    sign_in(door, role, organisation)

    assert "No message is in this view" in (await door.client.get("/messages")).text
    assert (await door.client.get(f"/messages/{row.id}")).status_code == 404


async def test_given_a_role_that_reads_no_messages_when_opened_then_it_is_told_so(door: Door) -> None:
    sign_in(door, "coordinator")

    assert (await door.client.get("/messages")).status_code == 403
    assert (await door.client.get(f"/messages/{uuid4()}")).status_code == 403


def test_given_fhir_when_whereabouts_are_not_to_be_seen_then_they_and_free_words_are_left_out() -> None:
    body = {
        "resourceType": "Patient",
        "text": {"div": "<div>1 Acacia Avenue</div>"},
        "name": [{"family": "Ashdown"}],
        "address": [{"line": ["1 Acacia Avenue"], "postalCode": "LS1 1AA"}],
        "telecom": [{"value": "01134960000"}],
        "extension": [{"url": "x", "valueAddress": {"city": "Leeds"}}],
        "contained": [{"resourceType": "RelatedPerson", "address": [{"city": "Leeds"}]}],
        "note": [{"text": "fled from Leeds"}],
    }
    raw = json.dumps(body).encode()
    hidden = shown(raw, "application/fhir+json", whereabouts=False)

    assert hidden.withheld
    assert "Ashdown" in hidden.raw
    for words in ("Acacia", "LS1", "0113", "Leeds"):
        assert words not in hidden.raw
        assert words not in str(hidden.segments)
    assert json.loads(shown(raw, "application/fhir+json", whereabouts=True).raw) == body


@pytest.mark.parametrize(
    "line",
    [
        "ZAD|1|1 ACACIA AVENUE",
        "OBX|1|TX|||lives at 1 ACACIA AVENUE",
        "NK1|1|ASHDOWN^JIM|HUSBAND|1 ACACIA AVENUE|01134960000",
        "PID^1^^^^^^^^^^1 ACACIA AVENUE",
        "1 ACACIA AVENUE^^LEEDS",
        "PD1||||ACACIA SURGERY",
    ],
)
def test_given_a_line_that_may_tell_where_when_hidden_then_it_does_not(line: str) -> None:
    raw = f"MSH|^~\\&|PAS|RXH|||20260302||ADT^A01|M1|P|2.4\r{line}\r".encode()
    hidden = shown(raw, HL7, whereabouts=False)

    assert hidden.withheld
    assert "ACACIA" not in hidden.raw
    assert "ACACIA" not in str(hidden.segments)
    assert "0113496" not in hidden.raw


@pytest.mark.parametrize("content_type", [HL7, "text/csv", "application/fhir+json"])
def test_given_bytes_that_cannot_be_cut_when_hidden_then_only_a_glance_is_shown(content_type: str) -> None:
    raw = b"GET / HTTP/1.1 " + b"x" * 60 + b" 1 ACACIA AVENUE"
    hidden = shown(raw, content_type, whereabouts=False)

    assert hidden.raw.startswith("GET / HTTP/1.1")
    assert "ACACIA" not in hidden.raw
    assert hidden.cut == "31 characters more, withheld"


def test_given_a_long_message_when_shown_then_it_is_cut_and_says_so() -> None:
    raw = b"MSH|^~\\&|PAS|RXH|||20260302||ADT^A01|M1|P|2.4\rOBX|1|ED|" + b"A" * 2_000_000 + b"\r"
    seen = shown(raw, HL7, whereabouts=True)

    assert len(seen.raw) == 50_000
    assert seen.cut.endswith("characters more, too long to show")


async def add_fhir(door: Door, intake: Intake) -> UUID:
    async with transaction(door.worker) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        arrived = Arrived(
            raw=b'{"resourceType": "ServiceRequest", "status": "active"}',
            content_type="application/fhir+json",
            message_type="ServiceRequest",
            state="interpreted",
        )
        return (await receive(session, feed, arrived)).id


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_messages_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, intake: Intake, looking: Looking, narrow: bool
) -> None:
    await intake.take(Sample(message_id="USED").raw(), Sample(message_id="ODD", trigger="A99").raw())
    await intake.put(Sample(message_id="USED", trigger="A02").raw())
    fhir = await add_fhir(door, intake)
    ids = [fhir, *(row.id for row in await intake.rows(InboxRow))]
    sign_in(door, "operator")

    for path in ("/messages", "/messages?state=parked", *(f"/messages/{each}" for each in ids)):
        seen = await looking.look(path, narrow=narrow)
        assert seen.faults == [], path
        assert seen.console == [], path


async def test_given_a_message_when_it_is_downloaded_then_its_bytes_come_unless_something_is_withheld(
    door: Door, intake: Intake
) -> None:
    known, hidden = Sample(message_id="KNOWN").raw(), Sample(message_id="NOBODY", nhs="", local="").raw()
    await intake.take(known, hidden)
    sign_in(door, "operator")
    files = [
        await door.client.get(f"/messages/{(await row_of(intake, each)).id}/raw")
        for each in ("KNOWN", "NOBODY")
    ]

    assert files[0].content == known
    assert all(words not in files[1].text for words in WHEREABOUTS)
    assert "ASHDOWN" in files[1].text
    assert all(each.headers["content-disposition"].startswith("attachment") for each in files)
    async with transaction(door.worker) as session:
        looks = [look.what for look in await session.scalars(select(AuditRead))]
    assert [what.split(" ")[:2] for what in looks] == [["message", "download"]] * 2


async def test_given_a_message_when_all_about_its_person_are_asked_for_then_parked_ones_are_among_them(
    door: Door, intake: Intake
) -> None:
    await intake.take(
        Sample(message_id="USED").raw(),
        Sample(message_id="PARKED", trigger="A40").raw(),
        Sample(message_id="OTHER", nhs=OTHER_NHS, local="H200", visit="V2").raw(),
    )
    row = await row_of(intake, "USED")
    sign_in(door, "operator")
    page = await door.client.get(f"/messages?about={row.id}")

    assert [line.split()[0] for line in listed(page.text)] == ["PARKED", "USED"]
    assert (
        f'href="/messages?about={row.id}">All messages about this person'
        in (await door.client.get(f"/messages/{row.id}")).text
    )


async def test_given_no_reason_when_a_message_is_replayed_then_its_page_comes_back_with_the_fault(
    door: Door, intake: Intake
) -> None:
    await intake.take(Sample(message_id="USED").raw())
    row = await row_of(intake, "USED")
    sign_in(door, "operator")
    page = (await door.client.get(f"/messages/{row.id}")).text
    form = page.split('action="/messages/replays"')[1].split("</form>")[0]
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)) | {"why": "x"}
    answer = await door.client.post("/messages/replays", data=sent)

    assert answer.status_code == 422
    assert 'href="#why"' in answer.text
    assert 'value="x"' in answer.text


async def test_given_a_message_whose_month_was_archived_then_page_and_download_say_that_it_is_not_kept(
    door: Door, intake: Intake, owner: AsyncEngine
) -> None:
    await intake.take(Sample(message_id="OLD").raw())
    row = await row_of(intake, "OLD")
    sign_in(door, "operator")
    assert "Download it" in (await door.client.get(f"/messages/{row.id}")).text
    async with transaction(owner) as session:
        await session.execute(text("ALTER TABLE inbox_bytes DETACH PARTITION inbox_bytes_first"))
    page = await door.client.get(f"/messages/{row.id}")
    assert "The content is no longer kept, because its month was archived." in page.text
    assert "It cannot be replayed: What it said is no longer kept" in page.text
    assert "Download it" not in page.text
    file = await door.client.get(f"/messages/{row.id}/raw")
    assert file.status_code == 404
    assert "no longer kept" in file.text
