"""Which messages go together in a batch.

An ordinary message reports one person, and perhaps a numbered stay, whom no merge and no move concerns. Those
go together, in the order in which they came. Every other message goes alone, and so does one that failed;
whoever such a message names waits for it: what came later for them is left for another time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from uuid import UUID

from fhir_adapters.feeds.profile import Profile
from fhir_adapters.hl7v2.facts import (
    Identifier,
    Interpretation,
    Interpreted,
    NotUsed,
    PersonDeleted,
    PersonReported,
    PersonsLinked,
    PersonsMerged,
    StayMoved,
    StayReported,
)
from fhir_adapters.hl7v2.parse.envelope import BATCH
from fhir_adapters.hl7v2.parse.segments import Message
from fhir_adapters.hl7v2.store.batch.load import Loaded, Names
from fhir_adapters.store.tables import Feed, InboxRow

ORDINARY = (["person-reported"], ["person-reported", "stay-reported"])
"""The kinds of facts of a message that goes with others."""

Token = tuple[object, ...]
"""Something that two messages may have in common: a number, a visit, a person, or what orders them."""


@dataclass(frozen=True)
class Read:
    """A message as its profile reads it; without `outcome` it is read when its turn comes."""

    row: InboxRow
    feed: Feed
    profile: Profile
    message: Message | None = None
    outcome: Interpretation | None = None

    @property
    def ordinary(self) -> bool:
        """Whether it may go with others, whoever it names."""
        row, outcome = self.row, self.outcome
        if row.message_type == BATCH or row.handled_at is not None or row.edited_from is not None:
            return False
        if isinstance(outcome, NotUsed):
            return outcome.test_patient is None and not self.is_answer
        if not isinstance(outcome, Interpreted) or [fact.kind for fact in outcome.facts] not in ORDINARY:
            return False
        return all(fact.key.visit_number for fact in outcome.facts if isinstance(fact, StayReported))

    @property
    def is_answer(self) -> bool:
        """Whether it may answer something that we sent."""
        return self.message is not None and self.message.envelope.is_acknowledgement

    @cached_property
    def names(self) -> Names:
        """Whom and which stays it names."""
        found = Names()
        for fact in _told_by(self.outcome):
            for one in _identifiers(fact):
                if one.kind == "nhs":
                    found.nhs.add(one.value)
                else:
                    found.local.add((self.row.organisation_id, one.authority, one.value))
            found.visits |= {(self.row.organisation_id, number) for number in _visits(fact)}
        return found


def _told_by(outcome: Interpretation | None) -> Iterable[object]:
    if isinstance(outcome, Interpreted):
        return outcome.facts
    return [outcome.test_patient] if isinstance(outcome, NotUsed) and outcome.test_patient else ()


def _identifiers(fact: object) -> Iterable[Identifier]:
    match fact:
        case PersonReported():
            return fact.identifiers
        case PersonDeleted():
            return fact.person.identifiers
        case PersonsMerged():
            return (*fact.survivor, *fact.retired)
        case PersonsLinked():
            return (*fact.one, *fact.other)
        case StayMoved():
            return (*fact.person, *fact.from_person)
    return ()


def _visits(fact: object) -> Iterable[str]:
    match fact:
        case StayReported():
            return [fact.key.visit_number] if fact.key.visit_number else []
        case StayMoved():
            return (fact.number, fact.to_number)
    return ()


def names_of(messages: Iterable[Read]) -> Names:
    """Whom and which stays messages name."""
    found = Names()
    for one in messages:
        names = one.names
        found.local |= names.local
        found.nhs |= names.nhs
        found.visits |= names.visits
    return found


@dataclass(slots=True)
class Plan:
    """What goes together, and after that what goes alone, each in order; the rest waits."""

    together: list[Read] = field(default_factory=list)
    alone: list[Read] = field(default_factory=list)


class _Groups:
    """Tokens that messages name together are of one group: who they mean may be the same person."""

    def __init__(self) -> None:
        self._group: dict[Token, list[Token]] = {}
        self._waits: set[Token] = set()

    def join(self, tokens: Iterable[Token]) -> list[Token]:
        """The group of all that one message names, with whatever was named beside it before."""
        found = {id(group): group for group in (self._group.get(one, [one]) for one in tokens)}
        joined = list(chain.from_iterable(found.values()))
        self._group.update(dict.fromkeys(joined, joined))
        return joined

    def wait(self, group: Iterable[Token]) -> None:
        """Whatever names any of these waits."""
        self._waits.update(group)

    def waits(self, group: Iterable[Token]) -> bool:
        """Whether a message before has to go first."""
        return not self._waits.isdisjoint(group)


def plan(messages: Iterable[Read], loaded: Loaded, failed: Collection[UUID]) -> Plan:
    """Plan a batch; messages with these ids have failed among others."""
    made, groups = Plan(), _Groups()
    for one in messages:
        people = _people(one, loaded)
        group = groups.join(_tokens(one, people))
        if groups.waits(group):
            groups.wait(group)
        elif one.ordinary and one.row.id not in failed and _plain(one, people, loaded):
            made.together.append(one)
        else:
            made.alone.append(one)
            groups.wait(group)
    return made


def _people(one: Read, loaded: Loaded) -> set[UUID]:
    """Everybody who is known by a number that a message names, or whose a stay is that it names."""
    names, state = one.names, loaded.state
    found = {state.local[number] for number in names.local if number in state.local}
    found |= {person_id for value in names.nhs for person_id in state.nhs.get(value, ())}
    return found | {state.spells[visit].person_id for visit in names.visits if visit in state.spells}


def _tokens(one: Read, people: set[UUID]) -> set[Token]:
    names = one.names
    found: set[Token] = {("person", person_id) for person_id in people}
    found |= {("local", *number) for number in names.local}
    found |= {("nhs", value) for value in names.nhs} | {("visit", *visit) for visit in names.visits}
    if one.row.person_key is not None:
        found.add(("order", one.row.feed_id, one.row.person_key))
    return found


def _plain(one: Read, people: set[UUID], loaded: Loaded) -> bool:
    known = people <= loaded.state.people.keys()
    return known and people.isdisjoint(loaded.apart) and one.names.visits.isdisjoint(loaded.moved)
