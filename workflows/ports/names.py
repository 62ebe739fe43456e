"""How workflows, their task queues, updates and signals are called, and the ids they go by."""

from __future__ import annotations

from uuid import UUID, uuid5

from discharge.cases.model import StrandKind

CASES_QUEUE = "cases"
"""Task queue of cases, strands and everything that only touches the record."""

LANES_QUEUE = "lanes"
"""Task queue of what leaves the house, so that a slow partner starves nobody else."""

CASE_WORKFLOW = "DischargeCase"
LANE_WORKFLOW = "PartnerLane"
ADAPTATION_ORDER, EQUIPMENT_ORDER = "AdaptationOrder", "EquipmentOrder"
REHOUSING, BASICS_AT_HOME = "Rehousing", "BasicsAtHome"

STRAND_WORKFLOWS: dict[StrandKind, str] = {
    StrandKind.ADAPTATION: ADAPTATION_ORDER,
    StrandKind.EQUIPMENT: EQUIPMENT_ORDER,
    StrandKind.REHOUSING: REHOUSING,
    StrandKind.BASICS: BASICS_AT_HOME,
}
"""The workflow type that runs a strand of each kind."""

EXECUTE = "execute"
"""The case's one update: ``Envelope`` in, ``Answer`` out."""

TELL = "tell"
"""The case's one signal: an ``Envelope`` with a fact that is already true, or a strand's report."""

PROGRESS = "progress"
"""A strand's one signal: its part of the record changed, so it looks again."""

WORK = "work"
"""A lane's one signal: the outbox has something for it, or a person decided about a dead letter."""

LOAD_CASE = "load_case"
RECORD = "record"
GIVE_UP = "give_up"
MATCH_PROPERTIES = "match_properties"
TELL_CASE = "tell_case"
LANE_HEAD = "lane_head"
ATTEMPT_DELIVERY = "attempt_delivery"


def case_workflow_id(case_id: UUID) -> str:
    """Return the id of a case's workflow."""
    return f"case/{case_id}"


def strand_workflow_id(case_id: UUID, key: str) -> str:
    """Return the id of a strand's workflow; ``key`` is its name in the case, such as ``adaptation/1``."""
    return f"case/{case_id}/strand/{key}"


def lane_workflow_id(partner_id: UUID, case_id: UUID) -> str:
    """Return the id of the lane that takes one case's items to one partner, in order."""
    return f"lane/{partner_id}/{case_id}"


_REPORTS = UUID("5f0c2a52-7d5e-5b0e-9a53-9f7a2d0f3c11")


def derived_id(case_id: UUID, *parts: str) -> UUID:
    """Return the id that the same cause in one case always gets, so that repeating it changes nothing."""
    return uuid5(_REPORTS, "/".join((str(case_id), *parts)))
