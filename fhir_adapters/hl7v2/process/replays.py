"""Whether a message may be read again, and if not, why: pure, and the same words on page, interface and
command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from fhir_adapters.hl7v2.facts import (
    Fact,
    Interpretation,
    Interpreted,
    NotUsed,
    Parked,
    PersonReported,
    StayReported,
    content_hash,
)

PUT_BACK = "put-back"
"""Outcome of a message that was put back in the queue, in its old place."""

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        PUT_BACK: "Back in the queue, in its old place, to be read again",
        "waits-already": "It waits to be read already",
        "rejected-envelope": "Its header cannot be read. The sender got an error and must send it again",
        "superseded": "An edited message has replaced it",
        "not-approved": "It is an edit that nobody has approved",
        "declined": "It is an edit that was declined",
        "not-kept": "What it said is no longer kept: its month was archived",
        "answered-at-once": "It did not arrive by HL7 v2 and was answered at once: the sender sends it again",
        "test-system": "It is marked as test or training (MSH-11), which the feed's profile does not use",
        "still-not-used": "The feed's profile still does not use it",
        "cause-remains": "Its cause is not corrected yet: it would be parked again",
        "nothing-changed": "It was used. A replay would change nothing",
        "would-be-lost": "It was used, but could not be read now. Its first effect stays",
        "done-once": "It merged records, moved a stay, or held a referral or document: this is done once",
        "names-others-now": "It would now name another person or stay. Its first effect stays: check both",
        "nobody-claims-it": "No feed is set up for its sender yet: add the feed first",
        "held-by-its-feed": "Its feed already has a message with the same content",
    }
)
"""What became of one message of a replay, in words."""

_BY_STATE: Mapping[str, str] = MappingProxyType(
    {
        "stored": "waits-already",
        "rejected": "rejected-envelope",
        "superseded": "superseded",
        "proposed": "not-approved",
        "declined": "declined",
    }
)
EDITABLE = frozenset({"parked", "not-used", "rejected"})
"""States of a message that an edited one may stand in for: it has had no effect."""


def refused_at_sight(state: str, content_type: str, *, kept: bool = True) -> str | None:
    """Why a message cannot be read again whatever it says; None where reading it will tell. `kept` says
    whether its bytes are still there.
    """
    if "hl7-v2" not in content_type:
        return "answered-at-once"
    if not kept:
        return "not-kept"
    return _BY_STATE.get(state)


def judged(
    state: str, code: str | None, reason: str | None, facts: Sequence[Fact], now: Interpretation
) -> str:
    """What reading a message again comes to: ``now`` is what it says today, ``facts`` what it said before."""
    if state == "interpreted":
        return _of_used(facts, now)
    if isinstance(now, NotUsed):
        return "test-system" if now.code == "processing-id-not-used" else "still-not-used"
    if isinstance(now, Parked) and (now.code, now.reason) == (code, reason):
        return "cause-remains"
    return PUT_BACK


def _of_used(facts: Sequence[Fact], now: Interpretation) -> str:
    if not isinstance(now, Interpreted):
        return "would-be-lost"
    if [content_hash(fact) for fact in facts] == [content_hash(fact) for fact in now.facts]:
        return "nothing-changed"
    if not all(isinstance(fact, PersonReported | StayReported) for fact in (*facts, *now.facts)):
        return "done-once"
    return PUT_BACK if _names(facts) == _names(now.facts) else "names-others-now"


def _names(facts: Sequence[Fact]) -> list[object]:
    """Whom and which stay facts are about."""
    return [_name(fact) for fact in facts]


def _name(fact: Fact) -> object:
    if isinstance(fact, PersonReported):
        return frozenset((each.kind, each.authority, each.value) for each in fact.identifiers if each.usable)
    return fact.key if isinstance(fact, StayReported) else fact
