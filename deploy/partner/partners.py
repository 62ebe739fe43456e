"""How a partner takes one request: log it on disk, act once for each key, answer."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from fastapi import HTTPException, Request
from fastapi.responses import Response

from deploy.partner.answers import BrokenConnection, created, outcome
from deploy.partner.failures import STATUS, Failure, Failures
from deploy.partner.log import Receipt, ReceiptLog
from deploy.partner.resources import Unacceptable, require_valid

KEY_HEADERS = ("Idempotency-Key", "X-Request-ID")


class Partners:
    """What all requests share: the log, the orders to fail, and which organisations are played."""

    def __init__(self, log_path: Path, organisations: tuple[str, ...]) -> None:
        self.log = ReceiptLog(log_path)
        self.failures = Failures()
        self.organisations = frozenset(organisations)

    def require(self, org: str) -> None:
        """Raise 404 for an organisation that nobody plays here."""
        if org not in self.organisations:
            raise HTTPException(404, "no such partner")

    async def receive(self, org: str, resource: str, request: Request) -> Response:
        """Take one request. From the look at the log to the line in it nothing is awaited, so a key acts
        once.
        """
        body = await request.body()
        receipt = _received(org, resource, request, body)
        failure = self.failures.next(org)
        if failure and failure.mode != "lose-answer":
            return await self._fail(receipt, failure)
        known = self.log.effect_of(org, receipt.key)
        if known:
            return self._repeat(known, receipt)
        return self._act(receipt, body, answered=failure is None)

    async def _fail(self, receipt: Receipt, failure: Failure) -> Response:
        status = STATUS[failure.mode]
        self.log.append(replace(receipt, status=status, answered=failure.mode != "hang"))
        if failure.mode == "hang":
            await asyncio.sleep(failure.seconds)
        return outcome(status, "exception", f"told to fail: {failure.mode}")

    def _repeat(self, known: Receipt, receipt: Receipt) -> Response:
        if known.sha256 != receipt.sha256:
            return self._refuse(receipt, 422, "duplicate", "the key was used before with another body")
        self.log.append(known.repeated(receipt.at))
        return created(known)

    def _act(self, receipt: Receipt, body: bytes, *, answered: bool) -> Response:
        if not receipt.key:
            return self._refuse(receipt, 400, "required", "an Idempotency-Key is needed")
        try:
            content = require_valid(receipt.resource, _json(body))
        except Unacceptable as refusal:
            return self._refuse(receipt, 422, "invalid", refusal.why, refusal.where)
        done = replace(receipt, status=201, effect=True, answered=answered, body=json.dumps(content))
        self.log.append(done)
        return created(done) if answered else BrokenConnection()

    def _refuse(self, receipt: Receipt, status: int, code: str, words: str, where: str = "") -> Response:
        self.log.append(replace(receipt, status=status))
        return outcome(status, code, words, where)


def _received(org: str, resource: str, request: Request, body: bytes) -> Receipt:
    key = next((request.headers[name] for name in KEY_HEADERS if name in request.headers), "")
    return Receipt(
        at=datetime.now(UTC).isoformat(),
        org=org,
        key=key,
        method=request.method,
        resource=resource,
        sha256=hashlib.sha256(body).hexdigest(),
        status=0,
        resource_id=str(uuid5(NAMESPACE_URL, f"{org}/{key}")) if key else "",
    )


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        raise Unacceptable("body", "is not JSON") from None
