"""What each relation sees of a case: the table, and that nothing else is in what it is handed."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from discharge.cases.commands import RecordDelayReason, RecordSharingBasis
from discharge.cases.model import Case, Offer, Strand
from discharge.cases.relations import relation_of
from discharge.roles import RELATIONS, Relation
from discharge.sight import (
    EVERYTHING,
    HOME_WITHHELD,
    NOTHING,
    SIGHTS,
    recorded_without_danger,
    recorded_without_homes,
    recorded_without_place,
    seen_case,
    sight_of,
    without_place,
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
        kind="rehousing", number=1, item="x", started_on=FIRST, owner_role="coordinator",
        partner_id=LANDLORD, offers=(offer(HOME), offer(OTHER_HOME)), proposals=(HOME, OTHER_HOME),
    )  # fmt: skip
    order = Strand(
        kind="equipment", number=1, item="commode", started_on=FIRST, owner_role="coordinator",
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


def test_given_no_relation_then_nothing_is_seen_but_which_case_it_is() -> None:
    case = whole_case()
    assert sight_of(None) is NOTHING
    assert seen_case(case, None, TRUST) == Case(case_id=case.case_id)


@pytest.mark.parametrize("relation", ["responsible-trust", "housing-lead"])
def test_given_those_who_lead_when_nothing_is_withheld_then_they_see_all_but_the_danger(
    relation: Relation,
) -> None:
    case = whole_case()
    assert case.referral is not None
    referral = case.referral.model_copy(update={"reasons": ("adaptation",)})
    seen = seen_case(case, relation, WHO[relation])
    assert seen == case.model_copy(update={"referral": referral})
    assert (seen.spells[0].ward, seen.referral and seen.referral.ward) == ("Ash", "Ash")


def test_given_a_case_without_a_referral_then_it_is_seen_without_one() -> None:
    case = whole_case().model_copy(update={"referral": None})
    assert seen_case(case, "council", COUNCIL, place=False).referral is None


def test_given_a_hidden_place_then_stays_and_referral_are_there_without_their_ward() -> None:
    case, seen = whole_case(), as_seen("council", place=False)
    assert [(each.ward, each.bed, each.organisation_id) for each in seen.spells] == [
        (None, None, each.organisation_id) for each in case.spells
    ]
    assert seen.referral is not None
    assert case.referral is not None
    assert (seen.referral.ward, seen.referral.needs) == (None, case.referral.needs)
    assert without_place(case.model_copy(update={"referral": None})).referral is None


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
    assert strand.property_id is None


@pytest.mark.parametrize(("home", "told"), [(HOME, HOME), (OTHER_HOME, None)])
def test_given_a_home_that_was_let_then_its_landlord_sees_which_and_another_does_not(
    home: UUID, told: UUID | None
) -> None:
    let = whole_case().strands["rehousing/1"].model_copy(update={"property_id": home})
    case = whole_case().model_copy(update={"strands": {let.key: let}})
    for new_home in (True, False):
        seen = seen_case(case, "landlord", LANDLORD, new_home=new_home, homes=frozenset({HOME}))
        assert seen.strands[let.key].property_id == told


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
    assert recorded_without_place([event, "Ash"]) == [recorded_without_place(event), "Ash"]
    assert recorded_without_danger([event, "safety"]) == [event | {"reasons": ["x"]}, "safety"]
    others = {"codes": ["safety"], "reasons": "safety", "referral": {"reasons": ["safety"]}, "on": None}
    assert recorded_without_danger(others) == others | {"referral": {"reasons": []}}


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
    offered = as_seen("council", new_home=False).strands[let.key]
    assert [each.property_id for each in offered.offers] == [HOME_WITHHELD] * 2
    assert (offered.property_id, offered.proposals) == (None, ())


def test_given_a_recorded_event_when_homes_are_withheld_then_none_is_named_wherever_it_stands() -> None:
    event = {
        "kind": "properties-proposed", "property_ids": [str(HOME), str(OTHER_HOME)],
        "offer": {"property_id": str(HOME), "answer": None}, "property_id": None,
    }  # fmt: skip
    seen = recorded_without_homes(event)

    assert seen["property_ids"] == [str(HOME_WITHHELD)] * 2
    assert seen["offer"] == {"property_id": str(HOME_WITHHELD), "answer": None}
    assert seen["property_id"] is None
    assert recorded_without_homes([event, "text"]) == [seen, "text"]
