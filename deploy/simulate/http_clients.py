"""The public doors for people: `/api/v1` and `/fhir/R4` with a bearer token, the same request until it is
answered.

A request that got no answer, or one that says "try again", is sent again with the same body and the same
key. What was only taken (202) is followed to its end on its status address.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.simulate.ledger import Ledger
from deploy.simulate.pace import attempts

TAKEN = 202
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
POLLS = 40
FHIR_JSON, JSON = "application/fhir+json", "application/json"


@dataclass(frozen=True)
class Reply:
    """What came back in the end."""

    status: int
    body: Mapping[str, Any]

    @property
    def done(self) -> bool:
        """Whether it was accepted."""
        return self.status < httpx.codes.BAD_REQUEST

    @property
    def case_id(self) -> str | None:
        """The case that the answer names."""
        found = self.body.get("case_id")
        return str(found) if found else None


class Doors:
    """One client for all parties; `bearer(role, organisation)` gives a token that is good now.

    `made` are requests of an interrupted run by key: the same key goes out with the same body for ever.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        bearer: Callable[[str, str], str],
        ledger: Ledger,
        made: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._client = client
        self._bearer = bearer
        self._ledger = ledger
        self._made = made

    async def read(self, party: tuple[str, str], path: str, **query: Any) -> Reply:
        """Look something up, as often as it takes."""
        async for _ in attempts():
            try:
                answer = await self._client.get(path, params=query, headers=self._headers(party))
            except httpx.TransportError:
                continue
            if answer.status_code not in TRY_AGAIN:
                return Reply(answer.status_code, _body(answer))
        raise AssertionError("attempts never end")

    async def ask(
        self, party: tuple[str, str], path: str, body: Mapping[str, Any], key: str, **about: Any
    ) -> Reply:
        """Ask for something until it is answered, and follow it to its end."""
        body = self._made.get(key, body)
        content = json.dumps(body).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        about = {"door": "http", "client": "/".join(party), "key": key, "sha256": sha256, **about}
        headers = self._headers(party) | {"Idempotency-Key": key, "Content-Type": _media_type(path)}
        async for attempt in attempts():
            self._ledger.note("sent", attempt=attempt, body=body, **about)
            try:
                answer = await self._client.post(path, content=content, headers=headers)
            except httpx.TransportError as failure:
                self._ledger.note("lost", why=type(failure).__name__, attempt=attempt, **about)
                continue
            reply = self._noted(answer, about)
            if answer.status_code == TAKEN:
                return await self._followed(party, answer, reply, about)
            if answer.status_code not in TRY_AGAIN:
                return reply
        raise AssertionError("attempts never end")

    async def _followed(
        self, party: tuple[str, str], answer: httpx.Response, reply: Reply, about: dict[str, Any]
    ) -> Reply:
        """Ask what became of a request that was only taken."""
        where = answer.headers.get("Content-Location") or answer.headers.get("Location")
        polls = 0
        async for _ in attempts():
            polls += 1
            if not where or polls > POLLS:
                return reply
            found = await self.read(party, where)
            if found.status != TAKEN and found.body.get("state") != "taken":
                self._ledger.note("answered", **_judged(found), **about)
                return found
        raise AssertionError("attempts never end")

    def _noted(self, answer: httpx.Response, about: dict[str, Any]) -> Reply:
        reply = Reply(answer.status_code, _body(answer))
        self._ledger.note("answered", **_judged(reply), **about)
        return reply

    def _headers(self, party: tuple[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._bearer(*party)}", "Accept": "*/*"}


def _media_type(path: str) -> str:
    return FHIR_JSON if path.startswith("/fhir/") else JSON


def _judged(reply: Reply) -> dict[str, Any]:
    """What the ledger keeps of an answer: its status, its code, and the ids that it promises."""
    kept = {name: reply.body[name] for name in ("command_id", "case_id", "code") if reply.body.get(name)}
    outcome = reply.body.get("outcome") or reply.body.get("state")
    return {
        "status": reply.status,
        "outcome": outcome,
        "acknowledged": reply.done,
        **kept,
    }


def _body(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {"items": body}
