"""Pictures: only what can be seen is kept, and what is no picture is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from housing_checks.evidence import pictures
from housing_checks.evidence.check_file import checked
from housing_checks.evidence.kept_file import NotAccepted
from housing_checks.evidence.pictures import LONGEST_SIDE, MOST_PIXELS, THUMBNAIL_SIDE, kept_picture
from tests.housing_checks.evidence.sent_files import MARK, TOLD, photo, stairs, told_exif

KINDS = ("JPEG", "PNG", "WEBP")
BESIDE = (
    b"Exif",
    b"http://ns.adobe.com",
    b"xmpmeta",
    b"Photoshop",
    b"8BIM",
    b"ICC_PROFILE",
    b"tEXt",
    b"\xff\xe1",
)
"""How what stands beside a picture begins, in a JPEG, a PNG or a WebP."""


def segments(jpeg: bytes) -> list[int]:
    """The markers before the picture itself."""
    found, at = list[int](), 2
    while jpeg[at + 1] != 0xDA:
        found.append(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return found


def refused(sent: bytes) -> str:
    return refused_because(sent)[0]


def refused_because(sent: bytes) -> tuple[str, str]:
    with pytest.raises(NotAccepted) as fault:
        checked(sent)
    return fault.value.code, fault.value.detail


@pytest.mark.parametrize("kind", KINDS)
def test_given_a_photo_with_place_and_camera_then_neither_is_in_what_is_kept(kind: str) -> None:
    sent = photo(kind)
    assert TOLD in sent, "the photo tells"
    kept = checked(sent)
    for written in (kept.content, kept.thumbnail or b""):
        assert TOLD not in written
        assert [each for each in BESIDE if each in written] == []
        assert not Image.open(io.BytesIO(written)).getexif()
        assert set(segments(written)) <= {0xE0, 0xDB, 0xC0, 0xC4}, "JFIF, tables and the frame alone"


def test_given_a_small_picture_within_the_camera_s_data_then_it_is_gone() -> None:
    sent = photo()
    assert sent.count(b"\xff\xd8\xff") > 1, "there is one"
    kept = checked(sent)
    assert kept.content.count(b"\xff\xd8\xff") == 1


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    place=st.tuples(st.floats(0, 89), st.floats(0, 59), st.floats(0, 59)),
    words=st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=40).map(lambda each: f"Q{each}Q"),
    turned=st.integers(1, 8),
    behind=st.binary(max_size=200),
)
def test_given_any_place_words_and_way_of_holding_then_only_pixels_are_kept(
    kind: str, place: tuple[float, float, float], words: str, turned: int, behind: bytes
) -> None:
    kept = checked(photo(kind, exif=told_exif(place, turned, words), words=words, behind=behind))
    for written in (kept.content, kept.thumbnail or b""):
        assert words.encode() not in written
        assert not Image.open(io.BytesIO(written)).getexif()
    assert (kept.width, kept.height) == ((48, 64) if turned > 4 else (64, 48))


@pytest.mark.parametrize(
    ("turned", "dark"),
    [(1, (4, 24)), (3, (60, 24)), (6, (24, 4)), (8, (24, 60))],
    ids=("up", "over", "right", "left"),
)
def test_given_a_phone_held_otherwise_then_the_picture_is_turned_the_right_way_up(
    turned: int, dark: tuple[int, int]
) -> None:
    kept = checked(photo(exif=told_exif(turned=turned)))
    seen = Image.open(io.BytesIO(kept.content))
    assert sum(seen.getpixel(dark)) < 200  # type: ignore[arg-type]


def test_given_a_file_that_is_also_an_archive_or_a_page_then_only_the_picture_is_kept() -> None:
    for behind in (b"PK\x03\x04" + TOLD, b"<html><script>alert(1)</script>", b"%PDF-1.7 " + TOLD):
        kept = checked(photo(behind=behind))
        assert behind[:8] not in kept.content
        assert b"script" not in kept.content


@pytest.mark.parametrize(
    "sent",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<!DOCTYPE html><html></html>",
        b"GIF89a\x01\x00\x01\x00",
        b"BM\x00\x00",
        b"II*\x00",
        b"PK\x03\x04",
        b"MZ",
        b"%!PS-Adobe",
        b"   %PDF-1.7",
        b"\x00\x00\x00\x1cftypavif",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"",
    ],
)
def test_given_another_kind_of_file_then_it_is_refused_by_its_content(sent: bytes) -> None:
    assert refused(sent) == "file-kind-not-accepted"


@pytest.mark.parametrize(
    "sent",
    [
        photo()[:700],
        photo("PNG")[:120],
        b"\xff\xd8\xff\xe0" + b"<html>" * 40,
        b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    ],
)
def test_given_a_file_that_only_begins_like_a_picture_then_it_is_refused(sent: bytes) -> None:
    assert refused(sent) == "file-unreadable"


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says that it is huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(MOST_PIXELS // 1000 + 1, 1000), (60_000, 60_000), (2_000_000_000, 1)])
def test_given_more_pixels_than_are_read_then_it_is_refused_before_they_are(size: tuple[int, int]) -> None:
    assert refused(bomb(*size)) == "file-too-large"


def test_given_a_text_in_a_picture_that_unpacks_to_very_much_then_it_is_refused() -> None:
    packed = zlib.compress(b"a" * 80_000_000)
    body = b"Comment\x00\x00" + packed
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    sent = photo("PNG")
    at = sent.index(b"IDAT") - 4
    assert refused(sent[:at] + chunk + sent[at:]) == "file-unreadable"


def test_given_a_moving_picture_then_it_is_refused_as_only_one_of_its_pictures_could_be_kept() -> None:
    frames = [stairs(), stairs().rotate(90)]
    for kind in ("PNG", "WEBP"):
        into = io.BytesIO()
        frames[0].save(into, kind, save_all=True, append_images=frames[1:])
        assert refused(into.getvalue()) == "file-kind-not-accepted"


def test_given_a_large_photo_then_it_is_kept_smaller_with_a_thumbnail() -> None:
    kept = checked(photo(size=(LONGEST_SIDE + 640, 1600)))
    assert kept.width == LONGEST_SIDE
    small = Image.open(io.BytesIO(kept.thumbnail or b""))
    assert max(small.size) == THUMBNAIL_SIDE
    assert kept.evidence == "photo"


def test_given_a_picture_that_is_partly_clear_grey_or_in_print_colours_then_it_is_kept_on_white() -> None:
    for mode, kind in (
        ("RGBA", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("1", "PNG"),
        ("I;16", "PNG"),
        ("CMYK", "JPEG"),
    ):
        into = io.BytesIO()
        Image.new(mode, (20, 20)).save(into, kind)
        kept = Image.open(io.BytesIO(checked(into.getvalue()).content))
        assert kept.mode == "RGB"
        if mode in ("RGBA", "LA"):
            assert kept.getpixel((10, 10)) == (255, 255, 255)


def test_given_the_same_photo_twice_then_what_is_kept_is_the_same() -> None:
    assert checked(photo()).content == checked(photo()).content
    assert MARK.encode() not in checked(photo()).content


def test_given_what_an_iphone_takes_then_it_is_kept_without_place_and_camera() -> None:
    sent = (Path(__file__).parent / "phone.heic").read_bytes()
    assert TOLD in sent
    kept = checked(sent)
    assert (kept.media_type, kept.width, kept.height) == ("image/jpeg", 64, 48)
    assert TOLD not in kept.content + (kept.thumbnail or b"")


def test_given_as_many_pixels_as_are_read_then_they_are_and_one_row_more_is_refused_with_the_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 64 * 48)
    assert checked(photo()).width == 64
    assert refused(photo(size=(64, 49))) == "file-too-large"
    monkeypatch.undo()
    assert refused_because(bomb(MOST_PIXELS, 2)) == ("file-too-large", "at most 50 million pixels")


@pytest.mark.parametrize(
    ("sent", "because"),
    [
        (photo()[:700], ("file-unreadable", "OSError")),
        (b"<html>", ("file-kind-not-accepted", "")),
    ],
)
def test_given_a_file_that_is_refused_then_why_is_said_and_nothing_of_the_file(
    sent: bytes, because: tuple[str, str]
) -> None:
    assert refused_because(sent) == because
    with pytest.raises(NotAccepted) as fault:
        checked(sent)
    assert fault.value.args == because


def test_given_more_than_there_is_memory_for_then_it_is_said_to_be_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image, "open", full)
    assert refused_because(photo()) == ("file-too-large", "memory")


def test_given_a_moving_picture_then_that_is_said() -> None:
    into = io.BytesIO()
    stairs().save(into, "PNG", save_all=True, append_images=[stairs().rotate(90)])
    assert refused_because(into.getvalue()) == ("file-kind-not-accepted", "moving picture")


def test_given_a_kind_then_only_its_own_decoder_is_asked() -> None:
    """What begins like one kind and is read by another decoder has been a way in."""
    with pytest.raises(NotAccepted, match="file-unreadable"):
        kept_picture(photo("PNG"), "jpeg")


def turned_colours(mode: str) -> bytes:
    """A profile of a made-up camera in which what is written red is meant to be seen blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[profile.index(b"rXYZ", 128) : profile.index(b"rXYZ", 128) + 4] = b"xxxx"
    profile[profile.index(b"bXYZ", 128) : profile.index(b"bXYZ", 128) + 4] = b"rXYZ"
    profile[profile.index(b"xxxx", 128) : profile.index(b"xxxx", 128) + 4] = b"bXYZ"
    into = io.BytesIO()
    colour = {"RGB": (254, 0, 0), "RGBA": (254, 0, 0, 255)}[mode]
    Image.new(mode, (32, 32), colour).save(into, "PNG", icc_profile=bytes(profile))
    return into.getvalue()


def colour_of(sent: bytes) -> tuple[int, ...]:
    seen = Image.open(io.BytesIO(checked(sent).content)).getpixel((16, 16))
    assert isinstance(seen, tuple)
    return tuple(int(each) for each in seen)


def test_given_a_profile_of_colours_then_the_picture_is_seen_as_it_was_meant_without_it() -> None:
    red, _, blue = colour_of(turned_colours("RGB"))
    assert blue > 240
    assert red < 20


def test_given_a_profile_that_is_none_then_the_colours_stay_as_they_are_written() -> None:
    into = io.BytesIO()
    Image.new("RGB", (32, 32), (254, 0, 0)).save(into, "PNG", icc_profile=b"Zz-told" * 40)
    red, _, blue = colour_of(into.getvalue())
    assert (red > 240, blue < 20) == (True, True)


def test_given_grey_or_a_palette_then_it_is_made_smaller_smoothly_and_not_by_leaving_points_out() -> None:
    for mode in ("1", "L", "P"):
        into, size = io.BytesIO(), 2 * LONGEST_SIDE
        stripes = Image.new("L", (size, 4))
        stripes.putdata([255 * (column % 2) for _ in range(4) for column in range(size)])
        stripes.convert(mode).save(into, "PNG")
        kept = checked(into.getvalue())
        assert (kept.width, kept.height) == (LONGEST_SIDE, 2)
        between = Image.open(io.BytesIO(kept.content)).convert("L").getpixel((LONGEST_SIDE // 2, 1))
        assert not isinstance(between, tuple | None)
        assert 90 < between < 165, mode


def test_given_a_photo_then_what_is_kept_is_fine_enough_to_read_a_label_and_its_thumbnail_is_coarser() -> (
    None
):
    kept = checked(photo(size=(640, 480)))
    tables = [
        sum(Image.open(io.BytesIO(each)).quantization[0])  # type: ignore[attr-defined]
        for each in (kept.content, kept.thumbnail or b"")
    ]
    assert tables[0] < tables[1]


def test_given_what_an_iphone_takes_then_its_decoder_is_made_known_and_for_others_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = list[str]()
    known = pictures._know_heic

    def noted() -> None:
        asked.append("heic")
        known()

    monkeypatch.setattr(pictures, "_know_heic", noted)
    checked(photo())
    assert asked == []
    checked((Path(__file__).parent / "phone.heic").read_bytes())
    assert asked == ["heic"]
