"""Numbers that are no numbers: a field so long that nobody gave it to a person, a stay or a document."""

from collections.abc import Iterator

from fhir_adapters.hl7v2.facts import (
    DocumentReported,
    Fact,
    Identifier,
    Interpretation,
    Interpreted,
    Parked,
    PersonReported,
    PersonsMerged,
    ReferralReported,
    StayMoved,
    StayReported,
)

LONGEST_NUMBER = 250
"""Characters of a number with its authority; HL7 2.4 gives CX 250."""


def with_usable_numbers(outcome: Interpretation) -> Interpretation:
    """The outcome, or parked when one of its numbers cannot be one."""
    if not isinstance(outcome, Interpreted):
        return outcome
    if any(len(number) > LONGEST_NUMBER for fact in outcome.facts for number in _numbers(fact)):
        return Parked(code="message-not-understood", reason="number-too-long")
    return outcome


def _numbers(fact: Fact) -> Iterator[str]:
    """Every number by which the record finds something again."""
    if isinstance(fact, PersonReported):
        yield from _of_people(fact.identifiers)
    elif isinstance(fact, StayReported):
        yield fact.key.visit_number or ""
    elif isinstance(fact, PersonsMerged):
        yield from _of_people((*fact.survivor, *fact.retired))
    elif isinstance(fact, StayMoved):
        yield from (fact.number, fact.to_number, *_of_people((*fact.person, *fact.from_person)))
    elif isinstance(fact, ReferralReported):
        yield fact.external_id or ""
    elif isinstance(fact, DocumentReported):
        yield from (fact.number, fact.parent or "")


def _of_people(identifiers: tuple[Identifier, ...]) -> Iterator[str]:
    return (f"{found.authority}{found.value}" for found in identifiers)
