"""Conditions of FHIR searches on cases, as PostgreSQL is asked them: the walls are its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from api.fhir_search import PERSON, Asked, span, token
from api.principals import Principal
from api.reading.people import has_or_had
from api.reading.viewer import Viewer
from discharge.cases.model import Stage
from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.store.tables import CaseRow, Person, PersonIdentifier
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.stages import BY_OUTCOME, BY_STAGE, TURNED, Reading
from fhir_adapters.fhir.surroundings import own_id

Condition = ColumnElement[bool]


class Questions:
    """Turns the conditions of a search into SQL; `base` is our own address, `clock` maps case time.

    Of cases, a condition matches only on what `viewer` sees of each.
    """

    def __init__(self, caller: Principal, base: str, clock: CaseClock, viewer: Viewer | None = None) -> None:
        self._caller = caller
        self._base = base
        self._clock = clock
        self._viewer = viewer

    def of_cases(self, search: Asked) -> list[Condition]:
        """What a ServiceRequest or Task must fulfil. Raises search-parameter."""
        says = _STATUS[search.resource_type]
        return [
            or_(*(self._of_case(name, value, says) for value in values)) for name, values in search.conditions
        ]

    def not_searched(self, search: Asked) -> tuple[str, ...]:
        """Conditions on what the caller does not see in every case. Raises filter-not-seen for one on what
        they see in none.
        """
        viewer, found = self._viewer, []
        if viewer is None:
            return ()
        for name, values in search.conditions:
            ways = _looks_at(name, values)
            if ways and all(viewer.sees_in_none(*fields) for fields in ways):
                raise HomewardError("filter-not-seen", detail=", ".join(ways[0]), where=name)
            if not all(viewer.sees_in_every(*fields) for fields in ways):
                found.append(name)
        return tuple(dict.fromkeys(found))

    def of_people(self, search: Asked) -> list[Condition]:
        """What the person must fulfil, of conditions on the person alone."""
        return [
            or_(*(self._person(name, value) for value in values))
            for name, values in search.conditions
            if name.startswith(PERSON)
        ]

    def _of_case(self, name: str, value: str, says: Callable[[Reading], str]) -> Condition:
        if name.startswith(PERSON):
            return self._person(name, value)
        if name == "_lastUpdated":
            return self._updated(value, name)
        if name == "status":
            return _reads(value, says, self._sees)
        if name == "identifier":
            return _numbered(value, self._sees)
        kind = "ServiceRequest" if name.startswith("focus") else None
        return CaseRow.id == self._id(value, kind, name)

    def _updated(self, value: str, name: str) -> Condition:
        meant = span(value, name)
        bounds = [
            *([CaseRow.updated_at >= self._clock.wall_time(meant.start)] if meant.start else []),
            *([CaseRow.updated_at < self._clock.wall_time(meant.end)] if meant.end else []),
        ]
        within = and_(true(), *bounds)
        return ~within if meant.outside else within

    def _person(self, name: str, value: str) -> Condition:
        system, number = token(value)
        if name.endswith("identifier") or system is not None:
            return self._by_number(system, number)
        return Person.id == self._id(value, "Patient", name)

    def _by_number(self, system: str | None, number: str) -> Condition:
        """An NHS number, or one that the caller's own organisation gave; without a system, either."""
        held = select(PersonIdentifier.person_id).where(
            PersonIdentifier.organisation_id == self._caller.organisation_id,
            PersonIdentifier.value == number,
            *([PersonIdentifier.authority == system] if system is not None else []),
        )
        if system == systems.NHS_NUMBER:
            return self._of_nhs_number(number)
        if system == systems.PERSON_ID:
            return Person.id == (_uuid(number) or NOBODY)
        local = Person.id.in_(held)
        return or_(local, self._of_nhs_number(number)) if system is None else local

    def _of_nhs_number(self, number: str) -> Condition:
        return and_(has_or_had(number), self._sees("nhs_number"))

    def _sees(self, field: str) -> Condition:
        """Whether the caller sees a field of the case; where no case is asked, the walls alone decide."""
        return true() if self._viewer is None else self._viewer.holds(field)

    def _id(self, value: str, kind: str | None, name: str) -> UUID:
        """The id in `id`, `Kind/id` or our address of it. Raises search-parameter for another's address."""
        if kind is None or "/" not in value:
            return _uuid(value) or NOBODY
        found = own_id(value, kind, self._base)
        if found is None and "://" in value:
            raise HomewardError("search-parameter", detail=f"not an address of a {kind} here", where=name)
        return found or NOBODY


def _looks_at(name: str, values: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The ways in which a condition finds a case, each by the fields that it looks at."""
    tokens = [token(value) for value in values]
    if name == "status":
        return ("stage",), ("outcome", "returned_reason")
    if name == "identifier" and not all(system == systems.CASE_ID or _uuid(each) for system, each in tokens):
        return ("other_ids",), ("external_id",)
    by_number = name.startswith(PERSON) and any(system == systems.NHS_NUMBER for system, _ in tokens)
    return (("nhs_number",),) if by_number else ()


NOBODY = UUID(int=0)
"""The id that nothing has."""

_STATUS: Mapping[str, Callable[[Reading], str]] = {
    "ServiceRequest": lambda reading: reading.service_request,
    "Task": lambda reading: reading.task,
}


Sees = Callable[[str], Condition]


def _reads(status: str, says: Callable[[Reading], str], sees: Sees) -> Condition:
    """Cases that read so in FHIR to the caller; the inverse of `stages.told_reading`."""
    outcomes = [outcome for outcome, reading in BY_OUTCOME.items() if says(reading) == status]
    stages = {stage for stage, reading in BY_STAGE.items() if says(reading) == status}
    apart = and_(func.coalesce(CaseRow.outcome, "").in_(BY_OUTCOME), sees("outcome"))
    sent_back = and_(
        CaseRow.stage == Stage.REFERRED.value,
        _referral()["returned_reason"].astext.is_not(None),
        sees("returned_reason"),
    )
    return or_(
        and_(CaseRow.outcome.in_(outcomes), sees("outcome")),
        and_(~apart, sent_back, true() if "returned" in outcomes else false()),
        and_(
            ~apart,
            ~sent_back,
            or_(
                CaseRow.stage.in_(stages - TURNED),
                and_(CaseRow.stage.in_(stages & TURNED), sees("outcome"), sees("returned_reason")),
            ),
        ),
    )


def _numbered(value: str, sees: Sees) -> Condition:
    """The case by our number, or by any that the sender gave and the caller sees: `system|number`, or the
    number alone.
    """
    system, number = token(value)
    ours = _uuid(number)
    if system == systems.CASE_ID:
        return CaseRow.id == (ours or NOBODY)
    others = func.jsonb_array_elements_text(func.coalesce(_referral()["other_ids"], func.jsonb("[]")))
    other = others.column_valued("other")
    named = or_(
        and_(same_number(CaseRow.external_id, system, number), sees("external_id")),
        and_(exists(select(other).where(same_number(other, system, number))), sees("other_ids")),
    )
    return or_(named, CaseRow.id == ours) if system is None and ours else named


def same_number(column: Any, system: str | None, number: str) -> Condition:
    """Whether a kept number `authority|number` is the one meant, in any system where none is said."""
    if system:
        return column == f"{system}|{number}"  # type: ignore[no-any-return]
    plain = column.in_([number, f"|{number}"])
    if system == "":
        return plain  # type: ignore[no-any-return]
    return or_(plain, column.endswith(f"|{number}", autoescape=True))


def _referral() -> Any:
    snapshot: InstrumentedAttribute[Any] = CaseRow.snapshot
    return snapshot["referral"]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
