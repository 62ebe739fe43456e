"""What each organisation is to a case: decided by its participation, the current stay and its own strands.

One organisation has one relation, the strongest of those that its participations give. The projection writes
it beside the participation, where PostgreSQL asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from discharge.cases.commands import Command
from discharge.cases.model import REHOUSING, Actor, Case, Participant
from discharge.codes.participation import PARTICIPANT_ROLES
from discharge.errors import Refused
from discharge.permissions import PERMISSIONS, allowed_in
from discharge.roles import LEADS, OWN_WORK_ONLY, RELATIONS, Relation

BY_REFERRAL = "referral"
"""The basis on which the first participants of a case take part."""

LEAST: Relation = "supplier"
"""What a participation gives whose role nobody knows, or that has ended."""


def relations(case: Case) -> Mapping[UUID, Relation]:
    """Every organisation that takes part now, with its relation to the case."""
    found: dict[UUID, Relation] = {}
    for each in case.participants:
        if each.until_on is None:
            given = _given(case, each)
            found[each.organisation_id] = min(
                given, found.get(each.organisation_id, given), key=RELATIONS.index
            )
    return _with_responsible_trust(case, found)


def relation_of(case: Case, organisation_id: UUID) -> Relation | None:
    """The relation of one organisation; None when it takes no part now."""
    return relations(case).get(organisation_id)


def may_ask_of(case: Case, role: str, organisation_id: UUID, action: str) -> bool:
    """Whether a role of an organisation does an action on this case at all."""
    return allowed_in(relation_of(case, organisation_id), role, action)


def leads(case: Case) -> frozenset[UUID]:
    """The organisations that lead the case now: the responsible trust and the housing lead."""
    return frozenset(key for key, relation in relations(case).items() if relation in LEADS)


def works_on(case: Case, organisation_id: UUID, strand: str) -> bool:
    """Whether a strand of the case names the organisation as the one that does the work."""
    found = case.strands.get(strand)
    return found is not None and found.partner_id == organisation_id


def may_touch(case: Case, organisation_id: UUID, strand: str) -> bool:
    """Whether an organisation may do anything to a strand: some only to their own work."""
    relation = relation_of(case, organisation_id)
    if relation in OWN_WORK_ONLY:
        return works_on(case, organisation_id, strand)
    return relation is not None


def may_touch_hazard(case: Case, organisation_id: UUID, hazard: str) -> bool:
    """Whether an organisation may do anything to a hazard: some only to one that they are asked about."""
    relation = relation_of(case, organisation_id)
    if relation in OWN_WORK_ONLY:
        found = case.hazards.get(hazard)
        return found is not None and organisation_id in found.partners
    return relation is not None


def require_part(case: Case, actor: Actor, command: Command) -> None:
    """Refuse with part-not-allowed what the asker's part in the case does not include, or not of this strand.

    Whether somebody without a part may ask at all is the door's question, not this one.
    """
    relation, included = relation_of(case, actor.organisation_id), PERMISSIONS[command.kind].relations
    if relation is None or not included:
        return
    strand, hazard = getattr(command, "strand", None), getattr(command, "hazard", None)
    mine = (not strand or may_touch(case, actor.organisation_id, strand)) and (
        not hazard or may_touch_hazard(case, actor.organisation_id, hazard)
    )
    if relation not in included or not mine:
        raise Refused("part-not-allowed", detail=command.kind)


def _given(case: Case, each: Participant) -> Relation:
    known = PARTICIPANT_ROLES.known(each.role)
    relation = PARTICIPANT_ROLES.as_on(each.role, each.from_on).relation if known else LEAST
    if relation == LEAST and _lets_homes(case, each.organisation_id):
        return "landlord"
    return relation


def _lets_homes(case: Case, organisation_id: UUID) -> bool:
    """Whether all that an organisation does for the case is rehousing."""
    kinds = {strand.kind for strand in case.strands.values() if strand.partner_id == organisation_id}
    return kinds == {REHOUSING}


def _with_responsible_trust(case: Case, found: dict[UUID, Relation]) -> Mapping[UUID, Relation]:
    """The trust of the current stay is responsible; without a stay, whoever referred on their own account."""
    spell = case.current_spell
    if spell is not None:
        if spell.organisation_id in found:
            found[spell.organisation_id] = "responsible-trust"
        return found
    trusts: dict[UUID, Relation] = {
        key: "responsible-trust" for key, each in found.items() if _referred(case, key, each)
    }
    return {**found, **trusts}


def _referred(case: Case, organisation_id: UUID, relation: Relation) -> bool:
    return relation == "referrer" and any(
        each.organisation_id == organisation_id and each.until_on is None and each.basis == BY_REFERRAL
        for each in case.participants
    )
