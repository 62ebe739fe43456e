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

from api.check_items.schemas import ItemAnswerBody
from api.checks.submission import KNOWN, Submission, read_item
from api.checks.views import Question, question
from api.forms.submission import MOST_DIGITS, MOST_TEXT
from discharge.cases.model import ItemAnswer
from discharge.codes.casework import ANSWER_WAYS, OWNER_ROLES, TOLD_BY
from discharge.codes.model import Code
from discharge.errors import HomewardError
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.model import CheckItem

WAY = "through"
"""The field that says how what a form says came: asked once for all its items."""
TOLD, NAME, ON, OWNER, DUE, SEEN, SHOWN = "told-", "name-", "on-", "owner-", "due-", "seen-", "shown-"
"""Begin the names of an item's fields: who told it and their name, the day, whose move and until when; the
version that was seen, and what stood in the fields.
"""


@dataclass(frozen=True)
class Sitting:
    """How answers come just now: on a visit, by phone; and who tells them, where one person does."""

    through: str = ""
    told_by: str = ""

    @classmethod
    def of(cls, through: str, told_by: str, today: date) -> Sitting:
        """What the address of a page says; a code that is in no list is passed over."""
        way, told = ANSWER_WAYS.find(through, today), TOLD_BY.find(told_by, today)
        return cls(way.code if way else "", told.code if told else "")

    @property
    def query(self) -> str:
        """The same for the addresses of other pages."""
        named = ((WAY, self.through), ("told_by", self.told_by))
        return "&".join(f"{name}={value}" for name, value in named if value)


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

    @property
    def value(self) -> str:
        """The answer, where the item takes it."""
        return self.read.answers.get(self.item.code, "")

    def body(self, through: str, confirm: Iterable[str] = ()) -> ItemAnswerBody:
        """The answer as it is asked."""
        code = self.item.code
        return ItemAnswerBody(
            value=self.value,
            said_on=date.fromisoformat(self.on) if self.on else None,
            evidence=self.read.known.get(code) or None,
            told_by=self.told_by or None,
            told_by_name=self.name or None,
            through=through or None,
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


def read_sent(item: CheckItem, sent: FormData) -> ItemSent:
    """Read the fields of an item from a form. Untouched, they say what stood there when the page was made."""
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
    return faults


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
    sitting: Sitting,
    today: date,
    seen: int,
    *,
    text: str | None = None,
) -> ItemSent:
    """The fields of an item as a page shows them before anybody types: the answer that counts, with its
    `text` where it is in words, and how what is said now will be known.
    """
    value = answer.value if answer is not None else ""
    code = item.code
    known = {code: "told"} if sitting.told_by and "told" in item.evidence_kinds else {}
    return ItemSent(
        item=item,
        read=Submission(
            answers={code: value} if value else {},
            known=known,
            notes={code: text} if text and value == WRITTEN else {},
        ),
        told_by=sitting.told_by if known else "",
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
        told_select=_select(
            told, "Who said so?", TOLD_BY.in_force(today), sent.told_by, "Nobody else", faults
        ),
        name_input=_input(f"{NAME}{code}", "Their name (optional)", sent.name, faults),
        on_input=_input(
            f"{ON}{code}", f"Day on which it was seen or said{about}", sent.on, faults, kind="date"
        ),
        owner_select=_select(
            f"{OWNER}{code}", "Whose move is it?", OWNER_ROLES.in_force(today), sent.owner, "Not said", faults
        ),
        due_input=_input(f"{DUE}{code}", "Until which day?", sent.due, faults, kind="date"),
        seen=sent.seen if sent.seen is not None else version,
        shown=shown if shown is not None else fingerprint(sent),
        open_known=any(f"{begins}{code}" in faults for begins in (TOLD, NAME, ON, KNOWN)),
        open_owner=sent.value == "no" or any(f"{begins}{code}" in faults for begins in (OWNER, DUE)),
    )


def way_select(sitting: Sitting, today: date) -> dict[str, Any]:
    """The question how the answers of a page come."""
    return _select(WAY, "How do you know it?", ANSWER_WAYS.in_force(today), sitting.through, "Not said", {})


def told_select(sitting: Sitting, today: date) -> dict[str, Any]:
    """The question who tells the answers of a page, where one person does."""
    told = TOLD_BY.in_force(today)
    return _select("told_by", "Who tells you?", told, sitting.told_by, "Nobody: I see it myself", {})


def _select(
    name: str, label: str, rows: Iterable[Code], chosen: str, empty: str, faults: Mapping[str, str]
) -> dict[str, Any]:
    pairs = (("", empty), *((row.code, row.label) for row in rows))
    return {
        "id": name,
        "name": name,
        "label": {"text": label},
        "items": [{"value": code, "text": text, "selected": code == chosen} for code, text in pairs],
    } | _error(name, faults)


def _input(
    name: str, label: str, value: str, faults: Mapping[str, str], kind: str = "text"
) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "label": {"text": label},
        "value": value,
        "type": kind,
        "classes": "nhsuk-input--width-20" if kind == "text" else "nhsuk-input--width-10",
        "autocomplete": "off",
    } | _error(name, faults)


def _error(name: str, faults: Mapping[str, str]) -> dict[str, Any]:
    return {"errorMessage": {"text": faults[name]}} if name in faults else {}
