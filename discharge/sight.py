"""What each relation sees of a case and of its person: one table of fields, for pages, JSON and FHIR alike.

Whatever reads a case for somebody hands it through here first, so that presenters need no checks of their
own: a landlord, a supplier and a council get a case that has no more in it than their work needs. The ward
and bed of somebody whose whereabouts are hidden are for the trust and people it names, whatever the relation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID

from discharge.cases.model import Case, Referral, Strand
from discharge.cases.relations import leads
from discharge.roles import Relation

PLACE = frozenset({"ward", "bed"})
"""Fields, of whatever is recorded, that say where in a hospital somebody is."""

HOME_WITHHELD = UUID(int=0)
"""Stands for a home that was offered or let to somebody hidden: which it is is for the housing lead, and for
the landlord whose home it is.
"""

DANGER = "safety"
"""The reason for a referral that speaks of abuse or danger: it is kept in the annex, not in the case."""

_FRAME = frozenset(
    {"case_id", "version", "stage", "person_id", "participants", "strands", "hazards", "closed_on"}
)
_ALL_CASE = frozenset(Case.model_fields)
_ALL_REFERRAL = frozenset(Referral.model_fields)
_NAMED = frozenset({"family_name", "given_name", "deceased"})
_ALL_PERSON = _NAMED | {"nhs_number", "nhs_number_status", "birth_date", "sex", "died_on"}
_REFERRED = frozenset({"referred_on", "organisation_id"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What one relation sees: fields of the case, of its referral and of the person; where the person lives
    and how to reach them; and whether of strands and participants only those that concern it.
    """

    case: frozenset[str]
    referral: frozenset[str]
    person: frozenset[str]
    address: bool = True
    contacts: bool = True
    own_only: bool = False


EVERYTHING = Sight(_ALL_CASE, _ALL_REFERRAL, _ALL_PERSON)

SIGHTS: Mapping[Relation, Sight] = MappingProxyType(
    {
        "responsible-trust": EVERYTHING,
        "housing-lead": EVERYTHING,
        "referrer": EVERYTHING,
        "council": Sight(
            _ALL_CASE - {"readmissions", "earlier_discharges"}, _ALL_REFERRAL - {"external_id"}, _ALL_PERSON
        ),
        "landlord": Sight(
            _FRAME | {"referral", "needed_by", "stay_notices", "evidence"},
            _REFERRED | {"needs"},
            _NAMED,
            address=False,
            own_only=True,
        ),
        "supplier": Sight(_FRAME | {"referral", "needed_by", "evidence"}, _REFERRED, _NAMED, own_only=True),
        "own": EVERYTHING,
    }
)
"""Relation -> what it sees. A new field of the case is seen by all but the landlord and the supplier."""

NOTHING = Sight(frozenset(), frozenset(), frozenset(), address=False, contacts=False)


def sight_of(relation: Relation | None) -> Sight:
    """What a relation sees; without one, nothing."""
    return SIGHTS[relation] if relation is not None else NOTHING


def seen_case(
    case: Case,
    relation: Relation | None,
    organisation_id: UUID,
    *,
    place: bool = True,
    new_home: bool = True,
    homes: frozenset[UUID] = frozenset(),
) -> Case:
    """The case as an organisation may see it. `place` says whether ward and bed may be seen, `new_home`
    which homes are offered and let; `homes` are the organisation's own, of which a landlord sees the offers.
    """
    sight = sight_of(relation)
    kept: dict[str, Any] = {name: getattr(case, name) for name in sight.case | {"case_id"}}
    if sight.own_only:
        kept |= _own(case, organisation_id, homes)
        if "evidence" in sight.case:
            kept["evidence"] = {
                key: each for key, each in case.evidence.items() if each.item in kept["hazards"]
            }
    if case.referral is not None and "referral" in sight.case:
        kept["referral"] = _referral(case.referral, sight)
    seen = Case(**kept)
    if not new_home and not sight.own_only:
        seen = without_homes(seen)
    return seen if place else without_place(seen)


def _own(case: Case, organisation_id: UUID, homes: frozenset[UUID]) -> dict[str, Any]:
    """Its own strands, hazards and part, and those who lead the case: whom it may ask."""
    known = leads(case) | {organisation_id}
    strands = {
        key: _own_strand(strand, homes)
        for key, strand in case.strands.items()
        if strand.partner_id == organisation_id or homes & {offer.property_id for offer in strand.offers}
    }
    told = {key: each for key, each in case.stay_notices.items() if each.organisation_id == organisation_id}
    return {
        "strands": strands,
        "hazards": {key: each for key, each in case.hazards.items() if organisation_id in each.partners},
        "stay_notices": told,
        "participants": tuple(each for each in case.participants if each.organisation_id in known),
    }


def _own_strand(strand: Strand, homes: frozenset[UUID]) -> Strand:
    """Of homes that are offered in a strand, a landlord sees its own."""
    offers = tuple(offer for offer in strand.offers if offer.property_id in homes)
    let = strand.property_id if strand.property_id in homes else None
    return strand.model_copy(
        update={"offers": offers, "proposals": (), "property_id": let, "former_place": None}
    )


def _referral(referral: Referral, sight: Sight) -> Referral:
    kept = {name: getattr(referral, name) for name in sight.referral}
    if "reasons" in kept:
        kept["reasons"] = tuple(reason for reason in referral.reasons if reason != DANGER)
    return Referral.model_construct(**kept)


def without_place(case: Case) -> Case:
    """The case without ward and bed, of every stay and of the referral."""
    nowhere = dict.fromkeys(PLACE)
    spells = tuple(spell.model_copy(update=nowhere) for spell in case.spells)
    referral = case.referral and case.referral.model_copy(update={"ward": None})
    return case.model_copy(update={"spells": spells, "referral": referral})


def without_homes(case: Case) -> Case:
    """The case without which homes are proposed, offered and let."""
    return case.model_copy(update={"strands": {key: _homeless(each) for key, each in case.strands.items()}})


def _homeless(strand: Strand) -> Strand:
    withheld = {"property_id": HOME_WITHHELD}
    offers = tuple(offer.model_copy(update=withheld) for offer in strand.offers)
    let = withheld if strand.property_id is not None else {}
    return strand.model_copy(update={"offers": offers, "proposals": ()} | let)


def recorded_without_homes(recorded: Any) -> Any:
    """What was recorded, with every home in it left out that was found for the person."""
    if isinstance(recorded, dict):
        return {
            name: str(HOME_WITHHELD)
            if name == "property_id" and value is not None
            else [str(HOME_WITHHELD)] * len(value)
            if name == "property_ids" and value
            else recorded_without_homes(value)
            for name, value in recorded.items()
        }
    if isinstance(recorded, list):
        return [recorded_without_homes(value) for value in recorded]
    return recorded


def recorded_without_place(recorded: Any) -> Any:
    """What was recorded, an event for instance, with every ward and bed in it left out.

    A bed beside a ward is one in hospital; the check of a home asks for a bed, too.
    """
    if isinstance(recorded, dict):
        place = PLACE if "ward" in recorded else frozenset()
        return {
            name: None if name in place else recorded_without_place(value) for name, value in recorded.items()
        }
    if isinstance(recorded, list):
        return [recorded_without_place(value) for value in recorded]
    return recorded


def recorded_without_danger(recorded: Any) -> Any:
    """What was recorded, without a reason that speaks of abuse or danger."""
    if isinstance(recorded, dict):
        return {
            name: [each for each in value if each != DANGER]
            if name == "reasons" and isinstance(value, list)
            else recorded_without_danger(value)
            for name, value in recorded.items()
        }
    if isinstance(recorded, list):
        return [recorded_without_danger(value) for value in recorded]
    return recorded
