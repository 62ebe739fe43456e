"""Guesses at why two lists differ: fixed rules, one row each, and the first that fits counts.

A guess is a place to look first, and no finding. A feed that was not heard for twelve hours before the list
was made counts as silent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from fhir_adapters.shadow.model import Kind, Said

SILENT_AFTER = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class DifferenceFacts:
    """What the rules look at: when the list was made, and what we know around one difference."""

    kind: Kind
    listed_at: datetime
    heard_at: datetime | None = None
    said: Said | None = None
    waits: str = ""
    known: bool = False
    heard_of: bool = False
    stay_status: str = ""
    left: bool = False
    other_code: bool = False
    unmapped: bool = False
    by_hand: bool = False
    nothing_ours: bool = False
    of_a_case: bool = False

    @property
    def silent(self) -> bool:
        """Whether the feed said nothing in the hours before the list was made."""
        return self.heard_at is None or self.listed_at - self.heard_at > SILENT_AFTER

    @property
    def later(self) -> bool:
        """Whether our last word was said after the list was made."""
        return bool(self.said and self.said.said_at and self.said.said_at > self.listed_at)


@dataclass(frozen=True, slots=True)
class Cause:
    """One guess: when it fits, and what to tell a person."""

    code: str
    kinds: frozenset[Kind]
    fits: Callable[[DifferenceFacts], bool]
    words: str


_THEIRS, _OURS, _DIFFERS = (frozenset[Kind]({kind}) for kind in ("only-theirs", "only-ours", "differs"))
_ALL = _THEIRS | _OURS | _DIFFERS

CAUSES: tuple[Cause, ...] = (
    Cause("parked", _ALL, lambda c: c.waits in ("parked", "unassigned", "rejected"),
          "A message about this person came and could not be used. Look at it among the messages."),
    Cause("not-read-yet", _ALL, lambda c: c.waits == "stored",
          "A message about this person has come and is not read yet."),
    Cause("message-later", _ALL, lambda c: c.later,
          "The last message was sent after the list was made: the list was right then."),
    Cause("other-ward-code", _DIFFERS, lambda c: c.other_code,
          "The list writes this ward in another way, for others there too. Add it to the mapping."),
    Cause("unmapped-word", _DIFFERS, lambda c: c.unmapped,
          "The list's word is not in the mapping. Add it."),
    Cause("by-hand-here", _DIFFERS, lambda c: c.by_hand,
          "It was recorded here by hand, and the trust's own system does not show it yet."),
    Cause("discharged-here", _THEIRS, lambda c: c.left,
          "The trust's feed reported that this person left. The list may be out of date."),
    Cause("stay-cancelled", _THEIRS, lambda c: c.stay_status in ("cancelled", "deleted"),
          "The trust's feed took the stay back."),
    Cause("expected-here", _THEIRS, lambda c: c.stay_status == "expected",
          "We know of the stay, but no message reported its start."),
    Cause("feed-silent", _ALL, lambda c: c.silent,
          "The feed had been silent for hours when the list was made."),
    Cause("no-stay-heard", _THEIRS, lambda c: c.known,
          "We know this person, but no message reported a current stay."),
    Cause("person-unknown", _THEIRS, lambda c: c.heard_of,
          "Messages came with this number and were not used: nobody here has it."),
    Cause("never-arrived", _THEIRS, lambda _: True,
          "No message with this number ever came."),
    Cause("not-on-their-list", _OURS, lambda _: True,
          "The feed says that this person is in a bed. The list may not have them yet, or any more."),
    Cause("not-recorded-here", _DIFFERS, lambda c: c.nothing_ours and c.of_a_case,
          "Nobody recorded it on the case here."),
    Cause("never-said", _DIFFERS, lambda c: c.nothing_ours and c.said is None,
          "No message of this stay contained it. The feed may not send it."),
    Cause("older-here", _DIFFERS, lambda c: c.said is not None,
          "The last message has another value. Only the list may have been changed."),
    Cause("not-explained", _ALL, lambda _: True,
          "None of the rules explains it."),
)  # fmt: skip
"""In order of looking."""

BY_CODE: Mapping[str, Cause] = MappingProxyType({cause.code: cause for cause in CAUSES})


def guess(case: DifferenceFacts) -> str:
    """The code of the first cause that fits."""
    return next(cause.code for cause in CAUSES if case.kind in cause.kinds and cause.fits(case))
