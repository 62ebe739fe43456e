"""The home check as its pages show it, and what was sent back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from api.presenters.changes import Changes
from discharge.cases.model import Case
from housing_checks.checks.answers import answers_standing
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.rules import not_asked

ANSWERS = (("yes", "Yes"), ("no", "No"), ("unknown", "Not known"))
MOST_NOTE = 2_000


@dataclass(frozen=True)
class Question:
    """One item: its answer, its note, and the component's parameters."""

    code: str
    short: str
    answer: str
    answer_words: str
    note: str
    about_danger: bool
    radios: dict[str, Any]
    evidence: str


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


def present(
    form: CheckForm,
    case: Case,
    name: str,
    answers: Mapping[str, str],
    notes: Mapping[str, str],
    faults: Mapping[str, str],
    danger: frozenset[str] = frozenset(),
    *,
    seen: int | None = None,
    changes: Changes | None = None,
) -> CheckPage:
    """The form with what is answered, and what is wrong; `seen` is the version that its answers began with,
    `changes` what others changed since.
    """
    left_out = not_asked(case, form)
    return CheckPage(
        case_id=str(case.case_id),
        version=case.version if seen is None else seen,
        name=name,
        title=form.title,
        source=form.source,
        sections=tuple(
            Section(title, tuple(_question(item, answers, notes, faults, danger) for item in asked))
            for title, items in form.domains
            if (asked := [item for item in items if item.code not in left_out])
        ),
        left_out=tuple(item.label for item in form.items if item.code in left_out),
        errors=tuple({"text": words, "href": f"#{code}"} for code, words in faults.items()),
        changes=changes,
    )


def _question(
    item: CheckItem,
    answers: Mapping[str, str],
    notes: Mapping[str, str],
    faults: Mapping[str, str],
    danger: frozenset[str],
) -> Question:
    answer = answers.get(item.code, "")
    radios: dict[str, Any] = {
        "idPrefix": item.code,
        "name": item.code,
        "classes": "nhsuk-radios--inline",
        "fieldset": {"legend": {"text": item.question, "size": "s"}},
        "hint": {"text": item.help},
        "items": [{"value": code, "text": text, "checked": code == answer} for code, text in ANSWERS],
    }
    if item.code in faults:
        radios["errorMessage"] = {"text": faults[item.code]}
    return Question(
        code=item.code,
        short=item.label,
        answer=answer,
        answer_words=dict(ANSWERS).get(answer, "Not answered"),
        note=notes.get(item.code, ""),
        about_danger=item.code in danger,
        radios=radios,
        evidence=item.evidence,
    )


def read_answers(
    form: CheckForm, sent: FormData, case: Case
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Answers and notes by item, and what is wrong with them. What this case is not asked stays as it is."""
    left_out, standing = not_asked(case, form), answers_standing(case)
    answers: dict[str, str] = {}
    notes: dict[str, str] = {}
    faults: dict[str, str] = {}
    for item in form.items:
        answer = str(sent.get(item.code, ""))
        note = str(sent.get(f"note-{item.code}", "")).strip()[:MOST_NOTE]
        if note:
            notes[item.code] = note
        if item.code in left_out:
            answers[item.code] = standing.get(item.code, "unknown")
        elif answer in dict(ANSWERS):
            answers[item.code] = answer
        else:
            faults[item.code] = f"Answer yes, no or not known: {item.question}"
    return answers, notes, faults


def read_danger(form: CheckForm, sent: FormData) -> frozenset[str]:
    """The items whose notes speak of abuse or danger."""
    return frozenset(item.code for item in form.items if sent.get(f"danger-{item.code}"))
