"""A referral comes, comes again, is taken on, returned, amended and withdrawn: exactly what each gives."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.decide.referral import check_codes
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case, Participant, Referral, SharingBasis, Stage
from discharge.delays.model import ReadyPeriod
from discharge.errors import HomewardError
from tests.discharge.cases.stories import (
    CASE as CASE_ID,
)
from tests.discharge.cases.stories import (
    COORDINATOR,
    PERSON,
    SERVICE,
    SPELL,
    TRUST,
    after,
    day,
    decided,
    leaves,
    refer,
    refused,
    spell,
)

NEW = Case(case_id=CASE_ID)
OPEN = after((0, refer()))
OTHER_TRUST = UUID(int=90)
SYSTEM = Actor(organisation_id=TRUST, role="system")


def joined(organisation: UUID, role: str, basis: str, on: int = 0) -> ev.ParticipantJoined:
    return ev.ParticipantJoined(
        participant=Participant(organisation_id=organisation, role=role, basis=basis, from_on=day(on))
    )


BOTH = [joined(TRUST, "referrer", "referral"), joined(SERVICE, "housing-health", "referral")]
SAID: dict[str, object] = {
    "external_id": "REF-1",
    "other_ids": ("X-2",),
    "reasons": ("adaptation", "equipment"),
    "needs": ("hoist",),
    "tenure": "owner",
    "lives_alone": "yes",
    "pathway": "1",
}


def test_given_a_referral_that_says_all_then_all_of_it_is_kept() -> None:
    fit = spell(expected_discharge_on=day(6), medically_fit=True, medically_fit_on=day(-1))
    asked = refer(**SAID, spell=fit, homeless="yes", sharing_basis="consent")
    assert decided(NEW, asked, 0, 1) == [
        ev.ReferralReceived(
            person_id=PERSON,
            referral=Referral(
                referred_on=day(0), organisation_id=TRUST, ward="Ash", setting="hospital", **SAID
            ),
        ),
        *BOTH,
        ev.SpellJoined(spell=fit),
        ev.ExpectedDischargeDateSet(expected_discharge_on=day(6)),
        ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(-1), spell_id=SPELL, basis="referral")),
        ev.HomelessnessFlagged(flag="yes", flagged_on=day(0)),
        ev.SharingBasisRecorded(
            sharing=SharingBasis(
                basis="consent", recorded_on=day(0), recorded_by=COORDINATOR.user_id, organisation_id=SERVICE
            )
        ),
    ]


def test_given_a_referral_that_says_more_than_the_stay_then_its_own_word_counts() -> None:
    stay = spell(expected_discharge_on=day(6), medically_fit=True, medically_fit_on=day(-1))
    asked = refer(ward="Oak", spell=stay, expected_discharge_on=day(8), ready_on=day(0))
    received, *_, _stay, expected, ready = decided(NEW, asked, 0, actor=SYSTEM)
    assert received.referral.ward == "Oak"
    assert expected == ev.ExpectedDischargeDateSet(expected_discharge_on=day(8), told_by=TRUST)
    assert ready.period == ReadyPeriod(ready_on=day(0), spell_id=SPELL, basis="referral")


def test_given_a_referral_without_a_stay_then_it_waits_for_one_and_says_what_it_knows() -> None:
    asked = refer(spell=None, ready_on=day(-1), expected_discharge_on=day(4))
    assert decided(NEW, asked, 0) == [
        ev.ReferralReceived(
            person_id=PERSON,
            referral=Referral(referred_on=day(0), organisation_id=TRUST, awaiting_spell=True),
        ),
        *BOTH,
        ev.ExpectedDischargeDateSet(expected_discharge_on=day(4)),
        ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(-1), basis="referral")),
    ]


def test_given_a_referral_from_the_community_then_it_waits_for_no_stay() -> None:
    received, *parts = decided(NEW, refer(spell=None, setting="community", part="community-referrer"), 0)
    assert (received.referral.setting, received.referral.awaiting_spell) == ("community", False)
    assert parts == [joined(TRUST, "community-referrer", "referral"), BOTH[1]]


@pytest.mark.parametrize("fit", [None, False])
def test_given_a_stay_that_is_not_fit_then_nobody_waits_yet(fit: bool | None) -> None:
    asked = refer(spell=spell(medically_fit=fit, medically_fit_on=day(-1)))
    assert [each.kind for each in decided(NEW, asked, 0)][3:] == ["spell-joined"]


@pytest.mark.parametrize("status", ["admitted", "on-leave"])
def test_given_a_bed_in_another_trust_then_that_trust_takes_part_as_well(status: str) -> None:
    asked = refer(spell=spell(organisation_id=OTHER_TRUST, status=status), basis="agreement")
    parts = [each for each in decided(NEW, asked, 0) if each.kind == "participant-joined"]
    assert parts == [
        joined(TRUST, "referrer", "agreement"),
        joined(OTHER_TRUST, "trust", "hospital-stay"),
        BOTH[1],
    ]


def test_given_a_stay_that_is_over_or_no_service_then_they_take_no_part() -> None:
    asked = refer(spell=spell(organisation_id=OTHER_TRUST, status="discharged"), service_id=None)
    parts = [each for each in decided(NEW, asked, 0) if each.kind == "participant-joined"]
    assert parts == [BOTH[0]]


def test_given_a_service_that_refers_by_itself_then_it_has_the_services_part() -> None:
    asked = refer(organisation_id=SERVICE, spell=None)
    parts = [each for each in decided(NEW, asked, 0) if each.kind == "participant-joined"]
    assert parts == [joined(SERVICE, "housing-health", "referral")]


def test_given_an_open_case_when_referred_again_then_only_what_is_new_is_added() -> None:
    again = refer(**{**SAID, "ready_on": day(0), "tenure": "nonsense", "needs": ("hoist", "nonsense")})
    (named,) = decided(OPEN, again, 1)
    assert (named.kind, named.needs, named.changed) == ("referral-amended", ("hoist",), ("needs",))
    assert decided(fold(OPEN, [named]), again, 1) == []
    elsewhere = refer(organisation_id=OTHER_TRUST, service_id=UUID(int=91), part="referrer")
    assert decided(OPEN, elsewhere, 1) == [joined(OTHER_TRUST, "referrer", "referral", 1)]
    unknown = after((0, refer(spell=None)))
    assert decided(unknown, refer(), 1) == [ev.SpellJoined(spell=spell())]
    assert decided(unknown, refer(spell=None), 1) == []


@pytest.mark.parametrize("outcome", ["returned", "withdrawn", "admitted-elsewhere"])
def test_given_a_case_that_ended_without_help_when_referred_again_then_it_opens(outcome: str) -> None:
    case = fold(OPEN, [ev.CaseClosed(closed_on=day(1), outcome=outcome)])
    opened, received, joined_stay = decided(case, refer(), 2)
    assert opened == ev.CaseReopened(reopened_on=day(2), stage=Stage.REFERRED, reason="referred-again")
    assert (received.person_id, received.referral.referred_on) == (PERSON, day(2))
    assert joined_stay == ev.SpellJoined(spell=spell())


@pytest.mark.parametrize("outcome", ["home-made-ready", "merged", "entered-in-error"])
def test_given_a_case_that_ended_well_or_wrongly_then_a_referral_does_not_open_it(outcome: str) -> None:
    case = fold(OPEN, [ev.CaseClosed(closed_on=day(1), outcome=outcome)])
    assert refused(case, refer(), 2) == ("case-closed", str(CASE_ID), "case")


def test_given_a_case_that_death_closed_when_referred_then_the_person_lives_and_the_case_goes_on() -> None:
    dead = after((0, refer(spell=None)), (1, cmd.RecordDeath()))
    happened = decided(dead, refer(organisation_id=OTHER_TRUST), 2)
    assert [each.kind for each in happened] == [
        "case-reopened",
        "action-opened",
        "participant-joined",
        "spell-joined",
    ]
    assert happened[0] == ev.CaseReopened(reopened_on=day(2), stage=Stage.REFERRED, reason="death-withdrawn")


def test_given_the_same_dates_as_are_known_then_they_are_not_told_again() -> None:
    closed = after((0, refer(expected_discharge_on=day(5), ready_on=day(0))))
    closed = fold(closed, [ev.CaseClosed(closed_on=day(1), outcome="returned")])
    again = refer(expected_discharge_on=day(5), ready_on=day(1))
    assert [each.kind for each in decided(closed, again, 2)] == [
        "case-reopened",
        "referral-received",
        "spell-joined",
    ]


CODES = [
    ({"reasons": ("adaptation", "x")}, ("code-not-in-value-set", "referral-reasons", "reasons[1]")),
    ({"needs": ("hoist", "x")}, ("code-not-in-value-set", "needs", "needs[1]")),
    ({"pathway": "9"}, ("code-not-in-value-set", "pathways", "pathway")),
    ({"tenure": "x"}, ("code-not-in-value-set", "tenures", "tenure")),
    ({"sharing_basis": "x"}, ("code-not-in-value-set", "sharing-bases", "sharing_basis")),
]


@pytest.mark.parametrize(("said", "answer"), CODES)
def test_given_a_code_that_its_list_does_not_hold_then_the_referral_is_refused_by_field(
    said: dict[str, object], answer: tuple[str, str, str]
) -> None:
    assert refused(NEW, refer(**said), 0) == answer
    with pytest.raises(HomewardError) as error:
        check_codes(refer(**said), day(0))
    assert (error.value.code, error.value.detail, error.value.where) == answer


def test_given_a_referral_dated_ahead_then_it_is_refused() -> None:
    assert refused(NEW, refer(), 2, 1) == ("date-in-future", "", "effective_on")


@pytest.mark.parametrize(("said", "answer"), CODES[:4])
def test_given_a_code_that_its_list_does_not_hold_then_the_amendment_is_refused_by_field(
    said: dict[str, object], answer: tuple[str, str, str]
) -> None:
    assert refused(OPEN, cmd.AmendReferral().model_copy(update=said), 1) == answer


def test_given_an_amendment_then_what_it_says_counts_and_the_rest_stays() -> None:
    case = after((0, refer(**SAID)))
    as_it_was = {name: SAID[name] for name in ("reasons", "needs", "tenure", "lives_alone", "pathway")}
    assert decided(case, cmd.AmendReferral(), 1) == [ev.ReferralAmended(ward="Ash", **as_it_was, changed=())]
    new: dict[str, object] = {
        "ward": "Oak",
        "reasons": ("basics",),
        "needs": ("none",),
        "pathway": "0",
        "tenure": "private",
        "lives_alone": "no",
    }
    asked = cmd.AmendReferral().model_copy(update=new)
    assert decided(case, asked, 1) == [ev.ReferralAmended(**new, changed=tuple(new))]
    assert refused(case, asked, 2, 1) == ("date-in-future", "", "effective_on")


def test_given_a_case_without_its_referral_when_amended_then_it_says_what_was_said_only() -> None:
    case = OPEN.model_copy(update={"referral": None})
    nothing = ev.ReferralAmended(ward=None, reasons=(), needs=(), pathway=None, changed=())
    assert decided(case, cmd.AmendReferral(), 1) == [nothing]
    private = ev.ReferralAmended(
        ward=None, reasons=(), needs=(), pathway=None, tenure="private", changed=("tenure",)
    )
    assert decided(case, cmd.AmendReferral(tenure="private"), 1) == [private]


REASON = cmd.RecordDelayReason(reason_kind="national", code="CA10", owner_role="council")


def test_given_a_referral_that_is_returned_then_reasons_end_and_the_case_closes() -> None:
    case = after((0, refer()), (0, REASON))
    asked = cmd.ReturnReferral(reason="more-information")
    assert decided(case, asked, 2, 3) == [
        ev.ReferralReturned(returned_on=day(2), reason="more-information"),
        ev.DelayReasonEnded(reason_id=case.delay_reasons[0].reason_id, to_on=day(2)),
        ev.CaseClosed(closed_on=day(2), outcome="returned"),
    ]


def test_given_a_referral_that_is_withdrawn_then_all_stops_and_the_person_waits_on() -> None:
    case = after((0, refer(ready_on=day(0))), (0, REASON))
    assert decided(case, cmd.WithdrawReferral(reason="no-longer-needed"), 2, 3) == [
        ev.DelayReasonEnded(reason_id=case.delay_reasons[0].reason_id, to_on=day(2)),
        ev.CaseClosed(closed_on=day(2), outcome="withdrawn"),
    ]


@pytest.mark.parametrize(
    ("asked", "on", "answer"),
    [
        (cmd.ReturnReferral(reason=""), 1, ("return-reason-needed", "", "reason")),
        (cmd.ReturnReferral(reason="x"), 1, ("code-not-in-value-set", "referral-return-reasons", "reason")),
        (cmd.ReturnReferral(reason="other-area"), 3, ("date-in-future", "", "effective_on")),
        (cmd.WithdrawReferral(reason=""), 1, ("reason-needed", "", "reason")),
        (cmd.WithdrawReferral(reason="x"), 1, ("code-not-in-value-set", "withdrawal-reasons", "reason")),
        (cmd.WithdrawReferral(reason="other"), 3, ("date-in-future", "", "effective_on")),
        (cmd.AcceptReferral(), 3, ("date-in-future", "", "effective_on")),
    ],
)
def test_given_an_answer_to_a_referral_that_cannot_be_then_it_is_refused(
    asked: cmd.Command, on: int, answer: tuple[str, str, str]
) -> None:
    assert refused(OPEN, asked, on, 2) == answer


def test_given_a_discharged_person_when_referred_again_then_nothing_opens_twice() -> None:
    assert decided(after((0, refer()), (2, leaves())), refer(), 3) == []
