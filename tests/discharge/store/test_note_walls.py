"""Each condition of the walls around notes: who reads whose words, and writes any."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.audit import Who
from discharge.store.engine import transaction
from tests.discharge.store.note_scene import Scene, change, does, noted, two_cases
from tests.fixtures.postgres import Places


@pytest.fixture
async def scene(worker: AsyncEngine, owner: AsyncEngine, places: Places, person_id: UUID) -> Scene:
    return await two_cases(worker, owner, places, person_id)


async def reads(api: AsyncEngine, who: Who, role: str | None = None) -> set[str]:
    return set(await does(api, who, "SELECT text FROM notes", role))


ALL = {"ordinary", "restricted", "own-words"}


async def test_given_notes_of_a_supplier_then_each_reads_what_their_part_and_role_allow(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene
) -> None:
    for sensitivity in sorted(ALL):
        await noted(owner, scene.case, scene.writer, sensitivity, words=sensitivity)
    expected: tuple[tuple[Who, str | None, set[str]], ...] = (
        (scene.writer, None, ALL),
        (scene.colleague, None, {"ordinary", "restricted"}),
        (scene.colleague, "discharge-team", {"ordinary", "restricted"}),
        (scene.trust, None, {"ordinary", "own-words"}),
        (scene.trust, "system", {"ordinary", "own-words"}),
        (scene.trust, "trust-monitor", {"ordinary"}),
        (scene.trust, "", {"ordinary"}),
        (scene.housing, None, {"ordinary", "own-words"}),
        (scene.stranger, None, set()),
    )
    for who, role, seen in expected:
        assert await reads(api, who, role) == seen, (who.client_id, role)


@pytest.mark.parametrize(
    ("relation", "seen"),
    [
        ("responsible-trust", {"ordinary", "own-words"}),
        ("housing-lead", {"ordinary", "own-words"}),
        ("referrer", {"ordinary", "own-words"}),
        ("council", {"ordinary"}),
        ("landlord", set()),
        ("supplier", set()),
    ],
)
async def test_given_a_relation_then_it_reads_others_words_and_the_person_s_own_as_the_team_does(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene, relation: str, seen: set[str]
) -> None:
    await noted(owner, scene.case, scene.writer, "ordinary", words="ordinary")
    await noted(owner, scene.case, scene.writer, "own-words", words="own-words")
    await change(
        owner,
        "UPDATE case_participants SET relation = :relation WHERE organisation_id = :who AND case_id = :case",
        relation=relation,
        who=scene.housing.organisation_id,
        case=scene.case,
    )
    assert await reads(api, scene.housing) == seen


@pytest.mark.parametrize(
    ("dates", "seen"),
    [
        ("until_on = homeward_today()", set()),
        ("until_on = homeward_today() + 1", {"ordinary", "own-words"}),
        ("from_on = homeward_today() + 1", set()),
    ],
)
async def test_given_days_of_a_part_then_it_reads_from_its_first_day_until_its_last(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene, dates: str, seen: set[str]
) -> None:
    for sensitivity in ("ordinary", "own-words"):
        await noted(owner, scene.case, scene.writer, sensitivity, words=sensitivity)
    part = "WHERE organisation_id = :who AND case_id = :case"
    ids = {"who": scene.housing.organisation_id, "case": scene.case}
    await change(owner, f"UPDATE case_participants SET {dates} {part}", **ids)
    assert await reads(api, scene.housing) == seen


async def test_given_a_note_then_it_is_written_in_the_own_name_of_a_case_in_which_one_takes_part(
    api: AsyncEngine, scene: Scene
) -> None:
    written = "INSERT INTO notes (id, case_id, organisation_id, text) VALUES (:id, :case, :org, 'w')"

    async def writes(who: Who, statement: str, in_name_of: Who) -> None:
        values = {"id": uuid4(), "case": scene.case, "org": in_name_of.organisation_id}
        async with transaction(api, organisation_id=who.organisation_id) as session:
            await session.execute(text(statement), values)

    await writes(scene.trust, written, scene.trust)
    for who, in_name_of in ((scene.stranger, scene.stranger), (scene.trust, scene.housing)):
        with pytest.raises(DBAPIError, match="row-level security"):
            await writes(who, written, in_name_of)
    for statement in ("UPDATE notes SET text = '' WHERE id = :id", "DELETE FROM notes WHERE id = :id"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await writes(scene.trust, statement, scene.trust)
