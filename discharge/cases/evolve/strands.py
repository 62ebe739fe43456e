"""Work to make the home ready: orders, offers, lets."""

from __future__ import annotations

from collections.abc import Mapping

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, as_it_was, changed
from discharge.cases.model import Case, Offer


def _with_strand(case: Case, key: str, **changes: object) -> Case:
    strand = case.strands[key].model_copy(update=changes)
    return changed(case, strands={**case.strands, key: strand})


def _strand_started(case: Case, event: ev.StrandStarted) -> Case:
    return changed(case, strands={**case.strands, event.strand.key: event.strand})


def _strand_moved(case: Case, event: ev.StrandMoved) -> Case:
    strand = case.strands[event.strand]
    changes: dict[str, object] = {"step": event.step, "steps": {**strand.steps, event.step: event.moved_on}}
    if event.due_on is not None:
        changes |= {"due_on": event.due_on, "overdue_since": None}
    return _with_strand(case, event.strand, **changes)


def _strand_overdue(case: Case, event: ev.StrandOverdue) -> Case:
    return _with_strand(case, event.strand, overdue_since=event.since)


def _strand_completed(case: Case, event: ev.StrandCompleted) -> Case:
    return _with_strand(
        case, event.strand, status="completed", ended_on=event.completed_on, overdue_since=None
    )


def _strand_cancelled(case: Case, event: ev.StrandCancelled) -> Case:
    ended = {"ended_on": event.cancelled_on, "ended_reason": event.reason, "overdue_since": None}
    return _with_strand(case, event.strand, status="cancelled", **ended)


def _proposed(case: Case, event: ev.PropertiesProposed) -> Case:
    return _with_strand(case, event.strand, proposals=event.property_ids)


def _offered(case: Case, event: ev.PropertyOffered) -> Case:
    return _with_strand(case, event.strand, offers=(*case.strands[event.strand].offers, event.offer))


def _answered(case: Case, event: ev.OfferAnswered) -> Case:
    answer = {"answer": event.answer, "answered_on": event.answered_on, "reason": event.reason}
    offers = tuple(
        offer.model_copy(update=answer) if offer.offer_id == event.offer_id else offer
        for offer in case.strands[event.strand].offers
    )
    return _with_strand(case, event.strand, offers=offers)


def _lost(case: Case, event: ev.HomeLost) -> Case:
    def lost(offer: Offer) -> Offer:
        accepted_on = offer.answered_on if offer.answer == "accepted" else None
        ended = {"answer": "lost", "answered_on": event.lost_on, "reason": event.because}
        return offer.model_copy(update={**ended, "accepted_on": accepted_on})

    offers = tuple(
        lost(offer) if offer.offer_id == event.offer_id else offer
        for offer in case.strands[event.strand].offers
    )
    return _with_strand(case, event.strand, offers=offers)


def _for_former_home(case: Case, event: ev.WorkForFormerHome) -> Case:
    return _with_strand(case, event.strand, former_home=True, former_place=event.place)


def _kept(case: Case, event: ev.StrandKept) -> Case:
    return _with_strand(case, event.strand, kept_on=event.kept_on)


def _redirected(case: Case, event: ev.StrandRedirected) -> Case:
    promised: dict[str, object] = {"due_on": event.due_on, "overdue_since": None} if event.due_on else {}
    return _with_strand(case, event.strand, former_home=False, former_place=None, kept_on=None, **promised)


def _let(case: Case, event: ev.PropertyLet) -> Case:
    return _with_strand(case, event.strand, property_id=event.property_id)


def _required(case: Case, event: ev.StrandRequired) -> Case:
    return _with_strand(case, event.strand, required=event.required)


FOLDS: Mapping[type, Fold] = {
    ev.MakingReadyStarted: as_it_was,
    ev.StrandStarted: _strand_started,
    ev.StrandMoved: _strand_moved,
    ev.StrandOverdue: _strand_overdue,
    ev.StrandCompleted: _strand_completed,
    ev.StrandCancelled: _strand_cancelled,
    ev.PropertiesProposed: _proposed,
    ev.PropertyOffered: _offered,
    ev.OfferAnswered: _answered,
    ev.HomeLost: _lost,
    ev.PropertyLet: _let,
    ev.WorkForFormerHome: _for_former_home,
    ev.StrandRedirected: _redirected,
    ev.StrandKept: _kept,
    ev.StrandRequired: _required,
}
