"""A command's form as its page shows it: each question as the design system's component takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from api.changes.views import Changes
from api.forms.model import Around, CommandForm, Field
from api.forms.submission import ABOUT_DANGER, DATE_FIELD, NOTE, Filled
from discharge.cases.commands import DECLARED
from housing_checks.contradictions import Contradiction

WIDTHS = {"day": 2, "month": 5, "year": 4}
"""Characters of each part of a date: months may be written by name."""

NOTE_APART = "The note is stored separately from the coded record."
READ_BY_STAFF = "Staff who care for the person can read it."
READ_BY_TEAM = (
    "Those who work on the case for the trust, the housing service and the organisation that referred"
    " read it."
)

RADIOS_UP_TO = 7
"""More choices than this are a list to choose from."""


@dataclass(frozen=True)
class Question:
    """One question: which component shows it, and with what; `others` cannot be chosen, and say why."""

    component: str
    params: dict[str, Any]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormPage:
    """The whole page."""

    case_id: str
    version: int
    key: str
    name: str
    kind: str
    title: str
    lead: str
    warning: str
    button: str
    questions: tuple[Question, ...]
    errors: tuple[dict[str, str], ...]
    note: str
    note_label: str
    note_hint: str
    note_fault: str
    about_danger: bool
    confirms: tuple[dict[str, Any], ...] = ()
    changes: Changes | None = None


def present(form: CommandForm, around: Around, name: str, filled: Filled, key: str) -> FormPage:
    """The form with what was typed, and what is wrong with it at the top and beside each question."""
    fields = (*form.asked(around), *((_dated(form),) if form.dated else ()))
    filled = _with_what_is_held(fields, around, filled)
    asked = tuple(_advised(each, around) for each in fields)
    return FormPage(
        case_id=str(around.case.case_id),
        version=around.case.version if filled.seen is None else filled.seen,
        key=key,
        name=name,
        kind=form.kind,
        title=form.title,
        lead=form.lead,
        warning=form.warning,
        button=form.button,
        questions=tuple(_question(each, around, filled) for each in asked),
        errors=error_list(filled, asked),
        note=str(filled.typed.get(NOTE, "")),
        note_label=form.note,
        note_hint=_note_hint(form.kind),
        note_fault=filled.fault(NOTE),
        about_danger=bool(filled.typed.get(ABOUT_DANGER)),
        confirms=confirms(filled),
        changes=filled.changes,
    )


def _note_hint(kind: str) -> str:
    own = kind in DECLARED and DECLARED[kind].own_words
    return f"{NOTE_APART} {READ_BY_TEAM if own else READ_BY_STAFF}"


@dataclass(frozen=True)
class FirstQuestion:
    """The question that a form asks before the others: each answer is a link to the rest of the form."""

    case_id: str
    name: str
    title: str
    label: str
    answers: tuple[tuple[str, str], ...]
    others: tuple[str, ...]


def first_question(form: CommandForm, around: Around, name: str) -> FirstQuestion:
    """The first question of a form, and what cannot be chosen, with why."""
    asked = next(each for each in form.fields if each.name == form.first)
    base = f"/cases/{around.case.case_id}/do/{form.kind}?{form.first}="
    offered = asked.choices(around) if asked.choices else []
    without = asked.others(around) if asked.others else []
    return FirstQuestion(
        case_id=str(around.case.case_id),
        name=name,
        title=form.title,
        label=asked.label,
        answers=tuple((label, f"{base}{code}") for code, label in offered),
        others=tuple(f"{label}: {why}" for label, why in without),
    )


def _with_what_is_held(fields: tuple[Field, ...], around: Around, filled: Filled) -> Filled:
    """What the case holds stands in each question that nobody has answered yet."""
    held = {each.name: each.initial(around) for each in fields}
    return replace(filled, typed={name: value for name, value in held.items() if value} | filled.typed)


def error_list(filled: Filled, asked: tuple[Field, ...] = ()) -> tuple[dict[str, str], ...]:
    """What is wrong, each with the place on the page where it can be put right."""
    return tuple(
        {"text": fault.words, **({"href": f"#{_anchor(fault.name, asked)}"} if fault.name else {})}
        for fault in filled.faults
    )


def confirms(filled: Filled) -> tuple[dict[str, Any], ...]:
    """What the asker is asked about, each to be confirmed; otherwise they correct the form."""
    return tuple(_confirm(each, filled) for each in filled.asked)


def _confirm(each: Contradiction, filled: Filled) -> dict[str, Any]:
    name = f"confirm-{each.code}"
    params: dict[str, Any] = {
        "idPrefix": name,
        "name": "confirm",
        "fieldset": {"legend": {"text": each.question, "size": "s"}},
        "hint": {"text": "If not, correct your answers above."},
        "items": [
            {
                "value": each.code,
                "text": "Yes, my answer is right",
                "checked": each.code in filled.confirmed,
            }
        ],
    }
    if filled.fault(name):
        params["errorMessage"] = {"text": "Confirm it, or correct your answers"}
    return params


def _dated(form: CommandForm) -> Field:
    return Field("effective_on", form.date_label, "date")


def _advised(field: Field, around: Around) -> Field:
    return replace(field, hint=" ".join(filter(None, (field.advice(around), field.hint))))


def _anchor(name: str, asked: tuple[Field, ...]) -> str:
    is_date = any(each.name == name and each.type == "date" for each in asked)
    return f"{name}-day" if is_date else name


def _question(field: Field, around: Around, filled: Filled) -> Question:
    if field.type == "date":
        return _date(field, around.today, filled)
    if field.type == "text":
        return Question(
            "input",
            _labelled(field) | {"value": filled.typed.get(field.name, "")} | _hint_and_error(field, filled),
        )
    pairs = (
        field.choices(around) if field.choices else [("yes", "Yes"), ("no", "No"), ("unknown", "Not known")]
    )
    if field.type == "choices":
        return Question("checkboxes", _common(field, filled) | {"items": _items(pairs, field, filled)})
    if field.hints is not None:
        items = _explained(pairs, field, around, filled)
        others = tuple(f"{text}. {why}" for text, why in (field.others(around) if field.others else ()))
        return Question("radios", _common(field, filled) | {"items": items}, others)
    if len(pairs) <= RADIOS_UP_TO:
        return Question("radios", _common(field, filled) | {"items": _items(pairs, field, filled)})
    return Question("select", _select(field, pairs, filled))


def _common(field: Field, filled: Filled) -> dict[str, Any]:
    params: dict[str, Any] = {
        "idPrefix": field.name,
        "name": field.name,
        "fieldset": {"legend": {"text": _label(field), "size": "s"}},
    }
    return params | _hint_and_error(field, filled)


def _items(pairs: list[tuple[str, str]], field: Field, filled: Filled) -> list[dict[str, Any]]:
    typed = filled.typed.get(field.name, [])
    chosen = {typed} if isinstance(typed, str) else set(typed)
    return [{"value": value, "text": text, "checked": value in chosen} for value, text in pairs]


def _explained(
    pairs: list[tuple[str, str]], field: Field, around: Around, filled: Filled
) -> list[dict[str, Any]]:
    """Each choice with what is known of it."""
    hints = field.hints(around) if field.hints else {}
    return [
        item | {"hint": {"text": hints[item["value"]]}} if item["value"] in hints else item
        for item in _items(pairs, field, filled)
    ]


def _select(field: Field, pairs: list[tuple[str, str]], filled: Filled) -> dict[str, Any]:
    chosen = filled.typed.get(field.name, "")
    empty = {"value": "", "text": "Choose"}
    items = [{"value": value, "text": text, "selected": value == chosen} for value, text in pairs]
    return _labelled(field) | {"items": [empty, *items]} | _hint_and_error(field, filled)


def _labelled(field: Field) -> dict[str, Any]:
    return {"id": field.name, "name": field.name, "label": {"text": _label(field), "size": "s"}}


def _date(field: Field, today: date, filled: Filled) -> Question:
    typed = filled.typed.get(field.name)
    if not isinstance(typed, list):
        known = field.name == DATE_FIELD.name
        typed = [str(today.day), str(today.month), str(today.year)] if known else ["", "", ""]
    wrong = bool(filled.fault(field.name))
    items = [
        {
            "id": f"{field.name}-{part}",
            "name": f"{field.name}-{part}",
            "label": part.capitalize(),
            "width": WIDTHS[part],
            "value": value,
            "error": wrong,
        }
        for part, value in zip(("day", "month", "year"), typed, strict=True)
    ]
    params: dict[str, Any] = {
        "id": field.name,
        "fieldset": {"legend": {"text": _label(field), "size": "s"}},
        "items": items,
    }
    return Question("date_input", params | _hint_and_error(field, filled))


def _label(field: Field) -> str:
    return f"{field.label} (optional)" if field.optional else field.label


def _hint_and_error(field: Field, filled: Filled) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if field.hint:
        params["hint"] = {"text": field.hint}
    words = filled.fault(field.name)
    if words:
        params["errorMessage"] = {"text": words}
    return params
