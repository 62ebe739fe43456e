"""Whatever arrives, reading, interpretation and the drain end it as used, not used, parked or rejected."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discharge.errors import ERRORS
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.facts import NotUsed, Parked
from fhir_adapters.hl7v2.interpret import understood
from fhir_adapters.hl7v2.parse.envelope import MessageHeader, Unreadable, read_envelope
from fhir_adapters.hl7v2.receive.inbox_row import arrived
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.mutating import damaged, valid
from tests.fhir_adapters.hl7v2.other_samples import document, form, referral
from tests.fhir_adapters.hl7v2.samples import Sample

VALID = valid()
PROFILES = list(shipped_profiles())
TORN = st.builds(lambda raw, seed: damaged(raw, Random(seed)), st.sampled_from(VALID), st.integers(0, 2**32))


def coded(raw: bytes, number: int) -> None:
    """The message ends in a value of ours, by any profile."""
    read = read_envelope(raw)
    assert isinstance(read, MessageHeader | Unreadable)
    assert isinstance(arrived(raw, read, claimed=True).message_id, str)
    _, outcome = understood(raw, PROFILES[number % len(PROFILES)])
    if isinstance(outcome, NotUsed | Parked):
        assert outcome.code in ERRORS
        assert outcome.reason
        assert not outcome.reason.startswith("fault-"), outcome.reason


@settings(max_examples=400)
@given(TORN, st.integers(0, 20))
def test_given_a_torn_message_then_it_ends_in_a_value(raw: bytes, number: int) -> None:
    coded(raw, number)


@given(st.binary(max_size=400), st.integers(0, 20))
def test_given_any_bytes_then_they_end_in_a_value(raw: bytes, number: int) -> None:
    coded(raw, number)
    coded(b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.4\rPID|" + raw, number)


@pytest.mark.parametrize("raw", VALID)
def test_given_every_message_cut_anywhere_then_it_ends_in_a_value(raw: bytes) -> None:
    for end in range(0, len(raw), 3):
        coded(raw[:end], end)


@pytest.mark.parametrize(
    "raw",
    [
        b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.4\r" + b"PID|" + b"^~&\\" * 200_000,
        b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.4\r" + b"OBX|1|ST|A\r" * 60_000,
        b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.4\r" + b"OBX|1|ST|A||" * 5_000,
        b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.4\rPID|||" + b"\\" * 1_000_000,
        b"FHS|^~\\&\r" + b"MSH|^~\\&\r" * 20_000,
    ],
    ids=["delimiters", "segments", "run-together", "escapes", "batch"],
)
@pytest.mark.timeout(60)
def test_given_a_monster_then_it_ends_in_a_value(raw: bytes) -> None:
    coded(raw, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_given_hundreds_of_torn_messages_then_the_drain_ends_each_with_a_cause(
    intake: Intake, seed: int
) -> None:
    random = Random(seed)
    await intake.put(*(damaged(random.choice(VALID), random) for _ in range(250)))

    await asyncio.gather(*(intake.drain() for _ in range(2)))

    rows = await intake.rows(InboxRow)
    assert {row.state for row in rows} <= {"interpreted", "not-used", "parked", "rejected"}
    assert {"interpreted", "not-used", "parked", "rejected"} <= {row.state for row in rows}
    causes = {(row.code, row.reason) for row in rows if row.state in {"not-used", "parked"}}
    assert all(code in ERRORS and reason for code, reason in causes)
    assert {reason for _, reason in causes if reason and reason.startswith("fault-")} == set()


ENDLESS = Random(7).randbytes(4000).hex()
"""A value that no index of PostgreSQL holds."""


@pytest.mark.parametrize(
    "raw",
    [
        Sample(visit=ENDLESS).raw(),
        Sample(local=ENDLESS).raw(),
        Sample(more={"PID": {8: ENDLESS}, "PV1": {4: ENDLESS, 2: ENDLESS}}).raw(),
        Sample("A40", more={"MRG": {1: f"{ENDLESS}^^^RXH^MR"}}).raw(),
        referral(number=ENDLESS),
        document(number=ENDLESS),
        document("T10", "D2", ENDLESS),
        form("OBX|1|ST|Q1^Steps?||4", order=ENDLESS),
    ],
    ids=["visit", "local", "codes", "merge", "referral", "document", "parent", "form"],
)
async def test_given_a_number_without_end_then_the_message_ends_with_a_cause(
    intake: Intake, raw: bytes
) -> None:
    [drained] = await intake.take(raw)

    assert drained.state in {"interpreted", "parked"}
    assert not (drained.reason or "").startswith("fault-"), drained.reason
