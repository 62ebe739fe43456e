"""Orders, rehousing, and what their own workflows report."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from discharge.cases.model import StrandKind
from discharge.values import Frozen


class StartStrand(Frozen):
    """Open a strand: order an adaptation or equipment, begin rehousing, or set up the basics at home."""

    kind: Literal["start-strand"] = "start-strand"
    strand_kind: StrandKind
    item: str
    partner_id: UUID | None = None
    due_on: date | None = None
    required: bool = True


class MoveStrand(Frozen):
    """A strand reached a step (acknowledged, surveyed, delivered, fitted, keys held ...)."""

    kind: Literal["move-strand"] = "move-strand"
    strand: str
    step: str
    due_on: date | None = None


class CancelStrand(Frozen):
    """A strand is no longer wanted."""

    kind: Literal["cancel-strand"] = "cancel-strand"
    strand: str
    reason: str


class OfferProperty(Frozen):
    """Offer one home to the person; only a human offers."""

    kind: Literal["offer-property"] = "offer-property"
    strand: str
    property_id: UUID
    respond_by: date | None = None


class AnswerOffer(Frozen):
    """Record the person's answer to an offer; a refusal keeps its reason."""

    kind: Literal["answer-offer"] = "answer-offer"
    strand: str
    offer_id: UUID
    answer: Literal["accepted", "refused"]
    reason: str | None = None


class LetProperty(Frozen):
    """The tenancy was signed for the accepted offer."""

    kind: Literal["let-property"] = "let-property"
    strand: str


class ReportFromStrand(Frozen):
    """What a strand's own workflow found: overdue, an offer lapsed, homes that fit. Sent by strands only."""

    kind: Literal["report-from-strand"] = "report-from-strand"
    strand: str
    report: Literal["overdue", "offer-lapsed", "proposals"]
    offer_id: UUID | None = None
    property_ids: tuple[UUID, ...] = ()
