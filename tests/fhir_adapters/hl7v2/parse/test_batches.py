"""Batch wrappers: kept and acknowledged as they came, then taken apart."""

from __future__ import annotations

import pytest

from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable, messages_in, read_envelope
from fhir_adapters.hl7v2.receive.ack import verdict_on
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import Sample

FIRST, SECOND = Sample(), Sample("A08", "M2", sent="20260303090000")


def batch(*messages: bytes, ends: bytes = b"\r") -> bytes:
    inside = b"".join(messages).replace(b"\r", ends)
    head = rb"FHS|^~\&|PAS|RXH|HW|HW|20260303||||F1" + ends + rb"BHS|^~\&|PAS|RXH|HW|HW|20260303||||B1" + ends
    return head + inside + b"BTS|2" + ends + b"FTS|1" + ends


@pytest.mark.parametrize("ends", [b"\r", b"\n", b"\r\n"])
async def test_given_a_batch_then_each_message_in_it_has_its_effect(intake: Intake, ends: bytes) -> None:
    done = await intake.take(batch(FIRST.raw(), SECOND.raw(), ends=ends))

    assert [one.state for one in done] == ["interpreted"] * 3
    rows = sorted(await intake.rows(InboxRow), key=lambda row: row.sequence)
    kept = [(row.message_type, row.message_id) for row in rows]
    assert kept == [("BATCH", "F1"), ("ADT", "M1"), ("ADT", "M2")]
    assert (rows[0].reason, rows[0].raw) == ("batch-of-2", batch(FIRST.raw(), SECOND.raw(), ends=ends))


async def test_given_the_batch_again_then_nothing_happens_twice(intake: Intake) -> None:
    await intake.take(batch(FIRST.raw(), SECOND.raw()))
    assert await intake.take(batch(FIRST.raw(), SECOND.raw())) == []
    assert await intake.take(FIRST.raw()) == []

    assert len(await intake.rows(InboxRow)) == 3


async def test_given_a_damaged_message_in_a_batch_then_the_others_are_taken(intake: Intake) -> None:
    await intake.take(batch(FIRST.raw(), b"MSH|^~\\&|||\r", SECOND.raw()))

    states = {(row.message_type, row.message_id): row.state for row in await intake.rows(InboxRow)}
    assert sorted(states.values()) == ["interpreted"] * 3 + ["rejected"]
    assert {("ADT", "M1"), ("ADT", "M2"), ("BATCH", "F1")} <= set(states)


def test_given_a_batch_then_it_is_answered_under_its_own_id() -> None:
    read = read_envelope(batch(FIRST.raw()))

    assert isinstance(read, MessageHeader)
    assert (read.message_id, read.sending_application, read.sending_facility) == ("F1", "PAS", "RXH")
    assert verdict_on(read).code == "AA"


def test_given_a_batch_without_a_message_then_it_is_no_message() -> None:
    read = read_envelope(batch())

    assert isinstance(read, Unreadable)
    assert read.code == "not-hl7"


def test_given_the_wrapper_taken_off_then_the_bytes_of_each_message_are_its_own() -> None:
    assert messages_in(batch(FIRST.raw(), SECOND.raw())) == [FIRST.raw(), SECOND.raw()]
