"""The home check as its pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.changes.views import Changes
from api.checks.submission import INSTEAD, KNOWN, NOTE, Submission
from discharge.cases.model import Case
from discharge.codes.casework import EVIDENCE_KINDS
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.answers import asked_of
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.rules import not_asked
from housing_checks.evidence.rules import takes_photos


@dataclass(frozen=True)
class Question:
    """One item: its answer, its note, and the component's parameters."""

    code: str
    short: str
    answer: str
    answer_words: str
    note: str
    about_danger: bool
    typed: dict[str, Any] | None
    radios: dict[str, Any]
    known: str
    known_words: str
    known_select: dict[str, Any]
    in_words: dict[str, Any] | None = None
    note_area: dict[str, Any] | None = None
    open: bool = False
    kept: bool = False
    takes_photos: bool = False


NO_DANGER = (
    "Words about abuse or danger do not belong here: write them on the safety page, which named people alone"
    " read."
)
WHO_READS: Mapping[str, str] = {
    "everybody": f"Everybody who works on the case reads this. {NO_DANGER}",
    "team": "Those who work on the case for the trust, the housing service and the organisation that"
    f" referred read this. {NO_DANGER}",
}
"""Under each box for an answer in words: such an answer cannot go to the annex."""


@dataclass(frozen=True)
class Section:
    """The items of one domain."""

    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class CheckPage:
    """The whole page."""

    case_id: str
    version: int
    name: str
    title: str
    source: str
    sections: tuple[Section, ...]
    errors: tuple[dict[str, str], ...]
    changes: Changes | None = None
    left_out: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    confirms: tuple[dict[str, Any], ...] = ()
    note: str = ""
    note_fault: str = ""
    about_danger: bool = False


def present(
    form: CheckForm, case: Case, name: str, sent: Submission, *, seen: int | None = None
) -> CheckPage:
    """The form with what is answered, and what is wrong; its answers began with the version `seen`."""
    left_out = not_asked(case, form)
    skipped = set(form.codes) - set(asked_of(case, form, sent.answers))
    unasked = left_out | skipped
    return CheckPage(
        case_id=str(case.case_id),
        version=case.version if seen is None else seen,
        name=name,
        title=form.title,
        source=form.source,
        sections=tuple(
            Section(title, tuple(question(item, sent) for item in asked))
            for title, items in form.domains
            if (asked := [item for item in items if item.code not in unasked])
        ),
        left_out=tuple(item.label for item in form.items if item.code in left_out),
        skipped=tuple(item.label for item in form.items if item.code in skipped - left_out),
        errors=tuple(error_line(name, words) for name, words in sent.faults.items()),
    )


def error_line(name: str, words: str) -> dict[str, str]:
    """One line of the error summary, with a link to the field that it is about."""
    return {"text": words, **({"href": f"#{name}"} if name else {})}


def question(item: CheckItem, sent: Submission) -> Question:
    """The fields of one item, with what was sent and what is wrong with it."""
    answer = sent.answers.get(item.code, "")
    note, known = sent.notes.get(item.code, ""), sent.known.get(item.code, "")
    typed = _typed(item, sent.typed.get(item.code, answer), sent.faults)
    beside = (KNOWN,) if item.in_words else (KNOWN, NOTE)
    return Question(
        code=item.code,
        short=item.label,
        answer=answer,
        answer_words=item.words(answer) if answer else "Not answered",
        note=note,
        about_danger=item.code in sent.danger,
        typed=typed,
        radios=_radios(
            item,
            sent.typed.get(f"{item.code}{INSTEAD}", answer),
            sent.faults,
            beside=typed is not None or item.type == "text",
        ),
        known=known,
        known_words=EVIDENCE_KINDS.label(known).lower(),
        known_select=_known_select(item, known, sent.faults),
        in_words=_in_words(item, note, sent.faults) if item.in_words else None,
        note_area=None if item.in_words else _note_area(item, note, sent.faults),
        open=bool(note) or any(f"{part}{item.code}" in sent.faults for part in beside),
        kept=answer == WRITTEN and not note,
        takes_photos=takes_photos(item),
    )


def _radios(item: CheckItem, answer: str, faults: Mapping[str, str], *, beside: bool) -> dict[str, Any]:
    """The answers to choose from; `beside` what is typed, if that is how the item is answered."""
    name = f"{item.code}{INSTEAD if beside else ''}"
    legend = f"Or, instead: {item.label}" if beside else item.question
    radios: dict[str, Any] = {
        "idPrefix": name,
        "name": name,
        "classes": "nhsuk-radios--inline",
        "fieldset": {"legend": {"text": legend, "size": "s"}},
        "items": [{"value": code, "text": text, "checked": code == answer} for code, text in item.choices],
    }
    return radios if beside else radios | {"hint": {"text": item.hint}} | _error(item.code, faults)


def _error(name: str, faults: Mapping[str, str]) -> dict[str, Any]:
    return {"errorMessage": {"text": faults[name]}} if name in faults else {}


def _note_area(item: CheckItem, note: str, faults: Mapping[str, str]) -> dict[str, Any]:
    name = f"{NOTE}{item.code}"
    field = {"id": name, "name": name, "value": note, "rows": 2}
    return field | {"label": {"text": f"How do you know? {item.evidence}"}} | _error(name, faults)


def _in_words(item: CheckItem, text: str, faults: Mapping[str, str]) -> dict[str, Any]:
    """Where an answer in words is written: it is kept as the note on the item."""
    whole, name = item.type == "text", f"{NOTE}{item.code}"
    field: dict[str, Any] = {
        "id": name,
        "name": name,
        "label": {"text": item.question if whole else f"Another answer: {item.label}", "size": "s"},
        "value": text,
        "rows": 3,
    }
    reads = WHO_READS[item.words_read_by]
    hint = f"{item.hint} {reads}" if whole else reads
    return field | {"hint": {"text": hint}} | _error(name, faults)


def _typed(item: CheckItem, answer: str, faults: Mapping[str, str]) -> dict[str, Any] | None:
    """The input of a number or a day; None where there is only something to choose."""
    if item.type not in ("number", "date"):
        return None
    field: dict[str, Any] = {
        "id": item.code,
        "name": item.code,
        "label": {"text": item.question, "size": "s"},
        "hint": {"text": item.hint},
        "value": "" if answer in dict(item.choices) else answer,
        "classes": "nhsuk-input--width-10",
        "type": "date" if item.type == "date" else "text",
    }
    if item.numbers is not None:
        field |= {"inputmode": "decimal", "suffix": item.numbers.unit}
    return field | _error(item.code, faults)


def _known_select(item: CheckItem, known: str, faults: Mapping[str, str]) -> dict[str, Any]:
    kinds, name = ("", *item.evidence_kinds), f"{KNOWN}{item.code}"
    return _error(name, faults) | {
        "id": name,
        "name": name,
        "label": {"text": "How is it known?"},
        "items": [
            {
                "value": kind,
                "text": EVIDENCE_KINDS.label(kind) if kind else "Not said",
                "selected": kind == known,
            }
            for kind in kinds
        ],
    }
