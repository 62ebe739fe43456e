"""What the person wants, hopes, fears, and whom they want told, in their own words: first on the case and on
the check. Words that the reader may not read are not among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.web.page import words
from discharge.cases.model import Case, ItemAnswer
from discharge.codes.casework import TOLD_BY
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckItem
from housing_checks.checks.own_words import withheld_words

LONGEST = 160
"""So many letters of a text are shown before the rest has to be opened."""

Read = Callable[[UUID | None], str | None]
"""The text of a note, as far as the reader may read it."""


@dataclass(frozen=True)
class OwnLine:
    """One thing that the person said: shortened, with where the whole of it stands."""

    label: str
    text: str
    beside: str
    href: str
    cut: bool


@dataclass(frozen=True)
class OwnWords:
    """What the person said, and what they were not asked yet, with where to ask it."""

    lines: tuple[OwnLine, ...] = ()
    left: tuple[str, ...] = ()
    ask_href: str = ""
    withheld: str = ""

    @property
    def shown(self) -> bool:
        """Whether there is anything to say or to ask."""
        return bool(self.lines or self.withheld or (self.left and self.ask_href))


def own_words(case: Case, today: date, read: Read, *, may_ask: bool = False) -> OwnWords:
    """What the person said in the check, in the order of its form; nothing on a form that does not ask it."""
    form = form_of(case.check.form) if case.check is not None else form_in_force(today)
    items = [item for item in form.items if item.own_words]
    given = case.check.given if case.check is not None else {}
    left = tuple(item.label for item in items if item.code not in given)
    lines = (line for item in items for line in _lines(case, item, read))
    return OwnWords(
        tuple(lines), left, _ask(case, items) if may_ask and left else "", _withheld(case, items, read)
    )


def _withheld(case: Case, items: list[CheckItem], read: Read) -> str:
    """Who reads what the reader of the page may not; empty where nothing is left out."""
    given = case.check.given if case.check is not None else {}
    answers = ((item, given[item.code]) for item in items if item.code in given)
    left_out = (
        withheld_words(item, said.value, readable=read(said.note_id) is not None) for item, said in answers
    )
    return next(filter(None, left_out), "")


def _ask(case: Case, items: list[CheckItem]) -> str:
    given = case.check.given if case.check is not None else {}
    code = next(item.code for item in items if item.code not in given)
    return f"/cases/{case.case_id}/check/items/{code}"


def _lines(case: Case, item: CheckItem, read: Read) -> list[OwnLine]:
    """What is said of one item: several people may have written of it, the last one first."""
    check = case.check
    if check is None or item.code not in check.given:
        return []
    said = check.statements.get(item.code) or (check.given[item.code],)
    return [line for each in reversed(said) if (line := _line(case, item, each, read)) is not None]


def _line(case: Case, item: CheckItem, said: ItemAnswer, read: Read) -> OwnLine | None:
    text = read(said.note_id) if said.value == WRITTEN else item.words(said.value)
    if text is None:
        return None
    short = words.shortened(text, LONGEST)
    return OwnLine(
        label=item.label,
        text=short,
        beside=_beside(said),
        href=f"/cases/{case.case_id}/check/items/{item.code}",
        cut=short != text,
    )


def _beside(said: ItemAnswer) -> str:
    """When it was said, and by whom where it was not the person."""
    told = TOLD_BY.label(said.told_by).lower() if said.told_by and said.told_by != "person" else ""
    return ", ".join(filter(None, (words.day(said.answered_on, ""), f"told by: {told}" if told else "")))
