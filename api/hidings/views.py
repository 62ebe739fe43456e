"""Who was hidden because an organisation asked for it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.hidings.service import AskedHiding, Hiding
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, tag_of

STATES = {
    "": Tag("Waits for an answer", "yellow"),
    "kept": Tag("Kept", "blue"),
    "lifted": Tag("Lifted", "green"),
}


@dataclass(frozen=True)
class HidingLine:
    """One person whom another organisation hid. `still` says that they are hidden although it was lifted."""

    name: str
    case_href: str
    sender: str
    when: str
    state: Tag
    answered: str
    still: str
    withdrawn: str
    anchor: str
    message_id: str
    person_id: str
    may_answer: bool


@dataclass(frozen=True)
class AskedLine:
    """One message by which the caller's own organisation hid somebody."""

    message_id: str
    numbers: str
    when: str


@dataclass(frozen=True)
class HidingsPage:
    """The whole page."""

    hidings: tuple[HidingLine, ...]
    asked: tuple[AskedLine, ...]


STILL = "Still hidden: by the hospital's own message, or because another organisation asked, too."


def present(
    found: Sequence[Hiding],
    asked: Sequence[AskedHiding],
    known: Directory,
    *,
    may_answer: bool,
    may_open: bool,
) -> HidingsPage:
    """Both lists in words and links."""
    return HidingsPage(
        tuple(_line(each, known, may_answer, may_open) for each in found),
        tuple(_asked(each) for each in asked),
    )


def notice(found: Sequence[Hiding], known: Directory) -> str:
    """What the page of a case says of hidings that wait for an answer; nothing where there is none."""
    asking = sorted({known.organisation(each.sender_id) for each in found if each.answer is None})
    gone = sorted({known.organisation(each.sender_id) for each in found if each.answer and each.waits})
    first = f"Hidden because {' and '.join(asking)} asked for it. The trust decides whether this stays."
    again = (
        f"{' and '.join(gone)} withdrew a request that the trust kept. The trust decides whether it stays."
    )
    return " ".join([*([first] if asking else []), *([again] if gone else [])])


def _line(each: Hiding, known: Directory, may_answer: bool, may_open: bool) -> HidingLine:
    person = each.person
    return HidingLine(
        name=words.full_name(person.family_name, person.given_name) if person else "A person you may not see",
        case_href=f"/cases/{each.case_id}" if each.case_id and may_open else "",
        sender=known.organisation(each.sender_id),
        when=words.machine_time(each.hidden_at),
        state=tag_of(STATES, each.answer or ""),
        answered=_answered(each, known),
        still=STILL if each.answer == "lifted" and each.still_hidden else "",
        withdrawn=_withdrawn(each, known),
        anchor=f"hiding-{each.inbox_id}-{each.person_id}",
        message_id=str(each.inbox_id),
        person_id=str(each.person_id),
        may_answer=may_answer and each.may_answer,
    )


def _answered(each: Hiding, known: Directory) -> str:
    if each.answered_at is None:
        return ""
    who = f"{known.user(each.answered_by) or 'Somebody'}, {known.organisation(each.answered_for)}"
    return f"{who}, {words.machine_time(each.answered_at)}: {each.reason}"


def _withdrawn(each: Hiding, known: Directory) -> str:
    if each.withdrawn_at is None:
        return ""
    sender, when = known.organisation(each.sender_id), words.machine_time(each.withdrawn_at)
    stays = " The person stays hidden until you or a colleague lifts it." if each.answer == "kept" else ""
    return f"{sender} withdrew it, {when}.{stays}"


def _asked(each: AskedHiding) -> AskedLine:
    numbers = ", ".join(words.nhs_number(number) for number in each.numbers)
    return AskedLine(str(each.inbox_id), numbers, words.machine_time(each.hidden_at))
