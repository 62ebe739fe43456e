"""Offering a home, the person's answer, and the let. Only people offer; a refusal keeps its reason.

Whether a home is held for, or let to, somebody else, and whether it fits, are rules across cases and
homes: they belong to the record.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid5

from discharge.cases.commands import AnswerOffer, Envelope, LetProperty, NoteHomeLost, OfferProperty
from discharge.cases.decide.common import command_of, happened_on, reason_of
from discharge.cases.events import (
    Event,
    HomeLost,
    OfferAnswered,
    PropertyLet,
    PropertyOffered,
    WorkForFormerHome,
)
from discharge.cases.model import IN_HOSPITAL, REHOUSING, Case, Offer, Strand
from discharge.clocks import london_date
from discharge.clocks.registry import OFFER_CLOCK, clock
from discharge.codes.casework import OFFER_REFUSAL_REASONS
from discharge.errors import Refused, refuse_together
from discharge.reference.policy import Policy
from housing_checks.checks.form import form_of_case
from housing_checks.gate.rules import forget
from housing_checks.guards import require_order
from housing_checks.hazards.rules import hazards_of_former_home
from housing_checks.strands.definitions import DEFINITIONS
from housing_checks.strands.model import ACCEPTED, LET, OFFERED
from housing_checks.strands.rules import reach, require_open, strand_of


def offer_property(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[Event]:
    """Offer one home. Refuses while another offer is open and after a let."""
    command = command_of(envelope, OfferProperty)
    strand, on = _searching(case, command.strand), envelope.effective_on
    respond_by = command.respond_by or clock(OFFER_CLOCK, on, policy).length.after(on)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(strand.started_on, on, "effective_on"),
        lambda: _none_open(strand),
        lambda: require_order(on, respond_by, "respond_by"),
    )
    offer = Offer(
        offer_id=uuid5(envelope.command_id, "offer"),
        property_id=command.property_id,
        offered_on=on,
        respond_by=respond_by,
        despite=command.despite,
    )
    return [PropertyOffered(strand=strand.key, offer=offer), *_step(case, strand, OFFERED, on)]


def _none_open(strand: Strand) -> None:
    if strand.open_offer is not None:
        raise Refused("already-done", detail="offer-open", where="strand")


def answer_offer(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Record the person's answer. A refusal needs a reason of the list; an answered offer stays answered."""
    command = command_of(envelope, AnswerOffer)
    strand, on = _searching(case, command.strand), envelope.effective_on
    offer = next((mine for mine in strand.offers if mine.offer_id == command.offer_id), None)
    if offer is None:
        raise Refused("no-such-item", detail="offer", where="offer_id")
    if offer.answer is not None:
        raise Refused("already-done", detail=f"offer-{offer.answer}", where="offer_id")
    offered_on = offer.offered_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(offered_on, on, "effective_on"),
        lambda: _refused_because(command, on),
    )
    answered = OfferAnswered(
        strand=strand.key,
        offer_id=offer.offer_id,
        answer=command.answer,
        answered_on=on,
        reason=command.reason if command.answer == "refused" else None,
    )
    return [answered, *(_step(case, strand, ACCEPTED, on) if command.answer == "accepted" else [])]


def _refused_because(command: AnswerOffer, on: date) -> None:
    if command.answer == "refused":
        reason_of(OFFER_REFUSAL_REASONS.name, command.reason, on)


def let_property(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Record the signed tenancy of the accepted offer.

    What was known of the old building says nothing of the new one: those gate items are unknown again, and
    what was ordered for it is marked, so that a person cancels it or has it done at the new home.
    """
    command = command_of(envelope, LetProperty)
    strand, on = _searching(case, command.strand), envelope.effective_on
    offer = accepted_offer(strand)
    if offer is None:
        raise Refused("stage-not-allowed", detail=ACCEPTED, where="strand")
    accepted_on = offer.answered_on
    refuse_together(
        lambda: happened_on(envelope, now), lambda: require_order(accepted_on, on, "effective_on")
    )
    let = PropertyLet(strand=strand.key, property_id=offer.property_id, let_on=on)
    return [
        let,
        *_step(case, strand, LET, on),
        *_new_building(case, on),
        *_for_former_home(case, on),
        *hazards_of_former_home(case, on),
    ]


def note_home_lost(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Take in that a home was withdrawn by its landlord; an offer that has ended otherwise stays as it is."""
    command = command_of(envelope, NoteHomeLost)
    strand = case.strands.get(command.strand)
    offers = strand.offers if strand is not None and strand.property_id is None else ()
    offer = next((mine for mine in offers if mine.offer_id == command.offer_id), None)
    if offer is None or offer.answer not in (None, "accepted"):
        return []
    lost = HomeLost(
        strand=command.strand,
        offer_id=offer.offer_id,
        property_id=offer.property_id,
        because=command.because,
        lost_on=max(offer.answered_on or offer.offered_on, min(envelope.effective_on, london_date(now))),
    )
    return [lost]


def accepted_offer(strand: Strand) -> Offer | None:
    """Return the offer that the person accepted last, while no later one is open."""
    if strand.open_offer is not None:
        return None
    return next((offer for offer in reversed(strand.offers) if offer.answer == "accepted"), None)


def _searching(case: Case, key: str) -> Strand:
    strand = strand_of(case, key)
    if strand.kind != REHOUSING:
        raise Refused("no-such-item", detail="rehousing", where="strand")
    require_open(strand)
    if LET in strand.steps:
        raise Refused("already-done", detail=LET, where="strand")
    return strand


def _step(case: Case, strand: Strand, step: str, on: date) -> list[Event]:
    return [] if step in strand.steps else reach(case, strand, step, on)


def _for_former_home(case: Case, on: date) -> list[Event]:
    """Open orders that belong to a building, which is not the person's any more."""
    return [
        WorkForFormerHome(strand=strand.key, since=on)
        for strand in case.open_strands
        if DEFINITIONS[strand.kind].for_the_building and not strand.former_home
    ]


def _new_building(case: Case, on: date) -> list[Event]:
    if case.stage not in IN_HOSPITAL:
        return []
    form = form_of_case(case)
    return forget(case, (item.code for item in form.items if item.of_the_building), on)
