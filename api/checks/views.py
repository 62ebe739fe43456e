"""The home check as its pages show it, and what was sent back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from api.changes.views import Changes
from discharge.cases.model import Case
from discharge.codes.casework import EVIDENCE_KINDS
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.answers import answers_standing
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.rules import not_asked

MOST_NOTE = 2_000
INSTEAD = "-instead"
"""Ends the name of what is chosen where no number or day can be typed."""
KEPT = "kept-"
"""Begins the name of what says that an answer in words stays, whose words are not shown to the reader."""
KNOWN = "known-"
"""Begins the name of how an answer is known."""


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
    evidence: str
    known: str
    known_words: str
    known_select: dict[str, Any]
    in_words: dict[str, Any] | None = None
    kept: bool = False


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


def present(
    form: CheckForm,
    case: Case,
    name: str,
    answers: Mapping[str, str],
    notes: Mapping[str, str],
    faults: Mapping[str, str],
    danger: frozenset[str] = frozenset(),
    *,
    known: Mapping[str, str] | None = None,
    seen: int | None = None,
) -> CheckPage:
    """The form with what is answered, and what is wrong; its answers began with the version `seen`."""
    left_out = not_asked(case, form)
    skipped = set(form.codes) - set(form.asked(answers))
    unasked = left_out | skipped
    return CheckPage(
        case_id=str(case.case_id),
        version=case.version if seen is None else seen,
        name=name,
        title=form.title,
        source=form.source,
        sections=tuple(
            Section(
                title, tuple(_question(item, answers, notes, faults, danger, known or {}) for item in asked)
            )
            for title, items in form.domains
            if (asked := [item for item in items if item.code not in unasked])
        ),
        left_out=tuple(item.label for item in form.items if item.code in left_out),
        skipped=tuple(item.label for item in form.items if item.code in skipped - left_out),
        errors=tuple({"text": words, "href": f"#{code}"} for code, words in faults.items()),
    )


def _question(
    item: CheckItem,
    answers: Mapping[str, str],
    notes: Mapping[str, str],
    faults: Mapping[str, str],
    danger: frozenset[str],
    known: Mapping[str, str],
) -> Question:
    answer = answers.get(item.code, "")
    typed = _typed(item, answer, faults)
    beside = typed is not None or item.type == "text"
    radios: dict[str, Any] = {
        "idPrefix": f"{item.code}{INSTEAD if beside else ''}",
        "name": f"{item.code}{INSTEAD if beside else ''}",
        "classes": "nhsuk-radios--inline",
        "fieldset": {
            "legend": {"text": f"Or, instead: {item.label}" if beside else item.question, "size": "s"}
        },
        "items": [{"value": code, "text": text, "checked": code == answer} for code, text in item.choices],
    }
    if not beside:
        radios["hint"] = {"text": item.help}
        if item.code in faults:
            radios["errorMessage"] = {"text": faults[item.code]}
    return Question(
        code=item.code,
        short=item.label,
        answer=answer,
        answer_words=item.words(answer) if answer else "Not answered",
        note=notes.get(item.code, ""),
        about_danger=item.code in danger,
        typed=typed,
        radios=radios,
        evidence=item.evidence,
        known=known.get(item.code, ""),
        known_words=EVIDENCE_KINDS.label(known.get(item.code, "")).lower(),
        known_select=_known_select(item, known.get(item.code, "")),
        in_words=_in_words(item, notes.get(item.code, ""), faults) if item.in_words else None,
        kept=answer == WRITTEN and not notes.get(item.code),
    )


def _in_words(item: CheckItem, text: str, faults: Mapping[str, str]) -> dict[str, Any]:
    """Where an answer in words is written: it is kept as the note on the item."""
    whole = item.type == "text"
    field: dict[str, Any] = {
        "id": f"note-{item.code}",
        "name": f"note-{item.code}",
        "label": {"text": item.question if whole else f"Another answer: {item.label}", "size": "s"},
        "value": text,
        "rows": 3,
    }
    if whole:
        field["hint"] = {"text": item.help}
        if item.code in faults:
            field["errorMessage"] = {"text": faults[item.code]}
    return field


def _typed(item: CheckItem, answer: str, faults: Mapping[str, str]) -> dict[str, Any] | None:
    """The input of a number or a day; None where there is only something to choose."""
    if item.type not in ("number", "date"):
        return None
    field: dict[str, Any] = {
        "id": item.code,
        "name": item.code,
        "label": {"text": item.question, "size": "s"},
        "hint": {"text": item.help},
        "value": "" if answer in dict(item.choices) else answer,
        "classes": "nhsuk-input--width-10",
        "type": "date" if item.type == "date" else "text",
    }
    if item.numbers is not None:
        field |= {"inputmode": "decimal", "suffix": item.numbers.unit}
    return field | ({"errorMessage": {"text": faults[item.code]}} if item.code in faults else {})


def _known_select(item: CheckItem, known: str) -> dict[str, Any]:
    kinds = ("", *item.evidence_kinds)
    return {
        "id": f"{KNOWN}{item.code}",
        "name": f"{KNOWN}{item.code}",
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


def read_answers(
    form: CheckForm, sent: FormData, case: Case
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Answers and notes by item, and what is wrong. What this case is not asked stays as it is; what
    its other answers leave out is not among them.
    """
    left_out, standing = not_asked(case, form), answers_standing(case)
    notes = {
        item.code: note
        for item in form.items
        if (note := str(sent.get(f"note-{item.code}", "")).strip()[:MOST_NOTE])
    }
    said = {item.code: _said(item, sent) for item in form.items}
    said |= {code: standing.get(code, "unknown") for code in left_out}
    taken = {
        item.code: said[item.code]
        for item in form.items
        if item.takes(said[item.code]) and (said[item.code] != WRITTEN or _has_words(item, sent))
    }
    asked = form.asked(taken)
    answers = {code: taken[code] for code in asked if code in taken}
    faults = {code: _fault(form.item(code)) for code in asked if code not in taken}
    return answers, notes, faults


def _said(item: CheckItem, sent: FormData) -> str:
    chosen = str(sent.get(item.code) or sent.get(f"{item.code}{INSTEAD}") or "").strip()
    return WRITTEN if item.type == "text" and not chosen and _has_words(item, sent) else chosen


def _has_words(item: CheckItem, sent: FormData) -> bool:
    """Whether an answer in words has some, written now or kept."""
    return bool(str(sent.get(f"note-{item.code}", "")).strip() or sent.get(f"{KEPT}{item.code}"))


def _fault(item: CheckItem) -> str:
    if item.numbers is not None:
        most = f" to {item.numbers.most}" if item.numbers.most is not None else ""
        return f"Enter a number from {item.numbers.least}{most} in {item.numbers.unit}: {item.question}"
    if item.type == "date":
        return f"Enter a day: {item.question}"
    if item.type == "text":
        return f"Write an answer, or choose not known: {item.question}"
    answers = [words[:1].lower() + words[1:] for _, words in item.choices]
    return f"Answer {', '.join(answers[:-1])} or {answers[-1]}: {item.question}"


def read_known(form: CheckForm, sent: FormData) -> dict[str, str]:
    """How answers are known, by item, where it is said."""
    said = {item.code: str(sent.get(f"{KNOWN}{item.code}", "")) for item in form.items}
    return {code: kind for code, kind in said.items() if kind}


def read_danger(form: CheckForm, sent: FormData) -> frozenset[str]:
    """The items whose notes speak of abuse or danger."""
    return frozenset(item.code for item in form.items if sent.get(f"danger-{item.code}"))
