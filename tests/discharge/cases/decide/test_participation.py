"""Who owns the case, who joins and leaves it, and the basis on which partners are told."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import (
    Actor,
    Case,
    Discharge,
    Owner,
    Participant,
    SharingBasis,
    Strand,
)
from discharge.errors import ERRORS
from discharge.reference.policy import put_in_force
from tests.discharge.cases.stories import (
    COORDINATOR,
    SERVICE,
    TRUST,
    after,
    day,
    decided,
    noon,
    refer,
    refused,
    spell,
    told,
)
from tests.fixtures.site_rows import site_change

COUNCIL = UUID("00000000-0000-4000-8000-0000000000c0")
LANDLORD = UUID("00000000-0000-4000-8000-0000000000c1")
ELSEWHERE = UUID("00000000-0000-4000-8000-0000000000c2")
TEAM, NURSE = UUID(int=71), UUID(int=72)

CASE = after((0, refer()))
AT_HOME = after((0, refer()), (2, told(status="discharged", discharged_on=day(2))))
AGREED = after((0, refer(sharing_basis="agreement")))
CONSENTED = after((0, refer(sharing_basis="consent")))


def joined(organisation: UUID, role: str, basis: str, on: int) -> ev.ParticipantJoined:
    return ev.ParticipantJoined(
        participant=Participant(organisation_id=organisation, role=role, basis=basis, from_on=day(on))
    )


def with_part(case: Case, organisation: UUID, role: str) -> Case:
    return fold(case, [joined(organisation, role, "consent", 0)])


@pytest.mark.parametrize(
    ("team", "user", "named"),
    [
        (None, None, COORDINATOR.user_id),
        (TEAM, None, None),
        (None, NURSE, NURSE),
        (TEAM, NURSE, NURSE),
    ],
)
def test_given_an_owner_then_it_is_who_was_named_and_else_the_asker(
    team: UUID | None, user: UUID | None, named: UUID | None
) -> None:
    owner = ev.OwnerAssigned(owner=Owner(organisation_id=SERVICE, team_id=team, user_id=named))
    assert decided(CASE, cmd.AssignOwner(team_id=team, user_id=user), 1) == [owner]
    accepted = decided(CASE, cmd.AcceptReferral(team_id=team, user_id=user), 1)
    assert accepted == [ev.ReferralAccepted(accepted_on=day(1)), owner]


@pytest.mark.parametrize("status", ["admitted", "on-leave"])
def test_given_a_bed_in_another_trust_then_that_trust_takes_part(status: str) -> None:
    there = spell(spell_id=UUID(int=8), organisation_id=ELSEWHERE, status=status)
    part = joined(ELSEWHERE, "trust", "hospital-stay", 3)
    assert decided(CASE, cmd.JoinSpell(spell=there), 3) == [ev.SpellJoined(spell=there), part]


@pytest.mark.parametrize("status", ["expected", "discharged"])
def test_given_no_bed_in_another_trust_then_it_takes_no_part(status: str) -> None:
    there = spell(spell_id=UUID(int=8), organisation_id=ELSEWHERE, status=status)
    assert decided(CASE, cmd.JoinSpell(spell=there), 3) == [ev.SpellJoined(spell=there)]


def test_given_a_trust_that_left_the_case_then_a_bed_in_it_lets_it_in_again() -> None:
    case = fold(AT_HOME, [ev.ParticipantLeft(organisation_id=TRUST, until_on=day(3))])
    again = spell(spell_id=UUID(int=8))
    assert decided(case, cmd.JoinSpell(spell=again), 4)[-1] == joined(TRUST, "trust", "hospital-stay", 4)


@pytest.mark.parametrize(
    ("case", "role", "meant", "basis"),
    [
        (AGREED, "trust", None, "agreement"),
        (AGREED, "housing-health", "agreement", "agreement"),
        (CONSENTED, "council", None, "consent"),
        (CONSENTED, "equipment-service", "consent", "consent"),
    ],
)
def test_given_a_basis_that_reaches_them_then_an_organisation_takes_part_on_it_once(
    case: Case, role: str, meant: str | None, basis: str
) -> None:
    asked = cmd.AddParticipant(organisation_id=COUNCIL, role=role, basis=meant)
    part = joined(COUNCIL, role, basis, 1)
    assert decided(case, asked, 1, 2) == [part]
    assert decided(fold(case, [part]), asked, 2) == []


@pytest.mark.parametrize(
    ("case", "role", "meant", "answer"),
    [
        (CASE, "council", None, ("consent-missing", "no-basis", "basis")),
        (AGREED, "council", None, ("consent-missing", "basis-does-not-reach-partner", "basis")),
        (CONSENTED, "council", "attorney", ("consent-missing", "basis-not-recorded", "basis")),
        (CONSENTED, "neighbour", None, ("code-not-in-value-set", "participant-roles", "role")),
        (CONSENTED, "partner", None, ("code-not-in-value-set", "participant-roles", "role")),
    ],
)
def test_given_no_basis_that_reaches_them_or_no_such_part_then_nobody_is_let_in(
    case: Case, role: str, meant: str | None, answer: tuple[str, str, str]
) -> None:
    asked = cmd.AddParticipant(organisation_id=COUNCIL, role=role, basis=meant)
    assert refused(case, asked, 1) == answer


def test_given_a_basis_that_was_withdrawn_then_nobody_is_let_in() -> None:
    case = fold(CONSENTED, [ev.SharingBasisWithdrawn(withdrawn_on=day(1))])
    asked = cmd.AddParticipant(organisation_id=COUNCIL, role="council")
    assert refused(case, asked, 2) == ("consent-missing", "no-basis", "basis")
    assert refused(CONSENTED, asked, 3, 2) == ("date-in-future", "", "effective_on")


def test_given_a_site_that_tells_less_from_a_day_on_then_a_basis_counts_as_on_its_own_day() -> None:
    asked = cmd.AddParticipant(organisation_id=COUNCIL, role="council")
    put_in_force([site_change("sharing-bases", day(1), consent={"partners": False})])
    try:
        assert decided(CONSENTED, asked, 2)
        again = SharingBasis(basis="consent", recorded_on=day(1))
        later = fold(CONSENTED, [ev.SharingBasisRecorded(sharing=again)])
        assert refused(later, asked, 2) == ("consent-missing", "basis-does-not-reach-partner", "basis")
    finally:
        put_in_force(())


def by(organisation: UUID) -> Actor:
    return Actor(organisation_id=organisation, role="coordinator")


@pytest.mark.parametrize("asker", [SERVICE, COUNCIL])
def test_given_a_part_then_a_lead_or_who_has_it_ends_it(asker: UUID) -> None:
    case = with_part(CASE, COUNCIL, "council")
    asked = cmd.EndParticipation(organisation_id=COUNCIL)
    gone = ev.ParticipantLeft(organisation_id=COUNCIL, until_on=day(3))
    assert decided(case, asked, 3, 4, actor=by(asker)) == [gone]
    assert decided(fold(case, [gone]), asked, 4, actor=by(asker)) == []
    assert decided(CASE, asked, 3, actor=by(asker)) == []


def test_given_a_part_then_nobody_else_ends_it_and_not_in_the_future() -> None:
    case = with_part(with_part(CASE, COUNCIL, "council"), LANDLORD, "landlord")
    asked = cmd.EndParticipation(organisation_id=COUNCIL)
    for asker in (LANDLORD, ELSEWHERE):
        assert refused(case, asked, 3, actor=by(asker)) == ("part-not-allowed", "", "organisation_id")
    assert refused(case, asked, 4, 3) == ("date-in-future", "", "effective_on")


@pytest.mark.parametrize("status", ["admitted", "on-leave"])
def test_given_a_patient_in_its_bed_then_the_trust_stays(status: str) -> None:
    case = after((0, refer()), (1, told(status=status)))
    asked = cmd.EndParticipation(organisation_id=TRUST)
    assert refused(case, asked, 2) == ("trust-has-the-patient", "", "organisation_id")


def test_given_a_discharge_by_hand_when_the_stay_goes_on_then_its_trust_is_told_to_send_the_end() -> None:
    case = after((0, refer()), (1, told(status="admitted")))
    home = case.model_copy(
        update={"discharge": Discharge(discharged_on=day(2), discharged_at=noon(2), told_by="hand")}
    )
    asked = cmd.EndParticipation(organisation_id=TRUST)
    assert refused(home, asked, 3) == ("stay-not-ended", "", "organisation_id")
    assert "Send the end of the stay" in ERRORS["stay-not-ended"].words


def test_given_the_last_trust_or_housing_lead_then_it_stays_until_there_is_another() -> None:
    asked = cmd.EndParticipation(organisation_id=SERVICE)
    assert refused(AT_HOME, asked, 3) == ("lead-needed", "", "organisation_id")
    asked_of_trust = cmd.EndParticipation(organisation_id=TRUST)
    assert refused(AT_HOME, asked_of_trust, 3) == ("lead-needed", "", "organisation_id")
    two = with_part(AT_HOME, ELSEWHERE, "housing-health")
    assert decided(two, asked, 3) == [ev.ParticipantLeft(organisation_id=SERVICE, until_on=day(3))]


def test_given_open_work_of_its_own_then_a_partner_stays_until_it_is_done() -> None:
    strand = Strand(
        kind="equipment", number=1, item="bed", started_on=day(0), owner_role="coordinator",
        partner_id=LANDLORD,
    )  # fmt: skip
    case = fold(with_part(CASE, LANDLORD, "landlord"), [ev.StrandStarted(strand=strand)])
    case = with_part(case, COUNCIL, "council")
    asked = cmd.EndParticipation(organisation_id=LANDLORD)
    assert refused(case, asked, 3) == ("work-open", "", "organisation_id")
    assert len(decided(case, cmd.EndParticipation(organisation_id=COUNCIL), 3)) == 1
    done = fold(case, [ev.StrandCompleted(strand=strand.key, completed_on=day(2))])
    assert len(decided(done, asked, 3)) == 1


def test_given_a_basis_then_who_recorded_it_and_when_is_kept_and_the_same_is_kept_once() -> None:
    recorded = ev.SharingBasisRecorded(
        sharing=SharingBasis(
            basis="consent", recorded_on=day(1), recorded_by=COORDINATOR.user_id, organisation_id=SERVICE
        )
    )
    asked = cmd.RecordSharingBasis(basis="consent")
    assert decided(CASE, asked, 1, 2) == [recorded]
    assert decided(fold(CASE, [recorded]), asked, 2) == []
    assert len(decided(fold(CASE, [recorded]), cmd.RecordSharingBasis(basis="safeguarding"), 2)) == 1
    withdrawn = fold(CASE, [recorded, ev.SharingBasisWithdrawn(withdrawn_on=day(2))])
    assert len(decided(withdrawn, asked, 3)) == 1


def test_given_the_wards_agreement_when_it_is_recorded_again_then_it_is_not_a_basis_for_partners() -> None:
    asked = cmd.RecordSharingBasis(basis="agreement")
    assert [each.kind for each in decided(AGREED, asked, 1)] == ["sharing-basis-recorded"]
    assert decided(AGREED, cmd.WithdrawSharingBasis(), 1) == []


def test_given_a_basis_that_is_none_or_ahead_then_it_is_refused() -> None:
    asked = cmd.RecordSharingBasis(basis="hearsay")
    assert refused(CASE, asked, 1) == ("code-not-in-value-set", "sharing-bases", "basis")
    ahead = cmd.RecordSharingBasis(basis="consent")
    assert refused(CASE, ahead, 2, 1) == ("date-in-future", "", "effective_on")


def test_given_a_basis_when_it_is_withdrawn_then_it_ended_that_day_once() -> None:
    gone = ev.SharingBasisWithdrawn(withdrawn_on=day(2))
    assert decided(CONSENTED, cmd.WithdrawSharingBasis(), 2, 3) == [gone]
    assert decided(fold(CONSENTED, [gone]), cmd.WithdrawSharingBasis(), 3) == []
    assert refused(CONSENTED, cmd.WithdrawSharingBasis(), 3, 2) == ("date-in-future", "", "effective_on")
