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
    """Offer one home to the person; only a human offers.

    ``despite`` names the criteria that the home does not meet and for which it is offered all the same; the
    record refuses an offer that does not name each of them.
    """

    kind: Literal["offer-property"] = "offer-property"
    strand: str
    property_id: UUID
    respond_by: date | None = None
    despite: tuple[str, ...] = ()


class AnswerOffer(Frozen):
    """Record the person's answer to an offer; a refusal keeps its reason."""

    kind: Literal["answer-offer"] = "answer-offer"
    strand: str
    offer_id: UUID
    answer: Literal["accepted", "refused"]
    reason: str | None = None


class NoteHomeLost(Frozen):
    """A landlord took back a home that was offered or accepted. Sent by the record only."""

    kind: Literal["note-home-lost"] = "note-home-lost"
    strand: str
    offer_id: UUID
    because: str


class RedirectStrand(Frozen):
    """Have an order that was made for the home before done at the new one."""

    kind: Literal["redirect-strand"] = "redirect-strand"
    strand: str
    due_on: date | None = None


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
