"""Work to make the home ready: orders, offers, lets."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import Offer, Strand
from discharge.values import Frozen


class MakingReadyStarted(Frozen):
    """Work on the home began."""

    kind: Literal["making-ready-started"] = "making-ready-started"
    started_on: date


class StrandStarted(Frozen):
    """One strand of making ready was opened."""

    kind: Literal["strand-started"] = "strand-started"
    strand: Strand


class StrandMoved(Frozen):
    """A strand reached a step; ``due_on`` is restated when the partner promised another day."""

    kind: Literal["strand-moved"] = "strand-moved"
    strand: str
    step: str
    moved_on: date
    due_on: date | None = None


class StrandOverdue(Frozen):
    """A strand passed the day it was due and is not done."""

    kind: Literal["strand-overdue"] = "strand-overdue"
    strand: str
    since: date


class StrandCompleted(Frozen):
    """A strand did what it was for."""

    kind: Literal["strand-completed"] = "strand-completed"
    strand: str
    completed_on: date


class StrandCancelled(Frozen):
    """A strand is no longer wanted."""

    kind: Literal["strand-cancelled"] = "strand-cancelled"
    strand: str
    cancelled_on: date
    reason: str


class PropertiesProposed(Frozen):
    """Matching found homes that fit; nothing is offered by it."""

    kind: Literal["properties-proposed"] = "properties-proposed"
    strand: str
    property_ids: tuple[UUID, ...]
    proposed_on: date


class PropertyOffered(Frozen):
    """A home was offered to the person."""

    kind: Literal["property-offered"] = "property-offered"
    strand: str
    offer: Offer


class OfferAnswered(Frozen):
    """The person, or time, answered an offer."""

    kind: Literal["offer-answered"] = "offer-answered"
    strand: str
    offer_id: UUID
    answer: Literal["accepted", "refused", "lapsed"]
    answered_on: date
    reason: str | None = None


class HomeLost(Frozen):
    """An offered or accepted home is not to be had any more: its landlord took it back, and why."""

    kind: Literal["home-lost"] = "home-lost"
    strand: str
    offer_id: UUID
    property_id: UUID
    because: str
    lost_on: date


class PropertyLet(Frozen):
    """The tenancy was signed: this home is let to this person, and to nobody else."""

    kind: Literal["property-let"] = "property-let"
    strand: str
    property_id: UUID
    let_on: date


class WorkForFormerHome(Frozen):
    """Another home was let, or the person goes to another building: this open order was made for the former.

    ``place`` is the answer of the check that named the former; none after a let.
    """

    kind: Literal["work-for-former-home"] = "work-for-former-home"
    strand: str
    since: date
    place: str | None = None


class StrandRedirected(Frozen):
    """What was ordered for the previous home is to be done at the new one."""

    kind: Literal["strand-redirected"] = "strand-redirected"
    strand: str
    redirected_on: date
    due_on: date | None = None


class StrandKept(Frozen):
    """What was ordered for the former building is still needed there; the discharge does not wait."""

    kind: Literal["strand-kept"] = "strand-kept"
    strand: str
    kept_on: date


class StrandRequired(Frozen):
    """Somebody said whether the discharge waits for an order or other work."""

    kind: Literal["strand-required"] = "strand-required"
    strand: str
    required: bool
    said_on: date
