"""How workflows, their task queues, updates and signals are called, and the ids they go by."""

from __future__ import annotations

from uuid import UUID, uuid5

CASES_QUEUE = "cases-2"
"""Task queue of cases, strands and everything that only touches the record."""

MATCHING_QUEUE = "matching"
"""Task queue of searches for homes, which take long and hold up no case."""

LANES_QUEUE = "lanes-2"
"""Task queue of what leaves the house, so that a slow partner starves nobody else."""

CHORES_QUEUE = "chores"
"""Task queue of what is done for the whole cluster on a schedule."""

FORMER_QUEUES = ("cases", "lanes")
"""Queues of earlier builds. A change of a workflow that recorded histories do not survive gives its queue the
next number, and the old name goes here: `workflows/former_runs.py` has what runs there begin anew.
"""

LOCALLY_FIRST = 1
"""The way of working in which the worker that has a workflow at hand first asks the record itself, and a lane
is served as a whole.
"""

TOLD_WHERE_IT_STANDS = 2
"""The way of working in which a strand goes on from what its case said, where it need not look itself."""

WAY = TOLD_WHERE_IT_STANDS
"""The way of working of runs that begin now. Their start says it, and they keep it: a history holds what an
earlier way asked for, in its order. (`workflow.patched` says the same, and costs each run an event and a
write to Temporal's list of workflows.)
"""

CASE_WORKFLOW = "DischargeCase"
STRAND_WORKFLOW = "Strand"
LANE_WORKFLOW = "PartnerLane"
CHORE_WORKFLOW = "ChoreRound"

EXECUTE = "execute"
"""The case's one update: ``CommandRef`` in, ``Answer`` out."""

TELL = "tell"
"""The case's one signal: a ``CommandRef`` to a fact that is already true, or to a strand's report."""

PROGRESS = "progress"
"""A strand's one signal: its part of the record changed, so it looks again."""

WORK = "work"
"""A lane's one signal: the outbox has something for it, or a person decided about a dead letter."""

APPLY = "apply"
CASE_STANDING = "case_standing"
GIVE_UP = "give_up"
LOOK_AT_STRAND = "look_at_strand"
SEARCH_HOMES = "search_homes"
DELIVER_WAITING = "deliver_waiting"
LANE_HEAD = "lane_head"
ATTEMPT_DELIVERY = "attempt_delivery"
DO_CHORE = "do_chore"


def case_workflow_id(case_id: UUID) -> str:
    """Return the id of a case's workflow."""
    return f"case/{case_id}"


def strand_workflow_id(case_id: UUID, key: str) -> str:
    """Return the id of a strand's workflow; ``key`` is its name in the case, such as ``adaptation/1``."""
    return f"case/{case_id}/strand/{key}"


def lane_workflow_id(partner_id: UUID, case_id: UUID) -> str:
    """Return the id of the lane that takes one case's items to one partner, in order."""
    return f"lane/{partner_id}/{case_id}"


def chore_id(name: str) -> str:
    """Return the id of a chore's schedule; its rounds have the same, and the time behind it."""
    return f"chore/{name}"


_REPORTS = UUID("5f0c2a52-7d5e-5b0e-9a53-9f7a2d0f3c11")


def derived_id(case_id: UUID, *parts: str) -> UUID:
    """Return the id that the same cause in one case always gets, so that repeating it changes nothing."""
    return uuid5(_REPORTS, "/".join((str(case_id), *parts)))
