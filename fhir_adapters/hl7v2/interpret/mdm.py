"""MDM: a document about the person, or what became of one.

TXA-12 is the document's own number, TXA-13 its parent's. The content is one base64 file (OBX-2 ED), else the
lines of text OBX. Source: HL7 2.4 chapter 9; triggers T01 to T11.
"""

import base64
import binascii
from collections.abc import Mapping

from fhir_adapters.hl7v2.facts import DocumentReported, Interpretation, Interpreted, NotUsed, Parked
from fhir_adapters.hl7v2.interpret.fields import TEXT_TYPES, Reader, entity, texts
from fhir_adapters.hl7v2.parse.segments import Repetition, Segment

EVENTS: Mapping[str, str] = {
    "T01": "new",
    "T02": "new",
    "T03": "status",
    "T04": "status",
    "T05": "addendum",
    "T06": "addendum",
    "T07": "edit",
    "T08": "edit",
    "T09": "replacement",
    "T10": "replacement",
    "T11": "cancel",
}
"""Trigger -> what happened to the document; the even ones up to T10 bring its content."""

_TEXT = {"TX", "FT", "ST", "CE", "CWE"}
_MEDIA = {"PDF": "application/pdf", "RTF": "application/rtf", "JPEG": "image/jpeg", "JPG": "image/jpeg"} | {
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "HTML": "text/html",
    "PLAIN": "text/plain",
    "XML": "application/xml",
}
"""OBX-5.3 (table 0291) -> media type; what is not here is kept as bytes."""

UNKNOWN_MEDIA = "application/octet-stream"


class _Unreadable(ValueError):
    """An encapsulated file whose bytes cannot be had."""


def add_document(reader: Reader, subject: Interpreted) -> Interpretation:
    """The document beside the person and stay that the message names."""
    txa = reader.message.segment("TXA")
    if txa is None:
        return Parked(code="message-not-understood", reason="no-txa")
    if not reader.profile.documents.kept(txa.value(2)):
        return NotUsed(code="unknown-trigger", reason="TXA-2")
    number = entity(txa.first(12))
    if number is None:
        return Parked(code="message-not-understood", reason="document-without-number")
    try:
        content = read_content(list(reader.message.all("OBX")))
    except _Unreadable as error:
        return Parked(code="message-not-understood", reason=str(error))
    document = _document(reader, txa, number.text, content)
    return subject.model_copy(update={"facts": (*subject.facts, document)})


def _document(
    reader: Reader, txa: Segment, number: str, content: tuple[str, bytes] | None
) -> DocumentReported:
    parent = entity(txa.first(13))
    written = (reader.time(f"TXA-{field}") for field in (4, 6, 7))
    return DocumentReported.model_validate(
        {
            "event": EVENTS[reader.message.envelope.trigger],
            "stated_at": reader.stated_at,
            "number": number,
            "parent": parent.text if parent else None,
            "type_code": txa.value(2) or None,
            "title": txa.value(2, 2) or txa.value(25) or _title(reader),
            "completion": txa.value(17).upper() or None,
            "confidentiality": txa.value(18).upper() or None,
            "availability": txa.value(19).upper() or None,
            "written_at": next((stamp.instant for stamp in written if stamp), None),
            "content_type": content[0] if content else None,
            "content": content[1] if content else None,
        }
    )


def _title(reader: Reader) -> str | None:
    return reader.value("OBX-3.2") or reader.value("OBX-3") or None


def read_content(obxs: list[Segment]) -> tuple[str, bytes] | None:
    """Media type and bytes of the first file, else of all text; None where there is neither. Raises
    _Unreadable.
    """
    file = next((ed for obx in obxs if obx.text(2) == "ED" and (ed := obx.first(5)).valued), None)
    if file is not None:
        return _media(file), _decoded(file)
    lines = [line for obx in obxs if obx.text(2) in _TEXT for line in _lines(obx)]
    return ("text/plain", "\n".join(lines).encode()) if lines else None


def _lines(obx: Segment) -> list[str]:
    if obx.text(2) in TEXT_TYPES:
        return texts(obx, 5)
    return [found.whole(2) or found.whole(1) for found in obx.repetitions(5)]


def _media(file: Repetition) -> str:
    """By OBX-5.3, else OBX-5.2: senders put the subtype in either."""
    kinds = (file(3).upper(), file(2).upper())
    return next((_MEDIA[kind] for kind in kinds if kind in _MEDIA), UNKNOWN_MEDIA)


def _decoded(file: Repetition) -> bytes:
    encoding, text = file(4).casefold(), "".join(file(5).split())
    try:
        if encoding == "base64":
            return base64.b64decode(text, validate=True)
        if encoding == "hex":
            return bytes.fromhex(text)
    except (binascii.Error, ValueError):
        raise _Unreadable("document-unreadable") from None
    if encoding in {"", "a"}:
        return file(5).encode()
    raise _Unreadable("document-encoding-unknown")
