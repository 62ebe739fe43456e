"""Any way of putting messages into a file gives the same messages."""

from __future__ import annotations

import pytest

from fhir_adapters.feeds.check.file_splitter import split_messages

ONE, TWO = b"MSH|^~\\&|A|B\rPID|1", b"MSH|^~\\&|C|D\rPID|2"


@pytest.mark.parametrize(
    "raw",
    [
        ONE + b"\r" + TWO + b"\r",
        ONE + b"\r\r\r" + TWO,
        b"\x0b" + ONE + b"\r\x1c\r\x0b" + TWO + b"\r\x1c\r",
        b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE + b"\r" + TWO + b"\rBTS|2\rFTS|1\r",
        b"\xef\xbb\xbf" + ONE + b"\r  " + TWO,
        (ONE + b"\r" + TWO).decode().encode("utf-16"),
    ],
    ids=["plain", "blank-lines", "mllp", "batch", "mark-and-spaces", "utf-16"],
)
def test_given_messages_in_a_file_then_each_is_found_whole(raw: bytes) -> None:
    assert split_messages(raw) == (ONE + b"\r", TWO + b"\r")


def test_given_lines_that_end_otherwise_then_they_are_left_to_the_reader() -> None:
    raw = (ONE + b"\r" + TWO).replace(b"\r", b"\r\n")

    assert split_messages(raw) == (ONE.replace(b"\r", b"\r\n") + b"\r", TWO.replace(b"\r", b"\r\n") + b"\r")


def test_given_msh_inside_a_field_then_no_message_begins_there() -> None:
    assert len(split_messages(ONE + b"\rNTE|1||see MSH|^ above, MSHX")) == 1


@pytest.mark.parametrize(("raw", "messages"), [(b"", ()), (b" \r\n", ()), (b"hello", (b"hello",))])
def test_given_no_message_then_what_is_there_is_one_that_cannot_be_read(
    raw: bytes, messages: tuple[bytes, ...]
) -> None:
    assert split_messages(raw) == messages
