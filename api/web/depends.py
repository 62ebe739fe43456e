"""What routes ask for: the services, the caller of an interface, the asker's own key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Request

from api.web.parameters import check_for_program
from api.web.principals import Principal
from api.web.services import Services, services_of
from discharge.errors import HomewardError
from discharge.store.request_keys import HEADER

Ready = Annotated[Services, Depends(services_of)]


async def known_by_token(request: Request, services: Services) -> Principal:
    """The caller of an interface, by bearer token. Raises not-signed-in."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise HomewardError("not-signed-in")
    caller = await services.caller(services.bearer(token.strip()), "bearer")
    request.state.caller = caller
    return caller


async def signed_in(request: Request, services: Ready) -> AsyncIterator[Principal]:
    """The caller of an interface, in their turn. Raises not-signed-in, too-many-requests, and
    unknown-parameter where the address holds one that its route does not declare.
    """
    caller = await known_by_token(request, services)
    check_for_program(request)
    async with services.turn(caller):
        yield caller


Caller = Annotated[Principal, Depends(signed_in)]

MOST_KEY = 200
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        min_length=1,
        max_length=MOST_KEY,
        description="Your own key for this request. Sent again with the same content it is the same request:"
        " done once, and answered alike. With other content it is refused (`duplicate-key-other-body`).",
    ),
]
