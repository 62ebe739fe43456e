"""The text of a message for somebody who may not see all of it to edit: what was withheld goes back in.

A field too long to be edited by hand (a file, mostly) is left out likewise, and goes back as it was.
"""

from __future__ import annotations

from api.messages.message_text import WITHHELD, readable
from discharge.errors import HomewardError
from fhir_adapters.hl7v2.parse.envelope import header_of, read_envelope
from fhir_adapters.hl7v2.parse.text import readable_text
from fhir_adapters.store.tables import InboxRow

LEFT_OUT = "[too long to edit]"
LONGEST_FIELD = 2_000
LONGEST_TEXT = 100_000
"""Characters of a text that somebody can edit in a form."""


def editable_text(row: InboxRow, *, whereabouts: bool) -> str:
    """The message, a segment a line, with what may not be seen withheld and long fields left out. Raises
    not-replayable for what is too long for a form.
    """
    held = readable(row.raw, row.content_type, whereabouts=whereabouts)
    mark = held.marks.field if held.marks else "|"
    text = "\n".join(_without_long_fields(line, mark) for line in held.lines)
    if len(text) > LONGEST_TEXT:
        raise HomewardError("not-replayable", detail="too long to edit")
    return text


def too_long(row: InboxRow) -> bool:
    """Whether a message is too long to be edited in a form."""
    if len(row.raw) <= LONGEST_TEXT:
        return False
    try:
        editable_text(row, whereabouts=True)
    except HomewardError:
        return True
    return False


def _without_long_fields(line: str, mark: str) -> str:
    if len(line) <= LONGEST_FIELD:
        return line
    return mark.join(LEFT_OUT if len(field) > LONGEST_FIELD else field for field in line.split(mark))


def edited_bytes(row: InboxRow, text: str, *, whereabouts: bool) -> bytes:
    """What was typed as a message: in the character set of the original, with what was withheld or left out
    in its old place. Raises invalid-body where that place is gone.
    """
    lines = [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    lines = _restored(row, lines, (LEFT_OUT,) if whereabouts else (LEFT_OUT, WITHHELD))
    if any(WITHHELD in line or LEFT_OUT in line for line in lines):
        raise HomewardError("invalid-body", where="text", detail="withheld")
    joined = "\r".join(lines) + "\r"
    try:
        return joined.encode(row.charset or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return joined.encode()


def _restored(row: InboxRow, lines: list[str], marks: tuple[str, ...]) -> list[str]:
    header = header_of(read_envelope(row.raw))
    mark = header.delimiters.field if header else "|"
    held: dict[str, list[str]] = {}
    for line in readable_text(row.raw)[0].split("\r"):
        held.setdefault(line.split(mark)[0], []).append(line)
    seen: dict[str, int] = {}
    return [_whole(line, mark, held, seen, marks) for line in lines]


def _whole(
    line: str, mark: str, held: dict[str, list[str]], seen: dict[str, int], marks: tuple[str, ...]
) -> str:
    """One line with what it stands for from the original's segment of the same name and place."""
    fields = line.split(mark)
    number = seen[fields[0]] = seen.get(fields[0], -1) + 1
    originals = held.get(fields[0], [])
    if number >= len(originals) or not any(each in fields for each in marks):
        return line
    if fields[1:] == [WITHHELD]:
        return originals[number]
    kept = originals[number].split(mark)
    return mark.join(
        kept[place] if value in marks and place < len(kept) else value for place, value in enumerate(fields)
    )
