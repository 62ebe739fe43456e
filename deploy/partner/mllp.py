"""A trust's own system, played: takes HL7 v2 over MLLP, keeps each message once by its MSH-10, answers AA.

It keeps to what a real one owes: a message that was answered is in the log on disk; the same control id again
is answered as before and has no second effect; what has no readable header is refused with AR. Told to fail,
`server-error` answers AE with 207, `refuse` AR, `hang` answers late, `unavailable` hangs up at once, and
`lose-answer` takes the message and then hangs up.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from deploy.partner.failures import STATUS, Failure
from deploy.partner.log import Receipt
from deploy.partner.partners import Partners
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, header_of, read_envelope
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame
from fhir_adapters.hl7v2.receive.ack import STORED, Verdict, build_ack

LARGEST = 1_048_576
CHUNK = 65_536
BUSY = Verdict("AE", "207", "told to fail")
REFUSED = Verdict("AR", "200", "told to refuse")
UNREADABLE = Verdict("AR", "100", "no readable header")
TAKEN = 200


class MllpDoor:
    """The MLLP side of one partner."""

    def __init__(self, partners: Partners, org: str) -> None:
        self._partners = partners
        self._org = org

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        deframer = Deframer(LARGEST)
        with contextlib.suppress(OSError):
            while (data := await reader.read(CHUNK)) and await self._take_all(deframer.feed(data), writer):
                pass
        writer.close()

    async def _take_all(self, messages: list[bytes], writer: asyncio.StreamWriter) -> bool:
        """Whether the connection goes on."""
        for raw in messages:
            answer = await self._take(raw)
            if answer is None:
                return False
            writer.write(frame(answer))
            await writer.drain()
        return True

    async def _take(self, raw: bytes) -> bytes | None:
        """The answer; none where the connection is to be dropped."""
        header = header_of(read_envelope(raw))
        receipt = _received(self._org, header, raw)
        failure = self._partners.failures.next(self._org)
        if failure and failure.mode == "hang":
            await asyncio.sleep(failure.seconds)
        elif failure and failure.mode != "lose-answer":
            return self._fail(receipt, header, failure)
        if header is None or not header.message_id:
            self._partners.log.append(replace(receipt, status=400))
            return _answer(header, UNREADABLE)
        return self._act(receipt, header, raw, answered=failure is None or failure.mode == "hang")

    def _fail(self, receipt: Receipt, header: MessageHeader | None, failure: Failure) -> bytes | None:
        hangs_up = failure.mode == "unavailable"
        self._partners.log.append(replace(receipt, status=STATUS[failure.mode], answered=not hangs_up))
        return None if hangs_up else _answer(header, REFUSED if failure.mode == "refuse" else BUSY)

    def _act(self, receipt: Receipt, header: MessageHeader, raw: bytes, *, answered: bool) -> bytes | None:
        known = self._partners.log.effect_of(self._org, receipt.key)
        if known:
            self._partners.log.append(known.repeated(receipt.at))
        else:
            body = raw.decode("utf-8", "replace")
            self._partners.log.append(
                replace(receipt, status=TAKEN, effect=True, answered=answered, body=body)
            )
        return _answer(header, STORED) if answered else None


def _received(org: str, header: MessageHeader | None, raw: bytes) -> Receipt:
    return Receipt(
        at=datetime.now(UTC).isoformat(),
        org=org,
        key=header.message_id if header else "",
        method="MLLP",
        resource=header.label if header else "",
        sha256=hashlib.sha256(raw).hexdigest(),
        status=0,
    )


def _answer(header: MessageHeader | None, verdict: Verdict) -> bytes:
    now = datetime.now(UTC)
    return build_ack(header, verdict, verdict.code, now=now, ack_id=f"P{now:%Y%m%d%H%M%S%f}"[:20])
