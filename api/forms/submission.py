"""From what a browser sent to a command's fields, and back to the form with what was wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import FormData

from api.changes.views import Changes
from api.forms.dates import read_date
from api.forms.fault_words import ANY_OTHER, field_words
from api.forms.model import Around, CommandForm, Field
from api.web.body_faults import BodyInvalid
from api.web.problem_bodies import BodyFault
from api.web.refusals import CaseChanged, Contradicted
from discharge.errors import HomewardError
from housing_checks.contradictions import Contradiction

NOTE, ABOUT_DANGER = "note", "about_danger"
MOST_NOTE = 10_000

CHANGED_SINCE = "changed-since"
"""The place on a page that says what others changed."""

MOST_DIGITS = 9
"""Of a version: no case has more events."""

NOT_A_DATE = "Enter a real date, for instance 27 March 2026"
NOT_WHOLE = "Enter a real date with all four digits of the year, for instance 27 March 1941"
MOST_TEXT = 200
DATE_FIELD = Field("effective_on", "From which day?", "date")


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer, and where on the page it is."""

    name: str
    words: str


@dataclass
class Filled:
    """A form as it was filled in: the command's fields, what was typed, and what is wrong with it; `seen` is
    the version of the case that whoever typed it was looking at, `changes` what others changed since.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: tuple[Contradiction, ...] = ()
    confirmed: tuple[str, ...] = ()
    seen: int | None = None
    changes: Changes | None = None

    def ask(self, error: Contradicted) -> None:
        """Show what contradicts something; where it was confirmed, only why is missing."""
        self.asked = error.questions
        if error.code == "reason-needed":
            self.faults.append(Fault("note", "Say in the note why it is right"))
            return
        unsure = [each for each in self.asked if each.code not in self.confirmed]
        self.faults += [Fault(f"confirm-{each.code}", each.question) for each in unsure]

    def meet(self, error: CaseChanged, faults: Iterable[Fault]) -> None:
        """Show what others changed: it is seen now, and what the asker had left as it was follows it."""
        self.faults += [each if each.name else replace(each, name=CHANGED_SINCE) for each in faults]
        self.seen, self.changes = error.changes.version, error.changes
        self.typed = {name: value for name, value in self.typed.items() if name not in error.left}

    def add(self, faults: Iterable[Fault]) -> None:
        """Say these as well; of each question what was found first."""
        at_fault = {each.name for each in self.faults if each.name}
        self.faults += [each for each in faults if each.name not in at_fault and each not in self.faults]

    def fault(self, name: str) -> str:
        """What is wrong with one question."""
        return next((each.words for each in self.faults if each.name == name), "")


def read_form(form: CommandForm, sent: FormData, around: Around) -> Filled:
    """Read every question of a form. Choices that were not offered are faults, like missing answers."""
    filled = Filled(seen=seen_of(sent))
    questions = (*form.asked(around), *((DATE_FIELD,) if form.dated else ()))
    for question in questions:
        _READERS.get(question.type, _choice)(question, sent, around, filled)
    filled.typed |= {NOTE: str(sent.get(NOTE, "")), ABOUT_DANGER: str(sent.get(ABOUT_DANGER, ""))}
    if words := note_fault(sent, filled.typed[NOTE].strip()):
        filled.faults.append(Fault(NOTE, words))
    return filled


def fill_again(form: CommandForm, kept: FormData, around: Around) -> Filled:
    """A form as it was left, with nothing said to be wrong yet."""
    read = read_form(form, kept, around)
    return Filled(typed=read.typed, seen=read.seen)


def seen_of(sent: FormData) -> int | None:
    """The version of the case that the form was made for. Raises no-such-version for what is none."""
    seen = str(sent.get("seen_version", ""))
    if seen and not (seen.isdecimal() and len(seen) <= MOST_DIGITS):
        raise HomewardError("no-such-version", where="seen_version")
    return int(seen) if seen else None


def too_long(text: str, most: int, label: str = "Note") -> str:
    """What to do about a text that is longer than is kept; nothing of it is cut."""
    words = f"{label}: use at most {most:,} characters. You used {len(text):,}"
    return words if len(text) > most else ""


DANGER_OF_NOTHING = "Write the note that is about abuse or danger, or clear its box"


def note_fault(sent: FormData, note: str) -> str:
    """What is wrong with the note of a form: too long, or said to be about danger and not there."""
    unwritten = DANGER_OF_NOTHING if sent.get(ABOUT_DANGER) and not note else ""
    return too_long(note, MOST_NOTE) or unwritten


def note_of(sent: FormData) -> tuple[str | None, bool]:
    """The note of a form, if there is one, and whether it speaks of abuse or danger."""
    return str(sent.get(NOTE, "")).strip() or None, bool(sent.get(ABOUT_DANGER))


def as_sent(sent: FormData) -> list[tuple[str, str]]:
    """A form as the browser sent it, but for what proves where it came from."""
    ours = ("form_token", "key")
    return sorted((name, str(value)) for name, value in sent.multi_items() if name not in ours)


def _choice(question: Field, sent: FormData, around: Around, filled: Filled) -> None:
    value = str(sent.get(question.name, ""))
    filled.typed[question.name] = value
    offered = {code for code, _ in question.choices(around)} if question.choices else YES_NO_UNKNOWN
    if not value:
        _missing(question, filled, "Choose an answer")
    elif value not in offered:
        filled.faults.append(Fault(question.name, f"Choose one of the answers on the page: {question.label}"))
    else:
        filled.fields[question.name] = value


def _text(question: Field, sent: FormData, _: Around, filled: Filled) -> None:
    value = str(sent.get(question.name, "")).strip()
    filled.typed[question.name] = value
    if len(value) > MOST_TEXT:
        filled.faults.append(Fault(question.name, f"Use at most {MOST_TEXT} characters"))
    elif value:
        filled.fields[question.name] = value
    else:
        _missing(question, filled, "Enter an answer")


def _choices(question: Field, sent: FormData, around: Around, filled: Filled) -> None:
    values = [str(value) for value in sent.getlist(question.name)]
    filled.typed[question.name] = values
    offered = {code for code, _ in question.choices(around)} if question.choices else set()
    if any(value not in offered for value in values):
        filled.faults.append(Fault(question.name, f"Choose from the answers on the page: {question.label}"))
    elif values:
        filled.fields[question.name] = values


def _date(question: Field, sent: FormData, _: Around, filled: Filled) -> None:
    parts = [str(sent.get(f"{question.name}-{part}", "")).strip() for part in ("day", "month", "year")]
    filled.typed[question.name] = parts
    if not any(parts):
        _missing(question, filled, "Enter a date")
        return
    read = read_date(*parts, whole_year=question.whole_year)
    if read is None:
        filled.faults.append(
            Fault(question.name, f"{NOT_WHOLE if question.whole_year else NOT_A_DATE}: {question.label}")
        )
    else:
        filled.fields[question.name] = read.isoformat()


def _missing(question: Field, filled: Filled, words: str) -> None:
    if not question.optional:
        filled.faults.append(Fault(question.name, f"{words}: {question.label}"))


YES_NO_UNKNOWN = {"yes", "no", "unknown"}
_READERS: Mapping[str, Any] = {
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "yes-no-unknown": _choice,
    "text": _text,
}

WHERE: Mapping[str, str] = {
    "code": "reason_code",
    "reason_kind": "reason_code",
    "item": "item",
    "strand_kind": "strand_item",
    "person": "nhs_number",
    "lines": "address",
}


BY_CODE: Mapping[str, str] = {
    "unready-reason-needed": "unready_reason",
    "decider-needed": "decided_by",
    "note-needed": "note",
}
"""Code of a refusal -> the question that answers it."""


def faults_of(error: HomewardError, form: CommandForm) -> list[Fault]:
    """Everything that refuses, each at its question."""
    if isinstance(error, BodyInvalid):
        return [Fault(_question(form, each.where), _words_of(each, error)) for each in error.faults]
    return [fault_of(each, form) for each in (error, *error.others)]


def _words_of(fault: BodyFault, error: BodyInvalid) -> str:
    return field_words(fault.code, error.limits.get(fault.where, ""))


def fault_of(error: HomewardError, form: CommandForm) -> Fault:
    """A refusal as a fault, at the question it is about where the form asks it."""
    name = _question(form, error.where, BY_CODE.get(error.code, ""))
    row = error.row
    said = ANY_OTHER if name and error.code == "invalid-body" else f"{row.title}. {row.words}"
    return Fault(name, said)


def _question(form: CommandForm, where: str, otherwise: str = "") -> str:
    """The question that a fault stands beside (`person.nhs_number`, `reasons[0]`: its last name); none where
    the form does not ask about it.
    """
    where = where.partition("[")[0].rpartition(".")[2]
    names = {*(question.name for question in form.fields), *form.beside, "effective_on", "note"}
    name = where if where in names else WHERE.get(where) or otherwise
    return name if name in names else ""
