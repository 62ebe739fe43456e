"""Work to make the home ready, and the homes offered in one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from discharge.values import Frozen


class Offer(Frozen):
    """A home offered to the person. ``answer`` is ``None`` while open; else accepted, refused, lapsed, lost.

    ``despite`` names the criteria that the home did not meet when it was offered all the same. A home is lost
    when its landlord takes it back before the tenancy is signed; ``reason`` says why, and ``accepted_on``
    when the person had accepted it.
    """

    offer_id: UUID
    property_id: UUID
    offered_on: date
    respond_by: date
    answer: Literal["accepted", "refused", "lapsed", "lost"] | None = None
    answered_on: date | None = None
    reason: str | None = None
    despite: tuple[str, ...] = ()
    accepted_on: date | None = None


StrandKind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9\-]{0,39}$")]
"""The name of a folder in ``housing_checks/strands``, which holds what is known of the kind. A stored strand
may be of a kind that only a newer build has.
"""

ADAPTATION, EQUIPMENT, REHOUSING, BASICS = "adaptation", "equipment", "rehousing", "basics"
"""The kinds that rules treat in a way of their own."""


class Strand(Frozen):
    """One piece of making ready: its own owner, clock and history, run by a workflow of its own.

    ``steps`` holds the day each step was reached; ``required`` strands keep the gate shut while open.
    ``partner_id`` is the organisation that does the work. ``former_home`` marks work that was ordered for
    another building than the one to which the person goes now, until it ends or is had done there:
    ``former_place`` is the answer of the check that named that building, none after a let. ``kept_on``: since
    then it is known to be still needed there, and the discharge does not wait for it.
    """

    kind: StrandKind
    number: int
    item: str
    started_on: date
    owner_role: str
    partner_id: UUID | None = None
    required: bool = True
    step: str = "started"
    steps: dict[str, date] = Field(default_factory=dict)
    due_on: date | None = None
    status: Literal["open", "completed", "cancelled"] = "open"
    ended_on: date | None = None
    ended_reason: str | None = None
    overdue_since: date | None = None
    offers: tuple[Offer, ...] = ()
    proposals: tuple[UUID, ...] = ()
    property_id: UUID | None = None
    former_home: bool = False
    former_place: str | None = None
    kept_on: date | None = None

    @property
    def key(self) -> str:
        """The strand's name inside its case, for instance ``adaptation/1``."""
        return f"{self.kind}/{self.number}"

    @property
    def open_offer(self) -> Offer | None:
        """The offer that still waits for the person's answer, if any."""
        return next((offer for offer in self.offers if offer.answer is None), None)
