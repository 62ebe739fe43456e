"""Messages that nobody means: each costs about what any other does, and waits under a named cause."""

from __future__ import annotations

from datetime import date

import pytest

from fhir_adapters.feeds.check.file_splitter import split_messages
from fhir_adapters.feeds.profile_loader import shipped_profiles
from fhir_adapters.hl7v2.facts import Parked
from fhir_adapters.hl7v2.interpret import LONGEST_NUMBER, MOST_FACTS, MOST_REPETITIONS, understood
from fhir_adapters.hl7v2.parse import segments
from fhir_adapters.hl7v2.parse.envelope import MOST_INSIDE, MessageHeader, messages_in, read_envelope
from fhir_adapters.hl7v2.parse.segments import MOST_PARTS, Message, read_message
from fhir_adapters.hl7v2.parse.timestamps import LONGEST, _parse
from fhir_adapters.hl7v2.process.causes import PARKED_CAUSES
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.conftest import Intake
from tests.fhir_adapters.hl7v2.samples import NHS, Sample

MANY = 800_000


def beside(pid_3: str) -> bytes:
    return Sample(more={"PID": {3: f"{NHS}^^^NHS^NH{pid_3}"}}).raw()


def reason(raw: bytes) -> str:
    """Why a message waits."""
    _, outcome = understood(raw, shipped_profiles().in_force("itk-2.4", date(2026, 3, 3)))
    assert isinstance(outcome, Parked)
    return outcome.reason


@pytest.mark.parametrize("mark", ["|", "^", "~", "&", "~a", "^&", "\rOBX"])
def test_given_hundreds_of_thousands_of_delimiters_then_it_waits_and_is_not_cut(
    mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "Segment", lambda *_: pytest.fail("it was cut"))

    assert reason(beside(mark * MANY)) == "too-many-parts"


async def test_given_such_a_message_then_the_drain_goes_on_behind_it(intake: Intake) -> None:
    done = await intake.take(beside("^" * MANY), Sample(message_id="M2", visit="V2").raw())

    assert [(one.state, one.reason) for one in done] == [("parked", "too-many-parts"), ("interpreted", None)]


def test_given_as_many_parts_as_may_be_then_it_is_read() -> None:
    whole = beside("")
    room = MOST_PARTS - sum(whole.count(mark) for mark in (b"\r", b"|", b"^", b"~", b"&"))

    assert isinstance(read_message(beside("^" * room)), Message)
    assert not isinstance(read_message(beside("^" * (room + 1))), Message)


@pytest.mark.parametrize(
    "more",
    [
        {"PID": {3: "~".join(f"{number}^^^RXH^MR" for number in range(MOST_REPETITIONS + 1))}},
        {"PID": {11: "~".join(f"{number} ACACIA AVENUE" for number in range(MOST_REPETITIONS + 1))}},
        {"PID": {13: "~".join(str(1134960000 + number) for number in range(MOST_REPETITIONS + 1))}},
    ],
    ids=["numbers", "addresses", "telephones"],
)
def test_given_hundreds_of_one_thing_of_one_person_then_the_message_waits(
    more: dict[str, dict[int, str]],
) -> None:
    assert reason(Sample(more=more).raw()) == "too-many-repetitions"


def test_given_hundreds_of_merges_in_one_message_then_it_waits() -> None:
    pairs = tuple(f"PID|1||{each}^^^RXH^MR\rMRG|{each + 1000}^^^RXH^MR" for each in range(MOST_FACTS + 1))

    assert reason(Sample("A40", tail=pairs).raw()) == "too-many-repetitions"


def test_given_a_number_that_is_none_then_the_message_waits() -> None:
    assert reason(Sample(local="9" * (LONGEST_NUMBER + 1)).raw()) == "number-too-long"


async def test_given_a_batch_that_is_no_days_work_then_none_of_it_is_used(intake: Intake) -> None:
    inside = b"MSH|^~\\&|PAS|RXH|||1||ADT^A01|M|P|2.4\r" * (MOST_INSIDE + 1)

    [done] = await intake.take(b"BHS|^~\\&|PAS|RXH|HW|HW|20260303||||B1\r" + inside)

    assert (done.state, done.reason) == ("parked", "batch-too-long")
    assert len(await intake.rows(InboxRow)) == 1


@pytest.mark.timeout(30)
@pytest.mark.parametrize("ends", [b"\n", b"\r", b"\r\n", b"\x0b", b" "])
def test_given_a_message_of_nothing_but_ends_then_reading_it_ends(ends: bytes) -> None:
    """Each run of line ends is looked at once: looked at from each of them, it would take an hour."""
    header = Sample().raw()
    wrapper = b"BHS|^~\\&|PAS|RXH|HW|HW|20260303||||B1\r"

    assert isinstance(read_envelope(header + ends * MANY + b"x"), MessageHeader)
    assert len(messages_in(wrapper + header + ends * MANY + b"x")) == 1
    assert len(split_messages(header + ends * MANY + b"x")) == 1


def test_given_a_time_that_is_none_for_its_length_then_it_is_not_remembered() -> None:
    before = _parse.cache_info().currsize
    envelope = read_envelope(Sample(sent="2" * (LONGEST + 1), happened="2" * 100_000).raw())

    assert isinstance(envelope, MessageHeader)
    assert envelope.event_time is None
    assert _parse.cache_info().currsize == before


@pytest.mark.parametrize(
    "cause", ["too-many-parts", "too-many-repetitions", "number-too-long", "batch-too-long"]
)
def test_given_such_a_cause_then_a_person_is_told_what_to_do(cause: str) -> None:
    row = PARKED_CAUSES.newest(cause)
    assert row is not None
    assert row.do.endswith(".")
