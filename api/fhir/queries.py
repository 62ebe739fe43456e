"""Conditions of FHIR searches on cases, as PostgreSQL is asked them: the walls are its own.

Each condition is a row's of `parameters`; it is given who asks, a value, and the name that was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from api.cases.viewer import Viewer
from api.fhir.values import span, token
from api.referrals.people import has_or_had
from api.web.principals import Principal
from discharge.cases.model import Stage
from discharge.clocks import CaseClock
from discharge.errors import HomewardError
from discharge.store.tables import AlertRow, CaseRow, Person, PersonIdentifier
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.bundle_context import own_id
from fhir_adapters.fhir.stages import BY_OUTCOME, BY_STAGE, OF_NEWER, TURNED, Reading

Condition = ColumnElement[bool]
Ways = tuple[tuple[str, ...], ...]
"""The ways in which a condition finds a case, each by the fields that it looks at."""

NOBODY = UUID(int=0)
"""The id that nothing has."""


@dataclass(frozen=True)
class CaseQueries:
    """Who asks, and how: `base` is our own address, `clock` maps case time, `key` is the id column of what is
    sought.

    Of cases, a condition matches only on what `viewer` sees of each; without one, the walls alone decide.
    """

    caller: Principal
    base: str
    clock: CaseClock
    key: Any
    viewer: Viewer | None = None

    def sees(self, field: str) -> Condition:
        """Whether the caller sees a field of the case."""
        return true() if self.viewer is None else self.viewer.holds(field)

    def id_of(self, value: str, kind: str | None, name: str) -> UUID:
        """The id in `id`, `Kind/id` or our address of it. Raises search-parameter for another's address."""
        if kind is None or "/" not in value:
            return uuid_of(value) or NOBODY
        found = own_id(value, kind, self.base)
        if found is None and "://" in value:
            raise HomewardError("search-parameter", detail=f"not an address of a {kind} here", where=name)
        return found or NOBODY


def every_way(_values: Sequence[str]) -> Ways:
    """Looks at nothing that anybody who takes part in a case does not see."""
    return ()


def not_of_a_case(_asker: CaseQueries, _value: str, name: str) -> Condition:
    """What is sought is in no case: its own finder looks."""
    raise LookupError(name)


def by_id(asker: CaseQueries, value: str, name: str) -> Condition:
    """What has this id."""
    found: Condition = asker.key == asker.id_of(value, None, name)
    return found


def by_referral(asker: CaseQueries, value: str, name: str) -> Condition:
    """What belongs to this ServiceRequest."""
    return CaseRow.id == asker.id_of(value, "ServiceRequest", name)


def updated(asker: CaseQueries, value: str, name: str) -> Condition:
    """The case as it stands was recorded then."""
    meant = span(value, name)
    bounds = [
        *([CaseRow.updated_at >= asker.clock.wall_time(meant.start)] if meant.start else []),
        *([CaseRow.updated_at < asker.clock.wall_time(meant.end)] if meant.end else []),
    ]
    within = and_(true(), *bounds)
    return ~within if meant.outside else within


def of_person(asker: CaseQueries, value: str, name: str) -> Condition:
    """Of this person, by our id, NHS number, or one that the caller's own organisation gave.

    The person is found first: PostgreSQL asks of each person who may see them, which is long to ask of the
    person of every case.
    """
    return or_(
        *(
            and_(CaseRow.person_id.in_(select(Person.id).where(meant)), asker.sees(seen) if seen else true())
            for meant, seen in _people(asker, value, name)
        )
    )


def person_named(asker: CaseQueries, value: str, name: str) -> Condition:
    """The person themselves, of those whom the walls show."""
    return or_(*(meant for meant, _ in _people(asker, value, name)))


def looks_at_person(values: Sequence[str]) -> Ways:
    """An NHS number finds those whose number the caller sees."""
    return (("nhs_number",),) if any(token(each)[0] == systems.NHS_NUMBER for each in values) else ()


def _people(asker: CaseQueries, value: str, name: str) -> Iterator[tuple[Condition, str | None]]:
    """The ways in which somebody may be meant, each with the field that the asker must see for it."""
    system, number = token(value)
    if system == systems.PERSON_ID:
        yield Person.id == (uuid_of(number) or NOBODY), None
    elif system is None and not name.endswith("identifier"):
        yield Person.id == asker.id_of(value, "Patient", name), None
    else:
        if system in (None, systems.NHS_NUMBER):
            yield has_or_had(number), "nhs_number"
        if system != systems.NHS_NUMBER:
            yield Person.id.in_(_numbered_here(asker.caller, system, number)), None


def _numbered_here(caller: Principal, system: str | None, number: str) -> Select[UUID]:
    """Whom the caller's own organisation gave a number, in any system where none is said."""
    return select(PersonIdentifier.person_id).where(
        PersonIdentifier.organisation_id == caller.organisation_id,
        PersonIdentifier.value == number,
        *([PersonIdentifier.authority == system] if system is not None else []),
    )


def reads(says: Callable[[Reading], str]) -> Callable[[CaseQueries, str, str], Condition]:
    """Cases that read so in FHIR to the caller; the inverse of `stages.told_reading`."""

    def condition(asker: CaseQueries, status: str, _name: str) -> Condition:
        outcomes = [outcome for outcome, reading in BY_OUTCOME.items() if says(reading) == status]
        stages = {stage for stage, reading in BY_STAGE.items() if says(reading) == status}
        newer = CaseRow.stage.not_in(BY_STAGE) if says(OF_NEWER) == status else false()
        apart = and_(func.coalesce(CaseRow.outcome, "").in_(BY_OUTCOME), asker.sees("outcome"))
        sent_back = and_(
            CaseRow.stage == Stage.REFERRED.value,
            _referral()["returned_reason"].astext.is_not(None),
            asker.sees("returned_reason"),
        )
        turned = and_(
            CaseRow.stage.in_(stages & TURNED), asker.sees("outcome"), asker.sees("returned_reason")
        )
        return or_(
            and_(CaseRow.outcome.in_(outcomes), asker.sees("outcome")),
            and_(~apart, sent_back, true() if "returned" in outcomes else false()),
            and_(~apart, ~sent_back, or_(CaseRow.stage.in_(stages - TURNED), newer, turned)),
        )

    return condition


def looks_at_status(_values: Sequence[str]) -> Ways:
    """How a case stands, or how it ended."""
    return ("stage",), ("outcome", "returned_reason")


def alert_stands(_asker: CaseQueries, status: str, _name: str) -> Condition:
    """Alerts whose cause still holds are active, the others inactive."""
    found = {"active": AlertRow.cleared_at.is_(None), "inactive": AlertRow.cleared_at.is_not(None)}
    return found.get(status, false())


def numbered(asker: CaseQueries, value: str, _name: str) -> Condition:
    """The case by our number, or by any that the sender gave and the caller sees: `system|number`, or the
    number alone.
    """
    system, number = token(value)
    ours = uuid_of(number)
    if system == systems.CASE_ID:
        return CaseRow.id == (ours or NOBODY)
    others = func.jsonb_array_elements_text(func.coalesce(_referral()["other_ids"], func.jsonb("[]")))
    other = others.column_valued("other")
    named = or_(
        and_(same_number(CaseRow.external_id, system, number), asker.sees("external_id")),
        and_(exists(select(other).where(same_number(other, system, number))), asker.sees("other_ids")),
    )
    keys = [f"{system}|{number}"] if system else [number, f"|{number}"]
    asked = func.homeward_cases_numbered(literal(keys, ARRAY(Text)))
    if system is None and ours:
        known = union_all(select(asked), select(literal(ours)))
        return and_(CaseRow.id.in_(known), or_(named, CaseRow.id == ours))
    return and_(CaseRow.id.in_(select(asked)), named)


def looks_at_numbers(values: Sequence[str]) -> Ways:
    """The sender's own numbers, unless every number is ours."""
    tokens = [token(value) for value in values]
    ours = all(system == systems.CASE_ID or uuid_of(each) for system, each in tokens)
    return () if ours else (("other_ids",), ("external_id",))


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


def uuid_of(text: str) -> UUID | None:
    """An id as it is written; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
