"""What a message says of a person, and of two who are one."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from discharge.values import Frozen
from fhir_adapters.hl7v2.facts.order import OrderedFact
from fhir_adapters.people.reach import Contact, Practitioner, Telecom


class Identifier(Frozen):
    """A number for a person. `kind` is `nhs` or `local`; one that is no match key has `usable` false: an NHS
    number that fails its check, and one that the sender says has `ended`.
    """

    kind: Literal["nhs", "local"]
    value: str
    authority: str = ""
    status: str | None = None
    usable: bool = True
    ended: bool = False


class Name(Frozen):
    """One name; `use` is the code as sent (L, PREFERRED, CURRENT ...). `ended` is one no longer in use by its
    own dates.
    """

    family: str
    given: str = ""
    other: str = ""
    title: str = ""
    use: str = ""
    ended: bool = False


class Address(Frozen):
    """One address as lines; `kind` is home, temporary or postal. The dates, where the sender gives them, say
    from when until when (included) it holds.
    """

    kind: str
    lines: tuple[str, ...]
    postcode: str = ""
    from_on: date | None = None
    until_on: date | None = None


class PersonReported(OrderedFact):
    """What a message says of a person. `hidden` is location hiding, `identity_unknown` PID-31; None when not
    mentioned. One that `introduces` counts only where nothing else is said of the person.
    """

    kind: Literal["person-reported"] = "person-reported"
    introduces: bool = False
    stated_at: AwareDatetime | None = None
    identifiers: tuple[Identifier, ...]
    identity_unknown: bool | None = None
    names: tuple[Name, ...] | None = None
    birth_date: date | None = None
    sex: str | None = None
    addresses: tuple[Address, ...] | None = None
    telecoms: tuple[Telecom, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    deceased: bool | None = None
    died_on: date | None = None
    hidden: bool | None = None
    practice: str | None = None
    practice_name: str = ""
    gp: Practitioner | None = None
    consultant: Practitioner | None = None
    cleared: frozenset[str] = frozenset()


class PersonDeleted(Frozen):
    """The sender deleted the record of a person (A29): `person` is who, by numbers, names and birth date."""

    kind: Literal["person-deleted"] = "person-deleted"
    stated_at: AwareDatetime | None = None
    person: PersonReported


class PersonsMerged(Frozen):
    """Two people are one (A40): every record moves from `retired` to `survivor`."""

    kind: Literal["persons-merged"] = "persons-merged"
    stated_at: AwareDatetime | None = None
    survivor: tuple[Identifier, ...]
    retired: tuple[Identifier, ...]


class PersonsLinked(Frozen):
    """The sender links two records that stay apart (A24), or takes that back (A37)."""

    kind: Literal["persons-linked"] = "persons-linked"
    stated_at: AwareDatetime | None = None
    linked: bool
    one: tuple[Identifier, ...]
    other: tuple[Identifier, ...]
