"""Orders, rehousing, and what their own workflows report."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from discharge.cases.commands.common import CaseCommand, Declaration
from discharge.cases.model import StrandKind
from discharge.cases.stages import ANY, OPEN, SINCE_ACCEPTANCE
from discharge.roles import HOME_OR_SYSTEM, LEADS, WORKING


class StartStrand(CaseCommand):
    """Open a strand: order an adaptation or equipment, begin rehousing, or set up the basics at home."""

    declared: ClassVar = Declaration(
        "Start an order, a rehousing or another strand", SINCE_ACCEPTANCE, HOME_OR_SYSTEM, LEADS
    )
    touches: ClassVar = ("strand",)

    kind: Literal["start-strand"] = "start-strand"
    strand_kind: StrandKind
    item: str
    partner_id: UUID | None = None
    due_on: date | None = None
    required: bool = True


class MoveStrand(CaseCommand):
    """A strand reached a step (acknowledged, surveyed, delivered, fitted, keys held ...)."""

    declared: ClassVar = Declaration("Record progress of a strand", OPEN, HOME_OR_SYSTEM, WORKING)
    touches: ClassVar = ("strand",)

    kind: Literal["move-strand"] = "move-strand"
    strand: str
    step: str
    due_on: date | None = None


class CancelStrand(CaseCommand):
    """A strand is no longer wanted."""

    declared: ClassVar = Declaration("Cancel a strand", OPEN, HOME_OR_SYSTEM, LEADS)
    touches: ClassVar = ("strand", "offers")

    kind: Literal["cancel-strand"] = "cancel-strand"
    strand: str
    reason: str


class OfferProperty(CaseCommand):
    """Offer one home to the person; only a human offers.

    ``despite`` names the criteria that the home does not meet and for which it is offered all the same; the
    record refuses an offer that does not name each of them.
    """

    declared: ClassVar = Declaration("Offer a home", OPEN, HOME_OR_SYSTEM, (*LEADS, "landlord"))
    touches: ClassVar = ("offers",)

    kind: Literal["offer-property"] = "offer-property"
    strand: str
    property_id: UUID
    respond_by: date | None = None
    despite: tuple[str, ...] = ()


class AnswerOffer(CaseCommand):
    """Record the person's answer to an offer; a refusal keeps its reason."""

    declared: ClassVar = Declaration(
        "Record the person's answer to an offer", OPEN, HOME_OR_SYSTEM, (*LEADS, "landlord")
    )
    touches: ClassVar = ("offers",)

    kind: Literal["answer-offer"] = "answer-offer"
    strand: str
    offer_id: UUID
    answer: Literal["accepted", "refused"]
    reason: str | None = None


class NoteHomeLost(CaseCommand):
    """A landlord took back a home that was offered or accepted. Sent by the record only."""

    declared: ClassVar = Declaration("Record that a landlord withdrew a home", ANY)
    touches: ClassVar = ("offers",)

    kind: Literal["note-home-lost"] = "note-home-lost"
    strand: str
    offer_id: UUID
    because: str


class RedirectStrand(CaseCommand):
    """Have an order that was made for the home before done at the new one; or ``kept``: it is still needed at
    the former one, and the discharge does not wait for it.
    """

    declared: ClassVar = Declaration(
        "Move an order to the new home, or keep it", SINCE_ACCEPTANCE, HOME_OR_SYSTEM, LEADS
    )
    touches: ClassVar = ("strand",)

    kind: Literal["redirect-strand"] = "redirect-strand"
    strand: str
    due_on: date | None = None
    kept: bool = Field(default=False, description="True when it is still needed at the former home")


class RequireStrand(CaseCommand):
    """Say whether the discharge waits for an order or other work. Work on a home that the person does not go
    to first goes on beside; why is said in a note.
    """

    declared: ClassVar = Declaration(
        "Say whether the discharge waits for an order", SINCE_ACCEPTANCE, HOME_OR_SYSTEM, LEADS
    )
    touches: ClassVar = ("strand",)

    kind: Literal["require-strand"] = "require-strand"
    strand: str
    required: bool


class LetProperty(CaseCommand):
    """The tenancy was signed for the accepted offer."""

    declared: ClassVar = Declaration("Let a home", OPEN, HOME_OR_SYSTEM, (*LEADS, "landlord"))
    touches: ClassVar = ("offers",)

    kind: Literal["let-property"] = "let-property"
    strand: str


class ReportFromStrand(CaseCommand):
    """What a strand's own workflow found: overdue, an offer lapsed, homes that fit. Sent by strands only."""

    declared: ClassVar = Declaration("Record the result of a strand", ANY)
    touches: ClassVar = ("offers", "overdue", "proposals")

    kind: Literal["report-from-strand"] = "report-from-strand"
    strand: str
    report: Literal["overdue", "offer-lapsed", "proposals"]
    offer_id: UUID | None = None
    property_ids: tuple[UUID, ...] = ()


StrandsCommand = (
    StartStrand
    | MoveStrand
    | CancelStrand
    | OfferProperty
    | AnswerOffer
    | NoteHomeLost
    | RedirectStrand
    | RequireStrand
    | LetProperty
    | ReportFromStrand
)
"""Every command of this room."""
