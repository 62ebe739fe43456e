"""Each condition of the walls around notes: who reads whose words, and writes any."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.store.audit import Who
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


WRITE = (
    "INSERT INTO notes (id, case_id, organisation_id, command_id, text)"
    " VALUES (gen_random_uuid(), :case, :org, :command, 'w') RETURNING 1"
)


async def writes(
    api: AsyncEngine, who: Who, case_id: UUID, in_name_of: Who | None = None, command: UUID | None = None
) -> bool:
    values: dict[str, Any] = {"case": case_id, "org": (in_name_of or who).organisation_id, "command": command}
    try:
        return await does(api, who, WRITE, **values) == [1]
    except DBAPIError as refused:
        if "row-level security" not in str(refused):
            raise
        return False


async def test_given_a_note_then_it_is_written_in_the_own_name_of_a_case_in_which_one_takes_part_today(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene
) -> None:
    assert await writes(api, scene.trust, scene.case)
    assert not await writes(api, scene.trust, scene.case, scene.housing)
    assert not await writes(api, scene.trust, scene.apart)
    assert not await writes(api, scene.stranger, scene.case)
    part = "UPDATE case_participants SET {} WHERE organisation_id = :who AND case_id = :case"
    ids = {"who": scene.housing.organisation_id, "case": scene.case}
    for dates, written in (
        ("until_on = homeward_today()", False),
        ("until_on = homeward_today() + 1", True),
        ("until_on = NULL, from_on = homeward_today() + 1", False),
    ):
        await change(owner, part.format(dates), **ids)
        assert await writes(api, scene.housing, scene.case) is written, dates


async def test_given_the_command_that_opens_a_case_then_its_asker_writes_its_note_and_no_other(
    api: AsyncEngine, owner: AsyncEngine, scene: Scene
) -> None:
    command = (
        "INSERT INTO commands (id, case_id, client_id, client_key, body_hash, kind, envelope,"
        " organisation_id, role, effective_on)"
        " VALUES (:id, :case, 'c', :id, 'h', 'refer', '{}', :org, 'r', '2026-03-02')"
    )
    mine, elsewhere = uuid4(), uuid4()
    for each, case_id in ((mine, scene.apart), (elsewhere, scene.elsewhere)):
        await change(owner, command, id=each, case=case_id, org=scene.trust.organisation_id)
    assert await writes(api, scene.trust, scene.apart, command=mine)
    assert not await writes(api, scene.housing, scene.apart, command=mine)
    for other in (elsewhere, uuid4(), None):
        assert not await writes(api, scene.trust, scene.apart, command=other)


async def test_given_a_note_then_no_role_writes_it_anew_or_takes_back_that_it_was_withdrawn(
    api: AsyncEngine, worker: AsyncEngine, scene: Scene
) -> None:
    for engine, statement in (
        (api, "UPDATE notes SET text = ''"),
        (api, "DELETE FROM notes"),
        (worker, "UPDATE notes SET case_id = case_id"),
        (worker, "UPDATE notes SET withdrawn_at = NULL"),
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            await does(engine, scene.trust, statement)
