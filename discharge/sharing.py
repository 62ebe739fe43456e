"""What may leave: nothing without consent or another recorded basis, and never a hidden address.

A housing officer is outside the team that cares for the person directly, so implied consent does not reach
them: a basis is recorded for the case first. The ward that refers shares under its own agreement. A
homelessness referral needs the consent of the person, or of somebody who may give it. Source: common-law
duty of confidence; Housing Act 1996 section 213B and its guidance.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from discharge.cases.model import Case
from discharge.codes.casework import partner_bases
from discharge.codes.participation import PARTNER_KINDS


@dataclass(frozen=True, slots=True)
class SharingFacts:
    """What decides: the recorded basis (None: none, or withdrawn), and whether the address is protected.

    `address_hidden` comes from PDS, ZU8-4 or PV1-16; `restricted` from an abuse or safeguarding disclosure.
    The lists count as they were on the day of the record.
    """

    basis: str | None
    address_hidden: bool = False
    restricted: bool = False
    recorded_on: date = date.min


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
    if recorded is None or recorded.withdrawn_on is not None:
        return SharingFacts(None, address_hidden, restricted)
    return SharingFacts(recorded.basis, address_hidden, restricted, recorded.recorded_on)


def may_send(facts: SharingFacts, kind: str) -> Allowed | NotYet:
    """Decide whether something about a case may go to a kind of partner.

    The referring trust needs no further basis than the agreement it refers under. A kind that is not in the
    table is told as little as possible.
    """
    partner = PARTNER_KINDS.as_on(kind, facts.recorded_on) if PARTNER_KINDS.known(kind) else None
    bases = partner.may_be_told(facts.recorded_on) if partner else partner_bases(facts.recorded_on)
    basis = facts.basis or ("agreement" if kind == "trust" else None)
    if basis is None:
        return NotYet("consent-missing", "no-basis")
    if basis not in bases:
        return NotYet("consent-missing", "basis-does-not-reach-partner")
    told_where = partner is not None and partner.needs_address
    return Allowed(basis, with_address=told_where and may_show_address(facts))


def may_show_address(facts: SharingFacts) -> bool:
    """Whether an address may appear at all outside the named people: not when hidden or restricted."""
    return not (facts.address_hidden or facts.restricted)
