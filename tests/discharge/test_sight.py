"""What each relation sees of a case: the table, and that nothing else is in what it is handed."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from discharge.cases.commands import RecordDelayReason, RecordSharingBasis
from discharge.cases.model import Case, Offer, Strand, StrandKind
from discharge.cases.relations import relation_of
from discharge.permissions import RELATIONS, Relation
from discharge.sight import (
    EVERYTHING,
    HOME_WITHHELD,
    SIGHTS,
    recorded_without_danger,
    recorded_without_homes,
    recorded_without_place,
    seen_case,
)
from tests.discharge.cases.stories import SERVICE, TRUST, after, refer, spell
from tests.discharge.cases.test_relations import COUNCIL, LANDLORD, SUPPLIER, part

HOME, OTHER_HOME = uuid4(), uuid4()
FIRST = date(2026, 3, 2)
WHO: dict[Relation, UUID] = {
    "responsible-trust": TRUST,
    "housing-lead": SERVICE,
    "council": COUNCIL,
    "landlord": LANDLORD,
    "supplier": SUPPLIER,
}


def offer(home: UUID) -> Offer:
    return Offer(offer_id=uuid4(), property_id=home, offered_on=FIRST, respond_by=FIRST)


def whole_case() -> Case:
    """A case with something in every part that a landlord or supplier must not see."""
    rehousing = Strand(
        kind=StrandKind.REHOUSING, number=1, item="x", started_on=FIRST, owner_role="coordinator",
        partner_id=LANDLORD, offers=(offer(HOME), offer(OTHER_HOME)), proposals=(HOME, OTHER_HOME),
    )  # fmt: skip
    order = Strand(
        kind=StrandKind.EQUIPMENT, number=1, item="commode", started_on=FIRST, owner_role="coordinator",
        partner_id=SUPPLIER,
    )  # fmt: skip
    case = after(
        (0, refer(reasons=("safety", "adaptation"), spell=spell(ward="Ash", bed="7"), ward="Ash")),
        (0, RecordSharingBasis(basis="consent")),
        (0, RecordDelayReason(reason_kind="national", code="CA10", owner_role="council")),
    )
    parts = (part(COUNCIL, "council"), part(LANDLORD, "partner", "order"), part(SUPPLIER, "partner", "order"))
    return case.model_copy(
        update={
            "strands": {each.key: each for each in (rehousing, order)},
            "participants": (*case.participants, *parts),
        }
    )


def as_seen(
    relation: Relation, *, place: bool = True, new_home: bool = True, homes: frozenset[UUID] = frozenset()
) -> Case:
    case = whole_case()
    assert relation_of(case, WHO[relation]) == relation
    return seen_case(case, relation, WHO[relation], place=place, new_home=new_home, homes=homes)


@pytest.mark.parametrize("relation", RELATIONS)
def test_given_a_relation_then_the_table_names_only_fields_that_exist(relation: Relation) -> None:
    assert SIGHTS[relation].case <= set(Case.model_fields)
    assert SIGHTS[relation].person <= EVERYTHING.person


@pytest.mark.parametrize("relation", ["landlord", "supplier"])
def test_given_a_landlord_or_supplier_then_only_its_own_work_is_in_what_it_gets(relation: Relation) -> None:
    seen = as_seen(relation).model_dump(mode="json")

    filled = {name for name, value in seen.items() if value not in (None, [], {}, ())}
    assert filled <= {
        "case_id", "version", "stage", "person_id", "referral", "participants", "strands",
        "homelessness",
    }  # fmt: skip
    assert seen["homelessness"]["flag"] == "unknown"
    assert seen["referral"]["ward"] is None
    assert seen["referral"]["reasons"] == []
    assert len(seen["strands"]) == 1
    assert {each["organisation_id"] for each in seen["participants"]} == {
        str(TRUST),
        str(SERVICE),
        str(WHO[relation]),
    }


def test_given_a_landlord_then_of_the_homes_offered_it_sees_its_own() -> None:
    (strand,) = as_seen("landlord", homes=frozenset({HOME})).strands.values()

    assert [each.property_id for each in strand.offers] == [HOME]
    assert strand.proposals == ()


@pytest.mark.parametrize("relation", list(WHO))
def test_given_what_is_seen_then_the_relation_read_from_it_is_the_same(relation: Relation) -> None:
    assert relation_of(as_seen(relation), WHO[relation]) == relation


@pytest.mark.parametrize("relation", list(WHO))
def test_given_a_hidden_place_then_no_ward_or_bed_is_in_what_is_seen(relation: Relation) -> None:
    text = as_seen(relation, place=False).model_dump_json()

    assert "Ash" not in text
    assert '"7"' not in text


@pytest.mark.parametrize("relation", list(WHO))
def test_given_a_reason_that_speaks_of_danger_then_the_case_shows_it_to_nobody(relation: Relation) -> None:
    assert "safety" not in as_seen(relation).model_dump_json()


def test_given_a_recorded_event_then_ward_bed_and_danger_are_left_out_wherever_they_stand() -> None:
    event = {
        "kind": "k",
        "spell": {"ward": "Ash", "bed": "7", "status": "admitted"},
        "reasons": ["safety", "x"],
    }

    assert recorded_without_place(event)["spell"] == {"ward": None, "bed": None, "status": "admitted"}
    assert recorded_without_place({"answers": {"bed": "yes"}}) == {"answers": {"bed": "yes"}}
    assert recorded_without_danger([event])[0]["reasons"] == ["x"]


@pytest.mark.parametrize("relation", list(WHO))
def test_given_a_withheld_home_then_none_that_was_found_is_in_what_is_seen(relation: Relation) -> None:
    let = whole_case().strands["rehousing/1"].model_copy(update={"property_id": HOME})
    case = whole_case().model_copy(update={"strands": {let.key: let}})
    text = seen_case(case, relation, WHO[relation], new_home=False).model_dump_json()

    assert str(HOME) not in text
    assert str(OTHER_HOME) not in text


def test_given_a_withheld_home_then_the_case_still_says_that_one_was_let() -> None:
    let = whole_case().strands["rehousing/1"].model_copy(update={"property_id": HOME})
    case = whole_case().model_copy(update={"strands": {let.key: let}})

    assert seen_case(case, "council", COUNCIL, new_home=False).home_let_id == HOME_WITHHELD


def test_given_a_recorded_event_when_homes_are_withheld_then_none_is_named_wherever_it_stands() -> None:
    event = {
        "kind": "properties-proposed", "property_ids": [str(HOME), str(OTHER_HOME)],
        "offer": {"property_id": str(HOME), "answer": None}, "property_id": None,
    }  # fmt: skip
    seen = recorded_without_homes(event)

    assert seen["property_ids"] == [str(HOME_WITHHELD)] * 2
    assert seen["offer"] == {"property_id": str(HOME_WITHHELD), "answer": None}
    assert seen["property_id"] is None
