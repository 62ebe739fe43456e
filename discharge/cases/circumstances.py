"""Facts of a case that decide what is asked about the home: each is yes, no, or not known.

They come from the referral, the homelessness flag and the work under way. What an answer of the check tells
of them counts before that (`tells`, in the rows of a form), but for what a referral states: an answer that
denies it is disputed and tells nothing until somebody settles it. Every need that a referral can name is such
a fact under its own code, so that a new row of that list can be asked about at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from discharge.cases.model import ADAPTATION, EQUIPMENT, REHOUSING, Case
from discharge.codes.casework import NEEDS
from discharge.codes.hazards import LEAST, makes_safe
from discharge.values import YesNoUnknown

NO_NEED = "none"
"""The code that says of all other needs that there are none."""
NOT_HOUSED = "no-fixed-abode"
SCHEMES = frozenset({"sheltered", "supported"})
RENTED = frozenset({"social", "private"}) | SCHEMES
UNSETTLED = frozenset({"unknown", "temporary"})
"""Situations of which nobody can say whose home it is."""
PLACED_AWAY = "placed-away"
"""The reason of a referral of somebody who lives in a placement far from home."""


@dataclass(frozen=True, slots=True)
class Circumstance:
    """One fact: its name, what it says where it is `yes`, and how a case tells it."""

    code: str
    words: str
    read: Callable[[Case], YesNoUnknown]


def _not_said(_case: Case) -> YesNoUnknown:
    """Of facts that only answers tell."""
    return "unknown"


def _tenure(case: Case) -> str:
    return case.referral.tenure if case.referral is not None else "unknown"


def _held_as(*tenures: str) -> Callable[[Case], YesNoUnknown]:
    def read(case: Case) -> YesNoUnknown:
        tenure = _tenure(case)
        if tenure in tenures:
            return "yes"
        return "unknown" if tenure in UNSETTLED or case.home_let_id is not None else "no"

    return read


def _held_of(landlord: str) -> Callable[[Case], YesNoUnknown]:
    """Of a scheme nobody knows who the landlord is."""
    held = _held_as(landlord)
    return lambda case: "unknown" if _tenure(case) in SCHEMES else held(case)


def _homeless(case: Case) -> YesNoUnknown:
    if case.homelessness.flag != "unknown":
        return case.homelessness.flag
    tenure = _tenure(case)
    return "yes" if tenure == NOT_HOUSED else "unknown" if tenure in UNSETTLED else "no"


def _flagged(case: Case) -> YesNoUnknown:
    return "yes" if case.homelessness.flag == "yes" else "no"


def _duty_sent(case: Case) -> YesNoUnknown:
    return "yes" if case.homelessness.referred_to_council_on is not None else "unknown"


def _duty_answered(case: Case) -> YesNoUnknown:
    return "yes" if case.homelessness.acknowledged_on is not None else "unknown"


def _rehoused(case: Case) -> YesNoUnknown:
    return "yes" if case.home_let_id is not None else "no"


def _place(case: Case) -> YesNoUnknown:
    """A home that was let is one; a flag of homelessness alone may mean that the home will soon be lost."""
    if case.home_let_id is not None:
        return "yes"
    tenure = _tenure(case)
    if tenure == NOT_HOUSED or (case.homelessness.flag == "yes" and tenure in UNSETTLED):
        return "no"
    doubted = tenure in UNSETTLED or case.homelessness.flag == "yes"
    return "unknown" if doubted or _searching(case) else "yes"


def _searching(case: Case) -> bool:
    return any(each.kind == REHOUSING and each.property_id is None for each in case.open_strands)


def _own_place(case: Case) -> YesNoUnknown:
    if case.home_let_id is not None:
        return "yes"
    return "no" if _tenure(case) in ("family-friends", NOT_HOUSED) else _place(case)


def _other_home(case: Case) -> YesNoUnknown:
    """Somebody who has a home of their own may still go to a relative's: only an answer says so."""
    return "yes" if _tenure(case) == "family-friends" and case.home_let_id is None else "unknown"


def _in_community(case: Case) -> YesNoUnknown:
    if case.referral is None:
        return "unknown"
    return "yes" if case.referral.setting == "community" else "no"


def placed_away(case: Case) -> bool:
    """Whether the referral says that the person lives in a placement far from home."""
    return case.referral is not None and PLACED_AWAY in case.referral.reasons


def _placement(case: Case) -> YesNoUnknown:
    if case.referral is None:
        return "unknown"
    return "yes" if placed_away(case) else "no"


def _lives_alone(case: Case) -> YesNoUnknown:
    return case.referral.lives_alone if case.referral is not None else "unknown"


def _wheelchair(case: Case) -> YesNoUnknown:
    either = {need(case, "wheelchair-full"), need(case, "wheelchair-essential")}
    return "yes" if "yes" in either else "unknown" if "unknown" in either else "no"


def _care(case: Case) -> YesNoUnknown:
    """Pathway 0 is the one without support."""
    if any(strand.kind == "care-at-home" for strand in case.open_strands):
        return "yes"
    pathway = case.referral.pathway if case.referral is not None else None
    return "unknown" if pathway is None else "no" if pathway == "0" else "yes"


def _ordered(kind: str, *needs: str) -> Callable[[Case], YesNoUnknown]:
    """Whether something of a kind is ordered, or one of these needs is named; else nobody knows."""

    def read(case: Case) -> YesNoUnknown:
        ordered = any(
            strand.kind == kind and strand.status != "cancelled" for strand in case.strands.values()
        )
        return "yes" if ordered or any(need(case, code) == "yes" for code in needs) else "unknown"

    return read


def _repairs(case: Case) -> YesNoUnknown:
    return "yes" if any(strand.kind == "repairs" for strand in case.open_strands) else "no"


def _hazard(case: Case) -> YesNoUnknown:
    """Whether a hazard that may harm the person is recorded and not made safe."""
    safe = makes_safe()
    harmful = (each for each in case.open_hazards if each.severity != LEAST)
    return "yes" if any(not safe & each.steps.keys() for each in harmful) else "no"


def _pays(case: Case) -> YesNoUnknown:
    """Whether the person pays: care that they pay for is ordered, else what is recorded of it."""
    if any(strand.item.endswith("self-funded-care") for strand in case.open_strands):
        return "yes"
    return case.self_funding.self_funder if case.self_funding is not None else "no"


def need(case: Case, code: str) -> YesNoUnknown:
    """Whether the referral names a need, or that of a case merged into this one. One that names others, or
    says that there are none, means that it is not needed; one that names none at all says nothing.
    """
    needs = case.referral.needs if case.referral is not None else ()
    if code in needs or any(code in each.needs for each in case.merged_cases.values()):
        return "yes"
    return "no" if needs else "unknown"


FACTS: Mapping[str, Circumstance] = MappingProxyType(
    {
        each.code: each
        for each in (
            Circumstance("place", "there is a place to go to", _place),
            Circumstance("own-place", "the person goes to a home of their own", _own_place),
            Circumstance("other-home", "the person goes to somebody else's home", _other_home),
            Circumstance("scheme", "the person goes to sheltered or extra care housing", _held_as(*SCHEMES)),
            Circumstance("homeless", "the person is homeless or may become homeless", _homeless),
            Circumstance("homeless-flagged", "the homelessness flag is set", _flagged),
            Circumstance("duty-sent", "the duty to refer was sent", _duty_sent),
            Circumstance("duty-answered", "the council has answered", _duty_answered),
            Circumstance("rehoused", "another home is let to the person", _rehoused),
            Circumstance("community", "the referral came from the community", _in_community),
            Circumstance("placement", "the person lives in a placement away from home", _placement),
            Circumstance("own", "the home is owned", _held_as("owner")),
            Circumstance("social", "the landlord is a council or housing association", _held_of("social")),
            Circumstance("private", "the landlord is private", _held_of("private")),
            Circumstance("rented", "the home is rented", _held_as(*RENTED)),
            Circumstance("lives-alone", "the person lives alone", _lives_alone),
            Circumstance("children", "children live there", _not_said),
            Circumstance("wheelchair", "the person uses a wheelchair", _wheelchair),
            Circumstance("lacks-capacity", "the person cannot decide where to live", _not_said),
            Circumstance("capacity-doubted", "it is in doubt whether the person can decide", _not_said),
            Circumstance("prepayment", "there is a prepayment meter", _not_said),
            Circumstance("hoarding", "things block a way", _not_said),
            Circumstance("hazard", "a hazard at home is recorded and not made safe", _hazard),
            Circumstance("repairs", "repairs are ordered", _repairs),
            Circumstance("equipment", "equipment is needed", _ordered(EQUIPMENT, "hospital-bed", "hoist")),
            Circumstance("adaptation", "an adaptation is needed", _ordered(ADAPTATION)),
            Circumstance("major-adaptation", "larger works are needed", _not_said),
            Circumstance("care", "care at home is needed", _care),
            Circumstance("night-care", "care by night is needed", _not_said),
            Circumstance("carer", "family or a friend cares for the person", _not_said),
            Circumstance("cares-for-somebody", "the person cares for somebody", _not_said),
            Circumstance("self-funder", "the person pays for care", _pays),
        )
    }
)
"""Every fact but the needs, by its name."""


def need_facts(needs: Iterable[str]) -> dict[str, YesNoUnknown]:
    """Return the needs that somebody has, as facts."""
    return dict.fromkeys(needs, "yes")


def fact_names() -> Collection[str]:
    """Return every name that a condition may use."""
    return (*FACTS, *dict.fromkeys(row.code for row in NEEDS.rows if row.code != NO_NEED))


def stated_needs(case: Case) -> frozenset[str]:
    """Return the facts that a referral states because it names a need; what it leaves out is not stated."""
    named = {"wheelchair", *(row.code for row in NEEDS.rows if row.code != NO_NEED)}
    return frozenset(code for code, known in circumstances(case).items() if code in named and known == "yes")


def fact_words(code: str) -> str:
    """Return what a fact says where it is yes, in words."""
    known = FACTS.get(code)
    return known.words if known is not None else f"the person needs this: {NEEDS.label(code)}"


def circumstances(case: Case) -> dict[str, YesNoUnknown]:
    """Return what the case tells of each fact, without the answers of its check."""
    return {name: FACTS[name].read(case) if name in FACTS else need(case, name) for name in fact_names()}
