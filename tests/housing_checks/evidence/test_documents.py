"""PDFs: what they show is kept, who made them is not, and what runs or holds something is refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from housing_checks.evidence.check_file import checked
from housing_checks.evidence.documents import MOST_DEPTH, MOST_PAGES
from housing_checks.evidence.inner_pictures import plain_jpeg
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
    return refused_because(sent)[0]


def refused_because(sent: bytes) -> tuple[str, str]:
    with pytest.raises(NotAccepted) as fault:
        checked(sent)
    return fault.value.code, fault.value.detail


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
        assert page.Resources.XObject.Scan.Subtype == NAME.Image


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


def of_pages(number: int) -> bytes:
    made = pikepdf.Pdf.new()
    for _ in range(number):
        made.add_blank_page()
    into = io.BytesIO()
    made.save(into)
    return into.getvalue()


def test_given_more_pages_than_anybody_reads_then_it_is_refused_and_the_most_is_said() -> None:
    assert refused_because(of_pages(MOST_PAGES + 1)) == ("file-too-large", f"at most {MOST_PAGES} pages")
    assert checked(of_pages(MOST_PAGES)).pages == MOST_PAGES


def test_given_no_page_then_it_is_refused() -> None:
    assert refused_because(of_pages(0)) == ("file-unreadable", "no page")


def test_given_a_fault_of_the_parser_then_its_kind_is_said_and_nothing_of_the_file() -> None:
    assert refused_because(b"%PDF-1.7") == ("file-unreadable", "PdfError")


def test_given_more_than_there_is_memory_for_then_it_is_said_to_be_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pikepdf, "open", full)
    assert refused_because(document()) == ("file-too-large", "memory")


def nested(times: int) -> Change:
    def change(made: pikepdf.Pdf) -> None:
        inner = pikepdf.Array([])
        for _ in range(times):
            inner = pikepdf.Array([inner])
        made.Root.Deep = inner

    return change


def test_given_things_within_things_then_up_to_a_depth_they_are_read_and_then_it_is_refused() -> None:
    within = MOST_DEPTH - 1  # the catalogue itself is the first
    assert checked(document(nested(within))).pages == 1
    assert refused_because(document(nested(within + 1))) == ("file-unreadable", "too deep")


@pytest.mark.parametrize("typed", [True, False], ids=("typed", "untyped"))
def test_given_a_signature_then_who_signed_it_where_and_why_is_gone(typed: bool) -> None:
    def change(made: pikepdf.Pdf) -> None:
        told = pikepdf.String("Zz-told")
        kind = {"Type": NAME.Sig} if typed else {"ByteRange": [0, 1, 2, 3]}
        made.Root.Signed = pikepdf.Dictionary(
            Filter=NAME("/Adobe.PPKLite"), Contents=told, Cert=told, Name=told, Location=told, Reason=told,
            ContactInfo=told, Prop_Build=pikepdf.Dictionary(App=told), **kind,
        )  # fmt: skip

    kept = checked(document(change)).content
    assert TOLD not in everything_in(kept)
    with pikepdf.open(io.BytesIO(kept)) as opened:
        assert "/Filter" in opened.Root.Signed


def test_given_a_signature_that_tells_little_then_what_is_missing_does_no_harm() -> None:
    def change(made: pikepdf.Pdf) -> None:
        made.Root.Signed = pikepdf.Dictionary(Type=NAME.Sig, Reason=pikepdf.String("Zz-told"))

    assert TOLD not in everything_in(checked(document(change)).content)


def test_given_a_field_of_a_form_then_its_name_stays_and_the_writer_of_a_remark_does_not() -> None:
    def change(made: pikepdf.Pdf) -> None:
        for kind, name in ((NAME.Widget, "Field"), (NAME.Text, "Zz-told"), (None, "Zz-told")):
            part = pikepdf.Dictionary(Rect=[0, 0, 9, 9], T=pikepdf.String(name))
            if kind is not None:
                part.Subtype = kind
            made.pages[0].Annots.append(made.make_indirect(part))

    kept = checked(document(change)).content
    assert TOLD not in everything_in(kept)
    with pikepdf.open(io.BytesIO(kept)) as opened:
        assert [str(each.T) for each in opened.pages[0].Annots if "/T" in each] == ["Field"]


def test_given_the_same_scan_twice_then_what_is_kept_is_the_same_and_small() -> None:
    sent = document(pages=40)
    kept = checked(sent).content
    assert kept == checked(sent).content
    assert b"/ObjStm" in kept


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


def within_the_page(made: pikepdf.Pdf, drawn: bytes) -> None:
    made.pages[0].Contents = pikepdf.Stream(made, drawn)


def within_a_form(made: pikepdf.Pdf, drawn: bytes) -> None:
    form = pikepdf.Stream(made, drawn, Type=NAME.XObject, Subtype=NAME.Form, BBox=[0, 0, 9, 9])
    made.pages[0].Annots[0].AP = pikepdf.Dictionary(N=form)


def within_a_pattern(made: pikepdf.Pdf, drawn: bytes) -> None:
    own = pikepdf.Dictionary(ProcSet=pikepdf.Array([NAME.PDF]))
    pattern = pikepdf.Stream(made, drawn, Type=NAME.Pattern, PatternType=1, BBox=[0, 0, 9, 9], Resources=own)
    made.pages[0].Resources.Pattern = pikepdf.Dictionary(P=pattern)


@pytest.mark.parametrize("within", [within_the_page, within_a_form, within_a_pattern])
def test_given_a_photo_within_what_is_drawn_then_it_is_stripped_and_still_drawn(
    within: Callable[[pikepdf.Pdf, bytes], None],
) -> None:
    drawn = b"q BI /W 64 /H 48 /CS /RGB /BPC 8 /F /DCT ID " + photo() + b" EI Q"
    kept = checked(document(lambda made: within(made, drawn))).content
    assert TOLD not in everything_in(kept)
    with pikepdf.open(io.BytesIO(kept)) as opened:
        drawing = drawn_in(opened, within)
        (name,) = set(drawing.Resources.XObject.keys()) - {"/Scan"}
        inside = drawing.Resources.XObject[name]
        assert Image.open(io.BytesIO(inside.read_raw_bytes())).size == (64, 48)
        if within is within_a_pattern:
            assert "/ProcSet" in drawing.Resources, "what it had stays"
            assert "/Subtype" not in drawing
        if within is within_a_form:
            assert drawing.Subtype == NAME.Form


def drawn_in(opened: pikepdf.Pdf, within: Callable[[pikepdf.Pdf, bytes], None]) -> Any:
    """What draws the photo that was put within it."""
    page = opened.pages[0].obj
    if within is within_a_form:
        return page.Annots[0].AP.N
    return page.Resources.Pattern.P if within is within_a_pattern else page


PARMS = pikepdf.Dictionary(ColorTransform=0)


@pytest.mark.parametrize(
    ("filters", "parms"),
    [
        (NAME.DCTDecode, PARMS),
        (pikepdf.Array([NAME.DCTDecode]), pikepdf.Array([PARMS])),
        (
            pikepdf.Array([NAME.FlateDecode, NAME.DCTDecode]),
            pikepdf.Array([pikepdf.Dictionary(Predictor=1), PARMS]),
        ),
        (
            pikepdf.Array([NAME.ASCIIHexDecode, NAME.FlateDecode, NAME.DCTDecode]),
            pikepdf.Array([pikepdf.Dictionary(), pikepdf.Dictionary(Predictor=1), PARMS]),
        ),
    ],
    ids=("one", "listed", "packed", "packed-twice"),
)
def test_given_how_a_picture_is_unpacked_then_that_stays_with_the_picture(filters: Any, parms: Any) -> None:
    def change(made: pikepdf.Pdf) -> None:
        scan = made.pages[0].Resources.XObject.Scan
        packed = len(filters) - 1 if isinstance(filters, pikepdf.Array) else 0
        raw = (photo(), zlib.compress(photo()), zlib.compress(photo()).hex().encode() + b">")[packed]
        scan.write(raw, filter=filters, decode_parms=parms)

    kept = checked(document(change)).content
    with pikepdf.open(io.BytesIO(kept)) as opened:
        inside = opened.pages[0].Resources.XObject.Scan
        assert inside.Filter == NAME.DCTDecode
        assert int(inside.DecodeParms.ColorTransform) == 0


def test_given_a_newer_kind_of_picture_in_a_document_then_it_is_stripped_as_its_kind_is() -> None:
    def box(kind: bytes, body: bytes) -> bytes:
        return (len(body) + 8).to_bytes(4, "big") + kind + body

    head, code = box(b"jP  ", b"\r\n\x87\n"), box(b"jp2c", b"\xff\x4f")

    def change(made: pikepdf.Pdf) -> None:
        scan = made.pages[0].Resources.XObject.Scan
        scan.write(head + box(b"uuid", TOLD) + code, filter=NAME.JPXDecode)

    kept = checked(document(change)).content
    with pikepdf.open(io.BytesIO(kept)) as opened:
        inside = opened.pages[0].Resources.XObject.Scan
        assert (inside.Filter, inside.read_raw_bytes()) == (NAME.JPXDecode, head + code)
        assert "/DecodeParms" not in inside
