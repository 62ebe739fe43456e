"""Refer somebody, take the referral on, return, amend or withdraw it."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model import IN_HOSPITAL, Asked, CaseSpell, Stage
from discharge.cases.stages import ANY, OPEN
from discharge.roles import CASEWORK_OR_SYSTEM, HOME_OR_SYSTEM, HOUSING, LEADS, REFERRING
from discharge.values import YesNoUnknown


class Refer(Asked, CaseCommand):
    """Open a case, or join one that is open for the person; asks for nothing that is already held.

    ``organisation_id`` is the referring trust; ``service_id`` the housing-health service that takes the
    referral, found at the door; both take part in the case from the first day. ``part`` and ``basis`` say
    how the referring organisation takes part, and who takes a request on says them for its sender.
    """

    declared: ClassVar = Declaration("Refer a person", ANY, CASEWORK_OR_SYSTEM)
    touches: ClassVar = ("participant", "referral")

    kind: Literal["refer"] = "refer"
    person_id: UUID
    organisation_id: UUID
    service_id: UUID | None = None
    spell: CaseSpell | None = None
    ward: str | None = None
    part: str = "referrer"
    basis: str = "referral"


class AcceptReferral(CaseCommand):
    """Take the referral on, and say who answers for it."""

    declared: ClassVar = Declaration(
        "Accept the referral", frozenset({Stage.REFERRED}), HOME_OR_SYSTEM, HOUSING
    )
    touches: ClassVar = ("acceptance", "owner")

    kind: Literal["accept-referral"] = "accept-referral"
    team_id: UUID | None = None
    user_id: UUID | None = None


class ReturnReferral(CaseCommand):
    """Send the referral back to the ward with a coded reason."""

    declared: ClassVar = Declaration(
        "Return the referral with a reason", frozenset({Stage.REFERRED}), HOME_OR_SYSTEM, HOUSING
    )
    touches: ClassVar = ("acceptance", "ending")
    depends_on: ClassVar = ("referral",)

    kind: Literal["return-referral"] = "return-referral"
    reason: str


class AmendReferral(CaseCommand):
    """Restate, or correct, what is asked for; what is None, or an empty list, stays as it is."""

    declared: ClassVar = Declaration("Correct the referral", OPEN, CASEWORK_OR_SYSTEM, REFERRING)
    touches: ClassVar = ("referral",)

    kind: Literal["amend-referral"] = "amend-referral"
    ward: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    pathway: str | None = None
    tenure: str | None = None
    lives_alone: YesNoUnknown | None = None


class WithdrawReferral(CaseCommand):
    """The ward, or the person, no longer wants the help."""

    declared: ClassVar = Declaration("Withdraw the referral", IN_HOSPITAL, CASEWORK_OR_SYSTEM, LEADS)
    touches: ClassVar = ("acceptance", "ending")

    kind: Literal["withdraw-referral"] = "withdraw-referral"
    reason: str


ReferralCommand = Refer | AcceptReferral | ReturnReferral | AmendReferral | WithdrawReferral
"""Every command of this room."""
