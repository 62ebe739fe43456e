"""PDFs: what they show is kept, who made them is not, and what runs or holds something is refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from housing_checks.evidence.check_file import checked
from housing_checks.evidence.documents import MOST_PAGES
from housing_checks.evidence.inner_pictures import plain_jpeg, plain_jpeg_2000
from housing_checks.evidence.kept_file import NotAccepted
from tests.housing_checks.evidence.sent_files import (
    TOLD,
    action,
    document,
    everything_in,
    photo,
    told_exif,
)

Change = Callable[[pikepdf.Pdf], None]
NAME = pikepdf.Name


def refused(sent: bytes) -> str:
    with pytest.raises(NotAccepted) as fault:
        checked(sent)
    return fault.value.code


def test_given_a_scan_then_its_author_place_and_camera_are_gone_and_its_page_stays() -> None:
    sent = document()
    assert TOLD in everything_in(sent), "the scan tells"
    kept = checked(sent)
    assert (kept.media_type, kept.pages, kept.evidence) == ("application/pdf", 1, "document")
    assert TOLD not in everything_in(kept.content)
    assert b"/GPTS" not in everything_in(kept.content)
    with pikepdf.open(io.BytesIO(kept.content)) as opened:
        assert "/Info" not in opened.trailer
        assert "/Metadata" not in opened.Root
        page = opened.pages[0]
        assert str(page.Annots[0].Contents) == "Steep", "what a remark says is kept"
        inside = Image.open(io.BytesIO(page.Resources.XObject.Scan.read_raw_bytes()))
        inside.load()
        assert inside.size == (64, 48)


def test_given_something_in_the_file_that_its_pages_do_not_name_then_it_is_gone() -> None:
    sent = document(words="Second") + b"\n99 0 obj\n(Zz-told)\nendobj\n"
    assert TOLD not in everything_in(checked(sent).content)


@settings(max_examples=20, deadline=None)
@given(words=st.text("abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=30).map(lambda each: f"Q{each}Q"))
def test_given_any_words_about_its_making_then_none_is_kept(words: str) -> None:
    assert words.encode() not in everything_in(checked(document(words=words)).content)


def attached(made: pikepdf.Pdf) -> None:
    made.attachments["letter.txt"] = b"Dear all"


def by_annotation(kind: str) -> Change:
    def change(made: pikepdf.Pdf) -> None:
        made.pages[0].Annots = pikepdf.Array(
            [
                made.make_indirect(
                    pikepdf.Dictionary(Type=NAME.Annot, Subtype=NAME("/" + kind), Rect=[0, 0, 9, 9])
                )
            ]
        )

    return change


def by_link(kind: str) -> Change:
    def change(made: pikepdf.Pdf) -> None:
        act = pikepdf.Dictionary(S=NAME("/" + kind), F=pikepdf.String("cmd.exe"))
        link = pikepdf.Dictionary(Type=NAME.Annot, Subtype=NAME.Link, Rect=[0, 0, 9, 9], A=act)
        made.pages[0].Annots = pikepdf.Array([made.make_indirect(link)])

    return change


def on_page(made: pikepdf.Pdf) -> None:
    opens = pikepdf.Dictionary(S=NAME.JavaScript, JS=pikepdf.String("app.alert(1)"))
    made.pages[0].obj["/AA"] = pikepdf.Dictionary(O=opens)


def after_another(made: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=NAME.JavaScript, JS=pikepdf.Stream(made, b"app.alert(1)"))
    made.Root.OpenAction = pikepdf.Dictionary(S=NAME.GoTo, D=[0, NAME.Fit], Next=made.make_indirect(script))


def by_form(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pikepdf.Stream(made, b"<xdp/>"))


RUN = {
    "script": action("JavaScript", JS=pikepdf.String("app.alert(1)")),
    "program": action("Launch", F=pikepdf.String("cmd.exe")),
    "sends": action("SubmitForm", F=pikepdf.String("https://example.test")),
    "imports": action("ImportData", F=pikepdf.String("x.fdf")),
    "embedded": attached,
    "on-page": on_page,
    "after-another": after_another,
    "form-of-scripts": by_form,
    **{f"link-{kind}": by_link(kind) for kind in ("Launch", "JavaScript", "GoToE", "Rendition")},
    **{
        kind: by_annotation(kind)
        for kind in ("FileAttachment", "RichMedia", "Movie", "Sound", "3D", "Screen")
    },
}


@pytest.mark.parametrize("change", RUN.values(), ids=RUN)
@pytest.mark.parametrize("packed", [False, True], ids=("plain", "packed"))
def test_given_a_document_that_runs_or_holds_something_then_it_is_refused(
    change: Change, packed: bool
) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    assert refused(document(change, object_stream_mode=mode)) == "file-runs-something"


def test_given_a_script_whose_name_is_spelled_in_numbers_then_it_is_refused_all_the_same() -> None:
    plain = document(RUN["script"], object_stream_mode=pikepdf.ObjectStreamMode.disable)
    spelled = plain.replace(b"/JavaScript", b"/J#61v#61Script").replace(b"/JS", b"/J#53")
    assert b"/JavaScript" not in spelled
    assert refused(spelled) == "file-runs-something"


def test_given_a_link_to_a_page_of_the_web_then_the_document_is_kept() -> None:
    assert checked(document(by_link("URI"))).pages == 1


@pytest.mark.parametrize("user", ["secret", ""], ids=("to-open", "to-change"))
def test_given_a_protected_document_then_it_is_refused_with_its_own_words(user: str) -> None:
    how = pikepdf.Encryption(owner="owner", user=user)
    assert refused(document(encryption=how)) == "file-protected"


@pytest.mark.parametrize(
    "sent", [b"%PDF-1.7\n<html></html>", b"%PDF-1.7", document()[:400].replace(b"obj", b"xxx")]
)
def test_given_what_only_begins_like_a_pdf_then_it_is_refused(sent: bytes) -> None:
    assert refused(sent) == "file-unreadable"


def test_given_more_pages_than_anybody_reads_then_it_is_refused() -> None:
    made = pikepdf.Pdf.new()
    for _ in range(MOST_PAGES + 1):
        made.add_blank_page()
    into = io.BytesIO()
    made.save(into)
    assert refused(into.getvalue()) == "file-too-large"


def test_given_no_page_then_it_is_refused() -> None:
    into = io.BytesIO()
    pikepdf.Pdf.new().save(into)
    assert refused(into.getvalue()) == "file-unreadable"


def test_given_a_picture_packed_twice_then_it_is_stripped_too() -> None:
    def change(made: pikepdf.Pdf) -> None:
        scan = made.pages[0].Resources.XObject.Scan
        scan.write(zlib.compress(photo()), filter=pikepdf.Array([NAME.FlateDecode, NAME.DCTDecode]))

    kept = checked(document(change))
    assert TOLD not in everything_in(kept.content)
    with pikepdf.open(io.BytesIO(kept.content)) as opened:
        inside = opened.pages[0].Resources.XObject.Scan
        assert inside.Filter == NAME.DCTDecode
        Image.open(io.BytesIO(inside.read_raw_bytes())).load()


def test_given_a_camera_s_picture_then_its_pixels_stay_byte_for_byte() -> None:
    for turned in (1, 6):
        sent = photo(exif=told_exif(turned=turned))
        plain = plain_jpeg(sent)
        assert TOLD not in plain
        assert list(Image.open(io.BytesIO(plain)).tobytes()) == list(Image.open(io.BytesIO(sent)).tobytes())


def test_given_a_newer_kind_of_picture_then_the_boxes_that_tell_are_dropped() -> None:
    def box(kind: bytes, body: bytes) -> bytes:
        return (len(body) + 8).to_bytes(4, "big") + kind + body

    head, code = box(b"jP  ", b"\r\n\x87\n"), box(b"jp2c", b"\xff\x4f")
    sent = head + box(b"uuid", TOLD) + box(b"xml ", TOLD) + code
    assert plain_jpeg_2000(sent) == head + code
    assert plain_jpeg_2000(b"\xff\x4f\xff\x51") == b"\xff\x4f\xff\x51"
