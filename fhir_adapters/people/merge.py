"""Merging two people's records, and undoing it, as a pure change of who holds what.

Everything has a home: the person to whom it was given by its own numbers. Where it is now is the end of the
chain of merges that begins at its home. So a merge only adds a link, undoing it takes that link away again,
and everything falls back to where it belongs, in whatever order merges were made and undone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID


class Item(NamedTuple):
    """Something that a person holds: kind is identifier, nhs-number, spell, document or case."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class Holdings:
    """Who holds what: `links` lead from a retired person to the one that went on.

    `at` is the holder of each thing; `home` is to whom it belongs, named only where that is another.
    """

    links: Mapping[UUID, UUID] = field(default_factory=dict)
    at: Mapping[Item, UUID] = field(default_factory=dict)
    home: Mapping[Item, UUID] = field(default_factory=dict)


def survivor(links: Mapping[UUID, UUID], person: UUID) -> UUID:
    """The person at the end of the chain."""
    while person in links:
        person = links[person]
    return person


def merge(held: Holdings, kept: UUID, retired: UUID) -> tuple[Holdings, tuple[Item, ...]]:
    """Join two people; whichever records are named, their chains' ends are joined.

    Returns what moved. Two who are one already are left as they are.
    """
    kept, retired = survivor(held.links, kept), survivor(held.links, retired)
    if kept == retired:
        return held, ()
    moved = tuple(item for item, holder in held.at.items() if holder == retired)
    home = {**dict.fromkeys(moved, retired), **held.home}
    return _settled(Holdings({**held.links, retired: kept}, held.at, home)), moved


def unmerge(held: Holdings, retired: UUID, belongs: Mapping[Item, UUID] = MappingProxyType({})) -> Holdings:
    """Take the link of a retired person away. `belongs` names the home of what arrived in between."""
    links = {person: kept for person, kept in held.links.items() if person != retired}
    return _settled(Holdings(links, held.at, {**held.home, **belongs}))


def _settled(held: Holdings) -> Holdings:
    """Everything where its home's chain ends; a home that is where the thing is need not be named."""
    at = {item: survivor(held.links, held.home.get(item, holder)) for item, holder in held.at.items()}
    home = {item: person for item, person in held.home.items() if at.get(item) != person}
    return Holdings(held.links, at, home)


class Said(NamedTuple):
    """One message about a person: its inbox row and the numbers it gave, as comparable texts."""

    inbox_id: UUID
    numbers: frozenset[str]


def own_messages(
    said: Iterable[Said], retired: frozenset[str], kept: frozenset[str]
) -> tuple[frozenset[UUID], frozenset[str]]:
    """Which messages since a merge were about the retired person by their own numbers, and all their numbers.

    A number first given beside one of theirs is theirs as well. A message that names both stays with the
    person who went on.
    """
    mine, theirs = set(retired - kept), set(kept)
    open_messages = list(said)
    found: set[UUID] = set()
    settled = False
    while not settled:
        about = [one for one in open_messages if one.numbers & mine and not one.numbers & theirs]
        other = [one for one in open_messages if one.numbers & theirs]
        found.update(one.inbox_id for one in about)
        for one in about:
            mine |= one.numbers
        for one in other:
            theirs |= one.numbers - mine
        left = [one for one in open_messages if one not in about and one not in other]
        settled = len(left) == len(open_messages)
        open_messages = left
    return frozenset(found), frozenset(mine)
