"""One sitting at a check: how its answers come, who tells them, and their name, asked once for a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.datastructures import FormData

from api.forms.submission import MOST_TEXT
from discharge.codes.casework import TOLD_BY, ways_of_answering
from discharge.codes.model import Code

WAY, TELLER, TELLER_NAME = "through", "told_by", "told_by_name"
"""The fields that say how what a form says came, who told it, and their name: asked once for all items."""


@dataclass(frozen=True)
class Sitting:
    """How answers come just now: on a visit, by phone; and who tells them, where one person does. Their name
    is in no address.
    """

    through: str = ""
    told_by: str = ""
    name: str = ""

    @classmethod
    def of(cls, through: str, told_by: str, today: date, name: str = "") -> Sitting:
        """What the address of a page says; a code that is in no list is passed over."""
        way = next((row for row in ways_of_answering(today) if row.code == through), None)
        told = TOLD_BY.find(told_by, today)
        return cls(way.code if way else "", told.code if told else "", name.strip())

    @classmethod
    def sent(cls, form: FormData, today: date) -> Sitting:
        """What a form says of all its answers."""
        through, told_by, name = (str(form.get(each, "")) for each in (WAY, TELLER, TELLER_NAME))
        return cls.of(through, told_by, today, name)

    @property
    def query(self) -> str:
        """The same for the addresses of other pages."""
        named = ((WAY, self.through), (TELLER, self.told_by))
        return "&".join(f"{name}={value}" for name, value in named if value)


NOBODY = Sitting()


def faults_of_all(sitting: Sitting) -> dict[str, str]:
    """What is wrong with what a form says of all its items."""
    if len(sitting.name) > MOST_TEXT:
        return {TELLER_NAME: f"Use at most {MOST_TEXT} characters for the name"}
    if sitting.name and not sitting.told_by:
        return {TELLER: "Choose who tells you, or clear the name"}
    return {}


def way_select(sitting: Sitting, today: date) -> dict[str, Any]:
    """The question how the answers of a page come."""
    return select_field(WAY, "How do you know it?", ways_of_answering(today), sitting.through, "Not said", {})


def told_select(sitting: Sitting, today: date) -> dict[str, Any]:
    """The question who tells the answers of a page, where one person does."""
    told = TOLD_BY.in_force(today)
    return select_field(TELLER, "Who tells you?", told, sitting.told_by, "Nobody: I see it myself", {})


def name_input(sitting: Sitting) -> dict[str, Any]:
    """The name of who tells the answers of a page."""
    return input_field(TELLER_NAME, "Their name (optional)", sitting.name, {})


def select_field(
    name: str, label: str, rows: Iterable[Code], chosen: str, empty: str, faults: Mapping[str, str]
) -> dict[str, Any]:
    """A list to choose one from, as the component takes it."""
    pairs = (("", empty), *((row.code, row.label) for row in rows))
    return {
        "id": name,
        "name": name,
        "label": {"text": label},
        "items": [{"value": code, "text": text, "selected": code == chosen} for code, text in pairs],
    } | _error(name, faults)


def input_field(
    name: str, label: str, value: str, faults: Mapping[str, str], kind: str = "text"
) -> dict[str, Any]:
    """A box to type in, as the component takes it."""
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
