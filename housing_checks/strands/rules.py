"""Starting, moving, cancelling strands, and what their own workflows report.

Steps only go forward; a step that was reached is taken again without effect, because partners repeat
themselves. A completed strand turns its gate items to ``yes`` when no other required strand of the kind is
open.
"""

from __future__ import annotations

from datetime import date, datetime

from discharge.cases.commands import (
    CancelStrand,
    Envelope,
    MoveStrand,
    RedirectStrand,
    ReportFromStrand,
    RequireStrand,
    StartStrand,
)
from discharge.cases.decide.common import command_of, happened_on, reason_of
from discharge.cases.events import (
    Event,
    OfferAnswered,
    PropertiesProposed,
    StrandCancelled,
    StrandCompleted,
    StrandKept,
    StrandMoved,
    StrandOverdue,
    StrandRedirected,
    StrandRequired,
    StrandStarted,
)
from discharge.cases.model import REHOUSING, Actor, Case, Strand
from discharge.codes.casework import STRAND_CANCEL_REASONS
from discharge.codes.model import not_listed
from discharge.errors import Refused, refuse_together
from discharge.reference.policy import Policy
from housing_checks.checks.form import form_of_case
from housing_checks.gate.rules import say_yes
from housing_checks.guards import require_order, require_stage
from housing_checks.lead_times import ITEMS, due_date
from housing_checks.strands.clocks import offer_lapsed, overdue_since
from housing_checks.strands.definitions import DEFINITIONS
from housing_checks.strands.model import LET, STARTED, StrandDefinition

LAPSED_WITH_STRAND = "strand-cancelled"


def start_strand(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[Event]:
    """Open a strand, due by its lead time unless a day is given. Refuses an item unknown or under way."""
    command = command_of(envelope, StartStrand)
    definition = DEFINITIONS.get(command.strand_kind)
    if definition is None:
        raise not_listed("strand-kinds", command.strand_kind, DEFINITIONS, "strand_kind")
    require_stage(case, definition.stages)
    on = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _orderable(command, on, policy),
        lambda: _refuse_duplicate(case, definition, command.item),
        lambda: require_order(on, command.due_on or on, "due_on"),
    )
    return [StrandStarted(strand=_new_strand(case, definition, command, on, policy))]


def _orderable(command: StartStrand, on: date, policy: Policy) -> None:
    items = ITEMS[command.strand_kind]
    if items.by(policy, command.item, on) is None:
        raise not_listed(items.name, command.item, (each.code for each in items.in_force(on)), "item")


def move_strand(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Bring a strand to a step; the last one completes it. Refuses steps back and people who may not."""
    command = command_of(envelope, MoveStrand)
    strand = strand_of(case, command.strand)
    definition = DEFINITIONS[strand.kind]
    _require_mover(case, strand, definition, envelope.actor)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(strand.started_on, command.due_on or strand.started_on, "due_on"),
        lambda: _known_step(definition, command.step),
        lambda: _require_possible(strand, definition, command.step),
    )
    if command.step in strand.steps:
        return _promised(strand, command)
    return reach(case, strand, command.step, envelope.effective_on, command.due_on)


def _known_step(definition: StrandDefinition, step: str) -> None:
    if definition.position(step) is None:
        raise not_listed(f"{definition.kind}-steps", step, (each.code for each in definition.steps), "step")


def cancel_strand(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """End a strand that is not wanted any more, with its open offer; a signed tenancy cannot be cancelled."""
    command = command_of(envelope, CancelStrand)
    strand, on = strand_of(case, command.strand), envelope.effective_on
    require_open(strand)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(strand.started_on, on, "effective_on"),
        lambda: reason_of(STRAND_CANCEL_REASONS.name, command.reason, on),
        lambda: _not_let(strand),
    )
    cancelled = StrandCancelled(strand=strand.key, cancelled_on=on, reason=command.reason)
    return [*_offer_ended(strand, on), cancelled]


def _not_let(strand: Strand) -> None:
    if LET in strand.steps:
        raise Refused("stage-not-allowed", detail=LET, where="strand")


def redirect_strand(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Have an order that was made for the home before done at the new one, by a new day if one is given; or
    keep it for the former one.
    """
    command = command_of(envelope, RedirectStrand)
    strand, on = strand_of(case, command.strand), envelope.effective_on
    require_open(strand)
    if not strand.former_home:
        raise Refused("already-done", detail="ordered-for-this-home", where="strand")
    refuse_together(
        lambda: happened_on(envelope, now), lambda: require_order(on, command.due_on or on, "due_on")
    )
    if not command.kept:
        return [StrandRedirected(strand=strand.key, redirected_on=on, due_on=command.due_on)]
    return [] if strand.kept_on is not None else [StrandKept(strand=strand.key, kept_on=on)]


def require_strand(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Say whether the discharge waits for an open strand; that it does not needs a note that says why."""
    command = command_of(envelope, RequireStrand)
    strand, on = strand_of(case, command.strand), envelope.effective_on
    require_open(strand)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(strand.started_on, on, "effective_on"),
        lambda: _explained(command, envelope),
    )
    if strand.required == command.required:
        return []
    return [StrandRequired(strand=strand.key, required=command.required, said_on=on)]


def _explained(command: RequireStrand, envelope: Envelope) -> None:
    if not command.required and envelope.note_id is None:
        raise Refused("note-needed", detail="required", where="note")


def report_from_strand(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[Event]:
    """Take what a strand's workflow found; a report that no longer holds has no effect. Systems report."""
    command = command_of(envelope, ReportFromStrand)
    if envelope.actor.role != "system":
        raise Refused("role-not-allowed", detail=command.kind)
    strand = strand_of(case, command.strand)
    if strand.status != "open":
        return []
    if command.report == "overdue":
        since = overdue_since(strand, now, policy)
        return [] if since is None else [StrandOverdue(strand=strand.key, since=since)]
    if command.report == "offer-lapsed":
        return _lapsed(strand, command, now)
    return _proposed(strand, command, happened_on(envelope, now))


def strand_of(case: Case, key: str) -> Strand:
    """Return a strand of the case; refuses a key that it does not have."""
    strand = case.strands.get(key)
    if strand is None:
        raise Refused("no-such-item", detail="strand", where="strand")
    return strand


def require_open(strand: Strand) -> None:
    """Refuse work on a strand that has ended."""
    if strand.status != "open":
        raise Refused("already-done", detail=f"strand-{strand.status}", where="strand")


def reach(case: Case, strand: Strand, step: str, on: date, due_on: date | None = None) -> list[Event]:
    """Return the events of reaching a step on a day, completion and its gate items included."""
    require_order(strand.steps.get(strand.step, strand.started_on), on, "effective_on")
    moved = StrandMoved(strand=strand.key, step=step, moved_on=on, due_on=due_on)
    if step != DEFINITIONS[strand.kind].last_step:
        return [moved]
    completed = StrandCompleted(strand=strand.key, completed_on=on)
    return [moved, completed, *_settled(case, strand, on)]


def _settled(case: Case, strand: Strand, on: date) -> list[Event]:
    """Return the gate items that a completed strand turns to ``yes``: none for one that was not required, or
    that was done at a home where the person lives no more.
    """
    others = [
        other
        for other in case.open_strands
        if other.kind == strand.kind and other.required and not other.former_home and other.key != strand.key
    ]
    settles = strand.required and not strand.former_home and not others
    answered = (*form_of_case(case).settled_by(strand.kind), *DEFINITIONS[strand.kind].settles)
    return say_yes(case, tuple(dict.fromkeys(answered)), on) if settles else []


def _new_strand(
    case: Case, definition: StrandDefinition, command: StartStrand, on: date, policy: Policy
) -> Strand:
    number = 1 + sum(strand.kind == definition.kind for strand in case.strands.values())
    return Strand(
        kind=definition.kind,
        number=number,
        item=command.item,
        started_on=on,
        owner_role=definition.owner_role,
        partner_id=command.partner_id,
        required=command.required,
        step=STARTED,
        steps={STARTED: on},
        due_on=command.due_on or due_date(command.strand_kind, command.item, on, policy),
    )


def _refuse_duplicate(case: Case, definition: StrandDefinition, item: str) -> None:
    for strand in case.open_strands:
        same = definition.one_at_a_time or (strand.item == item and not strand.former_home)
        if strand.kind == definition.kind and same:
            raise Refused("already-done", detail=strand.key, where="item")


def _require_mover(case: Case, strand: Strand, definition: StrandDefinition, actor: Actor) -> None:
    """A system moves a strand only for its partner or for an organisation that owns the case."""
    if actor.role not in definition.movers:
        raise Refused("role-not-allowed", detail="strand.advance")
    owners = {owner.organisation_id for owner in case.owners}
    mine = strand.partner_id in (None, actor.organisation_id) or actor.organisation_id in owners
    if actor.role == "system" and not mine:
        raise Refused("role-not-allowed", detail="strand.advance")


def _promised(strand: Strand, command: MoveStrand) -> list[Event]:
    """A repeated step changes nothing, unless an open strand's present step brings another promised day."""
    if strand.status != "open" or command.step != strand.step or command.due_on in (None, strand.due_on):
        return []
    moved_on = strand.steps[command.step]
    return [StrandMoved(strand=strand.key, step=command.step, moved_on=moved_on, due_on=command.due_on)]


def _require_possible(strand: Strand, definition: StrandDefinition, code: str) -> None:
    if code in strand.steps:
        return
    require_open(strand)
    step = next((step for step in definition.steps if step.code == code), None)
    if step is None:
        return
    if (definition.position(code) or 0) < (definition.position(strand.step) or 0):
        raise Refused("already-done", detail="a-later-step-was-reached", where="step")
    if step.moved_by == "gate":
        raise Refused("gate-not-satisfied", detail=code, where="step")
    if step.moved_by == "offer" or (step.after is not None and step.after not in strand.steps):
        raise Refused("stage-not-allowed", detail=code, where="step")


def _offer_ended(strand: Strand, on: date) -> list[Event]:
    offer = strand.open_offer
    if offer is None:
        return []
    return [
        OfferAnswered(
            strand=strand.key,
            offer_id=offer.offer_id,
            answer="lapsed",
            answered_on=on,
            reason=LAPSED_WITH_STRAND,
        )
    ]


def _lapsed(strand: Strand, command: ReportFromStrand, now: datetime) -> list[Event]:
    offer = offer_lapsed(strand, now)
    if offer is None or offer.offer_id != command.offer_id:
        return []
    answered_on = offer.respond_by
    return [
        OfferAnswered(strand=strand.key, offer_id=offer.offer_id, answer="lapsed", answered_on=answered_on)
    ]


def _proposed(strand: Strand, command: ReportFromStrand, on: date) -> list[Event]:
    if strand.kind != REHOUSING or command.property_ids == strand.proposals:
        return []
    return [PropertiesProposed(strand=strand.key, property_ids=command.property_ids, proposed_on=on)]
