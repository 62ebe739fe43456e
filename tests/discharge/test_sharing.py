"""Nothing leaves without a basis, and a hidden address never does."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from discharge.cases.model import Case, SharingBasis
from discharge.codes.casework import SHARING_BASES
from discharge.codes.participation import PARTNER_KINDS
from discharge.errors import ERRORS
from discharge.sharing import Allowed, NotYet, SharingFacts, may_send, sharing_facts

OUTSIDE = sorted({row.code for row in PARTNER_KINDS} - {"trust"})
DAY = date(2026, 3, 20)


@pytest.mark.parametrize("kind", OUTSIDE)
def test_given_no_basis_then_nothing_goes_to_a_partner(kind: str) -> None:
    answer = may_send(SharingFacts(basis=None), kind)
    assert answer == NotYet("consent-missing", "no-basis")
    assert ERRORS[answer.code].words


def test_given_no_basis_then_the_referring_trust_is_still_told_without_an_address() -> None:
    assert may_send(SharingFacts(basis=None), "trust") == Allowed("agreement", with_address=False)


@pytest.mark.parametrize("kind", OUTSIDE)
def test_given_consent_then_every_partner_may_be_told_where(kind: str) -> None:
    assert may_send(SharingFacts(basis="consent"), kind) == Allowed("consent", with_address=True)


@pytest.mark.parametrize("kind", OUTSIDE)
def test_given_only_the_wards_agreement_then_it_does_not_reach_partners(kind: str) -> None:
    assert may_send(SharingFacts(basis="agreement"), kind) == NotYet(
        "consent-missing", "basis-does-not-reach-partner"
    )


def test_given_a_safeguarding_basis_then_a_homelessness_referral_still_needs_consent() -> None:
    facts = SharingFacts(basis="safeguarding")
    assert may_send(facts, "council").allowed
    assert not may_send(facts, "council-homelessness").allowed


@pytest.mark.parametrize("kind", OUTSIDE)
@pytest.mark.parametrize(
    "facts",
    [SharingFacts("consent", address_hidden=True), SharingFacts("consent", restricted=True)],
    ids=["hidden", "restricted"],
)
def test_given_a_protected_address_then_it_goes_to_nobody(facts: SharingFacts, kind: str) -> None:
    assert may_send(facts, kind) == Allowed("consent", with_address=False)


def test_given_a_kind_that_nobody_described_then_it_is_told_as_little_as_possible() -> None:
    assert may_send(SharingFacts(basis="consent"), "newspaper") == Allowed("consent", with_address=False)
    assert not may_send(SharingFacts(basis=None), "newspaper").allowed


def test_given_the_bases_of_partners_then_each_is_in_the_list() -> None:
    for partner in PARTNER_KINDS:
        assert all(SHARING_BASES.known(basis) for basis in partner.may_be_told(DAY))


def case(withdrawn_on: date | None = None) -> Case:
    basis = SharingBasis(basis="consent", recorded_on=DAY, withdrawn_on=withdrawn_on)
    return Case(case_id=uuid4(), sharing=basis)


def test_given_a_case_with_consent_then_it_may_be_told_until_consent_is_withdrawn() -> None:
    assert may_send(sharing_facts(case()), "landlord").allowed
    assert not may_send(sharing_facts(case(withdrawn_on=DAY)), "landlord").allowed
    assert not may_send(sharing_facts(Case(case_id=uuid4())), "landlord").allowed


def test_given_a_case_with_the_wards_agreement_only_then_the_answer_says_what_is_missing() -> None:
    agreed = Case(case_id=uuid4(), sharing=SharingBasis(basis="agreement", recorded_on=DAY))
    assert may_send(sharing_facts(agreed), "landlord") == NotYet(
        "consent-missing", "basis-does-not-reach-partner"
    )


def test_given_a_case_then_what_protects_the_address_stands_beside_its_basis() -> None:
    recorded = SharingFacts("consent", recorded_on=DAY)
    assert sharing_facts(case()) == recorded
    assert sharing_facts(case(), restricted=True) == replace(recorded, restricted=True)
    assert sharing_facts(case(), address_hidden=True) == replace(recorded, address_hidden=True)


def test_given_a_case_of_somebody_hidden_then_the_address_stays() -> None:
    answer = may_send(sharing_facts(case(), address_hidden=True), "landlord")
    assert answer == Allowed("consent", with_address=False)
