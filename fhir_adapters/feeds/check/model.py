"""What a check of sample messages found: plain counts, places of examples, and what it suggests."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that cannot change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Example(Frozen):
    """Where to look: the file, and which message of it (counted from 1)."""

    file: str
    message: int

    def __str__(self) -> str:
        return f"{self.file}, message {self.message}"


class OutcomeCount(Frozen):
    """How many messages would end in one way, why, and what a person can do about it."""

    outcome: Literal["interpreted", "not-used", "parked", "rejected"]
    code: str = ""
    reason: str = ""
    title: str = ""
    do: str = ""
    count: int
    example: Example


class FieldCount(Frozen):
    """How often something was there, and how often it was understood.

    `of` is how many messages could have held it; `how` counts the ways in which it was found.
    """

    name: str
    of: int
    filled: int
    understood: int
    how: dict[str, int] = {}


class NumberCount(Frozen):
    """One way in which numbers of persons are written, and which pattern takes them.

    `taken_as` is nhs or local; `named` is false where no pattern matches it, or only one that takes anything.
    `valid` is how many would be valid NHS numbers.
    """

    field: int
    authority: str
    type: str
    count: int
    valid: int
    taken_as: Literal["nhs", "local"] | None
    named: bool
    example: Example


class UnmappedCount(Frozen):
    """One coded value that the profile does not map. `write` is what to add to the profile under `key`, empty
    where the value is not shown.
    """

    place: str
    value: str
    key: str
    write: str
    count: int
    example: Example


class LeavingCount(Frozen):
    """What PV1-36 or PV1-37 holds: codes of a destination, codes of a method, words; and what the profile
    takes it for.
    """

    field: int
    destinations: int
    methods: int
    words: int
    taken_as: str


class DateCount(Frozen):
    """A field that holds a date after the day of its message, and whether the profile reads it."""

    place: str
    count: int
    read: bool


class MessageLine(Frozen):
    """What one message would become."""

    where: Example
    message: str
    outcome: Literal["interpreted", "not-used", "parked", "rejected"]
    becomes: str
    unmapped: tuple[str, ...]


class Suggestion(Frozen):
    """What to look at in the profile, or to ask the trust."""

    key: str
    text: str
    count: int = 0


class Report(Frozen):
    """Everything that a check found. `troubled` counts the messages that would be parked, rejected, or hold a
    value that is not mapped and could be. `wards` are those that the profile would make, with the places in
    each; `times` counts the offsets that times are written with; `each` has
    a line for every message where that was asked for.
    """

    profile: str
    files: int
    messages: int
    troubled: int
    outcomes: tuple[OutcomeCount, ...]
    triggers: dict[str, int]
    senders: dict[str, int]
    fields: tuple[FieldCount, ...]
    numbers: tuple[NumberCount, ...]
    unmapped: tuple[UnmappedCount, ...]
    leaving: tuple[LeavingCount, ...]
    later_dates: tuple[DateCount, ...]
    wards: dict[str, int]
    times: dict[str, int]
    notes: dict[str, int]
    repairs: dict[str, int]
    local_segments: dict[str, int]
    suggestions: tuple[Suggestion, ...]
    each: tuple[MessageLine, ...] = ()

    def count(self, outcome: str) -> int:
        """How many messages would end in this way."""
        return sum(row.count for row in self.outcomes if row.outcome == outcome)

    @property
    def troubled_percent(self) -> float:
        """The share of messages in trouble; a sample without any message is all trouble."""
        return 100.0 * self.troubled / self.messages if self.messages else 100.0

    def passes(self, threshold: float) -> bool:
        """Whether the share in trouble is at most `threshold` per cent, and anything at all would be used."""
        return self.troubled_percent <= threshold and self.count("interpreted") > 0
