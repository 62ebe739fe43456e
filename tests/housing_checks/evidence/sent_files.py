"""Files as phones, scanners and people who mean harm send them; every word that must not stay is MARK."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

MARK = "Zz-told"
TOLD = MARK.encode()
MADE, DESCRIBED, TURNED, GPS, MAKER = 0x010F, 0x010E, 0x0112, 0x8825, 0x927C
EXIF_PART = 0x8769


def stairs(size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture whose left half is dark, so that one sees which way up it is."""
    picture = Image.new("RGB", size, (200, 180, 160))
    picture.paste((20, 20, 40), (0, 0, size[0] // 2, size[1]))
    return picture


def told_exif(
    place: tuple[float, float, float] = (53.0, 23.0, 3.2), turned: int = 1, words: str = MARK
) -> Image.Exif:
    """What a phone writes: maker, description, place, the maker's own data; and which way it was held."""
    exif = Image.Exif()
    exif[MADE], exif[DESCRIBED], exif[TURNED] = words, words, turned
    inner = exif.get_ifd(EXIF_PART)
    inner[MAKER] = words.encode()
    where = exif.get_ifd(GPS)
    where[1], where[2] = "N", tuple(IFDRational(round(each * 100), 100) for each in place)
    where[3], where[4] = "W", tuple(IFDRational(round(each * 100), 100) for each in place)
    return exif


def xmp(words: str = MARK) -> bytes:
    place = f"<exif:GPSLatitude>{words}</exif:GPSLatitude>"
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{place}</x:xmpmeta>'.encode()


def photo(
    kind: str = "JPEG", *, exif: Image.Exif | None = None, words: str = MARK, behind: bytes = b"", **size: Any
) -> bytes:
    """A photo with everything that can stand in such a file."""
    into, picture = io.BytesIO(), stairs(**size)
    exif = exif if exif is not None else told_exif(words=words)
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", words)
        texts.add_text("Location", words, zip=True)
        texts.add_itxt("XML:com.adobe.xmp", words)
        picture.save(into, kind, pnginfo=texts, exif=exif)
    elif kind == "JPEG":
        picture.save(into, kind, exif=exif, xmp=xmp(words), comment=words.encode())
        return _with_more_segments(into.getvalue(), exif, words) + behind
    else:
        picture.save(into, kind, exif=exif, xmp=xmp(words))
    return into.getvalue() + behind


def _with_more_segments(jpeg: bytes, exif: Image.Exif, words: str) -> bytes:
    """Also IPTC, a comment of its own, and a small picture of the place inside the EXIF data."""
    small = io.BytesIO()
    stairs((16, 12)).save(small, "JPEG", comment=words.encode(), exif=exif)
    segments = [
        (0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + words.encode()),
        (0xFE, words.encode()),
        (0xE1, b"Exif\x00\x00" + small.getvalue()),
        (0xEB, words.encode()),
    ]
    told = b"".join(
        b"\xff" + bytes((marker,)) + (len(body) + 2).to_bytes(2, "big") + body for marker, body in segments
    )
    at = _end_of_its_own(jpeg)
    return jpeg[:at] + told + jpeg[at:]


def _end_of_its_own(jpeg: bytes) -> int:
    """Where the segments end that the picture was written with: a reader takes the first EXIF data."""
    at = 2
    while 0xE0 <= jpeg[at + 1] <= 0xEF:
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return at


def document(
    change: Callable[[pikepdf.Pdf], None] | None = None, *, words: str = MARK, pages: int = 1, **how: Any
) -> bytes:
    """A scan: one photo a page, with its camera's data, its author, a remark and XMP."""
    made = pikepdf.Pdf.new()
    for _ in range(pages):
        _page(made, words)
    made.docinfo["/Author"] = words
    made.docinfo["/Title"] = words
    made.Root.Metadata = pikepdf.Stream(made, xmp(words))
    if change:
        change(made)
    into = io.BytesIO()
    made.save(into, **how)
    return into.getvalue()


def _page(made: pikepdf.Pdf, words: str) -> None:
    name, text = pikepdf.Name, pikepdf.String(words)
    page = made.add_blank_page()
    picture = pikepdf.Stream(made, photo(words=words))
    picture.stream_dict = pikepdf.Dictionary(
        Type=name.XObject, Subtype=name.Image, Width=64, Height=48, ColorSpace=name.DeviceRGB,
        BitsPerComponent=8, Filter=name.DCTDecode, Metadata=pikepdf.Stream(made, xmp(words)),
    )  # fmt: skip
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=picture))
    page.Contents = pikepdf.Stream(made, b"q 64 0 0 48 0 0 cm /Scan Do Q")
    remark = pikepdf.Dictionary(
        Type=name.Annot,
        Subtype=name.Text,
        Rect=[0, 0, 9, 9],
        T=text,
        M=text,
        Contents=pikepdf.String("Steep"),
    )
    page.Annots = pikepdf.Array([made.make_indirect(remark)])
    page.obj["/PieceInfo"] = pikepdf.Dictionary(App=pikepdf.Dictionary(LastModified=text, Private=text))
    page.obj["/VP"] = pikepdf.Array(
        [pikepdf.Dictionary(Measure=pikepdf.Dictionary(GPTS=[53.1, -2.1]), Name=text)]
    )


def action(kind: str, **more: Any) -> Callable[[pikepdf.Pdf], None]:
    """A document that does something when it is opened."""

    def change(made: pikepdf.Pdf) -> None:
        made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/" + kind), **more)

    return change


def everything_in(kept: bytes) -> bytes:
    """All bytes of a PDF, its streams as they are and unpacked."""
    found = [kept]
    with pikepdf.open(io.BytesIO(kept)) as opened:
        for each in opened.objects:
            if isinstance(each, pikepdf.Stream):
                found.append(each.read_raw_bytes())
                with suppress(pikepdf.PdfError):  # a picture is not unpacked
                    found.append(each.read_bytes(pikepdf.StreamDecodeLevel.generalized))
            found.append(
                bytes(str(each), "utf-8", "replace") if not isinstance(each, pikepdf.Stream) else b""
            )
            found.append(each.unparse(resolved=False))
    return b"\n".join(found)
