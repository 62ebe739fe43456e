"""Nothing leaves without a basis, and a hidden address never does."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from discharge.cases.model import Case, SharingBasis
from discharge.codes.casework import SHARING_BASES
from discharge.codes.participation import PARTNER_KINDS
from discharge.errors import ERRORS
from discharge.reference.policy import put_in_force
from discharge.reference.site import parse_override
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


@pytest.mark.parametrize(
    "nothing", [case(withdrawn_on=DAY), Case(case_id=uuid4())], ids=["withdrawn", "none"]
)
def test_given_a_case_without_a_basis_then_what_protects_the_address_still_stands(nothing: Case) -> None:
    assert sharing_facts(nothing, restricted=True) == SharingFacts(None, restricted=True)
    assert sharing_facts(nothing, address_hidden=True) == SharingFacts(None, address_hidden=True)


NARROWER = (
    ("partner-kinds", "landlord: {bases: [consent]}", "landlord"),
    ("sharing-bases", "safeguarding: {partners: false}", "landlord"),
    ("sharing-bases", "safeguarding: {partners: false}", "newspaper"),
)


@pytest.fixture(params=NARROWER, ids=["kind", "basis", "basis-of-a-kind-nobody-described"])
def narrower(request: pytest.FixtureRequest) -> Iterator[str]:
    """A site that tells less from the day after DAY; the kind of partner that it is about."""
    changed, row, kind = request.param
    said = {"changes": changed, "edition": "ours", "effective_from": DAY + timedelta(days=1)}
    said |= {
        "decided_by": "J. Doe",
        "decided_on": DAY,
        "reason": "Decided by the board",
        "rows": f"{{{row}}}",
    }
    put_in_force([parse_override("ours.yaml", "\n".join(f"{k}: {v}" for k, v in said.items()).encode())])
    yield kind
    put_in_force(())


def test_given_a_site_that_tells_less_from_a_day_on_then_a_basis_counts_as_on_its_own_day(
    narrower: str,
) -> None:
    before = SharingFacts("safeguarding", recorded_on=DAY)
    assert may_send(before, narrower).allowed
    assert not may_send(replace(before, recorded_on=DAY + timedelta(days=1)), narrower).allowed


def test_given_a_case_of_somebody_hidden_then_the_address_stays() -> None:
    answer = may_send(sharing_facts(case(), address_hidden=True), "landlord")
    assert answer == Allowed("consent", with_address=False)
