"""Recording hazards at home, and what was done about them."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from discharge.calendar import ENGLAND
from discharge.cases.commands import (
    CloseHazard,
    CorrectHazard,
    Envelope,
    MoveHazard,
    RecordHazard,
    RecordLandlordTold,
    ReferHazard,
)
from discharge.cases.decide.common import (
    coded,
    command_of,
    happened_on,
    noon,
    not_in_future,
    reason_of,
    said_coded,
)
from discharge.cases.events import (
    Event,
    HazardClosed,
    HazardCorrected,
    HazardLandlordTold,
    HazardMoved,
    HazardRecorded,
    HazardReferred,
)
from discharge.cases.evolve import fold
from discharge.cases.evolve.hazards import COUNCIL_REFERRED
from discharge.cases.model import Actor, Case, Hazard, HazardStepReached, LandlordTold
from discharge.cases.relations import relation_of
from discharge.clocks import london_at, london_date
from discharge.codes.hazards import (
    HAZARD_CHANNELS,
    HAZARD_CLOSINGS,
    HAZARD_SEVERITIES,
    HAZARD_STEPS,
    HAZARD_TELLERS,
    HazardStep,
)
from discharge.errors import Refused, refuse_together
from discharge.roles import OWN_WORK_ONLY
from discharge.sharing import may_send, sharing_facts
from housing_checks.guards import require_order
from housing_checks.hazards.duties import path_of
from housing_checks.hazards.gate import blocks, made_safe_on, released
from housing_checks.hazards.schemes import HHSRS, RATINGS, scheme_on

CORRECTABLE = (
    "room",
    "severity",
    "known_by",
    "tenure",
    "nation",
    "band",
    "inspected_on",
    "landlord_id",
)
"""What a correction may say anew, beside which hazard it is."""


def record_hazard(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Record a hazard. Refuses one of the same kind in the same room that is open already."""
    asked = command_of(envelope, RecordHazard)
    hazard = Hazard(
        number=1 + len(case.hazards),
        code=asked.hazard_code,
        scheme=scheme_on(asked.inspected_on or envelope.effective_on),
        room=asked.room,
        severity=asked.severity,
        tenure=asked.tenure or (case.referral.tenure if case.referral else "unknown"),
        **_nation(asked),
        known_by=asked.known_by,
        found_on=envelope.effective_on,
        recorded_at=now,
        band=asked.band,
        inspected_on=asked.inspected_on,
        note_id=envelope.note_id,
        landlord_id=asked.landlord_id,
    )
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _sound(hazard, now),
        lambda: _worded(hazard.severity, envelope),
    )
    _not_twice(case, hazard)
    return [HazardRecorded(hazard=hazard)]


def _nation(asked: RecordHazard) -> dict[str, Any]:
    """What was said wins over what the address tells; without either England's times count, and it is said
    that nobody knows.
    """
    if asked.nation is not None:
        return {"nation": asked.nation, "nation_known_by": "said"}
    known_by = "address" if asked.address_nation is not None else "nobody"
    return {"nation": asked.address_nation or ENGLAND, "nation_known_by": known_by}


def correct_hazard(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Correct what is recorded of a hazard; another severity needs its words again. Another landlord has to
    be told, and every clock counts from the day on which it is.
    """
    asked = command_of(envelope, CorrectHazard)
    known = open_hazard(case, asked.hazard)
    said = {name: getattr(asked, name) for name in CORRECTABLE}
    given = {name: value for name, value in said.items() if value is not None}
    if asked.hazard_code is not None:
        given["code"] = asked.hazard_code
    if asked.nation is not None:
        given["nation_known_by"] = "said"
    if known.landlord_id is not None and asked.landlord_id not in (None, known.landlord_id):
        given["told"] = None  # it was another landlord that was told
    anew = known.model_copy(update=given)
    anew = anew.model_copy(update={"scheme": scheme_on(anew.inspected_on or anew.found_on)})
    if anew == known:
        return []
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _sound(anew, now),
        lambda: _worded(anew.severity, envelope) if anew.severity != known.severity else None,
        lambda: _worded(known.severity, envelope) if anew.severity != known.severity else None,
    )
    _not_twice(case, anew)
    if envelope.note_id is not None:
        anew = anew.model_copy(update={"note_id": envelope.note_id})
    changed = tuple(
        sorted(name for name in Hazard.model_fields if getattr(anew, name) != getattr(known, name))
    )
    corrected = HazardCorrected(hazard=anew, changed=changed)
    return [corrected, *_gate(case, corrected, envelope.effective_on, settled=False)]


def _sound(hazard: Hazard, now: datetime) -> None:
    """Refuse codes that their lists do not hold on the day, and an inspection that has not begun."""
    day = hazard.found_on
    rated_on = hazard.inspected_on or day
    refuse_together(
        lambda: HHSRS.lookup(hazard.code, rated_on, "hazard_code"),
        lambda: coded("hazard-rooms", hazard.room, day, "room"),
        lambda: coded("hazard-severities", hazard.severity, day, "severity"),
        lambda: coded("evidence-kinds", hazard.known_by, day, "known_by"),
        lambda: said_coded("tenures", hazard.tenure, day, "tenure"),
        lambda: RATINGS.lookup(hazard.band, rated_on, "band") if hazard.band is not None else None,
        lambda: not_in_future(rated_on, now, "inspected_on"),
    )


def _worded(severity: str, envelope: Envelope) -> None:
    """A severity is judged on this person: why is said in a note."""
    row = HAZARD_SEVERITIES.find(severity, envelope.effective_on)
    if row is not None and row.words and envelope.note_id is None:
        raise Refused("note-needed", detail="severity", where="note")


def _not_twice(case: Case, hazard: Hazard) -> None:
    for each in case.open_hazards:
        if (each.code, each.room) == (hazard.code, hazard.room) and each.number != hazard.number:
            raise Refused("already-done", detail=each.key, where="hazard_code")


def open_hazard(case: Case, key: str) -> Hazard:
    """Return a hazard of the case; refuses one that it does not have, or that is closed."""
    hazard = case.hazards.get(key)
    if hazard is None:
        raise Refused("no-such-item", detail="hazard", where="hazard")
    if not hazard.open:
        raise Refused("already-done", detail="hazard-closed", where="hazard")
    return hazard


def record_landlord_told(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Record that the landlord was told. Said again for another day or hour, it is corrected and every clock
    counts from there.
    """
    asked = command_of(envelope, RecordLandlordTold)
    hazard, on = open_hazard(case, asked.hazard), envelope.effective_on
    told_at = london_at(on, asked.told_time) if asked.told_time else min(now, noon(on))
    landlord_id = asked.landlord_id or hazard.landlord_id
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _not_later(told_at, now),
        lambda: HAZARD_TELLERS.lookup(asked.told_by, on, "told_by"),
        lambda: HAZARD_CHANNELS.lookup(asked.channel, on, "channel"),
        lambda: _has_landlord(hazard),
    )
    told = LandlordTold(
        told_at=told_at, told_by=asked.told_by, channel=asked.channel, hour_known=asked.told_time is not None
    )
    if (told, landlord_id) == (hazard.told, hazard.landlord_id):
        return []
    return [HazardLandlordTold(hazard=hazard.key, told=told, landlord_id=landlord_id)]


def _not_later(told_at: datetime, now: datetime) -> None:
    if told_at > now:
        raise Refused("date-in-future", where="told_time")


def _has_landlord(hazard: Hazard) -> None:
    if not path_of(hazard).landlord:
        raise Refused("stage-not-allowed", detail="no-landlord", where="hazard")


def move_hazard(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Record a step; said again for another day, it is corrected. Made safe settles what the gate asks."""
    asked = command_of(envelope, MoveHazard)
    hazard, on = open_hazard(case, asked.hazard), envelope.effective_on
    row = HAZARD_STEPS.lookup(asked.step, on, "step")
    _require_own_step(case, hazard, row, envelope.actor)
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(_begun(hazard), on, "effective_on"),
        lambda: _possible(hazard, row),
        lambda: _known(row, asked.evidence, on),
    )
    reached = HazardStepReached(on=on, evidence=asked.evidence, by=envelope.actor.user_id)
    before = hazard.steps.get(row.code)
    if before is not None and (before.on, before.evidence) == (reached.on, reached.evidence):
        return []
    moved = HazardMoved(hazard=hazard.key, step=row.code, reached=reached)
    return [moved, *_gate(case, moved, on, settled=row.makes_safe)]


def _begun(hazard: Hazard) -> date:
    """The first day on which anything could be done about it."""
    told = london_date(hazard.told.told_at) if hazard.told else hazard.found_on
    return min(hazard.found_on, told)


def _possible(hazard: Hazard, row: HazardStep) -> None:
    if row.by_command or (row.after is not None and row.after not in hazard.steps):
        raise Refused("stage-not-allowed", detail=row.after or row.code, where="step")


def _known(row: HazardStep, evidence: str | None, on: date) -> None:
    if row.evidence and evidence is None:
        raise Refused("reason-needed", detail="evidence", where="evidence")
    said_coded("evidence-kinds", evidence, on, "evidence")


def _require_own_step(case: Case, hazard: Hazard, row: HazardStep, actor: Actor) -> None:
    """A landlord and a council say what they themselves did."""
    if relation_of(case, actor.organisation_id) not in OWN_WORK_ONLY:
        return
    mine = {"landlord": hazard.landlord_id, "council": hazard.council_id}.get(row.done_by)
    if mine != actor.organisation_id:
        raise Refused("part-not-allowed", detail=row.code, where="step")


def refer_hazard(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Refer a hazard to a council's environmental health; refused where nothing may be sent to a council."""
    asked = command_of(envelope, ReferHazard)
    hazard, on = open_hazard(case, asked.hazard), envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(hazard.found_on, on, "effective_on"),
        partial(_council_may_know, case),
        lambda: _said_why_another(hazard, asked.council_id, envelope),
    )
    before = hazard.steps.get(COUNCIL_REFERRED)
    if hazard.council_id == asked.council_id and before is not None and before.on == on:
        return []
    reached = HazardStepReached(on=on, by=envelope.actor.user_id)
    return [HazardReferred(hazard=hazard.key, council_id=asked.council_id, reached=reached)]


def _said_why_another(hazard: Hazard, council_id: UUID, envelope: Envelope) -> None:
    """A second council takes the place of the first, which hears no more of it: a note says why."""
    if hazard.council_id not in (None, council_id) and envelope.note_id is None:
        raise Refused("note-needed", detail="council", where="note")


def _council_may_know(case: Case) -> None:
    if not may_send(sharing_facts(case), "council").allowed:
        raise Refused("consent-missing", where="sharing")


def close_hazard(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Close a hazard with a reason; an emergency is put right only once it is made safe."""
    asked = command_of(envelope, CloseHazard)
    hazard, on = open_hazard(case, asked.hazard), envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: require_order(_begun(hazard), on, "effective_on"),
        lambda: reason_of(HAZARD_CLOSINGS.name, asked.reason, on),
        lambda: _safe_to_close(hazard, asked.reason, on),
        lambda: _said_why_it_remains(hazard, asked.reason, envelope),
    )
    closed = HazardClosed(hazard=hazard.key, closed_on=on, reason=asked.reason)
    settled = made_safe_on(hazard) is not None
    remains = not settled and _remains(asked.reason, on)
    return [closed, *released(case, fold(case, [closed]), on, settled=settled, remains=remains)]


def _remains(reason: str, on: date) -> bool:
    row = HAZARD_CLOSINGS.find(reason, on)
    return row is not None and row.remains


def _said_why_it_remains(hazard: Hazard, reason: str, envelope: Envelope) -> None:
    """Who lives on with an emergency decided it: a note says who asked them, and what they said."""
    if blocks(hazard) and _remains(reason, envelope.effective_on) and envelope.note_id is None:
        raise Refused("note-needed", detail="reason", where="note")


def _safe_to_close(hazard: Hazard, reason: str, on: date) -> None:
    row = HAZARD_CLOSINGS.find(reason, on)
    if row is not None and row.settled and blocks(hazard):
        raise Refused("stage-not-allowed", detail="made-safe", where="reason")


def _gate(case: Case, happened: Event, on: date, *, settled: bool) -> list[Event]:
    return released(case, fold(case, [happened]), on, settled=settled)


def hazards_of_former_home(case: Case, on: date) -> list[Event]:
    """Close what was found in a home that is not the person's any more."""
    return [
        HazardClosed(hazard=hazard.key, closed_on=max(on, hazard.found_on), reason="moved")
        for hazard in case.open_hazards
    ]
