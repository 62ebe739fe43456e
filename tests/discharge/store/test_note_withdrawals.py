"""Each condition of withdrawing a note: who may, what goes with it, and what stays."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store.audit import Who
from discharge.store.engine import transaction
from tests.discharge.store.note_scene import WORDS, Scene, change, does, noted, two_cases
from tests.fixtures.postgres import Places
from tests.fixtures.safety import appointed

WITHDRAW = "SELECT homeward_withdraw_note(:case, :note, CAST(:danger AS jsonb), '{}')"
DANGER = '{"kind": "danger-noted", "payload": {}, "in_hospital": true, "role": "r", "body_hash": "h"'


@pytest.fixture
async def scene(worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID) -> Scene:
    return await two_cases(worker, owner, places, person_id)


async def withdraws(
    api: AsyncEngine, who: Who, scene: Scene, note: UUID, *, danger: bool = False, case: UUID | None = None
) -> str:
    said = f'{DANGER}, "organisation_id": "{who.organisation_id}", "user_id": "{who.user_id}"}}'
    values: dict[str, Any] = {"case": case or scene.case, "note": note, "danger": said if danger else None}
    try:
        (answer,) = await does(api, who, WITHDRAW, **values)
    except HomewardError as refused:
        return refused.code
    return str(answer)


async def held(owner: AsyncEngine, note: UUID) -> tuple[Any, ...]:
    async with transaction(owner) as session:
        query = text("SELECT text, withdrawn_at IS NOT NULL, withdrawn_by FROM notes WHERE id = :id")
        return tuple((await session.execute(query, {"id": note})).one())


@pytest.mark.parametrize("danger", [False, True])
async def test_given_a_note_when_it_is_withdrawn_then_its_words_go_and_the_same_again_changes_nothing(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene, danger: bool
) -> None:
    stays, note = [await noted(owner, scene.case, scene.writer) for _ in range(2)]
    earlier = await noted(owner, scene.case, scene.writer, words="Earlier")
    assert await withdraws(api, scene.housing, scene, earlier, danger=True) == "done"
    confirm = "INSERT INTO safety_confirmations (case_id) VALUES (:case)"
    for case_id in (scene.case, scene.elsewhere):
        await change(owner, confirm, case=case_id)

    assert await withdraws(api, scene.trust, scene, note, danger=danger) == "done"

    assert await held(owner, note) == ("", True, scene.trust.user_id)
    assert await held(owner, stays) == (WORDS, False, None)
    async with transaction(owner) as session:
        left = await session.scalars(text("SELECT case_id FROM safety_confirmations"))
        assert left.all() == [scene.elsewhere]
        kept = await session.execute(text("SELECT case_id, event_id, text FROM safety_notes"))
        told = {(case, event, words) for case, event, words in kept if words}
        assert told == {(scene.case, earlier, "Earlier"), *([(scene.case, note, WORDS)] if danger else [])}
    assert await withdraws(api, scene.trust, scene, note, danger=danger) == "again"
    assert await withdraws(api, scene.trust, scene, note, danger=not danger) == "before"
    assert await withdraws(api, scene.housing, scene, note, danger=danger) == "before"
    assert await held(owner, note) == ("", True, scene.trust.user_id)


async def test_given_somebody_who_may_not_read_it_or_takes_no_part_then_there_is_no_note_to_withdraw(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene, places: Places
) -> None:
    note = await noted(owner, scene.case, scene.writer)
    own_words = await noted(owner, scene.case, scene.writer, "own-words")
    restricted = await noted(owner, scene.case, scene.writer, "restricted")
    nobody = Who(organisation_id=places.trust, role="system", client_id="c")
    of_no_role = Who(
        organisation_id=places.trust, role="trust-monitor", client_id="m", user_id=scene.trust.user_id
    )
    for who, which in (
        (scene.stranger, note),
        (nobody, note),
        (scene.colleague, own_words),
        (of_no_role, own_words),
        (scene.trust, restricted),
        (scene.housing, uuid4()),
    ):
        assert await withdraws(api, who, scene, which) == "not-found", (who.client_id, which)
    assert await withdraws(api, scene.trust, scene, note, case=scene.elsewhere) == "not-found"
    part = "UPDATE case_participants SET {} WHERE organisation_id = :who AND case_id = :case"
    ids = {"who": scene.writer.organisation_id, "case": scene.case}
    for dates in ("until_on = homeward_today()", "until_on = NULL, from_on = homeward_today() + 1"):
        await change(owner, part.format(dates), **ids)
        assert await withdraws(api, scene.writer, scene, note) == "not-found", dates
    later = "until_on = homeward_today() + 1, from_on = homeward_today()"
    await change(owner, part.format(later), **ids)
    of_the_trust = await noted(owner, scene.case, scene.trust)
    assert await withdraws(api, scene.colleague, scene, of_the_trust) == "not-found"
    of_the_team = await noted(owner, scene.case, scene.writer, "own-words")
    for which, who in (
        (note, scene.colleague),
        (own_words, scene.writer),
        (restricted, scene.colleague),
        (of_the_trust, scene.housing),
        (of_the_team, scene.housing),
    ):
        assert await withdraws(api, who, scene, which) == "done", who.client_id


REQUEST = (
    "INSERT INTO referral_requests (id, sender_id, service_id, role, client_id, client_key, body_hash, said,"
    " command_id, requested_at, due_at) SELECT gen_random_uuid(), :org, :org, 'r', 'c', gen_random_uuid(),"
    " 'h', jsonb_build_object('note', CAST(:note AS text)), :command, now(), now()"
)


async def test_given_the_note_of_a_referral_when_it_is_withdrawn_then_its_request_alone_loses_it(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene
) -> None:
    first, other = uuid4(), uuid4()
    for command, words in ((first, WORDS), (first, "Stairs"), (other, WORDS)):
        ids = {"org": scene.trust.organisation_id, "command": command, "note": words}
        await change(owner, REQUEST, **ids)
    of_item = await noted(owner, scene.case, scene.writer, command=first, item="food")
    assert await withdraws(api, scene.trust, scene, of_item) == "done"

    async def said() -> list[str | None]:
        async with transaction(owner) as session:
            query = "SELECT said ->> 'note' FROM referral_requests ORDER BY command_id = :first, 1"
            return list(await session.scalars(text(query), {"first": first}))

    assert await said() == [WORDS, WORDS, "Stairs"]
    note = await noted(owner, scene.case, scene.writer, command=first)
    assert await withdraws(api, scene.trust, scene, note) == "done"
    assert await said() == [WORDS, "Stairs", None]


async def test_given_looks_at_the_case_then_the_adviser_reads_who_may_have_read_what_went_to_the_annex(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene
) -> None:
    adviser = scene.housing
    await appointed(api, owner, adviser)
    await appointed(api, owner, scene.trust)
    note = await noted(owner, scene.case, scene.writer)
    look = (
        "INSERT INTO audit_reads (id, at, organisation_id, user_id, client_id, role, purpose, what, case_ids,"
        " person_ids) VALUES (gen_random_uuid(), now() + CAST(:ago AS interval), :org, :user, 'c', 'r', 'p',"
        " :what, ARRAY[CAST(:case AS uuid)], ARRAY[]::uuid[])"
    )
    for who, ago, what, case_id in (
        (scene.colleague, "1 second", "case page", scene.case),
        (scene.trust, "1 second", "case page", scene.case),
        (scene.stranger, "-2 seconds", "case page", scene.case),
        (scene.writer, "1 second", "worklist of a team", scene.case),
        (scene.writer, "1 second", "alerts", scene.case),
        (scene.writer, "1 second", "case page", scene.elsewhere),
    ):
        ids = {"org": who.organisation_id, "user": who.user_id, "case": case_id}
        await change(owner, look, ago=ago, what=what, **ids)
    await change(
        owner, look, ago="1 second", what="case", org=adviser.organisation_id, user=None, case=scene.case
    )

    assert await withdraws(api, scene.trust, scene, note, danger=True) == "done"

    async with transaction(owner) as session:
        read_by = await session.scalar(text("SELECT text FROM safety_notes WHERE item = 'read-by'"))
    assert read_by == "Colleague, Landlord; a system, Housing"


async def test_given_copies_of_a_note_when_one_is_withdrawn_then_all_are_and_no_other(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene
) -> None:
    original = await noted(owner, scene.elsewhere, scene.writer)
    copy, second = [await noted(owner, scene.case, scene.writer, original=original) for _ in range(2)]
    before = await noted(
        owner,
        scene.case,
        scene.writer,
        words="",
        original=original,
        at="2026-03-01T00:00:00Z",
        withdrawn_by=scene.housing.user_id,
    )
    others = [await noted(owner, scene.case, scene.writer, original=each) for each in (None, uuid4())]
    for case_id in (scene.case, scene.elsewhere, scene.apart):
        await change(owner, "INSERT INTO safety_confirmations (case_id) VALUES (:case)", case=case_id)

    assert await withdraws(api, scene.trust, scene, copy) == "done"

    for each in (original, copy, second):
        assert await held(owner, each) == ("", True, scene.trust.user_id)
    assert await held(owner, before) == ("", True, scene.housing.user_id)
    for each in others:
        assert await held(owner, each) == (WORDS, False, None)
    async with transaction(owner) as session:
        assert (await session.scalars(text("SELECT case_id FROM safety_confirmations"))).all() == [
            scene.apart
        ]
    third = await noted(owner, scene.case, scene.writer)
    fourth = await noted(owner, scene.elsewhere, scene.writer, original=third)
    assert await withdraws(api, scene.trust, scene, third) == "done"
    assert await held(owner, fourth) == ("", True, scene.trust.user_id)


@pytest.mark.parametrize(
    "called",
    [
        "homeward_readers_since(gen_random_uuid(), now())",
        "homeward_reads_note(notes) FROM notes",
        "homeward_withdraw_copies()",
    ],
)
async def test_given_what_only_withdrawing_asks_then_nobody_calls_it(
    api: AsyncEngine, worker: AsyncEngine, called: str
) -> None:
    for engine in (api, worker):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(engine) as session:
                await session.execute(text(f"SELECT {called}"))


async def test_given_the_worker_then_it_withdraws_nothing_itself(worker: AsyncEngine) -> None:
    for called in (
        "homeward_withdraw_note(gen_random_uuid(), gen_random_uuid(), NULL, NULL)",
        "homeward_reads_own_words(gen_random_uuid())",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with transaction(worker) as session:
                await session.execute(text(f"SELECT {called}"))


CONTACT = (
    "INSERT INTO contact_entries (id, case_id, contact_id, number, entry, role, name, about, phone,"
    " safe_to_ring, source, said_on, organisation_id, recorded_by, sensitivity)"
    " VALUES (:id, :case, :contact, :number, 'recorded', 'carer', 'Ruth', :text, '01632 960001', :safe,"
    " 'tried', current_date, :org, :user, :sensitivity)"
)
READER = (
    "INSERT INTO place_readers (id, person_id, case_id, spell_id, organisation_id, user_id,"
    " reader_organisation_id, until_on, reason, named_by)"
    " VALUES (:id, :person, :case, :spell, :org, :user, :org, current_date, :text, :user)"
)
SPELL = (
    "INSERT INTO spells (id, person_id, organisation_id, visit_number, status, folded)"
    " VALUES (:id, :person, :org, 'V', 'admitted', '{}')"
)


async def contact(owner: AsyncEngine, scene: Scene, sensitivity: str = "ordinary", safe: str = "no") -> UUID:
    """A contact of the trust's with two versions; the id of the newest."""
    thread, by, rows = uuid4(), scene.trust, [uuid4(), uuid4()]
    for number, row in enumerate(rows, 1):
        values = {"id": row, "case": scene.case, "contact": thread, "number": number, "text": WORDS}
        who = {"org": by.organisation_id, "user": by.user_id, "sensitivity": sensitivity}
        await change(owner, CONTACT, **values, **who, safe=safe if number == 2 else "unknown")
    return rows[1]


async def reader(owner: AsyncEngine, scene: Scene, person_id: UUID) -> UUID:
    """Somebody whom the trust names to know the ward; the id of the name."""
    row, spell, by = uuid4(), uuid4(), scene.trust
    await change(owner, SPELL, id=spell, person=person_id, org=by.organisation_id)
    values = {"id": row, "person": person_id, "case": scene.case, "spell": spell, "text": WORDS}
    await change(owner, READER, **values, org=by.organisation_id, user=by.user_id)
    return row


async def standing(owner: AsyncEngine) -> list[tuple[Any, ...]]:
    """What is said of contacts, and why somebody may know the ward."""
    query = "SELECT name, about, phone FROM contact_entries ORDER BY number"
    async with transaction(owner) as session:
        rows = [tuple(row) for row in await session.execute(text(query))]
        return [
            *rows,
            *(tuple(row) for row in await session.execute(text("SELECT reason FROM place_readers"))),
        ]


async def test_given_words_of_others_when_somebody_who_may_not_read_them_withdraws_then_they_stand(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene, person_id: UUID
) -> None:
    open_words, restricted = await contact(owner, scene), await contact(owner, scene, "restricted")
    name = await reader(owner, scene, person_id)
    before = await standing(owner)
    for who, words in (
        *((who, open_words) for who in (scene.writer, scene.stranger)),
        *((who, restricted) for who in (scene.housing, scene.writer, scene.stranger)),
        *((who, name) for who in (scene.housing, scene.writer, scene.stranger)),
    ):
        for danger in (False, True):
            assert await withdraws(api, who, scene, words, danger=danger) == "not-found", (who, words)
    assert await withdraws(api, scene.trust, scene, open_words, case=scene.elsewhere) == "not-found"
    await change(owner, "UPDATE persons SET location_hidden = true WHERE id = :id", id=person_id)
    assert await withdraws(api, scene.trust, scene, open_words) == "not-found"
    assert await standing(owner) == before


@pytest.mark.parametrize("danger", [False, True])
async def test_given_a_contact_and_a_name_when_withdrawn_then_all_versions_go_but_number_and_unsafe_name(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene, person_id: UUID, danger: bool
) -> None:
    held, name = await contact(owner, scene), await reader(owner, scene, person_id)
    for who, words in ((scene.housing, held), (scene.trust, name)):
        assert await withdraws(api, who, scene, words, danger=danger) == "done"
        assert await withdraws(api, who, scene, words, danger=danger) == "again"
        assert await withdraws(api, who, scene, words, danger=not danger) == "before"
    number = "01632 960001"
    assert await standing(owner) == [(None, None, number), ("Ruth", None, number), ("",)]
    async with transaction(owner) as session:
        said = (await session.scalars(text("SELECT text FROM safety_notes WHERE item <> 'read-by'"))).all()
    assert len([each for each in said if WORDS in each]) == (2 if danger else 0)
