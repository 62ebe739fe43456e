"""What the FHIR interface is made of: a type is one row, and its searches name their parameters.

From a row follow its routes, what a search may ask, the links of an answer, what the CapabilityStatement
says, which role may ask, and the test that holds all of these against each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncSession

from api.fhir.queries import CaseQueries, Ways, every_way
from api.web.paging import SIZE
from api.web.principals import Principal
from api.web.services import Services
from discharge.cases.model import Case
from discharge.disclosure import Telling
from discharge.errors import HomewardError
from fhir_adapters.fhir.people import OrganisationFacts, PersonFacts
from fhir_adapters.fhir.requested import RequestFacts

COUNT, OFFSET, FORMAT = "_count", "_offset", "_format"

EVERY_ROW: ColumnElement[bool] = true()

Resource = dict[str, Any]
Whole = Callable[[Case, Telling, PersonFacts, OrganisationFacts | None, datetime], Resource]


def uuid_or_not_found(text: str) -> UUID:
    """An id as we mint it. Raises not-found for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise HomewardError("not-found") from None


def _any_request(_values: Sequence[str]) -> ColumnElement[bool]:
    return true()


@dataclass(frozen=True)
class Parameter:
    """What can be searched by. `condition` says it of a case or its part, `of_request` of a request that has
    no case; `looks_at` names the fields that it finds by; `forms` are other ways to write its name.
    """

    name: str
    type: str
    condition: Callable[[CaseQueries, str, str], ColumnElement[bool]]
    looks_at: Callable[[Sequence[str]], Ways] = every_way
    of_request: Callable[[Sequence[str]], ColumnElement[bool]] = _any_request
    forms: tuple[str, ...] = ()


@dataclass(frozen=True)
class CasePart:
    """Records of which a case has several: their table (with a `case_id`), the field of the case that they
    belong to, and the resource of one. Those of one case by id are in the case, or are loaded beside it by
    `load`. `key` is the column of their id, where it is not called so; `only` chooses rows of the table.
    """

    table: Any
    field: str
    records: Callable[[Case], Mapping[UUID, Any]] | None
    make: Callable[[Any, Telling, PersonFacts], Resource]
    load: Callable[[AsyncSession, Collection[UUID]], Awaitable[Mapping[UUID, Any]]] | None = None
    key: Any = None
    only: ColumnElement[bool] = EVERY_ROW

    @property
    def id(self) -> Any:
        """The column of the id."""
        return self.table.id if self.key is None else self.key


@dataclass(frozen=True)
class ResourceType:
    """A type: what it is, who may read it and how, and what it can be searched by.

    It is made of the `whole` case, of a `part` of it, or by a reader of its own; `request` makes it of a
    referral request that has no case. The name is also what a look at it is noted as. `id_of` reads the id
    in an address; it raises not-found for what is none.
    """

    name: str
    words: str
    read: Callable[[Services, Principal, ResourceType, Any], Awaitable[Resource]]
    action: str = "case.read"
    find: Callable[[Services, Principal, FhirSearch], Awaitable[SearchPage]] | None = None
    search_action: str = "case.search"
    parameters: tuple[Parameter, ...] = ()
    whole: Whole | None = None
    part: CasePart | None = None
    request: Callable[[RequestFacts], Resource] | None = None
    profile: str | None = None
    versioned: bool = False
    creates: bool = False
    id_of: Callable[[str], Any] = uuid_or_not_found

    @property
    def names(self) -> Mapping[str, Parameter]:
        """Every way to write each parameter."""
        ways = {form: each for each in self.parameters for form in (each.name, *each.forms)}
        return MappingProxyType(ways)

    @property
    def interactions(self) -> tuple[str, ...]:
        """What can be done with it, as FHIR calls it."""
        wanted = (("create", self.creates), ("read", True), ("search-type", self.find is not None))
        return tuple(code for code, offered in wanted if offered)

    def statement(self) -> Resource:
        """Its place in the CapabilityStatement."""
        resource: Resource = {
            "type": self.name,
            "documentation": self.words,
            "interaction": [{"code": code} for code in self.interactions],
            "versioning": "versioned" if self.versioned else "no-version",
        }
        if self.profile:
            resource["supportedProfile"] = [self.profile]
        if self.creates:
            resource["conditionalCreate"] = True
        if self.parameters:
            resource["searchParam"] = [{"name": each.name, "type": each.type} for each in self.parameters]
        return resource


class SearchCondition(NamedTuple):
    """One condition of a search: its parameter, the name as it was written, and values, any of which fits."""

    parameter: Parameter
    written: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class FhirSearch:
    """A search: the conditions, all of which hold, and which part of what is found is wanted."""

    kind: ResourceType
    conditions: tuple[SearchCondition, ...]
    count: int = SIZE
    offset: int = 0

    def query(self, offset: int) -> str:
        """The parameters that were used, for the links of the answer, from another place of the list on."""
        used = [
            (each.written, ",".join(value.replace(",", r"\,") for value in each.values))
            for each in self.conditions
        ]
        return urlencode([*used, (COUNT, str(self.count)), *([(OFFSET, str(offset))] if offset else [])])

    def of(self, names: Iterable[str]) -> list[SearchCondition]:
        """The conditions by some parameters."""
        wanted = frozenset(names)
        return [each for each in self.conditions if each.parameter.name in wanted]


@dataclass(frozen=True)
class SearchPage:
    """What a search found: one page of it, and how much there is; and the conditions that could not be looked
    at in every case of the caller's.
    """

    resources: Sequence[Resource]
    total: int
    not_searched: tuple[str, ...] = ()
