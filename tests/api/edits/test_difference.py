"""What differs between a message and its edit, as who decides about it sees it."""

from __future__ import annotations

import time

from api.edits.difference import Compared, Difference, difference
from api.messages.message_text import readable
from tests.fhir_adapters.hl7v2.samples import Sample

HL7 = "application/hl7-v2"


def told(before: bytes, after: bytes, *, whereabouts: bool = True) -> list[Difference]:
    sides = [
        Compared.of(readable(raw, HL7, whereabouts=True), readable(raw, HL7, whereabouts=whereabouts))
        for raw in (before, after)
    ]
    return [line for line in difference(*sides) if line.kind != "same"]


def test_given_a_change_far_into_a_long_field_then_it_is_shown_around_its_place() -> None:
    before = Sample().raw() + b"OBX|1|TX|||" + b"a" * 200_000 + b"b\r"
    taken, put = told(before, before.replace(b"b\r", b"c\r"))

    assert (taken.mark, put.mark) == ("Taken out", "Put in")
    assert (taken.text[-1], put.text[-1]) == ("b", "c")
    assert len(taken.text) < 2_000


def test_given_a_change_where_it_is_withheld_then_that_is_named_and_not_shown() -> None:
    before = Sample().raw()
    found = told(before, before.replace(b"ACACIA", b"LARCH"), whereabouts=False)

    assert [line.mark for line in found] == ["Changed where it is withheld"]
    assert "LARCH" not in found[0].text


def test_given_very_many_equal_segments_then_the_one_put_in_is_found_at_once() -> None:
    notes = b"NTE|1||the same line\r" * 20_000
    begun = time.monotonic()
    [put] = told(Sample().raw() + notes, Sample().raw() + notes + b"NTE|2||another\r")

    assert (put.mark, put.text) == ("Put in", "NTE|2||another")
    assert time.monotonic() - begun < 20
