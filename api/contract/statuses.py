"""Which errors an operation may answer with: one table, from which the description follows.

Every operation needs a token and asks PostgreSQL; the rest depends on what it takes and does. A test holds
the table against what the interface really answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EVERY = (401, 422, 429, 500, 503)
WITH_BODY = (400, 408, 413)
WITH_ID = (404,)
CHANGES = (409,)
FORBIDS = (403,)

FOR_ANYBODY = frozenset({"get_clock", "list_code_lists", "get_code_list"})
"""Operations that whoever is signed in may ask."""

ALSO: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "list_messages": (404,),
        "start_replay": (404,),
        "compare_shadow_list": (404,),
        "list_shadow_lists": (404,),
        "add_evidence": (415,),
    }
)
"""Operations that name something else that may not be there, or that take files."""

EXAMPLES: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        400: ("not-utf8",),
        401: ("not-signed-in",),
        403: ("role-not-allowed", "part-not-allowed"),
        404: ("not-found",),
        408: ("request-unfinished",),
        409: ("case-changed", "already-done"),
        413: ("message-too-large",),
        415: ("file-kind-not-accepted",),
        422: ("invalid-body", "code-not-in-value-set", "duplicate-key-other-body"),
        429: ("too-many-requests",),
        500: ("internal",),
        503: ("database-unavailable", "database-busy"),
    }
)
"""Codes that are usual for a status; the list `errors` has them all."""


def statuses(name: str, method: str, *, has_body: bool, has_id: bool) -> tuple[int, ...]:
    """The statuses of errors of one operation, in order."""
    found = {*EVERY, *ALSO.get(name, ())}
    if name not in FOR_ANYBODY:
        found |= set(FORBIDS)
    if has_body:
        found |= set(WITH_BODY)
    if has_id:
        found |= set(WITH_ID)
    if method in ("post", "put"):
        found |= set(CHANGES)
    return tuple(sorted(found))
