"""Pictures inside a PDF, segment by segment: what tells is cut, what draws stays."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from housing_checks.evidence.inner_pictures import plain_jpeg, plain_jpeg_2000
from housing_checks.evidence.kept_file import NotAccepted
from tests.housing_checks.evidence.sent_files import TOLD, photo, stairs, told_exif

BEGIN, END = b"\xff\xd8", b"\xff\xd9"
UNREADABLE = ("file-unreadable", "picture in the document")


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


TABLE, SCAN = segment(0xDB, b"\x00" + bytes(64)), segment(0xDA, b"head") + b"\x12\xff\x00\xff\xd3\x34"
JFIF = segment(0xE0, b"JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x00\x00")
ADOBE = segment(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01")
DRAWN = TABLE + SCAN + END


def refused(raw: bytes) -> tuple[str, str]:
    with pytest.raises(NotAccepted) as fault:
        plain_jpeg(raw)
    return fault.value.code, fault.value.detail


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def test_given_tables_scans_and_what_colours_need_then_they_stay_byte_for_byte() -> None:
    sent = BEGIN + JFIF + ADOBE + DRAWN
    assert plain_jpeg(sent) == sent


@pytest.mark.parametrize("marker", [*(each for each in range(0xE0, 0xF0)), 0xFE])
def test_given_a_segment_in_which_anything_can_be_told_then_it_is_cut_wherever_it_stands(marker: int) -> None:
    told = segment(marker, TOLD)
    assert (
        plain_jpeg(BEGIN + told + TABLE + told + SCAN + told + SCAN + END)
        == BEGIN + TABLE + SCAN + SCAN + END
    )


@pytest.mark.parametrize("marker", [0xC0, 0xC4, 0xDB, 0xDD, 0xDF, 0xF0])
def test_given_a_segment_that_draws_then_it_stays(marker: int) -> None:
    sent = BEGIN + segment(marker, b"draws") + SCAN + END
    assert plain_jpeg(sent) == sent


def test_given_a_small_picture_beside_the_pixel_s_shape_then_the_shape_alone_stays() -> None:
    small = JFIF[4:-2] + b"\x01\x01" + TOLD
    sent = BEGIN + segment(0xE0, small) + segment(0xE0, b"JFXX\x00\x10" + TOLD) + DRAWN
    assert plain_jpeg(sent) == BEGIN + JFIF + DRAWN


@pytest.mark.parametrize("behind", [TOLD, TOLD + END, photo(), b"\xff"])
def test_given_something_behind_the_picture_then_it_is_dropped_also_when_it_is_another_picture(
    behind: bytes,
) -> None:
    assert plain_jpeg(BEGIN + DRAWN + behind) == BEGIN + DRAWN


def test_given_a_progressive_photo_then_all_its_scans_stay_and_nothing_told_between_them() -> None:
    into = io.BytesIO()
    stairs((320, 240)).save(into, "JPEG", progressive=True, exif=told_exif(), comment=TOLD)
    sent = into.getvalue()
    plain = plain_jpeg(sent)
    assert TOLD not in plain
    assert Image.open(io.BytesIO(plain)).tobytes() == Image.open(io.BytesIO(sent)).tobytes()


def test_given_bytes_that_fill_and_marks_without_a_body_then_reading_goes_on_behind_them() -> None:
    alone = b"\xff\x01\xff\xd0\xff\xd8"
    for fill in (b"\xff", b"\xff\xff"):
        assert plain_jpeg(BEGIN + TABLE + fill + TABLE + alone + TABLE + SCAN + END) == (
            BEGIN + TABLE + TABLE + TABLE + SCAN + END
        )


@pytest.mark.parametrize("cut", [SCAN[:-2], SCAN])
def test_given_a_picture_whose_end_is_missing_then_what_there_is_stays(cut: bytes) -> None:
    assert plain_jpeg(BEGIN + TABLE + cut) == BEGIN + TABLE + cut


@pytest.mark.parametrize("raw", [b"", b"\xff", b"\x00\xd8" + DRAWN, b"\xff\xd7" + DRAWN])
def test_given_what_does_not_begin_as_a_picture_then_it_is_refused(raw: bytes) -> None:
    assert refused(raw) == UNREADABLE


@pytest.mark.parametrize("between", [b"\x00\x00", TOLD])
def test_given_words_between_two_segments_then_it_is_refused(between: bytes) -> None:
    assert refused(BEGIN + TABLE + between + DRAWN) == UNREADABLE


HEAD, CODE = box(b"jP  ", b"\r\n\x87\n"), box(b"jp2c", b"\xff\x4f")


@pytest.mark.parametrize("kind", [b"uuid", b"xml ", b"uinf"])
def test_given_a_box_that_tells_then_it_is_dropped_wherever_it_stands(kind: bytes) -> None:
    told = box(kind, TOLD)
    assert plain_jpeg_2000(HEAD + told + CODE + told) == HEAD + CODE
    empty = box(kind, b"")
    assert plain_jpeg_2000(HEAD + CODE + empty) == HEAD + CODE
    other = HEAD + CODE + box(b"free", b"")
    assert plain_jpeg_2000(other) == other


def test_given_a_box_with_a_long_length_or_up_to_the_end_then_it_is_read_to_its_end() -> None:
    long = b"\x00\x00\x00\x01uuid" + (16 + len(TOLD)).to_bytes(8, "big") + TOLD
    last = b"\x00\x00\x00\x00"
    assert plain_jpeg_2000(HEAD + long + CODE) == HEAD + CODE
    assert plain_jpeg_2000(HEAD + CODE + last + b"xml " + TOLD) == HEAD + CODE
    assert (
        plain_jpeg_2000(HEAD + last + b"jp2c" + b"\xff\x4f\xff\x51") == HEAD + last + b"jp2c\xff\x4f\xff\x51"
    )


def test_given_a_box_that_says_that_it_is_shorter_than_its_head_then_the_next_is_read_all_the_same() -> None:
    short = b"\x00\x00\x00\x03free"
    assert plain_jpeg_2000(HEAD + short + box(b"xml ", TOLD) + CODE) == HEAD + short + CODE
