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
    StartStrand,
)
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import (
    Event,
    OfferAnswered,
    PropertiesProposed,
    StrandCancelled,
    StrandCompleted,
    StrandMoved,
    StrandOverdue,
    StrandRedirected,
    StrandStarted,
)
from discharge.cases.model import REHOUSING, Actor, Case, Strand
from discharge.codes.casework import STRAND_CANCEL_REASONS
from discharge.errors import Refused
from discharge.reference.policy import Policy
from housing_checks.checks.form import form_of_case
from housing_checks.gate.rules import say_yes
from housing_checks.guards import require_order, require_stage
from housing_checks.lead_times import ITEMS, due_date
from housing_checks.strands.clocks import offer_lapsed, overdue_since
from housing_checks.strands.definitions import DEFINITIONS
from housing_checks.strands.model import LET, STARTED, Step, StrandDefinition

LAPSED_WITH_STRAND = "strand-cancelled"


def start_strand(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[Event]:
    """Open a strand, due by its lead time unless a day is given. Refuses an item unknown or under way."""
    command = command_of(envelope, StartStrand)
    definition = DEFINITIONS.get(command.strand_kind)
    if definition is None:
        raise Refused("code-not-in-value-set", detail="strand-kinds", where="strand_kind")
    require_stage(case, definition.stages)
    on = happened_on(envelope, now)
    if ITEMS[command.strand_kind].by(policy, command.item, on) is None:
        raise Refused("code-not-in-value-set", detail=ITEMS[command.strand_kind].name, where="item")
    _refuse_duplicate(case, definition, command.item)
    if command.due_on is not None:
        require_order(on, command.due_on, "due_on")
    return [StrandStarted(strand=_new_strand(case, definition, command, on, policy))]


def move_strand(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Bring a strand to a step; the last one completes it. Refuses steps back and people who may not."""
    command = command_of(envelope, MoveStrand)
    strand = strand_of(case, command.strand)
    definition = DEFINITIONS[strand.kind]
    _require_mover(case, strand, definition, envelope.actor)
    on = happened_on(envelope, now)
    if command.due_on is not None:
        require_order(strand.started_on, command.due_on, "due_on")
    if definition.position(command.step) is None:
        raise Refused("code-not-in-value-set", detail=f"{strand.kind}-steps", where="step")
    if command.step in strand.steps:
        return _promised(strand, command)
    require_open(strand)
    _require_possible(strand, definition, command.step)
    return reach(case, strand, command.step, on, command.due_on)


def cancel_strand(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """End a strand that is not wanted any more, with its open offer; a signed tenancy cannot be cancelled."""
    command = command_of(envelope, CancelStrand)
    strand = strand_of(case, command.strand)
    require_open(strand)
    on = happened_on(envelope, now)
    require_order(strand.started_on, on, "effective_on")
    if not command.reason:
        raise Refused("reason-needed", where="reason")
    if STRAND_CANCEL_REASONS.find(command.reason, on) is None:
        raise Refused("code-not-in-value-set", detail=STRAND_CANCEL_REASONS.name, where="reason")
    if LET in strand.steps:
        raise Refused("stage-not-allowed", detail=LET)
    cancelled = StrandCancelled(strand=strand.key, cancelled_on=on, reason=command.reason)
    return [*_offer_ended(strand, on), cancelled]


def redirect_strand(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Have an order that was made for the home before done at the new one, by a new day if one is given."""
    command = command_of(envelope, RedirectStrand)
    strand = strand_of(case, command.strand)
    require_open(strand)
    on = happened_on(envelope, now)
    if not strand.former_home:
        raise Refused("already-done", detail="ordered-for-this-home", where="strand")
    if command.due_on is not None:
        require_order(on, command.due_on, "due_on")
    return [StrandRedirected(strand=strand.key, redirected_on=on, due_on=command.due_on)]


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
        raise Refused("already-done", detail=f"strand-{strand.status}")


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
            raise Refused("already-done", detail=strand.key)


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
    step = _step(definition, code)
    if (definition.position(code) or 0) < (definition.position(strand.step) or 0):
        raise Refused("already-done", detail="a-later-step-was-reached")
    if step.moved_by == "gate":
        raise Refused("gate-not-satisfied", detail=code)
    if step.moved_by == "offer" or (step.after is not None and step.after not in strand.steps):
        raise Refused("stage-not-allowed", detail=code)


def _step(definition: StrandDefinition, code: str) -> Step:
    return next(step for step in definition.steps if step.code == code)


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
