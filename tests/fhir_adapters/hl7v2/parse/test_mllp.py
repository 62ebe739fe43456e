from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.hl7v2.parse.mllp import Deframer, frame

MESSAGES = st.lists(
    st.binary(max_size=60).map(lambda raw: raw.replace(b"\x0b", b"").replace(b"\x1c", b"")), max_size=6
)


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    packets, start = [], 0
    for size in sizes:
        packets.append(data[start : start + size])
        start += size
    return [*packets, data[start:]]


@given(MESSAGES, st.lists(st.integers(0, 20), max_size=40))
def test_given_any_packets_then_the_messages_come_out_whole_and_in_order(
    messages: list[bytes], sizes: list[int]
) -> None:
    deframer = Deframer(1000)

    found = [one for packet in cut(b"".join(map(frame, messages)), sizes) for one in deframer.feed(packet)]

    assert found == messages
    assert not deframer.inside
    assert not deframer.stray


@given(st.lists(st.binary(max_size=80), max_size=10))
def test_given_any_bytes_then_the_deframer_never_fails_but_for_size(packets: list[bytes]) -> None:
    deframer = Deframer(10_000)

    for packet in packets:
        deframer.feed(packet)


def test_given_an_end_block_byte_inside_a_message_then_it_is_content() -> None:
    assert Deframer(100).feed(b"\x0ba\x1cb\x1c\r") == [b"a\x1cb"]


def test_given_an_end_block_without_cr_then_the_next_start_ends_the_message() -> None:
    assert Deframer(100).feed(b"\x0ba\x1c\x0bb\x1c\r") == [b"a", b"b"]


@pytest.mark.parametrize("end", [b"\x1c", b"\x1c\n"])
def test_given_an_end_block_without_cr_when_nothing_follows_then_it_ends_the_message(end: bytes) -> None:
    deframer = Deframer(100)

    assert deframer.feed(b"\x0ba\nb" + end) == []
    assert deframer.may_have_ended
    assert deframer.settle() == [b"a\nb"]
    assert deframer.feed(frame(b"c")) == [b"c"]
    assert not deframer.stray


@pytest.mark.parametrize("begun", [b"\x0ba", b"\x0ba\n", b"\x0ba\x1cb\n"])
def test_given_no_end_block_when_nothing_follows_then_the_message_is_not_over(begun: bytes) -> None:
    deframer = Deframer(100)

    assert deframer.feed(begun) == deframer.settle() == []


def test_given_line_ends_between_frames_then_they_mean_nothing() -> None:
    deframer = Deframer(100)

    assert deframer.feed(b"\r\n" + frame(b"a") + b"\r\n" + frame(b"b")) == [b"a", b"b"]
    assert not deframer.stray


def test_given_bytes_outside_a_frame_then_they_are_kept_aside() -> None:
    deframer = Deframer(100)

    assert deframer.feed(b"hello" + frame(b"a")) == [b"a"]
    assert deframer.stray == b"hello"


@pytest.mark.parametrize("packet", [b"\x0bMSH|^~\\&|LONG MESSAGE", b"\x0bMSH|^~\\&|LONG MESSAGE\x1c\r"])
def test_given_more_than_the_limit_then_its_beginning_is_kept_and_what_came_before_comes(
    packet: bytes,
) -> None:
    deframer = Deframer(10)

    assert deframer.feed(frame(b"before") + packet) == [b"before"]
    assert deframer.oversized is not None
    assert deframer.oversized.startswith(b"MSH|")
