"""Documents and forms in words: what they are, how they stand, and which may be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from discharge.store.tables import DocumentRow
from discharge.store.tables.persons import RESTRICTED

UNSIGNED = frozenset({"DI", "DO", "IP", "IN"})
"""Table 0271: dictated, documented, in progress, incomplete."""

AVAILABILITY = {
    "OB": Tag("Obsolete", "grey"),
    "UN": Tag("Not available", "grey"),
    "CA": Tag("Deleted", "grey"),
}
"""Table 0273, where it is anything but available."""

MEDIA = {
    "application/pdf": "PDF",
    "image/jpeg": "picture",
    "image/png": "picture",
    "image/tiff": "picture",
} | {
    "application/rtf": "RTF",
    "text/plain": "text",
}
SERVED = frozenset(MEDIA)
"""Types that a browser gets by their own name; whatever else came is served as bytes to keep."""

ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"} | {
    "application/rtf": "rtf",
    "text/plain": "txt",
}


@dataclass(frozen=True)
class Line:
    """One document in a list; without `href` it is listed and cannot be opened."""

    title: str
    kind: str
    written: str
    by: str
    tag: Tag
    restricted: bool
    href: str


@dataclass(frozen=True)
class AnswerLine:
    """One question with its answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class DocumentPage:
    """One document."""

    case_id: str
    name: str
    line: Line
    number: str
    answers: tuple[AnswerLine, ...]
    text: str
    download: str
    download_words: str


def lines(rows: Sequence[DocumentRow], case_id: UUID, known: Directory) -> tuple[Line, ...]:
    """Every document, in the order given."""
    return tuple(line(row, case_id, known) for row in rows)


def line(row: DocumentRow, case_id: UUID, known: Directory) -> Line:
    """One document in a list."""
    tag = _tag(row)
    opens = is_current(row)
    return Line(
        title=row.title or "Document without a title",
        kind="Form" if row.kind == "form" else "Document",
        written=words.moment(row.written_at or row.stated_at, "Date not given"),
        by=known.organisation(row.organisation_id),
        tag=tag,
        restricted=row.sensitivity == RESTRICTED,
        href=f"/cases/{case_id}/documents/{row.id}" if opens else "",
    )


def is_current(row: DocumentRow) -> bool:
    """Whether the document may be opened: not cancelled, not replaced, and not withdrawn by its writer."""
    return not (is_cancelled(row) or row.superseded or (row.availability or "") in AVAILABILITY)


def is_cancelled(row: DocumentRow) -> bool:
    """Whether nothing was said of the document after its cancellation."""
    if row.cancelled_at is None:
        return False
    return row.stated_at is None or row.cancelled_at >= row.stated_at


def _tag(row: DocumentRow) -> Tag:
    if is_cancelled(row):
        return Tag("Cancelled", "grey")
    if row.superseded:
        return Tag("Replaced", "grey")
    if (row.availability or "") in AVAILABILITY:
        return AVAILABILITY[row.availability or ""]
    if (row.completion or "") in UNSIGNED:
        return Tag("Not signed yet", "yellow")
    return Tag("Addendum", "blue") if row.relation == "addendum" else Tag("Complete", "green")


def present(row: DocumentRow, case_id: UUID, name: str, known: Directory) -> DocumentPage:
    """One document in words; a text is shown, anything else is for downloading."""
    held = row.content is not None
    text = row.content.decode(errors="replace") if row.content and row.content_type == "text/plain" else ""
    base = f"/cases/{case_id}/documents/{row.id}/content"
    return DocumentPage(
        case_id=str(case_id),
        name=name,
        line=line(row, case_id, known),
        number=row.number,
        answers=tuple(_answer(each) for each in row.answers or ()),
        text=text,
        download=base if held else "",
        download_words=f"Download ({MEDIA.get(row.content_type or '', 'file')})",
    )


def _answer(each: dict[str, object]) -> AnswerLine:
    unit = f" {each['unit']}" if each.get("unit") else ""
    return AnswerLine(
        str(each.get("question") or each.get("question_code") or "Question without words"),
        f"{each.get('answer') or 'Not answered'}{unit}",
    )


def readable_content(row: DocumentRow) -> tuple[str, bytes] | None:
    """Media type and bytes of what a document holds, the answers of a form as text; None where it holds
    neither.
    """
    if row.content is not None:
        return row.content_type or "application/octet-stream", row.content
    if row.answers is None:
        return None
    said = (_answer(each) for each in row.answers)
    return "text/plain", "\n".join(f"{each.question}: {each.answer}" for each in said).encode()


def served_type(row: DocumentRow) -> str:
    """The media type that a browser is told: never one that it would run."""
    known = row.content_type if row.content_type in SERVED else "application/octet-stream"
    return f"{known}; charset=utf-8" if known == "text/plain" else str(known)


def file_name(row: DocumentRow) -> str:
    """A name that tells nothing of the person."""
    return f"{row.kind}-{str(row.id)[:8]}.{ENDINGS.get(row.content_type or '', 'bin')}"
