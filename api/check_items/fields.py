"""The fields of one item: how it is answered, how that is known, by whom it was told, and whose move it is.

Each field is named after its item, so that a page can hold the fields of many; a form is read item by item.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any

from starlette.datastructures import FormData

from api.check_items.answer_source import NOBODY, Sitting, faults_of_all, input_field, select_field
from api.check_items.schemas import ItemAnswerBody
from api.checks.submission import KNOWN, Submission, read_item
from api.checks.views import Question, question
from api.forms.submission import MOST_DIGITS, MOST_TEXT
from discharge.cases.model import ItemAnswer
from discharge.codes.casework import TOLD_BY
from discharge.errors import HomewardError
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.model import CheckItem
from housing_checks.checks.owners import owners_of

TOLD, NAME, ON, OWNER, DUE, SEEN, SHOWN = "told-", "name-", "on-", "owner-", "due-", "seen-", "shown-"
"""Begin the names of an item's fields: who told it and their name, the day, whose move and until when; the
version that was seen, and what stood in the fields.
"""


TOLD_IT = "told"
"""How an answer is known that somebody told."""


@dataclass(frozen=True)
class ItemSent:
    """What was sent of one item; `faults` says what is wrong, by field, `seen` which version was seen."""

    item: CheckItem
    read: Submission
    told_by: str = ""
    name: str = ""
    on: str = ""
    owner: str = ""
    due: str = ""
    seen: int | None = None
    faults: Mapping[str, str] = field(default_factory=dict)
    touched: bool = True
    sitting: Sitting = NOBODY

    @property
    def value(self) -> str:
        """The answer, where the item takes it."""
        return self.read.answers.get(self.item.code, "")

    @property
    def told(self) -> tuple[str, str]:
        """Who told it, and their name: as the item says, else as its page says of all items; nobody where the
        item says that it is known otherwise.
        """
        if self.told_by or self.read.known.get(self.item.code, TOLD_IT) != TOLD_IT:
            return self.told_by, self.name
        return self.sitting.told_by, self.name or self.sitting.name

    def body(self, confirm: Iterable[str] = ()) -> ItemAnswerBody:
        """The answer as it is asked."""
        code, (told_by, name) = self.item.code, self.told
        known = TOLD_IT if told_by and TOLD_IT in self.item.evidence_kinds else ""
        return ItemAnswerBody(
            value=self.value,
            said_on=date.fromisoformat(self.on) if self.on else None,
            evidence=self.read.known.get(code) or known or None,
            told_by=told_by or None,
            told_by_name=name or None,
            through=self.sitting.through or None,
            owner_role=self.owner or None,
            due_on=date.fromisoformat(self.due) if self.due else None,
            note=self.read.notes.get(code) if self.touched or self.value != WRITTEN else None,
            about_danger=code in self.read.danger,
            seen_version=self.seen,
            confirm=list(confirm),
        )

    def with_faults(self, faults: Mapping[str, str]) -> ItemSent:
        """The same with what is wrong with it."""
        return replace(self, faults={**self.faults, **faults})


def read_sent(item: CheckItem, sent: FormData, sitting: Sitting = NOBODY) -> ItemSent:
    """Read the fields of an item from a form. Untouched, they say what stood there when the page was made.
    `sitting` is what the form says of all its items.
    """
    code = item.code

    def said(begins: str) -> str:
        return str(sent.get(f"{begins}{code}", "")).strip()

    read = read_item(item, sent)
    found = ItemSent(
        item=item,
        read=read,
        told_by=said(TOLD),
        name=said(NAME),
        on=said(ON),
        owner=said(OWNER),
        due=said(DUE),
        seen=_version(said(SEEN)),
        sitting=sitting,
    )
    touched = bool(read.typed) or fingerprint(found) != said(SHOWN)
    return replace(found, touched=touched, faults=dict(read.faults) | _faults(found))


def fingerprint(sent: ItemSent) -> str:
    """What stands in the fields of an item, to tell whether somebody changed them; of a text only a hash."""
    code = sent.item.code
    text, danger = sent.read.notes.get(code, ""), "danger" if code in sent.read.danger else ""
    short = sha256(text.encode()).hexdigest()[:12] if text else ""
    known = sent.read.known.get(code, "")
    return "|".join((sent.value, known, sent.told_by, sent.on, sent.owner, sent.due, short, danger))


def _faults(sent: ItemSent) -> dict[str, str]:
    code, label = sent.item.code, sent.item.label
    faults = {
        f"{begins}{code}": f"Enter a real date: {label}"
        for begins, text in ((ON, sent.on), (DUE, sent.due))
        if text and not _is_day(text)
    }
    if len(sent.name) > MOST_TEXT:
        faults[f"{NAME}{code}"] = f"Use at most {MOST_TEXT} characters: {label}"
    if sent.told_by and not sent.read.known:
        faults[f"{KNOWN}{code}"] = f"Choose how it is known: {label}"
    return faults | faults_of_all(sent.sitting)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _version(text: str) -> int | None:
    if text and not (text.isdecimal() and len(text) <= MOST_DIGITS):
        raise HomewardError("no-such-version", where="seen_version")
    return int(text) if text else None


def standing_form(
    item: CheckItem,
    answer: ItemAnswer | None,
    today: date,
    seen: int,
    *,
    text: str | None = None,
) -> ItemSent:
    """The fields of an item as a page shows them before anybody types: the answer that counts, with its
    `text` where it is in words.
    """
    value = answer.value if answer is not None else ""
    code = item.code
    return ItemSent(
        item=item,
        read=Submission(
            answers={code: value} if value else {},
            notes={code: text} if text and value == WRITTEN else {},
        ),
        on=today.isoformat(),
        owner=(answer.owner_role or "") if answer is not None else "",
        due=answer.due_on.isoformat() if answer is not None and answer.due_on is not None else "",
        seen=seen,
    )


@dataclass(frozen=True)
class ItemFields:
    """The fields of one item as the components take them."""

    code: str
    label: str
    question: Question
    told_select: dict[str, Any]
    name_input: dict[str, Any]
    on_input: dict[str, Any]
    owner_select: dict[str, Any]
    due_input: dict[str, Any]
    seen: int
    shown: str
    open_known: bool
    open_owner: bool


def item_fields(sent: ItemSent, today: date, version: int, shown: str | None = None) -> ItemFields:
    """Make the fields of an item; `shown` is what stood there first, where the page comes back."""
    code, faults = sent.item.code, sent.faults
    read = replace(sent.read, faults=dict(faults))
    about = f" about {sent.item.label.lower()}"
    told = f"{TOLD}{code}"
    return ItemFields(
        code=code,
        label=sent.item.label,
        question=question(sent.item, read),
        told_select=select_field(
            told, "Who said so?", TOLD_BY.in_force(today), sent.told_by, "As said above", faults
        ),
        name_input=input_field(f"{NAME}{code}", "Their name (optional)", sent.name, faults),
        on_input=input_field(
            f"{ON}{code}", f"Day on which it was seen or said{about}", sent.on, faults, kind="date"
        ),
        owner_select=select_field(
            f"{OWNER}{code}", "Whose move is it?", owners_of(sent.item, today), sent.owner, "Not said", faults
        ),
        due_input=input_field(f"{DUE}{code}", "Until which day?", sent.due, faults, kind="date"),
        seen=sent.seen if sent.seen is not None else version,
        shown=shown if shown is not None else fingerprint(sent),
        open_known=any(f"{begins}{code}" in faults for begins in (TOLD, NAME, ON, KNOWN)),
        open_owner=sent.value == "no" or any(f"{begins}{code}" in faults for begins in (OWNER, DUE)),
    )
