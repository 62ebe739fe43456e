"""Who takes part in a case because of the work that they do for it, and until when."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from discharge.cases import events as ev
from discharge.cases.model import Case, Participant
from discharge.cases.relations import relation_of
from discharge.codes.casework import partner_bases
from discharge.roles import LEADS

ORDER_BASIS = "order"
"""The basis on which an organisation that does a strand's work takes part in a case."""


def participation(before: Case, case: Case, today: date) -> list[ev.Event]:
    """Organisations that do work for the case begin to take part while a lawful basis holds. Who took part
    only because of a hazard that is another organisation's by now leaves.

    When the basis ends, so does the part of everybody who took part on it or by an order.
    """
    working = _working(case)
    present = {mine.organisation_id: mine for mine in case.participants if mine.until_on is None}
    if case.may_tell_partners:
        leave = sorted(each for each in _handed_on(before, case) if _only_by_order(case, each))
        return [
            *(ev.ParticipantLeft(organisation_id=each, until_on=today) for each in leave),
            *(
                _joins(partner, working[partner], today)
                for partner in sorted(working.keys() - present.keys())
            ),
        ]
    return [
        ev.ParticipantLeft(organisation_id=organisation, until_on=today)
        for organisation, mine in present.items()
        if _ends_with_the_basis(mine) and relation_of(case, organisation) not in LEADS
    ]


def _handed_on(before: Case, case: Case) -> set[UUID]:
    """Organisations whose hazard has become another one's, and that have no other in the case, nor work."""
    open_still = {each.key: each for each in case.open_hazards}
    former = {
        partner
        for each in before.open_hazards
        if each.key in open_still
        for partner in each.partners - open_still[each.key].partners
    }
    of_hazards = {partner for each in case.hazards.values() for partner in each.partners}
    return former - of_hazards - {each.partner_id for each in case.strands.values() if each.partner_id}


def _only_by_order(case: Case, organisation_id: UUID) -> bool:
    """Whether an organisation takes part for its work alone, and by nothing that a person decided."""
    mine = [
        each
        for each in case.participants
        if each.organisation_id == organisation_id and each.until_on is None
    ]
    lead = relation_of(case, organisation_id) in LEADS
    return bool(mine) and not lead and all(each.basis == ORDER_BASIS for each in mine)


def _ends_with_the_basis(mine: Participant) -> bool:
    return mine.basis == ORDER_BASIS or mine.basis in partner_bases(mine.from_on)


def _working(case: Case) -> dict[UUID, str]:
    """Organisations that do a strand's work, or are asked about a hazard, and as what they take part."""
    hazards = [(each, partner) for each in case.open_hazards for partner in each.partners]
    councils = {partner: "environmental-health" for each, partner in hazards if partner == each.council_id}
    landlords = {partner: "landlord" for each, partner in hazards if partner == each.landlord_id}
    strands = {each.partner_id: "partner" for each in case.open_strands if each.partner_id is not None}
    return {**councils, **landlords, **strands}


def _joins(partner: UUID, role: str, today: date) -> ev.ParticipantJoined:
    participant = Participant(organisation_id=partner, role=role, basis=ORDER_BASIS, from_on=today)
    return ev.ParticipantJoined(participant=participant)
