"""Keys of requests in the record: of one request many times at once one is done, and keys are forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from discharge.errors import HomewardError
from discharge.store.engine import transaction
from discharge.store.request_keys import KEPT_FOR, RequestKey, done_before, forget_old, keep_result
from discharge.store.tables import RequestKeyRow
from tests.fixtures.postgres import Places


def key_of(places: Places, user: UUID, body_hash: str = "h") -> RequestKey:
    return RequestKey("ward|6b", "k1", places.trust, user, "POST /api/v1/properties", body_hash)


async def asked(api: AsyncEngine, key: RequestKey, result: str) -> str:
    async with transaction(api, organisation_id=key.organisation_id, user_id=key.user_id) as session:
        before = await done_before(session, key)
        if before is not None:
            return str(before.result)
        await asyncio.sleep(0)
        await keep_result(session, key, result)
    return result


async def test_given_one_request_sent_many_times_at_once_then_one_is_done_and_all_have_its_answer(
    api: AsyncEngine, places: Places
) -> None:
    key = key_of(places, uuid4())
    answers = await asyncio.gather(*(asked(api, key, f"try {number}") for number in range(5)))
    assert len(set(answers)) == 1


@pytest.mark.parametrize("other", [{"body_hash": "other"}, {"operation": "POST /api/v1/replays"}])
async def test_given_a_key_in_use_when_it_comes_with_something_else_then_it_is_refused(
    api: AsyncEngine, places: Places, other: dict[str, str]
) -> None:
    key = key_of(places, uuid4())
    await asked(api, key, "done")
    with pytest.raises(HomewardError) as refused:
        await asked(api, replace(key, **other), "done")  # type: ignore[arg-type]
    assert refused.value.code == "duplicate-key-other-body"


async def test_given_a_key_of_an_organisation_that_its_client_has_left_then_it_is_refused_and_not_told(
    api: AsyncEngine, places: Places
) -> None:
    key = key_of(places, uuid4())
    await asked(api, key, "of the trust")
    with pytest.raises(HomewardError) as refused:
        await asked(api, replace(key, organisation_id=places.stranger), "elsewhere")
    assert refused.value.code == "duplicate-key-other-body"


async def test_given_an_old_key_when_the_worker_tidies_then_it_is_forgotten_and_a_young_one_stays(
    api: AsyncEngine, worker: AsyncEngine, owner: AsyncEngine, places: Places
) -> None:
    user = uuid4()
    await asked(api, key_of(places, user), "old")
    await asked(api, replace(key_of(places, user), client_key="k2"), "young")
    old = update(RequestKeyRow).where(RequestKeyRow.client_key == "k1")
    async with transaction(owner) as session:
        await session.execute(old.values(used_at=func.now() - KEPT_FOR - timedelta(minutes=1)))
    async with transaction(worker) as session:
        assert await forget_old(session) == 1
    async with transaction(worker) as session:
        assert (await session.scalars(select(RequestKeyRow.client_key))).all() == ["k2"]
