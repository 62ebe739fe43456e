"""The text of a message for somebody who may not see all of it to edit: what was withheld goes back in."""

from __future__ import annotations

from api.presenters.message_text import WITHHELD, shown
from discharge.errors import HomewardError
from fhir_adapters.hl7v2.envelope import header_of, read_envelope, readable_text
from fhir_adapters.store.tables import InboxRow


def editable_text(row: InboxRow, *, whereabouts: bool) -> str:
    """The message, a segment a line, with what may not be seen withheld."""
    return shown(row.raw, row.content_type, whereabouts=whereabouts).raw


def edited_bytes(row: InboxRow, text: str, *, whereabouts: bool) -> bytes:
    """What was typed as a message: in the character set of the original, with what was withheld in its old
    place. Raises invalid-body where that place is gone.
    """
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    if not whereabouts:
        lines = _restored(row, lines)
    if any(WITHHELD in line for line in lines):
        raise HomewardError("invalid-body", where="text", detail="withheld")
    joined = "\r".join(lines) + "\r"
    try:
        return joined.encode(row.charset or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return joined.encode()


def _restored(row: InboxRow, lines: list[str]) -> list[str]:
    header = header_of(read_envelope(row.raw))
    mark = header.delimiters.field if header else "|"
    held: dict[str, list[str]] = {}
    for line in readable_text(row.raw)[0].split("\r"):
        held.setdefault(line.split(mark)[0], []).append(line)
    seen: dict[str, int] = {}
    return [_whole(line, mark, held, seen) for line in lines]


def _whole(line: str, mark: str, held: dict[str, list[str]], seen: dict[str, int]) -> str:
    """One line with its withheld fields from the original's segment of the same name and place."""
    fields = line.split(mark)
    number = seen[fields[0]] = seen.get(fields[0], -1) + 1
    originals = held.get(fields[0], [])
    if WITHHELD not in line or number >= len(originals):
        return line
    if fields[1:] == [WITHHELD]:
        return originals[number]
    kept = originals[number].split(mark)
    return mark.join(
        kept[place] if value == WITHHELD and place < len(kept) else value
        for place, value in enumerate(fields)
    )
