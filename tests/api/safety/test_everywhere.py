"""A disclosure is found by the people named for it and by nobody else, whatever is asked by whomever; and
nothing that anybody else reads, counts or measures is another than it would be without it.
"""

from __future__ import annotations

import logging
import re
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.permissions import allowed
from discharge.roles import ROLES
from discharge.store.base import Base
from discharge.store.engine import transaction
from tests.api.conftest import Door
from tests.api.hidden_scene import PARTIES, Scene, everything_logged, shown_scene
from tests.api.safety.scene import ADVISER, NURSE, ROLE, WORDS, acted, advised, disclosed, get, post
from tests.api.signing_in import form_token, sign_in
from tests.api.test_hidden_everywhere import ask, paths
from tests.fhir_adapters.hl7v2.conftest import Intake

OF_EACH_ANSWER = re.compile(
    r'(name="(?:form_token|key)" value=")[^"]*|nonce-[\w-]+|"reference":"[^"]*"|_total{.*|_seconds.*|# .*'
    r'|"last_seen_at":"[^"]*"'
)
"""What is new in each answer, when staff were last seen, and figures that count the asking itself."""
LOOKS = ("/who-looked", "/offline/session")
"""What grows with each look, and a secret that is new in each answer."""
WRITTEN_BY_ASKING = {"users", "sessions", "audit_reads", "heartbeats"}


@pytest.fixture
async def scene(door: Door, intake: Intake, owner: AsyncEngine) -> Scene:
    return await shown_scene(door, intake, owner)


def plain(answer: httpx.Response) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """Status, body and headers."""
    kept = tuple((name, value) for name, value in sorted(answer.headers.items()) if name != "set-cookie")
    body = OF_EACH_ANSWER.sub("", answer.text)
    return answer.status_code, body, tuple(each for each in kept if each[0] != "content-length")


ASKERS = (
    *(("TRUST", role) for role in ROLES),
    ("HOUSING", "coordinator"),
    ("HOUSING", "admin"),
    *((party, "coordinator") for party in ("COUNCIL", "LANDLORD", "SUPPLIER", "OTHER-TRUST", "STRANGER")),
    ("STRANGER", "system"),
)
assert {party for party, _ in ASKERS} == set(PARTIES)


async def everybody_signs_in(door: Door) -> None:
    """So that the first look of somebody adds nobody to the list of users."""
    for party, role in ASKERS:
        sign_in(door, role, party)
        assert (await door.get("/api/v1/clock", role, party)).status_code == 200


async def walk(scene: Scene) -> dict[str, tuple[int, str, tuple[tuple[str, str], ...]]]:
    """What every role of everybody is answered at every address."""
    answers = {}
    known = {name: values[:1] for name, values in scene.known.items()}
    for party, role in ASKERS:
        sign_in(scene.door, role, party)
        for path, action in paths(known):
            page = role == "system" and not path.startswith(("/api", "/fhir"))
            if page or "/do/" in path or (action and not allowed(role, action)) or path.endswith(LOOKS):
                continue
            answers[f"{party} {role} {path}"] = plain(await ask(scene.door, party, role, path))
    return answers


async def fingerprint(owner: AsyncEngine) -> dict[str, str]:
    """What every table outside the annex holds."""
    tables = {each for each in Base.metadata.tables if not each.startswith("safety_")} - WRITTEN_BY_ASKING
    async with transaction(owner) as session:
        return {
            table: str(
                await session.scalar(
                    text(f"SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {table} AS t")
                )
            )
            for table in sorted(tables)
        }


async def send_form(door: Door, case_id: UUID) -> None:
    """A nurse sends the page's form; as another person than those who walk."""
    session = sign_in(door, ROLE, "TRUST")
    sent = {
        "form_token": form_token(door, session),
        "key": "k",
        "kind": "questions-answered",
        "asked": "not-alone",
        "asked_on-day": "2",
        "asked_on-month": "3",
        "asked_on-year": "2026",
        "disclosed": "yes",
        "perpetrator_at_address": "yes",
        "safe_tonight": "no",
        "disclosure": WORDS,
    }
    answer = await door.client.post(f"/cases/{case_id}/safety", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{case_id}/safety?done=recorded")


async def work_on(door: Door, case_id: UUID) -> None:
    """What the adviser does that day; and somebody else tries to look."""
    for event, words in (
        ({"kind": "review-set", "review_on": "2099-03-09"}, {}),
        (
            {
                "kind": "marac-decided",
                "referral": {"basis": "judgement", "consent": "refused", "decided_on": "2026-03-02"},
            },
            {"reason": WORDS},
        ),
    ):
        answer = await acted(door, case_id, event, **words)
        assert answer.status_code == 201, answer.text


async def test_given_a_disclosure_when_everybody_asks_for_everything_then_nothing_is_another_than_before(
    scene: Scene, owner: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="homeward")
    door = scene.door
    await advised(door)
    await everybody_signs_in(door)
    before, held = await walk(scene), await fingerprint(owner)
    assert len(before) > 500

    await disclosed(door, scene.case_id, asked_on="2026-03-02")
    await work_on(door, scene.case_id)
    assert await get(door, f"/api/v1/cases/{scene.case_id}/safety", ADVISER)

    assert {table: True for table, rows in (await fingerprint(owner)).items() if rows != held[table]} == {}
    after = await walk(scene)
    assert {path for path in before if before[path] != after[path]} == set()
    assert not [path for path, (_, body, _) in after.items() if WORDS in body]
    assert WORDS not in caplog.text + await everything_logged(door.worker)
    read = await get(door, f"/api/v1/cases/{scene.case_id}/safety", ADVISER)
    assert read.text.count(WORDS) == 2
    own = await get(door, f"/api/v1/cases/{scene.case_id}/safety", NURSE)
    assert own.text.count(WORDS) == 1


async def test_given_a_disclosure_by_the_page_then_no_table_but_the_annexs_own_holds_it(
    scene: Scene, owner: AsyncEngine
) -> None:
    door = scene.door
    await advised(door)
    sign_in(door, ROLE, "TRUST")
    held = await fingerprint(owner)
    await send_form(door, scene.case_id)
    now = await fingerprint(owner)
    assert {table for table in now if now[table] != held[table]} == set()
    shown = (await door.client.get(f"/cases/{scene.case_id}/safety")).text
    assert WORDS in shown, "whoever recorded it reads what they wrote"
    read = await get(door, f"/api/v1/cases/{scene.case_id}/safety", ADVISER)
    assert WORDS in read.text


async def looks_at(door: Door, case_id: UUID) -> list[tuple[str, str]]:
    rows = (await door.get(f"/api/v1/cases/{case_id}/who-looked?size=100")).json()["looks"]
    return sorted((each["role"], each["what"]) for each in rows if each["what"] != "who looked")


async def test_given_two_cases_one_with_a_disclosure_then_who_looked_and_the_answers_to_a_colleague_are_alike(
    door: Door,
) -> None:
    twins = [
        await door.referred(),
        await door.referred(
            person={
                "nhs_number": "9990000026",
                "family_name": "Ashdowe",
                "given_name": "Edina",
                "birth_date": "1941-05-03",
            }
        ),
    ]
    await advised(door)
    told, quiet = twins
    await disclosed(door, told)
    await work_on(door, told)
    for case_id in twins:
        await get(door, f"/api/v1/cases/{case_id}/safety", ADVISER)
        assert (await get(door, f"/api/v1/cases/{case_id}", "a-colleague")).status_code == 200
    assert await looks_at(door, told) == await looks_at(door, quiet)
    seen = []
    for case_id in twins:
        body = {
            "event": {"kind": "questions-answered", "answers": {"asked": "alone", "asked_on": "2026-03-02"}}
        }
        path = f"/api/v1/cases/{case_id}/safety"
        answers = [await get(door, path, "a-colleague"), await post(door, path, body, "a-colleague")]
        line = (await get(door, f"/api/v1/cases/{case_id}", "a-colleague")).json()["safety"]
        texts = [re.sub(r"[0-9a-f-]{36}|\d\d:\d\d:\d\d\.\d+", "", each.text) for each in answers]
        seen.append((line, texts, [each.status_code for each in answers]))
    assert seen[0] == seen[1]
