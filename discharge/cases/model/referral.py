"""What a referral asks for, and what the case keeps of it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from discharge.values import Frozen, YesNoUnknown

Setting = Literal["hospital", "community"]


class Asked(Frozen):
    """What a referral asks for and says, by whichever door it comes: codes of our lists, none of them needed.

    ``external_id`` is the sender's own number of the referral, ``other_ids`` are further numbers of theirs.
    ``setting`` says where the person is: a referral from the community asks for help to stay at home.
    """

    setting: Setting = "hospital"
    external_id: str | None = None
    other_ids: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: YesNoUnknown = "unknown"
    homeless: YesNoUnknown = "unknown"
    pathway: str | None = None
    expected_discharge_on: date | None = None
    ready_on: date | None = None
    sharing_basis: str | None = None

    @property
    def said(self) -> dict[str, Any]:
        """These values by name, to be handed on from door to door."""
        return {name: getattr(self, name) for name in Asked.model_fields}


class Referral(Frozen):
    """What the ward asked for, in codes; ``awaiting_spell`` until the stay it names is known."""

    referred_on: date
    organisation_id: UUID
    ward: str | None = None
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tenure: str = "unknown"
    lives_alone: YesNoUnknown = "unknown"
    pathway: str | None = None
    external_id: str | None = None
    other_ids: tuple[str, ...] = ()
    setting: Setting = "hospital"
    awaiting_spell: bool = False
    accepted_on: date | None = None
    returned_reason: str | None = None
