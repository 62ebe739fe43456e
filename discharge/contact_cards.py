"""Whom to call: what feeds say now and what staff recorded, one card for each contact.

What staff recorded stands. A message that says something else later is shown beside it, and takes nothing
away; one that repeats what staff corrected is not shown again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid5

from discharge.codes.contact_details import CONTACT_ROLES
from discharge.codes.people import contact_role
from discharge.telephones import dialled, name_key, plain_number, same_name

PHONE, MOBILE, EMAIL, NEXT_OF_KIN, PRACTICE, GP, CONSULTANT, WARD = (
    "phone",
    "mobile",
    "email",
    "next-of-kin",
    "gp-practice",
    "gp",
    "consultant",
    "ward",
)
KIN_ROLES = frozenset({"next-of-kin", "carer", "key-holder"})
"""As whom somebody is called whom a message names in NK1."""
NAMED = frozenset({NEXT_OF_KIN, GP, CONSULTANT})
"""Kinds that are a person with a name, and a number where one is known."""
Mark = Literal["", "not-safe", "ask-first"]
UNMARKED: Mark = ""
NOT_SAFE: Mark = "not-safe"
"""Somebody said, for the reader to see, that a number is not safe to ring."""
ASK_FIRST: Mark = "ask-first"
"""The same where the reader may not see who said so, or why: they must ask, and that is all it tells."""
ROLES: Mapping[str, str] = {
    MOBILE: "person",
    PHONE: "person",
    EMAIL: "person",
    NEXT_OF_KIN: "next-of-kin",
    PRACTICE: "gp",
    GP: "gp",
    CONSULTANT: "consultant",
    WARD: "ward",
}
"""Kind of what a feed said -> whose it is; in the order in which somebody tries them."""


@dataclass(frozen=True)
class Said:
    """What messages say now: a number of the person's, a next of kin, a practice, a doctor, the ward.
    `said_on` is the day from which they have said it, `referred_by` whose referral says it: nobody's where
    the trust's own messages do.
    """

    kind: str
    value: str
    name: str = ""
    relationship: str = ""
    contact_role: str = ""
    said_on: date | None = field(default=None, compare=False)
    referred_by: UUID | None = field(default=None, compare=False)

    @property
    def role(self) -> str:
        """Whom one calls there."""
        if self.kind != NEXT_OF_KIN:
            return ROLES[self.kind]
        return contact_role(self.relationship, self.contact_role)

    def contact_id(self, case_id: UUID) -> UUID:
        """The id of the contact while the messages say this."""
        return uuid5(case_id, "|".join((self.kind, name_key(self.name), plain_number(self.told))))

    @property
    def told(self) -> str:
        """What staff may correct: the number, or the name where there is none."""
        return self.value or self.name


@dataclass(frozen=True)
class Entry:
    """One version of a contact, as staff recorded it (`ContactEntry` says what each field is)."""

    contact_id: UUID
    number: int
    entry: Literal["recorded", "corrected", "ended"]
    role: str
    source: str
    said_on: date
    name: str = ""
    about: str = ""
    phone: str = ""
    email: str = ""
    safe_to_ring: str = "unknown"
    hours: str = ""
    language: str = ""
    interpreter: str = "unknown"
    said_by: str = ""
    reason: str = ""
    message: Mapping[str, object] | None = None
    restricted: bool = False
    organisation_id: UUID | None = None
    recorded_by: UUID | None = None
    recorded_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: UUID | None = None

    @property
    def told(self) -> str:
        """What is compared with what messages say."""
        return self.phone or self.email or self.name

    @property
    def values(self) -> frozenset[str]:
        """Everything that messages said in its place when it was recorded, as it is compared."""
        said = self.message or {}
        held = said.get("values", [])
        return frozenset(plain_number(str(each)) for each in held) if isinstance(held, list) else frozenset()


@dataclass(frozen=True)
class Card:
    """One contact: what staff recorded of it, the newest first, or what a message says; `otherwise` is what
    messages say against the newest, `confirmed` whether they say the same.

    `unsafe` are the numbers, plain, of which an entry that the reader sees says that they are not safe to
    ring; `ask_first` the numbers and names, as written, of which somebody said so, whom the reader may not
    hear of.
    """

    contact_id: UUID
    role: str
    entries: tuple[Entry, ...] = ()
    said: Said | None = None
    otherwise: tuple[Said, ...] = ()
    confirmed: bool = False
    unsafe: frozenset[str] = frozenset()
    ask_first: frozenset[str] = frozenset()

    @property
    def current(self) -> Entry | None:
        """What holds, where staff recorded anything."""
        return self.entries[0] if self.entries else None

    @property
    def ended(self) -> bool:
        """Whether staff said that this contact is of no use any more."""
        return self.current is not None and self.current.entry == "ended"

    @property
    def phone(self) -> str:
        """The number that holds."""
        if self.current is not None:
            return self.current.phone
        return self.said.value if self.said and self.said.kind in (PHONE, MOBILE, *NAMED) else ""

    @property
    def email(self) -> str:
        """The e-mail address that holds."""
        if self.current is not None:
            return self.current.email
        return self.said.value if self.said and self.said.kind == EMAIL else ""

    @property
    def mark(self) -> Mark:
        """What somebody must know before they ring this contact."""
        current, said = self.current, self.said
        if current is not None and current.safe_to_ring == "no":
            return NOT_SAFE
        name = current.name if current is not None else (said.name if said is not None else "")
        return self.marked(self.phone, name if self.role in KIN_ROLES else "")

    def marked(self, number: str, name: str = "") -> Mark:
        """What somebody must know before they ring a number that is shown with this contact, or that of a
        next of kin whose `name` is given.
        """
        if number and plain_number(number) in self.unsafe:
            return NOT_SAFE
        return ASK_FIRST if {number, name} & self.ask_first else UNMARKED

    def mark_of(self, said: Said) -> Mark:
        """What somebody must know before they ring what a message says in the place of this contact."""
        if said in self.otherwise and self.mark == NOT_SAFE:
            return NOT_SAFE
        return self.marked(said.value, said.name if said.kind == NEXT_OF_KIN else "")

    def mark_of_version(self, entry: Entry) -> Mark:
        """What somebody must know before they ring a number that a version of this contact names."""
        if entry.safe_to_ring == "no":
            return NOT_SAFE
        name = entry.name if entry.role in KIN_ROLES else ""
        return self.marked(entry.phone, name) or self.marked(str((entry.message or {}).get("value") or ""))

    @property
    def dial(self) -> str | None:
        """What a telephone dials; nothing where it is not safe to ring, or that is no number."""
        return None if self.ended or self.mark else dialled(self.phone)


def cards(
    case_id: UUID, said: Iterable[Said], entries: Iterable[Entry], ask_first: Iterable[str] = ()
) -> tuple[Card, ...]:
    """Every contact, by whom one calls; those that have ended come last. `ask_first`: the numbers, and the
    names of next of kin, that are not safe to ring by what the reader may not see (`to_be_asked`).
    """
    said = tuple(dict.fromkeys(said))
    threads: dict[UUID, list[Entry]] = {}
    for entry in sorted(entries, key=lambda each: each.number, reverse=True):
        threads.setdefault(entry.contact_id, []).append(entry)
    recorded = [_card(thread, said) for thread in threads.values()]
    covered = {each for card in recorded for each in _covered(card, said)}
    alone = [
        Card(each.contact_id(case_id), each.role, said=each)
        for each in said
        if each not in covered and each.contact_id(case_id) not in threads
    ]
    unsafe = frozenset(number for card in recorded for number in _unsafe(card))
    marked = frozenset(ask_first)
    every = (replace(card, unsafe=unsafe, ask_first=marked) for card in (*recorded, *alone))
    return tuple(sorted(every, key=_place))


def to_be_asked(said: Iterable[Said], entries: Iterable[Entry]) -> tuple[list[str], list[str]]:
    """The numbers, and the names of next of kin, of which it is asked whether they are safe to ring: all that
    is shown.
    """
    said, entries = tuple(said), tuple(entries)
    befores = (str((each.message or {}).get("value") or "") for each in entries)
    numbers = {*(each.value for each in said), *(each.phone for each in entries), *befores}
    kin = {each.name for each in said if each.kind == NEXT_OF_KIN}
    kin |= {each.name for each in entries if each.role in KIN_ROLES}
    return sorted(filter(None, numbers)), sorted(filter(None, kin))


def missing(known: Iterable[Card], taking_part: Collection[str] = ()) -> tuple[str, ...]:
    """Whom nobody has named who is expected in every case, or with the roles of organisations that take part
    now.
    """
    held = {card.role for card in known if not card.ended}
    expected = (row for row in CONTACT_ROLES if row.expected or row.expected_with in taking_part)
    return tuple(row.code for row in expected if row.code not in held)


def not_to_give(known: Iterable[Card], said: Sequence[Said]) -> frozenset[Said]:
    """What messages say that nobody is given by itself: a number that is not safe to ring, whosever it is
    called, and what staff ended or corrected.
    """
    known = tuple(known)
    replaced = {each for card in known if card.current is not None for each in _replaced(card, said)}
    return frozenset(each for each in said if each in replaced or any(card.mark_of(each) for card in known))


def _unsafe(card: Card) -> Iterator[str]:
    """The numbers of a card of which staff said last that they are not safe to ring."""
    last = {plain_number(each.phone): each.safe_to_ring for each in reversed(card.entries) if each.phone}
    return (number for number, safe in last.items() if safe == "no")


def _replaced(card: Card, said: Iterable[Said]) -> Iterator[Said]:
    """What messages say in the place of a card that does not hold, or that is not to be rung at all."""
    newest = card.entries[0]
    shut = card.ended or newest.safe_to_ring == "no"
    for each in _covered(card, said):
        if shut or (plain_number(each.told) != plain_number(newest.told) and each not in card.otherwise):
            yield each


def values_beside(entry: Said, said: Iterable[Said]) -> list[str]:
    """What messages say in the place of one contact: its own value first."""
    others = [each.told for each in said if _same_place(entry, each) and each != entry]
    return [entry.told, *dict.fromkeys(others)]


def _card(thread: Sequence[Entry], said: Sequence[Said]) -> Card:
    newest = thread[0]
    beside = tuple(_beside(newest, said))
    told = plain_number(newest.told)
    otherwise = tuple(each for each in beside if plain_number(each.told) not in newest.values | {told})
    return Card(
        newest.contact_id,
        newest.role,
        tuple(thread),
        otherwise=() if newest.entry == "ended" else otherwise,
        confirmed=any(plain_number(each.told) == told for each in said if _is_told_of(newest, each)),
    )


def _beside(entry: Entry, said: Iterable[Said]) -> Iterator[Said]:
    """What messages say in the place of what staff recorded."""
    return (each for each in said if _is_beside(entry, each))


def _place_of(entry: Entry) -> Said | None:
    if entry.message is not None:
        return Said(str(entry.message["kind"]), "", str(entry.message.get("name") or ""))
    if entry.role in KIN_ROLES and entry.name:
        return Said(NEXT_OF_KIN, "", entry.name)
    return None


def _same_place(one: Said, other: Said) -> bool:
    """The person's numbers of a kind, one named next of kin, the practice, the ward."""
    return one.kind == other.kind and (one.kind != NEXT_OF_KIN or same_name(one.name, other.name))


def _covered(card: Card, said: Iterable[Said]) -> Iterator[Said]:
    """What a card says already: what it corrected, what says the same, what is shown in it, and every number
    of a contact that has ended.
    """
    entry = card.entries[0]
    corrected = {
        plain_number(str((each.message or {}).get("value", ""))) for each in card.entries if each.message
    }
    told = (each.told for each in (card.entries if card.ended else (entry,)))
    shown = corrected | {plain_number(each) for each in told}
    for each in said:
        if _is_told_of(entry, each) and (plain_number(each.told) in shown or each in card.otherwise):
            yield each


def _is_beside(entry: Entry, said: Said) -> bool:
    place = _place_of(entry)
    return place is not None and _same_place(place, said)


def _is_told_of(entry: Entry, said: Said) -> bool:
    """Whether both are about one contact, or about the person's own numbers, whatever they are called."""
    return _is_beside(entry, said) or entry.role == said.role == ROLES[PHONE]


def _place(card: Card) -> tuple[bool, int, int, str, str]:
    order = [row.code for row in CONTACT_ROLES]
    kinds = list(ROLES)
    kind = kinds.index(card.said.kind) if card.said else -1
    at = order.index(card.role) if card.role in order else len(order)
    current = card.current
    name = current.name if current else (card.said.name if card.said else "")
    return card.ended, at, kind, name, card.phone
