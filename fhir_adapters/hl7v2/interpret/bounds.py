"""What no message about a person holds: numbers that nobody gave, and hundreds of everything.

A message beyond these bounds is parked by a named cause, before it costs the drain what a thousand others
do.
"""

from collections.abc import Iterator

from fhir_adapters.hl7v2.facts import (
    DocumentReported,
    Fact,
    Identifier,
    Interpretation,
    Interpreted,
    Parked,
    PersonDeleted,
    PersonReported,
    PersonsLinked,
    PersonsMerged,
    ReferralReported,
    StayMoved,
    StayReported,
)

LONGEST_NUMBER = 250
"""Characters of a number with its authority; HL7 2.4 gives CX 250."""

MOST_REPETITIONS = 200
"""Numbers, names, addresses, ways of contact or contacts of one person in one message."""

MOST_FACTS = 500
"""Facts of one message: a list of merges is the longest that is sent."""


def within_bounds(outcome: Interpretation) -> Interpretation:
    """The outcome, or parked when nobody can mean what it holds."""
    if not isinstance(outcome, Interpreted):
        return outcome
    if any(len(number) > LONGEST_NUMBER for fact in outcome.facts for number in _numbers(fact)):
        return Parked(code="message-not-understood", reason="number-too-long")
    if len(outcome.facts) > MOST_FACTS or any(_most(fact) > MOST_REPETITIONS for fact in outcome.facts):
        return Parked(code="message-not-understood", reason="too-many-repetitions")
    return outcome


def _most(fact: Fact) -> int:
    """The length of the longest list that a fact holds of a person."""
    if isinstance(fact, PersonDeleted):
        return _most(fact.person)
    if isinstance(fact, PersonReported):
        lists = (fact.identifiers, fact.names, fact.addresses, fact.telecoms, fact.contacts)
        return max(len(each or ()) for each in lists)
    return sum(1 for _ in _numbers(fact))


def _numbers(fact: Fact) -> Iterator[str]:
    """Every number by which the record finds something again."""
    if isinstance(fact, PersonReported):
        yield from _of_people(fact.identifiers)
    elif isinstance(fact, StayReported):
        yield fact.key.visit_number or ""
    elif isinstance(fact, PersonsMerged):
        yield from _of_people((*fact.survivor, *fact.retired))
    elif isinstance(fact, PersonDeleted):
        yield from _of_people(fact.person.identifiers)
    elif isinstance(fact, PersonsLinked):
        yield from _of_people((*fact.one, *fact.other))
    elif isinstance(fact, StayMoved):
        yield from (fact.number, fact.to_number, *_of_people((*fact.person, *fact.from_person)))
    elif isinstance(fact, ReferralReported):
        yield fact.external_id or ""
    elif isinstance(fact, DocumentReported):
        yield from (fact.number, fact.parent or "")


def _of_people(identifiers: tuple[Identifier, ...]) -> Iterator[str]:
    return (f"{found.authority}{found.value}" for found in identifiers)
