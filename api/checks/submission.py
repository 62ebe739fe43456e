"""A check as somebody sent it: answers, notes and evidence, and everything that is wrong, by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from starlette.datastructures import FormData

from api.forms.submission import DANGER_OF_NOTHING, too_long
from discharge.cases.model import Case
from discharge.errors import HomewardError
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.answers import EXPLAINED, answers_standing, asked_of
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.rules import not_asked

MOST_NOTE = 2_000
INSTEAD = "-instead"
"""Ends the name of what is chosen where no number or day can be typed."""
KEPT = "kept-"
"""Begins the name of what says that an answer in words stays, whose words are not shown to the reader."""
KNOWN, NOTE = "known-", "note-"
"""Begin the names of how an answer is known, and of the note on it."""


@dataclass(frozen=True)
class Submission:
    """What was sent. `answers` are those that the form takes; `typed` is what it does not take, shown again
    in its field; `faults` says what is wrong, by field in the order of the page.
    """

    answers: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    danger: frozenset[str] = frozenset()
    faults: dict[str, str] = field(default_factory=dict)
    unanswered: frozenset[str] = frozenset()
    """The fields at fault only because nothing was answered yet."""

    @property
    def evidence(self) -> dict[str, str]:
        """How each answer is known."""
        return {code: kind for code, kind in self.known.items() if code in self.answers}

    @property
    def wrong(self) -> dict[str, str]:
        """What is wrong with what was filled in; what is not answered yet is not."""
        return {name: words for name, words in self.faults.items() if name not in self.unanswered}


def note_field(item: CheckItem) -> str:
    """The field of the note on an item."""
    return f"{NOTE}{item.code}"


def answer_field(item: CheckItem) -> str:
    """The field in which an item is answered: a text is written where the notes on other items are."""
    return note_field(item) if item.type == "text" else item.code


def known_field(item: CheckItem) -> str:
    """The field that says how an answer is known; where nobody is asked, the answer's."""
    return f"{KNOWN}{item.code}" if item.evidence_kinds else answer_field(item)


READ_BY_ALL = "Everybody reads this answer. Write what is about abuse or danger under Safety"

FIELDS: Mapping[str, Callable[[CheckItem], str]] = {
    "answers": answer_field,
    "evidence": known_field,
    "item_notes": note_field,
    "text_notes": note_field,
}
"""Field of the command, by item -> its field on the page."""


def read_submission(form: CheckForm, sent: FormData, case: Case) -> Submission:
    """Read what was sent. What this case is not asked stays as it is; what its other answers leave out is not
    among the answers.
    """
    standing = answers_standing(case)
    said = {item.code: _said(item, sent) for item in form.items}
    said |= {code: standing.get(code, "unknown") for code in not_asked(case, form)}
    taken = {item.code: said[item.code] for item in form.items if _takes(item, said[item.code], sent)}
    asked = asked_of(case, form, taken)
    read = Submission(
        answers={code: taken[code] for code in asked if code in taken},
        typed={code: text for code, text in said.items() if code not in taken and text}
        | {
            f"{item.code}{INSTEAD}": _text(sent, f"{item.code}{INSTEAD}")
            for item in form.items
            if _both(item, sent)
        },
        notes={item.code: text for item in form.items if (text := _text(sent, f"{NOTE}{item.code}"))},
        known={item.code: kind for item in form.items if (kind := _text(sent, f"{KNOWN}{item.code}"))},
        danger=frozenset(item.code for item in form.items if sent.get(f"danger-{item.code}")),
    )
    for item in (form.item(code) for code in asked):
        read.faults.update(_faults(item, read))
    missing = (item for item in map(form.item, asked) if item.code not in taken | read.typed | read.known)
    return replace(read, unanswered=frozenset(answer_field(item) for item in missing))


def read_item(item: CheckItem, sent: FormData) -> Submission:
    """Read what was sent of one item, whatever else its form asks."""
    code, said = item.code, _said(item, sent)
    instead = f"{code}{INSTEAD}"
    note, kind = _text(sent, f"{NOTE}{code}"), _text(sent, f"{KNOWN}{code}")
    taken = _takes(item, said, sent)
    typed = {} if taken or not said else {code: said}
    read = Submission(
        answers={code: said} if taken else {},
        typed=typed | ({instead: _text(sent, instead)} if _both(item, sent) else {}),
        notes={code: note} if note else {},
        known={code: kind} if kind else {},
        danger=frozenset({code} if sent.get(f"danger-{code}") else ()),
    )
    return replace(read, faults=dict(_faults(item, read)))


def _faults(item: CheckItem, read: Submission) -> Iterator[tuple[str, str]]:
    """What is wrong with one item, by field."""
    if f"{item.code}{INSTEAD}" in read.typed:
        yield item.code, f"Fill in the box or choose an answer, not both: {item.question}"
    elif item.code not in read.answers:
        yield answer_field(item), fault_words(item)
    kind = read.known.get(item.code, "")
    if kind and kind not in item.evidence_kinds:
        yield known_field(item), f"Choose how it is known, from the answers on the page: {item.label}"
    note = read.notes.get(item.code, "")
    if words := too_long(note, MOST_NOTE, f"Note on {item.label}"):
        yield note_field(item), words
    if item.code in read.danger and read.answers.get(item.code) in EXPLAINED:
        yield note_field(item), f"{READ_BY_ALL}: {item.label}"
    elif item.code in read.danger and not note and not item.in_words:
        yield note_field(item), f"{DANGER_OF_NOTHING}: {item.label}"


def _text(sent: FormData, name: str) -> str:
    return str(sent.get(name, "")).strip()


def _takes(item: CheckItem, said: str, sent: FormData) -> bool:
    return item.takes(said) and (said != WRITTEN or _has_words(item, sent)) and not _both(item, sent)


def _both(item: CheckItem, sent: FormData) -> bool:
    """Whether something is typed and something else chosen."""
    return item.type != "text" and bool(_text(sent, item.code) and _text(sent, f"{item.code}{INSTEAD}"))


def _said(item: CheckItem, sent: FormData) -> str:
    chosen = _text(sent, item.code) or _text(sent, f"{item.code}{INSTEAD}")
    return WRITTEN if item.type == "text" and not chosen and _has_words(item, sent) else chosen


def _has_words(item: CheckItem, sent: FormData) -> bool:
    """Whether an answer in words has some, written now or kept."""
    return bool(_text(sent, f"{NOTE}{item.code}") or sent.get(f"{KEPT}{item.code}"))


def fault_words(item: CheckItem) -> str:
    """What to do where an item has no answer that it takes."""
    if item.numbers is not None:
        most = f" to {item.numbers.most}" if item.numbers.most is not None else ""
        return f"Enter a number from {item.numbers.least}{most} in {item.numbers.unit}: {item.question}"
    if item.type == "date":
        return f"Enter a day: {item.question}"
    if item.type == "text":
        return f"Write an answer, or choose not known: {item.question}"
    answers = [words[:1].lower() + words[1:] for _, words in item.choices]
    return f"Answer {', '.join(answers[:-1])} or {answers[-1]}: {item.question}"


def refused_faults(form: CheckForm, error: HomewardError) -> dict[str, str]:
    """Everything that refuses a check, by the field that it is about; what is about no field by an empty
    name.
    """
    found: dict[str, str] = {}
    for each in (error, *error.others):
        words = f"{each.row.title}. {each.row.words}"
        found.setdefault(_field_of(form, each.where), words)
    return found


def _field_of(form: CheckForm, where: str) -> str:
    part, _, code = re.sub(r"\[(\w+)\]", r".\1", where).partition(".")
    if part not in FIELDS or code not in form.codes:
        return "note" if part == "note" else ""
    return FIELDS[part](form.item(code))
