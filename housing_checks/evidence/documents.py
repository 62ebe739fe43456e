"""PDFs written anew: without who wrote them, when, where and with what. One that would run or start
something, or holds other files, is refused and not cut: nobody would know what they do not see.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from housing_checks.evidence.inner_pictures import plain_jpeg, plain_jpeg_2000
from housing_checks.evidence.kept_file import KeptFile, NotAccepted

MOST_PAGES = 200
MOST_DEPTH = 100

_RUNS = frozenset({"/JS", "/JavaScript", "/XFA", "/EF", "/EmbeddedFiles", "/RichMediaContent"})
"""Keys of a dictionary that runs a script or holds another file."""
_STARTS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/Movie", "/Sound"}
    | {"/RichMediaExecute", "/Trans3D", "/GoTo3DView"}
)
"""Actions (ISO 32000-2, 12.6.4) that start or send something, or open what is inside."""
_PLAYS = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/3D", "/Screen"})
"""Annotations (12.5.6) that hold or play something."""
_MADE = ("/Metadata", "/PieceInfo", "/LastModified", "/CreationDate", "/M")
_TOLD = (*_MADE, "/LGIDict", "/VP", "/Measure", "/GPTS")
"""What tells of the making of a part: XMP, an editor's own data, days, places on the earth (12.10)."""

_SIGNED = ("/Contents", "/Cert", "/Name", "/Location", "/Reason", "/ContactInfo", "/Prop_Build")
"""What a signature tells of its signer; it does not hold for what is written anew."""


def kept_document(sent: bytes) -> KeptFile:
    """The document as it is kept. Raises NotAccepted."""
    try:
        with pikepdf.open(io.BytesIO(sent)) as document:
            if document.is_encrypted:
                raise NotAccepted("file-protected")
            return _kept(document)
    except NotAccepted:
        raise
    except pikepdf.PasswordError:
        raise NotAccepted("file-protected") from None
    except MemoryError:
        raise NotAccepted("file-too-large", "memory") from None
    except Exception as fault:  # a parser may fail in any way on bytes that somebody made up
        raise NotAccepted("file-unreadable", type(fault).__name__) from None


def _kept(document: pikepdf.Pdf) -> KeptFile:
    pages = len(document.pages)
    if not pages:
        raise NotAccepted("file-unreadable", "no page")
    if pages > MOST_PAGES:
        raise NotAccepted("file-too-large", f"at most {MOST_PAGES} pages")
    _put_pictures_apart(document)
    for each in document.objects:
        for part in _parts(each, 0):
            _refuse_what_runs(part)
            _strip(part)
        if isinstance(each, pikepdf.Stream):
            _strip_picture(each)
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    into = io.BytesIO()
    document.save(into, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return KeptFile("application/pdf", into.getvalue(), pages=pages)


def _put_pictures_apart(document: pikepdf.Pdf) -> None:
    """Make an object of each picture that stands within what draws a page, a form or a pattern (8.9.7), so
    that it is stripped as the others are.
    """
    for page in document.pages:
        page.externalize_inline_images()
    for each in document.objects:
        if isinstance(each, pikepdf.Stream) and ("/PatternType" in each or _is_form(each)):
            _put_apart_from(each)


def _is_form(stream: pikepdf.Stream) -> bool:
    return stream.get("/Subtype") == pikepdf.Name("/Form")


def _put_apart_from(drawing: pikepdf.Stream) -> None:
    """A pattern draws as a form does, and is read as one."""
    form = _is_form(drawing)
    drawing["/Subtype"] = pikepdf.Name("/Form")
    if "/Resources" not in drawing:
        drawing["/Resources"] = pikepdf.Dictionary()
    pikepdf.Page(drawing).externalize_inline_images()
    if not form:
        del drawing["/Subtype"]


def _parts(found: Any, depth: int) -> Iterator[Any]:
    """Each dictionary in an object, a stream's own among them; indirect objects are met by themselves."""
    if depth > MOST_DEPTH:
        raise NotAccepted("file-unreadable", "too deep")
    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        yield found
        inner = [found[key] for key in found.keys()]  # noqa: SIM118 - a stream is not iterated by its keys
    elif isinstance(found, pikepdf.Array):
        inner = list(found)
    else:
        return
    for each in inner:
        if isinstance(each, pikepdf.Object) and not each.is_indirect:
            yield from _parts(each, depth + 1)


def _refuse_what_runs(part: Any) -> None:
    keys = frozenset(part.keys())
    named = {str(part.get(key)) for key in ("/S", "/Subtype") if isinstance(part.get(key), pikepdf.Name)}
    if keys & _RUNS or named & _STARTS or named & _PLAYS:
        raise NotAccepted("file-runs-something")


def _strip(part: Any) -> None:
    for key in _TOLD:
        if key in part:
            del part[key]
    if "/ByteRange" in part or part.get("/Type") == pikepdf.Name("/Sig"):  # its type need not be said
        for key in _SIGNED:
            if key in part:
                del part[key]
    if "/T" in part and "/Rect" in part and part.get("/Subtype") != pikepdf.Name("/Widget"):
        del part["/T"]  # who wrote a remark; of a field of a form it is the field's name


def _strip_picture(stream: pikepdf.Stream) -> None:
    """Take what a camera wrote out of a picture, whatever the picture is packed in."""
    packed = stream.get("/Filter")
    filters = [str(packed)] if isinstance(packed, pikepdf.Name) else [str(each) for each in packed or ()]
    if not filters or filters[-1] not in ("/DCTDecode", "/JPXDecode"):
        return
    how = stream.get("/DecodeParms")
    raw = stream.read_raw_bytes()
    if len(filters) > 1:  # packed once more: unpack what is around the picture
        stream.write(raw, filter=pikepdf.Array([pikepdf.Name(each) for each in filters[:-1]]))
        raw = stream.read_bytes(pikepdf.StreamDecodeLevel.generalized)
    plain = plain_jpeg(raw) if filters[-1] == "/DCTDecode" else plain_jpeg_2000(raw)
    stream.write(plain, filter=pikepdf.Name(filters[-1]), decode_parms=_last_of(how))


def _last_of(how: pikepdf.Object | None) -> pikepdf.Dictionary | None:
    """How the picture itself is unpacked: the parameters of the last filter."""
    last = how[-1] if isinstance(how, pikepdf.Array) and len(how) else how
    return last if isinstance(last, pikepdf.Dictionary) else None
