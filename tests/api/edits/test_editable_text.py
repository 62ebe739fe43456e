"""Text that an operator edits: what was withheld or is too long goes back in as it was."""

from __future__ import annotations

import pytest

from api.edits.editable_text import LEFT_OUT, LONGEST_TEXT, editable_text, edited_bytes, too_long
from api.messages.message_text import WITHHELD
from discharge.errors import HomewardError
from fhir_adapters.store.tables import InboxRow
from tests.fhir_adapters.hl7v2.samples import Sample

FILE = "QUJD" * 100_000


def message(*segments: str) -> InboxRow:
    raw = Sample().raw() + "".join(f"{segment}\r" for segment in segments).encode()
    return InboxRow(raw=raw, content_type="application/hl7-v2", charset="utf-8")


@pytest.mark.parametrize("whereabouts", [True, False])
def test_given_a_message_with_a_long_file_when_another_field_is_edited_then_the_file_is_whole(
    whereabouts: bool,
) -> None:
    row = message(f"OBX|1|ED|DOC||^application^pdf^Base64^{FILE}||||||F")
    text = editable_text(row, whereabouts=whereabouts)
    edited = edited_bytes(row, text.replace("ASHDOWN", "ASHDEN"), whereabouts=whereabouts)

    assert (LEFT_OUT in text) is whereabouts
    assert (WITHHELD in text) is not whereabouts
    assert edited == row.raw.replace(b"ASHDOWN", b"ASHDEN")


def test_given_what_stands_for_a_long_field_in_another_place_then_the_edit_is_refused() -> None:
    row = message(f"OBX|1|ED|DOC||^application^pdf^Base64^{FILE}||||||F")
    text = editable_text(row, whereabouts=True) + f"\nZZZ|{LEFT_OUT}"

    with pytest.raises(HomewardError, match="invalid-body"):
        edited_bytes(row, text, whereabouts=True)


def test_given_very_many_segments_then_the_message_is_too_long_to_edit_and_never_cut() -> None:
    row = message(*(f"NTE|{number}||a line of a long story" for number in range(LONGEST_TEXT // 20)))

    assert too_long(row)
    assert not too_long(message())
    with pytest.raises(HomewardError, match="not-replayable"):
        editable_text(row, whereabouts=True)
