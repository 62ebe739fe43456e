from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from discharge.store.engine import transaction
from discharge.store.tables import HeartbeatRow
from fhir_adapters.feeds.profile_loader import PROFILES
from fhir_adapters.feeds.profile_watch import WatchedBook
from fhir_adapters.hl7v2.store.inbox import PostgresInbox
from fhir_adapters.store.profiles import remember
from fhir_adapters.store.tables import Feed, InboxRow
from tests.api.conftest import NOW, Door, Looking
from tests.api.signing_in import sign_in
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample


async def heard(door: Door, intake: Intake, ago: timedelta) -> None:
    async with transaction(door.worker) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        feed.last_heard_at = NOW - ago
        session.add(HeartbeatRow(part="drain", beat_at=NOW - timedelta(seconds=2)))
        session.add(HeartbeatRow(part="relay", beat_at=NOW - timedelta(minutes=10)))
        for part, due in (("sweep", NOW + timedelta(minutes=1)), ("counting", NOW - timedelta(minutes=1))):
            session.add(HeartbeatRow(part=part, beat_at=NOW - timedelta(minutes=10), due_at=due))


async def test_given_a_feed_when_listed_then_it_says_when_it_was_heard_and_what_waits(
    door: Door, intake: Intake
) -> None:
    await intake.put(Sample(message_id="NEW").raw())
    await heard(door, intake, timedelta(minutes=3))
    sign_in(door, "operator")
    page = await door.client.get("/feeds")

    row = next(row for row in page.text.split("<tr") if "RXH-PAS" in row)
    for words in (
        "Trust",
        "HL7 v2",
        "Profile: itk-2.4, version 1",
        "application PAS, facility RXH",
        "3 minutes ago",
        "1 message",
    ):
        assert words in row, words
    assert "Silent" not in row
    assert "Refused" not in row
    assert "Not sent" not in row
    assert 'href="/messages?state=stored&amp;feed=RXH-PAS"' in row


async def test_given_a_feed_that_names_a_profile_nobody_knows_when_listed_then_its_stand_in_is_told(
    door: Door, intake: Intake
) -> None:
    async with transaction(door.worker) as session:
        (await session.get_one(Feed, intake.feed_id)).profile = "epik"
    sign_in(door, "operator")
    page = await door.client.get("/feeds")

    row = next(row for row in page.text.split("<tr") if "RXH-PAS" in row)
    assert "epik, read as itk-2.4, version 1" in row
    assert "Profile not known" in row


async def row_of(door: Door, words: str) -> str:
    """The row of the page with these words."""
    page = (await door.client.get("/feeds")).text
    return next(row for row in page.split("<tr") if words in row)


def own_file(door: Door, tmp_path: Path) -> Path:
    """The folder of profiles of this installation, with the feed's own file in it."""
    file = tmp_path / "itk-2.4.yaml"
    file.write_bytes((PROFILES / "itk-2.4.yaml").read_bytes())
    door.app.state.services.profiles = WatchedBook(tmp_path)
    return file


def correct(door: Door, file: Path, before: str, after: str) -> None:
    """Change a file, and let it stand still for two looks."""
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    for _ in range(2):
        door.app.state.services.profiles.look()


async def test_given_a_file_that_cannot_be_used_when_feeds_are_listed_then_file_key_and_what_stays_are_told(
    door: Door, intake: Intake, tmp_path: Path
) -> None:
    correct(door, own_file(door, tmp_path), "sex:", "sexs:")
    sign_in(door, "operator")
    page = (await door.client.get("/feeds")).text

    assert "itk-2.4.yaml cannot be used" in page
    assert "sexs: Extra inputs are not permitted - did you mean sex?" in page
    assert "Version 1 of 30 June 2014 is still in force" in page
    row = next(row for row in page.split("<tr") if "RXH-PAS" in row)
    assert "In force, its file cannot be used" in row
    assert (await door.client.get("/readyz")).json()["profiles"] == "not used: itk-2.4.yaml"
    [feed] = (await door.get("/api/v1/feeds", "operator")).json()["feeds"]
    assert feed["profile"]["state"] == "last-good"


async def test_given_a_corrected_file_when_feeds_are_listed_then_its_text_is_in_force_once_the_worker_has_it(
    door: Door, intake: Intake, tmp_path: Path
) -> None:
    file = own_file(door, tmp_path)
    correct(door, file, "title: NHS ITK HL7 v2.4", "title: The hospital's own")
    sign_in(door, "operator")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()

    row = next(
        row for row in (await door.client.get("/feeds")).text.split("<tr") if "hospital&#39;s own" in row
    )
    assert "In force once the worker has read it" in row
    async with transaction(door.worker) as session:
        await remember(session, door.app.state.services.profiles.good)
    row = next(
        row for row in (await door.client.get("/feeds")).text.split("<tr") if "hospital&#39;s own" in row
    )
    assert "once the worker" not in row
    assert f"itk-2.4.yaml, {digest[:12]}" in row
    assert "RXH-PAS" in row
    [feed] = (await door.get("/api/v1/feeds", "operator")).json()["feeds"]
    assert feed["profile"] == {
        "named": "itk-2.4",
        "name": "itk-2.4",
        "version": 1,
        "effective_from": "2014-06-30",
        "sha256": digest,
        "state": "in-force",
    }


async def test_given_the_feed_of_what_nobody_claims_when_listed_then_it_shows_no_profile(
    door: Door, intake: Intake
) -> None:
    await PostgresInbox(intake.listener).unassigned()
    sign_in(door, "operator", "HOUSING")  # who runs the service
    page = await door.client.get("/feeds")

    row = next(row for row in page.text.split("<tr") if ">unassigned<" in row)
    assert "Profile" not in row
    for org, without_profile in (("HOUSING", {"unassigned": True}), ("TRUST", {"RXH-PAS": False})):
        feeds = (await door.get("/api/v1/feeds", "operator", org)).json()["feeds"]
        assert {feed["code"]: feed["profile"] is None for feed in feeds} == without_profile


async def of_the_door(door: Door, intake: Intake) -> None:
    await intake.put(*(Sample(message_id=f"M{n}").raw() for n in range(4)))
    async with transaction(door.worker) as session:
        feed = await session.get_one(Feed, intake.feed_id)
        feed.networks, feed.refused_times, feed.refused_at = ["10.20.0.0/16"], 3, NOW - timedelta(hours=2)
        rows = sorted(await session.scalars(select(InboxRow)), key=lambda row: row.sequence)
        for row, outcome in zip(rows, ("not-sent", "owed", "owed", "sent"), strict=True):
            row.application_answer = outcome
        rows[1].handled_at = NOW - timedelta(days=1000)


async def test_given_what_happened_at_a_feeds_door_when_listed_then_refusals_and_unsent_answers_are_counted(
    door: Door, intake: Intake
) -> None:
    await of_the_door(door, intake)
    sign_in(door, "operator")
    page = await door.client.get("/feeds")

    row = next(row for row in page.text.split("<tr") if "RXH-PAS" in row)
    for words in (
        "Only from 10.20.0.0/16",
        "Refused",
        "3 connections, the last 2 hours ago",
        "Not sent, the connection had ended: 2 application acknowledgements",
    ):
        assert words in row, words

    sign_in(door, "operator", "STRANGER")
    assert "RXH-PAS" not in (await door.client.get("/feeds")).text


@pytest.mark.parametrize("ago", [timedelta(minutes=16), timedelta(days=2)])
async def test_given_a_feed_that_is_silent_when_listed_then_it_says_so(
    door: Door, intake: Intake, ago: timedelta
) -> None:
    await heard(door, intake, ago)
    sign_in(door, "operator")
    page = await door.client.get("/feeds")

    row = next(row for row in page.text.split("<tr") if "RXH-PAS" in row)
    assert "Silent" in row


async def test_given_the_parts_when_listed_then_the_one_that_gives_no_sign_is_named(
    door: Door, intake: Intake
) -> None:
    await heard(door, intake, timedelta(0))
    sign_in(door, "operator")
    page = await door.client.get("/feeds")

    parts = {
        words[0]: words[1:]
        for row in page.text.split("Parts of the system")[1].split("<tr")[2:]
        if (words := re.sub(r"<[^>]+>", " ", f"<{row}").split())
    }
    assert "Silent" not in parts["Drain"]
    assert "Silent" not in parts["Sweep"], "it runs on a schedule, and is not late"
    assert "Silent" in parts["Counting"]
    assert parts["Relay"][0] == "Silent"


async def test_given_somebody_on_a_ward_when_feeds_are_opened_then_they_are_told_it_is_not_theirs(
    door: Door,
) -> None:
    sign_in(door, "discharge-team")
    assert (await door.client.get("/feeds")).status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("narrow", [False, True])
async def test_given_feeds_when_a_browser_looks_then_axe_finds_nothing(
    door: Door, intake: Intake, looking: Looking, narrow: bool, tmp_path: Path
) -> None:
    correct(door, own_file(door, tmp_path), "sex:", "sexs:")
    await of_the_door(door, intake)
    await heard(door, intake, timedelta(days=2))
    sign_in(door, "operator")
    seen = await looking.look("/feeds", narrow=narrow)

    assert (seen.faults, seen.console) == ([], [])
