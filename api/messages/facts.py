"""What a message became: each fact with the values that were read, in words.

Listed are only values that cannot tell where somebody lives or how to reach them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from api.web.page import words
from discharge.sight import DANGER
from fhir_adapters.store.tables import FactRow

TITLES: Mapping[str, str] = {
    "person-reported": "Who the person is",
    "person-deleted": "A person's record was deleted",
    "stay-reported": "A hospital stay",
    "persons-merged": "Two records are one person",
    "persons-linked": "Whether the hospital links two records",
    "stay-moved": "A stay belongs to another number or person",
    "referral-reported": "A referral",
    "contacts-referred": "Whom to call, by an accepted referral",
    "document-reported": "A document",
    "values-extracted": "Values of local segments",
}
"""Kind of fact -> what the message told."""


WHERE_TO = frozenset({"Planned ward", "Destination"})


@dataclass(frozen=True)
class Value:
    """One value that was read, with what it is called."""

    key: str
    value: str


@dataclass(frozen=True)
class Became:
    """One fact."""

    title: str
    values: tuple[Value, ...]


def became(fact: FactRow, *, whereabouts: bool) -> Became:
    """One fact in words; what the message did not mention is not listed, and where the person goes only
    where it is known that their `whereabouts` may be seen.
    """
    said = fact.payload
    what = TITLES.get(fact.kind, words.from_code(fact.kind))
    movement = said.get("movement") or said.get("action") or said.get("event")
    told = [
        (label, in_words)
        for label, path, as_words in ROWS
        if (found := _at(said, path)) not in (None, "", [])
        and (whereabouts or label not in WHERE_TO)
        and (in_words := as_words(found))
    ]
    since = [("From", _moment(fact.effective_at.isoformat()))] if fact.effective_at else []
    return Became(
        f"{what}: {words.from_code(movement).lower()}" if movement else what,
        tuple(Value(*pair) for pair in (*since, *told)),
    )


def _at(said: Any, path: str) -> Any:
    for name in path.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _moment(value: str) -> str:
    return words.machine_time(datetime.fromisoformat(value))


def _day(value: str) -> str:
    return words.day(date.fromisoformat(value))


def _yes_no(value: object) -> str:
    return "Yes" if value else "No"


def _names(names: Iterable[Mapping[str, str]]) -> str:
    return "; ".join(", ".join(part for part in (each["family"], each["given"]) if part) for each in names)


def _numbers(identifiers: Iterable[Mapping[str, Any]]) -> str:
    return "; ".join(_number(each) for each in identifiers)


def _whose(said: Any) -> str:
    """Whom a moved stay belongs to, by numbers; whose record was deleted, by numbers within who it is."""
    return _numbers(said["identifiers"] if isinstance(said, dict) else said)


def _number(each: Mapping[str, Any]) -> str:
    if each["kind"] == "nhs":
        told = f"NHS number {words.nhs_number(each['value'])}"
    else:
        told = f"{each['authority'] or 'Local'} {each['value']}"
    return told if each.get("usable", True) else f"{told} (not used to find the person)"


def _reasons(values: Iterable[str]) -> str:
    """Reasons for a referral, but for one that speaks of abuse or danger."""
    return _list(each for each in values if each != DANGER)


def _list(values: Iterable[str]) -> str:
    return ", ".join(words.from_code(each) for each in values)


Rows = tuple[tuple[str, str, Callable[[Any], str]], ...]

ROWS: Rows = (
    ("Numbers", "identifiers", _numbers),
    ("Name", "names", _names),
    ("Birth date", "birth_date", _day),
    ("Sex", "sex", words.from_code),
    ("Died", "died_on", _day),
    ("Location hidden", "hidden", _yes_no),
    ("Visit number", "key.visit_number", str),
    ("Class", "patient_class", str),
    ("Ward", "location.ward", str),
    ("Bay", "location.bay", str),
    ("Bed", "location.bed", str),
    ("Site", "location.site", str),
    ("Planned ward", "planned_ward", str),
    ("Admitted", "admitted_at", _moment),
    ("Discharged", "discharged_at", _moment),
    ("Destination", "discharge.destination", str),
    ("Expected admission", "expected_admission_on", _day),
    ("Expected discharge", "expected_discharge_on", _day),
    ("Medically fit", "medically_fit", _yes_no),
    ("Medically fit since", "medically_fit_on", _day),
    ("The record that stays", "survivor", _numbers),
    ("The record that is joined to it", "retired", _numbers),
    ("Its own number", "number", str),
    ("Its number now", "to_number", str),
    ("Whose it is", "person", _whose),
    ("Linked", "linked", _yes_no),
    ("One record", "one", _numbers),
    ("The other record", "other", _numbers),
    ("Referral's own number", "external_id", str),
    ("Reasons", "reasons", _reasons),
    ("Needs", "needs", _list),
    ("Type of document", "type_code", str),
    ("Deleted by the sender", "cleared", _list),
)
"""What a value is called, where it stands in a fact, and how it is told. None and empty are not mentioned."""
