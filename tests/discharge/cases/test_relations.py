"""What each organisation is to a case, and what its part lets it do."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from discharge.cases.commands import (
    AddParticipant,
    CloseCase,
    Command,
    EndParticipation,
    EnterInError,
    MoveStrand,
    RecordSharingBasis,
    WithdrawReferral,
)
from discharge.cases.decide import DECIDERS
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case, CaseSpell, Participant, Referral, Strand
from discharge.cases.relations import may_touch, relation_of, require_part
from discharge.errors import Refused
from tests.discharge.cases.stories import POLICY, SERVICE, TRUST, after, envelope, noon, refer

FIRST = date(2026, 3, 2)
COUNCIL, LANDLORD, SUPPLIER, OTHER_TRUST = (uuid4() for _ in range(4))


def part(organisation: UUID, role: str, basis: str = "consent") -> Participant:
    return Participant(organisation_id=organisation, role=role, basis=basis, from_on=FIRST)


def strand(kind: str, partner: UUID, number: int = 1) -> Strand:
    return Strand(
        kind=kind, number=number, item="x", started_on=FIRST, owner_role="coordinator", partner_id=partner
    )


def a_case(*more: Participant, spell_of: UUID | None = None) -> Case:
    strands = [
        strand("equipment", SUPPLIER),
        strand("adaptation", uuid4()),
        strand("rehousing", LANDLORD),
    ]
    return Case(
        case_id=uuid4(),
        version=3,
        referral=Referral(referred_on=FIRST, organisation_id=TRUST),
        participants=(
            part(TRUST, "referrer", "referral"),
            part(SERVICE, "housing-health", "referral"),
            part(SUPPLIER, "partner", "order"),
            part(LANDLORD, "partner", "order"),
            part(COUNCIL, "council"),
            *more,
        ),
        spells=(CaseSpell(spell_id=uuid4(), organisation_id=spell_of, status="admitted"),)
        if spell_of
        else (),
        strands={each.key: each for each in strands},
    )


def asked(case: Case, command: Command, by: UUID) -> str:
    """The code of the refusal, or nothing."""
    given = envelope(command, 0, Actor(organisation_id=by, role="coordinator"))
    try:
        require_part(case, given.actor, command)
        DECIDERS[command.kind](case, given, noon(0), POLICY)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("organisation", "relation"),
    [
        (TRUST, "responsible-trust"),
        (SERVICE, "housing-lead"),
        (COUNCIL, "council"),
        (LANDLORD, "landlord"),
        (SUPPLIER, "supplier"),
        (OTHER_TRUST, None),
    ],
)
def test_given_a_part_then_the_relation_follows(organisation: UUID, relation: str | None) -> None:
    assert relation_of(a_case(), organisation) == relation


def test_given_a_stay_elsewhere_then_its_trust_is_responsible_and_the_referrer_refers_only() -> None:
    case = a_case(part(OTHER_TRUST, "referrer", "agreement"), spell_of=OTHER_TRUST)

    assert relation_of(case, OTHER_TRUST) == "responsible-trust"
    assert relation_of(case, TRUST) == "referrer"


def test_given_a_referrer_let_in_on_a_basis_then_no_stay_makes_it_the_responsible_trust() -> None:
    case = a_case(part(OTHER_TRUST, "referrer", "agreement"))

    assert relation_of(case, OTHER_TRUST) == "referrer"


def test_given_a_role_that_nobody_knows_then_it_gives_the_least() -> None:
    assert relation_of(a_case(part(OTHER_TRUST, "discharge-team")), OTHER_TRUST) == "supplier"


def test_given_two_parts_then_the_stronger_counts_and_an_ended_part_counts_for_nothing() -> None:
    ended = part(OTHER_TRUST, "trust").model_copy(update={"until_on": FIRST})

    assert relation_of(a_case(part(SUPPLIER, "council")), SUPPLIER) == "council"
    assert relation_of(a_case(ended), OTHER_TRUST) is None


@pytest.mark.parametrize("by", [COUNCIL, LANDLORD, SUPPLIER], ids=["council", "landlord", "supplier"])
@pytest.mark.parametrize(
    "command",
    [
        AddParticipant(organisation_id=OTHER_TRUST, role="council"),
        CloseCase(outcome="home-made-ready"),
        EnterInError(),
        WithdrawReferral(reason="arranged-otherwise"),
        EndParticipation(organisation_id=TRUST),
        EndParticipation(organisation_id=SERVICE),
    ],
    ids=lambda each: each.kind,
)
def test_given_a_part_below_the_leads_then_it_lets_nobody_in_and_ends_nothing(
    command: Command, by: UUID
) -> None:
    assert asked(a_case(), command, by) == "part-not-allowed"


@pytest.mark.parametrize(
    ("by", "own", "others"),
    [(SUPPLIER, "equipment/1", "rehousing/1"), (LANDLORD, "rehousing/1", "equipment/1")],
)
def test_given_a_supplier_or_landlord_then_it_touches_its_own_strand_only(
    by: UUID, own: str, others: str
) -> None:
    case = a_case()

    assert may_touch(case, by, own)
    assert not may_touch(case, by, others)
    with pytest.raises(Refused) as refused:
        require_part(
            case,
            Actor(organisation_id=by, role="coordinator"),
            MoveStrand(strand=others, step="acknowledged"),
        )
    assert refused.value.code == "part-not-allowed"


def test_given_the_last_of_either_lead_then_nobody_removes_it() -> None:
    case = a_case()

    assert asked(case, EndParticipation(organisation_id=TRUST), SERVICE) == "lead-needed"
    assert asked(case, EndParticipation(organisation_id=SERVICE), SERVICE) == "lead-needed"
    two = a_case(part(OTHER_TRUST, "trust"))
    assert asked(two, EndParticipation(organisation_id=OTHER_TRUST), SERVICE) == ""


def test_given_a_part_then_its_own_organisation_leaves_unless_it_still_works() -> None:
    assert asked(a_case(), EndParticipation(organisation_id=COUNCIL), COUNCIL) == ""
    assert asked(a_case(), EndParticipation(organisation_id=SUPPLIER), SUPPLIER) == "work-open"


def test_given_no_recorded_basis_then_a_word_in_the_request_lets_nobody_in() -> None:
    case = after((0, refer()))
    named = AddParticipant(organisation_id=COUNCIL, role="council", basis="consent")

    assert asked(case, named, SERVICE) == "consent-missing"


def test_given_a_recorded_basis_then_it_is_the_basis_of_the_part_and_says_who_stated_it() -> None:
    case = after((0, refer()), (0, RecordSharingBasis(basis="consent")))
    adding = envelope(AddParticipant(organisation_id=COUNCIL, role="council"), 0)
    joined = fold(case, DECIDERS["add-participant"](case, adding, noon(0), POLICY))

    assert relation_of(joined, COUNCIL) == "council"
    assert joined.participants[-1].basis == "consent"
    assert case.sharing is not None
    assert case.sharing.organisation_id == SERVICE
    other = AddParticipant(organisation_id=LANDLORD, role="landlord", basis="safeguarding")
    assert asked(case, other, SERVICE) == "consent-missing"


def test_given_a_basis_of_direct_care_then_it_lets_a_lead_in_and_no_partner() -> None:
    case = after((0, refer(sharing_basis="agreement")))

    assert asked(case, AddParticipant(organisation_id=OTHER_TRUST, role="trust"), SERVICE) == ""
    refused = AddParticipant(organisation_id=LANDLORD, role="landlord")
    assert asked(case, refused, SERVICE) == "consent-missing"


def test_given_a_role_that_only_orders_give_then_nobody_names_it() -> None:
    case = after((0, refer()), (0, RecordSharingBasis(basis="consent")))

    for role in ("partner", "king"):
        command = AddParticipant(organisation_id=COUNCIL, role=role)
        with pytest.raises(Exception, match="code-not-in-value-set"):
            DECIDERS["add-participant"](case, envelope(command, 0), noon(0), POLICY)
