"""Counting what sample messages hold, message by message."""

from collections import Counter
from dataclasses import dataclass, field

from fhir_adapters.feeds.check.clocks import ClockTally
from fhir_adapters.feeds.check.model import Example, MessageLine
from fhir_adapters.feeds.check.observation import Observation, fields_of
from fhir_adapters.feeds.check.outcome_line import line
from fhir_adapters.feeds.check.visits import VisitTally
from fhir_adapters.feeds.profile import Profile
from fhir_adapters.feeds.unmapped import Unmapped, unmapped_codes
from fhir_adapters.hl7v2.facts import Interpreted
from fhir_adapters.hl7v2.interpret.fields import Reader
from fhir_adapters.hl7v2.interpret.identifiers import pid_numbers, taken_by
from fhir_adapters.hl7v2.interpret.mrg import lacks_authority
from fhir_adapters.hl7v2.parse.envelope import Unreadable
from fhir_adapters.hl7v2.parse.segments import DELETED, Message
from fhir_adapters.people.nhs_numbers import check_number

Ending = tuple[str, str, str]
"""Outcome, code and reason."""
Writing = tuple[int, str, str]
"""How a number is written: PID field, authority, type."""


@dataclass
class FieldTally:
    """One thing over all messages."""

    of: int = 0
    filled: int = 0
    understood: int = 0
    how: Counter[str] = field(default_factory=Counter)


@dataclass
class WritingTally:
    """One way of writing numbers over all messages."""

    example: Example
    taken_as: str | None
    named: bool
    system: str | None = None
    count: int = 0
    valid: int = 0


@dataclass
class Tally:
    """Everything that was counted, for the report and for what it suggests."""

    profile: Profile
    files: int = 0
    messages: int = 0
    troubled: int = 0
    endings: Counter[Ending] = field(default_factory=Counter)
    ending_examples: dict[Ending, Example] = field(default_factory=dict)
    triggers: Counter[str] = field(default_factory=Counter)
    senders: Counter[str] = field(default_factory=Counter)
    processing_ids: Counter[str] = field(default_factory=Counter)
    fields: dict[str, FieldTally] = field(default_factory=dict)
    writings: dict[Writing, WritingTally] = field(default_factory=dict)
    unmapped: Counter[Unmapped] = field(default_factory=Counter)
    unmapped_examples: dict[Unmapped, Example] = field(default_factory=dict)
    bare_merges: int = 0
    """Messages that merge by a number without its authority."""
    notes: Counter[str] = field(default_factory=Counter)
    repairs: Counter[str] = field(default_factory=Counter)
    local_segments: Counter[str] = field(default_factory=Counter)
    visits: VisitTally = field(init=False)
    clocks: ClockTally = field(init=False)
    each: list[MessageLine] | None = None
    """A line for every message, where that is wanted."""

    def __post_init__(self) -> None:
        self.visits = VisitTally(self.profile)
        self.clocks = ClockTally(self.profile)

    def note(self, seen: Observation, where: Example, *, show_values: bool = False) -> None:
        """Count one message."""
        self.messages += 1
        ending = _ending(seen)
        self.endings[ending] += 1
        self.ending_examples.setdefault(ending, where)
        self._envelope(seen)
        missing = self._content(seen, where) if seen.message and seen.concerns_us else ()
        self.troubled += ending[0] in {"parked", "rejected"} or any(each.key for each in missing)
        if self.each is not None:
            self.each.append(line(seen, where, missing, show_values=show_values))

    def _envelope(self, seen: Observation) -> None:
        envelope = seen.envelope
        if envelope is None:
            return
        self.triggers[envelope.label] += 1
        named = (envelope.sending_application, envelope.sending_facility)
        self.senders[" at ".join(name or "(empty)" for name in named)] += 1
        self.processing_ids[envelope.processing_id] += 1
        self.repairs.update(envelope.repairs)

    def _content(self, seen: Observation, where: Example) -> tuple[Unmapped, ...]:
        message = seen.message
        if message is None:
            return ()
        for found in fields_of(seen, self.profile):
            tally = self.fields.setdefault(found.name, FieldTally())
            tally.of += 1
            tally.filled += found.filled
            tally.understood += found.filled and found.understood
            tally.how.update([found.how] if found.how else [])
        if isinstance(seen.outcome, Interpreted):
            self.notes.update(seen.outcome.notes)
        self._numbers(message, where)
        self.bare_merges += lacks_authority(Reader(message, self.profile))
        self.local_segments.update({segment.name for segment in message.segments if segment.name[0] == "Z"})
        self.visits.note(message)
        self.clocks.note(message)
        missing = unmapped_codes(message, self.profile)
        self.unmapped.update(missing)
        for each in missing:
            self.unmapped_examples.setdefault(each, where)
        return missing

    def _numbers(self, message: Message, where: Example) -> None:
        """Every way of writing; what only repeats a number that a pattern takes tells nothing."""
        pid = message.segment("PID")
        held = [each for each in pid_numbers(pid) if each.cx(1) not in ("", DELETED)] if pid else []
        known = {each.cx(1) for each in held if taken_by(each, self.profile)}
        for each in held:
            taken, number = taken_by(each, self.profile), each.cx(1)
            if taken is None and number in known:
                continue
            key = (each.field, *each.written)
            if key not in self.writings:
                named = taken is not None and (taken[1].names_something or taken[0] == "nhs")
                kind, system = (taken[0], taken[1].system) if taken else (None, None)
                self.writings[key] = WritingTally(where, kind, named, system)
            self.writings[key].count += 1
            self.writings[key].valid += check_number(number).usable


def _ending(seen: Observation) -> Ending:
    outcome = seen.outcome
    if isinstance(outcome, Unreadable):
        return "rejected", outcome.code, outcome.detail
    if isinstance(outcome, Interpreted):
        return "interpreted", "", ""
    return outcome.outcome, outcome.code, outcome.reason
