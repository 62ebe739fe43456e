"""A page of a list is all that is read of it: an index has its order, and one plan does for every value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from discharge.roles import Role
from discharge.store.engine import transaction
from tests.api.conftest import Door

SCANS = ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin")
"""What a record of a few rows is read by, and a large one need not be."""
Asked = list[tuple[str, Any]]


@contextmanager
def asked(door: Door) -> Iterator[Asked]:
    """The statements that the application sends meanwhile."""
    found: Asked = []
    engine = door.app.state.services.engine.sync_engine

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("address", "role", "table", "index"),
    [
        ("/api/v1/cases", "discharge-team", "cases", "ix_cases_waiting_longest"),
        ("/api/v1/cases?view=closed", "discharge-team", "cases", "ix_cases_closed"),
        ("/fhir/R4/ServiceRequest", "system", "cases", "ix_cases_referred"),
        ("/fhir/R4/Task?status=requested", "system", "cases", "ix_cases_referred"),
        (
            "/api/v1/referral-requests?box=answered",
            "coordinator",
            "referral_requests",
            "ix_referral_requests_answered",
        ),
    ],
)
async def test_given_a_list_when_a_page_is_asked_for_then_an_index_has_its_order(
    door: Door, address: str, role: Role, table: str, index: str
) -> None:
    await door.referred()
    with asked(door) as statements:
        assert (await door.get(address, role)).status_code == 200
    lists = [each for each in statements if {"ORDER", "LIMIT"} <= set(each[0].split())]
    [(page, parameters)] = [each for each in lists if f"SELECT {table}.id" in each[0]]

    assert table != "cases" or "LIMIT 25" in page, "the number of rows is written out"
    async with transaction(door.app.state.services.engine, organisation_id=door.places.trust) as session:
        for scan in SCANS:
            await session.execute(text(f"SET LOCAL enable_{scan} = off"))
        connection = await session.connection()
        plan = await connection.exec_driver_sql(f"EXPLAIN {page}", parameters)
        assert index in "\n".join(plan.scalars())


async def test_given_open_alerts_when_listed_then_the_number_of_rows_is_written_out(door: Door) -> None:
    with asked(door) as statements:
        assert (await door.get("/api/v1/alerts", "discharge-team")).status_code == 200
    assert any("LIMIT 25" in statement for statement, _ in statements)
