"""The person as a pure fold over everything that feeds said: each field as said last, of equal times as
arrived last.

Numbers add up and are never taken away by silence. Which NHS number is in use is a matter of `numbers`,
whether somebody's location is hidden one of `hiding`.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from fhir_adapters.hl7v2.facts import (
    BEGINNING,
    Address,
    Contact,
    Identifier,
    Name,
    PersonReported,
    Practitioner,
    Telecom,
)
from fhir_adapters.hl7v2.facts.order import Arrival, in_order
from fhir_adapters.people.birth_dates import known_birth_date

T = TypeVar("T")
REACHED = ("telecoms", "contacts", "practice", "gp", "consultant")
Reach = Telecom | Contact | Practitioner | str
"""A number, a contact, a doctor, or the code of a practice."""
Place = tuple[str, Reach]
"""The field of the person, and what is said in it."""

HOME = "home"
_PREFERRED_USES = ("L", "CURRENT", "")
_FORMER = "PREVIOUS"
"""How XPN-7 begins for names that somebody had (ITK: PREVIOUS, PREVIOUS-BIRTH, PREVIOUS-MAIDEN ...)."""


class PersonState(NamedTuple):
    """One person as known now. None means that no feed ever said it; an empty tuple, that the sender took
    everything away. `since` says from when on feeds have said, without a break, how somebody is reached.
    """

    identifiers: tuple[Identifier, ...] = ()
    name: Name | None = None
    birth_date: date | None = None
    sex: str | None = None
    addresses: tuple[Address, ...] | None = None
    telecoms: tuple[Telecom, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    deceased: bool | None = None
    died_on: date | None = None
    identity_unknown: bool = False
    practice: str | None = None
    practice_name: str = ""
    gp: Practitioner | None = None
    consultant: Practitioner | None = None
    since: Mapping[Place, datetime | None] = MappingProxyType({})


def _order(fact: PersonReported) -> tuple[bool, datetime, Arrival, str]:
    return not fact.introduces, in_order(fact.stated_at or BEGINNING), fact.arrival, fact.digest


def _in_order(reported: Iterable[PersonReported]) -> list[PersonReported]:
    return sorted({(fact.digest, fact.arrival): fact for fact in reported}.values(), key=_order)


def _latest(facts: list[PersonReported], value: Callable[[PersonReported], T | None]) -> T | None:
    """The value said last; `facts` are in order."""
    said = (value(fact) for fact in reversed(facts))
    return next((found for found in said if found is not None), None)


def _listed(
    facts: list[PersonReported], value: Callable[[PersonReported], tuple[T, ...] | None], field: str
) -> tuple[T, ...] | None:
    """A list said last: None when never said, empty when the sender deleted it last."""
    for fact in reversed(facts):
        found = value(fact)
        if found is not None:
            return found
        if field in fact.cleared:
            return ()
    return None


def _since(facts: list[PersonReported]) -> Mapping[Place, datetime | None]:
    """When feeds began to say what they say now of how somebody is reached; a pause begins it anew."""
    found: dict[Place, datetime | None] = {}
    for field in REACHED:
        began = _began((_items(fact, field), fact.stated_at) for fact in facts)
        found |= {(field, item): at for item, at in began.items()}
    return MappingProxyType(found)


def _began(said: Iterable[tuple[tuple[Reach, ...] | None, datetime | None]]) -> dict[Reach, datetime | None]:
    began: dict[Reach, datetime | None] = {}
    for items, stated_at in said:
        if items is not None:
            began = {item: began.get(item, stated_at) for item in items}
    return began


def _items(fact: PersonReported, field: str) -> tuple[Reach, ...] | None:
    found = getattr(fact, field)
    if found is None:
        return () if field in fact.cleared else None
    return found if isinstance(found, tuple) else (found,)


def moved_at(reported: Iterable[PersonReported]) -> datetime | None:
    """When feeds began to name the home that they name now, having named another one before.

    None where they only ever named one: a hospital restates for weeks what it was told on admission.
    """
    began: datetime | None = None
    home: str | None = None
    for fact in _in_order(reported):
        named = next((_place(each) for each in fact.addresses or () if each.kind == HOME), None)
        if named is not None and named != home:
            began = fact.stated_at if home is not None else None
            home = named
    return began


def _place(address: Address) -> str:
    """What tells one home from another, however it is written: the postcode and the first line."""
    first = address.lines[0] if address.lines else ""
    return "".join(f"{address.postcode or ''}{first}".upper().split())


def current_name(names: tuple[Name, ...] | None) -> Name | None:
    """The name in use: legal or current, else the first; one that has ended only where there is no other."""
    if not names:
        return None
    held = [name for name in names if not name.ended and not name.use.upper().startswith(_FORMER)] or names
    ranked = (name for use in _PREFERRED_USES for name in held if name.use.upper() == use)
    return next(ranked, held[0])


def fold_person(reported: Iterable[PersonReported], retired: Iterable[PersonReported] = ()) -> PersonState:
    """The person from all facts about them; no fact gives an empty state.

    What was said of records that were merged into theirs (`retired`) counts only where theirs says nothing.
    """
    facts = [*_in_order(retired), *_in_order(reported)]
    numbers = {
        (found.kind, found.authority, found.value): found for fact in facts for found in fact.identifiers
    }
    deceased = _latest(facts, lambda fact: fact.deceased)
    return PersonState(
        identifiers=tuple(numbers.values()),
        name=current_name(_latest(facts, lambda fact: fact.names)),
        birth_date=_latest(facts, lambda fact: known_birth_date(fact.birth_date)),
        sex=_latest(facts, lambda fact: fact.sex),
        addresses=_listed(facts, lambda fact: fact.addresses, "addresses"),
        telecoms=_listed(facts, lambda fact: fact.telecoms, "telecoms"),
        contacts=_listed(facts, lambda fact: fact.contacts, "contacts"),
        deceased=deceased,
        died_on=_latest(facts, lambda fact: fact.died_on) if deceased else None,
        identity_unknown=bool(_latest(facts, lambda fact: fact.identity_unknown)),
        practice=_latest(facts, lambda fact: fact.practice),
        practice_name=_latest(facts, lambda fact: fact.practice_name or None) or "",
        gp=_latest(facts, lambda fact: fact.gp),
        consultant=_latest(facts, lambda fact: fact.consultant),
        since=_since(facts),
    )
