"""One message in one line: what it is, what it would become, and what of it the profile does not map.

Codes only: whether somebody's ward or date was understood, never which it is.
"""

from collections.abc import Iterable, Iterator

from fhir_adapters.feeds.check.model import Example, MessageLine
from fhir_adapters.feeds.check.observation import Observation
from fhir_adapters.feeds.check.redaction import shown, system_word
from fhir_adapters.feeds.unmapped import Unmapped
from fhir_adapters.hl7v2.facts import Fact, Interpreted, PersonReported, StayReported
from fhir_adapters.hl7v2.parse.envelope import Unreadable
from fhir_adapters.hl7v2.process.causes import cause_words

_PARTS = (
    ("location", "ward"),
    ("expected_discharge_on", "expected discharge"),
    ("medically_fit", "fitness"),
)


def line(
    seen: Observation, where: Example, missing: Iterable[Unmapped], *, show_values: bool = False
) -> MessageLine:
    """The line of one message."""
    outcome = seen.outcome
    return MessageLine(
        where=where,
        message=seen.envelope.label if seen.envelope else "",
        outcome="rejected" if isinstance(outcome, Unreadable) else outcome.outcome,
        becomes=_becomes(seen, show_values),
        unmapped=tuple(f"{each.place} {shown(each.value, 1, show_values=show_values)}" for each in missing),
    )


def _becomes(seen: Observation, show_values: bool) -> str:
    outcome = seen.outcome
    if isinstance(outcome, Interpreted):
        return "; ".join(_fact(fact) for fact in outcome.facts) + _notes(outcome.notes)
    code, reason = (
        (outcome.code, outcome.detail) if isinstance(outcome, Unreadable) else (outcome.code, outcome.reason)
    )
    return f"{cause_words(code, reason).title} ({system_word(reason or code, show_values=show_values)})"


def _notes(notes: tuple[str, ...]) -> str:
    return f" ({', '.join(notes)})" if notes else ""


def _fact(fact: Fact) -> str:
    if isinstance(fact, StayReported):
        return ", ".join(_stay(fact))
    if isinstance(fact, PersonReported):
        kinds = dict.fromkeys(each.kind for each in fact.identifiers if each.usable)
        return f"person by {' and '.join(_NUMBERS[kind] for kind in kinds) or 'no number'}"
    return fact.kind.replace("-", " ")


_NUMBERS = {"nhs": "NHS number", "local": "hospital number"}


def _stay(stay: StayReported) -> Iterator[str]:
    yield f"stay {stay.movement.replace('-', ' ')}"
    yield "by visit number" if stay.key.visit_number else "by time of admission"
    if stay.discharge:
        told = (("destination", stay.discharge.destination), ("method", stay.discharge.method))
        yield ", ".join(f"{name} {code or 'not known'}" for name, code in told)
    yield from (words for name, words in _PARTS if getattr(stay, name) is not None)
