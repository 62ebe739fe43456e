"""From one message to an outcome: facts in order, a merge, or why it is not used."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.facts import Interpreted, NotUsed, Parked, PersonsMerged
from fhir_adapters.hl7v2.interpret import interpret
from fhir_adapters.hl7v2.parse.segments import Message, read_message
from tests.fhir_adapters.hl7v2.interpret.said import ITK, interpretation, interpreted, person
from tests.fhir_adapters.hl7v2.parse.test_envelope import PIECES
from tests.fhir_adapters.hl7v2.samples import NHS, Sample

ARRIVED = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "evn", "happened", "said_at"),
    [
        ("20260302101500", "20260302101400", "", datetime(2026, 3, 2, 10, 15, tzinfo=UTC)),
        ("20260330000000", "20260302101400", "", datetime(2026, 3, 29, 23, 0, tzinfo=UTC)),
        ("20620302101500", "20260302101400", "", datetime(2026, 3, 2, 10, 14, tzinfo=UTC)),
        ("20620302101500", "20620302101400", "20620302101400", ARRIVED),
        ("", "", "20260302100000", datetime(2026, 3, 2, 10, 0, tzinfo=UTC)),
    ],
)
def test_given_a_sender_whose_clock_is_years_ahead_then_it_does_not_outdo_what_is_said_later(
    sent: str, evn: str, happened: str, said_at: datetime
) -> None:
    message = read_message(Sample(sent=sent, happened=happened, more={"EVN": {2: evn}}).raw())
    assert isinstance(message, Message)
    found = interpret(message, ITK, ARRIVED)
    assert isinstance(found, Interpreted)
    assert [fact.stated_at for fact in found.facts] == [said_at, said_at]
    assert ("dated-ahead" in found.notes) == (sent[:4] == "2062")


class TestMrg:
    def test_given_a_merge_then_survivor_and_retired_are_named(self) -> None:
        found = interpreted(Sample("A40", more={"MRG": {1: "H200^^^RXH^MR"}})).facts[0]

        assert isinstance(found, PersonsMerged)
        assert [each.value for each in found.survivor] == [NHS, "H100"]
        assert [each.value for each in found.retired] == ["H200"]

    @pytest.mark.parametrize("retired", ["", "H100^^^RXH^MR"])
    def test_given_a_merge_that_names_nobody_else_then_it_is_parked(self, retired: str) -> None:
        assert interpretation(Sample("A40", more={"MRG": {1: retired}})) == Parked(
            code="message-not-understood", reason="no-merge-identifier"
        )


class TestNotUsed:
    @pytest.mark.parametrize(
        ("sample", "code", "reason"),
        [
            (Sample("A60"), "unknown-trigger", "ADT^A60"),
            (Sample(f"A\x00{'9' * 99}"), "unknown-trigger", f"ADT^A{'9' * 35}"),
            (Sample(version="garbage"), "unknown-version", "MSH-12"),
            (Sample(processing="T"), "processing-id-not-used", "MSH-11"),
            (Sample(processing=""), "processing-id-not-used", "MSH-11"),
            (Sample(family="ZZZTESTER"), "processing-id-not-used", "test-name"),
        ],
    )
    def test_given_a_message_that_concerns_nothing_then_it_says_why(
        self, sample: Sample, code: str, reason: str
    ) -> None:
        said = interpretation(sample)
        assert isinstance(said, NotUsed)
        assert (said.code, said.reason) == (code, reason)

    @pytest.mark.parametrize("version", ["2.1", "2.2", "2.3.1", "2.8.2", "2.5.1^USA", ""])
    def test_given_any_version_2_then_it_is_read_by_structure(self, version: str) -> None:
        assert person(Sample(version=version)).birth_date == date(1941, 5, 2)

    def test_given_an_acknowledgement_then_it_is_not_used(self) -> None:
        message = read_message(b"MSH|^~\\&|A|B|C|D|1||ACK^A01|9|P|2.4\rMSA|AA|1\r")

        assert isinstance(message, Message)
        assert interpret(message, ITK) == NotUsed(code="unknown-trigger", reason="acknowledgement")

    @pytest.mark.parametrize("kind", ["\x00", "\x00^\x00"])
    def test_given_nothing_but_zero_bytes_for_a_type_then_the_field_is_named(self, kind: str) -> None:
        message = read_message(f"MSH|^~\\&|A|B|C|D|1||{kind}|9|P|2.4\r".encode())

        assert isinstance(message, Message)
        assert interpret(message, ITK) == NotUsed(code="unknown-trigger", reason="MSH-9")


@given(st.lists(PIECES, max_size=40).map(b"".join), st.sampled_from(["A01", "A03", "A08", "A40"]))
def test_given_a_damaged_message_then_interpreting_never_raises(tail: bytes, trigger: str) -> None:
    header = f"MSH|^~\\&|A|B|C|D|20260302||ADT^{trigger}|1|P|2.4\rPID|1||H1^^^RXH^MR\rPV1|1|I|".encode()
    message = read_message(header + tail)

    assert isinstance(message, Message)
    assert isinstance(interpret(message, ITK), Interpreted | NotUsed | Parked)
