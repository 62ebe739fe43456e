"""What may leave: nothing without consent or another recorded basis, and never a hidden address.

A housing officer is outside the team that cares for the person directly, so implied consent does not reach
them: a basis is recorded for the case first. The ward that refers shares under its own agreement. A
homelessness referral needs the consent of the person, or of somebody who may give it. Source: common-law
duty of confidence; Housing Act 1996 section 213B and its guidance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from discharge.cases.model import PARTNER_BASES, Case

PartnerKind = Literal[
    "trust",
    "council",
    "council-homelessness",
    "landlord",
    "adaptations-service",
    "equipment-service",
    "care-provider",
    "other",
]


@dataclass(frozen=True, slots=True)
class Partner:
    """One kind of partner: the bases on which it may be told, and whether it needs to know where to go."""

    kind: PartnerKind
    bases: frozenset[str]
    needs_address: bool


_PARTNERS: tuple[Partner, ...] = (
    Partner("trust", PARTNER_BASES | {"agreement"}, needs_address=False),
    Partner("council", PARTNER_BASES, needs_address=True),
    Partner("council-homelessness", frozenset({"consent", "attorney", "best-interests"}), needs_address=True),
    Partner("landlord", PARTNER_BASES, needs_address=True),
    Partner("adaptations-service", PARTNER_BASES, needs_address=True),
    Partner("equipment-service", PARTNER_BASES, needs_address=True),
    Partner("care-provider", PARTNER_BASES, needs_address=True),
)

ANYBODY_ELSE = Partner("other", PARTNER_BASES, needs_address=False)

PARTNERS: Mapping[str, Partner] = MappingProxyType({row.kind: row for row in _PARTNERS})


@dataclass(frozen=True, slots=True)
class SharingFacts:
    """What decides: the recorded basis (None: none, or withdrawn), and whether the address is protected.

    `address_hidden` comes from PDS, ZU8-4 or PV1-16; `restricted` from an abuse or safeguarding disclosure.
    """

    basis: str | None
    address_hidden: bool = False
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may go, on this basis, with or without the address."""

    basis: str
    with_address: bool
    allowed: Literal[True] = True


@dataclass(frozen=True, slots=True)
class NotYet:
    """It waits; `code` is a row of the table of errors, `detail` says which half is missing."""

    code: str
    detail: str
    allowed: Literal[False] = False


def sharing_facts(case: Case, *, address_hidden: bool = False, restricted: bool = False) -> SharingFacts:
    """Take the recorded basis from a case; what protects the address stands beside it, in the person's
    record.
    """
    recorded = case.sharing
    basis = recorded.basis if recorded is not None and recorded.withdrawn_on is None else None
    return SharingFacts(basis, address_hidden, restricted)


def may_send(facts: SharingFacts, kind: str) -> Allowed | NotYet:
    """Decide whether something about a case may go to a kind of partner.

    The referring trust needs no further basis than the agreement it refers under. A kind that is not in the
    table is told as little as possible.
    """
    partner = PARTNERS.get(kind, ANYBODY_ELSE)
    basis = facts.basis or ("agreement" if kind == "trust" else None)
    if basis is None:
        return NotYet("consent-missing", "no-basis")
    if basis not in partner.bases:
        return NotYet("consent-missing", "basis-does-not-reach-partner")
    return Allowed(basis, with_address=partner.needs_address and may_show_address(facts))


def may_show_address(facts: SharingFacts) -> bool:
    """Whether an address may appear at all outside the named people: not when hidden or restricted."""
    return not (facts.address_hidden or facts.restricted)
