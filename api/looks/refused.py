"""Looks that were refused are noted like those that were not: those who take part in a case see who tried."""

from __future__ import annotations

import contextlib
from uuid import UUID

from starlette.requests import Request

from api.looks.notes import looked_at
from api.web.principals import Principal
from api.web.services import services_of
from discharge.errors import HomewardError

REFUSALS = frozenset({"not-found", "role-not-allowed", "part-not-allowed"})
"""Answers that keep somebody from a record; the first also where the record does not exist."""

OF_A_CASE, OF_A_PERSON = frozenset({"case_id", "resource_id"}), frozenset({"person_id"})
"""Parts of an address that name a case (by FHIR perhaps something else), or a person."""


async def note_refused_look(request: Request, error: HomewardError) -> None:
    """Note who was refused what, in a transaction of its own; the answer goes out in any case."""
    caller: Principal | None = getattr(request.state, "caller", None)
    if caller is None or error.code not in REFUSALS:
        return
    cases, people = _named(request, OF_A_CASE), _named(request, OF_A_PERSON)
    if not cases and not people:
        return
    route = getattr(request.scope.get("route"), "path", "")
    what = f"refused ({error.code}): {request.method} {route}"
    with contextlib.suppress(HomewardError):
        async with services_of(request).begin(caller) as session:
            await looked_at(session, caller, what, cases, people)


def _named(request: Request, names: frozenset[str]) -> list[UUID]:
    found = []
    for name, value in request.path_params.items():
        with contextlib.suppress(ValueError):
            if name in names:
                found.append(UUID(str(value)))
    return found
