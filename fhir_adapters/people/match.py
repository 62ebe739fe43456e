"""Whom a message means: by the trust's own number first, then by NHS number, never by resemblance.

Birth date and name only ever speak against a match. Where they do, or where the two numbers point at
different records, the match waits for a person: the message is applied to the record that its own local
number names, and the pair is offered for review; without such a record the message itself waits. Where both
differ, the hospital's number was used again for somebody else: that is another record until people say that
the two are one.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from discharge.values import Frozen
from fhir_adapters.hl7v2.facts import Identifier
from fhir_adapters.people.birth_dates import known_birth_date
from fhir_adapters.people.comparison import same_text
from fhir_adapters.people.nhs_numbers import is_verified


class Known(Frozen):
    """A record we hold. `nhs_numbers` are all it has or had; `nhs_number` is the one in use. `merged`: it
    is several records that were found to be one person, with names and dates of each.
    """

    person_id: UUID
    nhs_number: str | None = None
    nhs_numbers: frozenset[str] = frozenset()
    family_name: str | None = None
    birth_date: date | None = None
    merged: bool = False


class Claim(Frozen):
    """What a message says of the person it means; `identifiers` are only those that may find somebody.
    `other_names` are family names that they had. `described` is a claim of somebody as a message describes
    them; one without is of numbers alone, as in a merge.
    """

    identifiers: tuple[Identifier, ...]
    family_name: str | None = None
    other_names: frozenset[str] = frozenset()
    described: bool = False
    birth_date: date | None = None
    identity_unknown: bool = False

    @property
    def local(self) -> tuple[Identifier, ...]:
        """The local numbers."""
        return tuple(found for found in self.identifiers if found.kind == "local")

    @property
    def nhs(self) -> Identifier | None:
        """The NHS number, the first where there are several."""
        return next((found for found in self.identifiers if found.kind == "nhs"), None)


class Offered(Frozen):
    """Two records for people to look at, by a rule of the pair rules; `other_id` None is the new record."""

    rule: str
    person_id: UUID
    other_id: UUID | None = None


class Match(Frozen):
    """Whom the message means: `person_id` None stands for a record yet to be made.

    `takes_number` says whether its NHS number becomes the record's, `number_differs` whether it is another
    than the one in use. `doubt` is a code: then the message
    waits. `offered` are pairs for review, in either case. `used_again` is the record whose hospital number
    came with somebody else's name and birth date.
    """

    person_id: UUID | None = None
    takes_number: bool = True
    doubt: str | None = None
    offered: tuple[Offered, ...] = ()
    number_differs: bool = False
    used_again: UUID | None = None

    @property
    def left_number(self) -> bool:
        """Whether an NHS number other than the record's own was stated and left aside."""
        return self.number_differs and not self.takes_number


def contradicts(claim: Claim, known: Known) -> bool:
    """Whether birth date, or without one the family name, speaks against it; of somebody unknown nothing
    does.
    """
    if claim.identity_unknown:
        return False
    stated, held = known_birth_date(claim.birth_date), known_birth_date(known.birth_date)
    if stated and held:
        return stated != held
    if claim.family_name and known.family_name:
        return not same_text(claim.family_name, known.family_name)
    return False


NUMBER_USED_AGAIN = "number-used-again"


def another_person(claim: Claim, known: Known) -> bool:
    """Whether both birth date and family name are another's; former names are the same person's, and
    nothing tells of several records that were found to be one.
    """
    stated, held = known_birth_date(claim.birth_date), known_birth_date(known.birth_date)
    if (
        claim.identity_unknown
        or known.merged
        or not (stated and held and claim.family_name and known.family_name)
    ):
        return False
    names = {claim.family_name, *claim.other_names}
    return stated != held and not any(same_text(name, known.family_name) for name in names)


def match(claim: Claim, by_local: Iterable[Known], by_nhs: Iterable[Known]) -> Match:
    """The record that a claim means among those that its numbers point at (survivors of merges, no tests)."""
    local, nhs = tuple(by_local), tuple(by_nhs)
    if len(local) > 1:
        return _several(local, "local-numbers-of-several")
    if local:
        return _by_local(claim, local[0], [known for known in nhs if known.person_id != local[0].person_id])
    if len(nhs) > 1:
        return _several(nhs, "nhs-number-of-several")
    return _by_nhs(claim, nhs[0]) if nhs else Match()


def _several(found: tuple[Known, ...], doubt: str) -> Match:
    first, *others = sorted(known.person_id for known in found)
    return Match(
        doubt=doubt,
        offered=tuple(Offered(rule=doubt, person_id=first, other_id=other) for other in others),
    )


def _by_local(claim: Claim, known: Known, elsewhere: list[Known]) -> Match:
    """The local number says who it is, unless everything else the message says is another's."""
    if another_person(claim, known):
        return _used_again(claim, known, elsewhere)
    if elsewhere:
        rule = "nhs-and-local-number-differ"
        offered = tuple(
            Offered(rule=rule, person_id=known.person_id, other_id=other.person_id) for other in elsewhere
        )
        doubt = rule if contradicts(claim, known) else None
        return Match(
            person_id=known.person_id,
            takes_number=False,
            doubt=doubt,
            offered=offered,
            number_differs=True,
        )
    stated = claim.nhs
    if stated is None or known.nhs_number in (None, stated.value):
        return Match(person_id=known.person_id)
    if stated.value not in known.nhs_numbers and contradicts(claim, known):
        return Match(doubt="other-nhs-number")
    return Match(person_id=known.person_id, takes_number=is_verified(stated.status), number_differs=True)


def _used_again(claim: Claim, known: Known, elsewhere: list[Known]) -> Match:
    """The person whom the NHS number names, where nothing speaks against them; else somebody new."""
    named = [other for other in elsewhere if not contradicts(claim, other)]
    if len(named) == 1:
        offered = Offered(rule=NUMBER_USED_AGAIN, person_id=known.person_id, other_id=named[0].person_id)
        return Match(person_id=named[0].person_id, offered=(offered,))
    held = claim.nhs is not None and (bool(elsewhere) or claim.nhs.value in known.nhs_numbers)
    return Match(
        takes_number=not held,
        number_differs=held,
        offered=(Offered(rule=NUMBER_USED_AGAIN, person_id=known.person_id),),
        used_again=known.person_id,
    )


def _by_nhs(claim: Claim, known: Known) -> Match:
    if not contradicts(claim, known):
        stated = claim.nhs
        current = stated is not None and known.nhs_number in (None, stated.value)
        return Match(person_id=known.person_id, takes_number=current, number_differs=not current)
    if not claim.local:
        return Match(doubt="birth-date-differs")
    offered = Offered(rule="nhs-number-contradicted", person_id=known.person_id)
    return Match(takes_number=False, offered=(offered,), number_differs=True)
