"""A request that changes something, done once under its client's own key: for programs by the header
`Idempotency-Key`, for pages by a hidden field of the form.

Commands and referrals hold their keys themselves, as the record answers them; every other write asks here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData, UploadFile

from api.commands.execution import body_hash
from api.web.depends import Caller, IdempotencyKey
from api.web.principals import Principal
from api.web.services import Services
from discharge.store import request_keys
from discharge.store.request_keys import RequestKey

FORM_KEY = "key"
OURS = frozenset({FORM_KEY, "form_token"})
"""Fields of a form that nobody fills in."""

Done = TypeVar("Done")


@dataclass(frozen=True)
class KeyedWrite:
    """One request that changes something, as its client sent it. Without a key each is a new one."""

    caller: Principal
    operation: str
    body_hash: str
    key: str | None = None

    async def once(
        self, services: Services, kind: type[Done], work: Callable[[AsyncSession], Awaitable[Done]]
    ) -> Done:
        """Do the work in one transaction, or return what it returned when the same request came before.

        `kind` is what the work returns: none, ids, or an answer without anybody's data. Raises what the work
        raises, and duplicate-key-other-body.
        """
        shape: TypeAdapter[Done] = TypeAdapter(kind)
        async with services.begin(self.caller) as session:
            asked = self._asked
            before = await request_keys.done_before(session, asked) if asked else None
            if before is not None:
                return shape.validate_python(before.result)
            done = await work(session)
            if asked:
                await request_keys.keep_result(session, asked, shape.dump_python(done, mode="json"))
            return done

    async def require_unused(self, session: AsyncSession) -> None:
        """Refuse a key that stands for another request, where this one's is not kept among them. Raises
        duplicate-key-other-body.
        """
        if self.key:
            await request_keys.require_unused(session, self.caller.client_id, self.key)

    @property
    def _asked(self) -> RequestKey | None:
        if not self.key:
            return None
        caller = self.caller
        return RequestKey(
            client_id=caller.client_id,
            client_key=self.key,
            organisation_id=caller.organisation_id,
            user_id=caller.user_id,
            operation=self.operation,
            body_hash=self.body_hash,
        )


async def by_program(request: Request, caller: Caller, key: IdempotencyKey = None) -> KeyedWrite:
    """The write that a program asks for: its key belongs to address and body as they were sent."""
    sent = (request.url.query, _as_sent(await request.body()))
    return KeyedWrite(caller, _operation(request), body_hash(sent), key)


Keyed = Annotated[KeyedWrite, Depends(by_program)]


async def by_form(request: Request, caller: Principal, form: FormData) -> KeyedWrite:
    """The write that a form of a page asks for. The same form sent with other answers is another request:
    nobody is refused for going back and correcting what they typed.
    """
    fields = [[name, await _text_of(value)] for name, value in form.multi_items() if name not in OURS]
    digest, key = body_hash(fields), str(form.get(FORM_KEY, ""))
    own = f"form:{body_hash(key, digest)}" if key else None
    return KeyedWrite(caller, _operation(request), digest, own)


def _operation(request: Request) -> str:
    return f"{request.method} {request.url.path}"


def _as_sent(body: bytes) -> Any:
    """The same for the same JSON however it is spaced."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return hashlib.sha256(body).hexdigest()


async def _text_of(value: str | UploadFile) -> str:
    if isinstance(value, str):
        return value
    raw = await value.read()
    await value.seek(0)
    return hashlib.sha256(raw).hexdigest()
