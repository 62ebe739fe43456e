"""Why somebody waits, until when the home is needed, and the duty to refer: what each command gives."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.delays.model import DelayReason
from tests.discharge.cases.stories import SERVICE, SPELL, after, day, decided, refer, refused

LOCAL = "no-suitable-home"
COUNCIL = UUID("00000000-0000-4000-8000-0000000000c0")
CASE = after((0, refer()))
CONSENTED = after((0, refer(sharing_basis="consent")))


def reason(code: str = "CA10", **said: object) -> cmd.RecordDelayReason:
    return cmd.RecordDelayReason(reason_kind="national", code=code, owner_role="council").model_copy(
        update=said
    )


def kept(
    number: int, code: str, from_on: int, to_on: int | None = None, kind: str = "national"
) -> DelayReason:
    return DelayReason(
        reason_id=UUID(int=number),
        kind="national" if kind == "national" else "local",
        code=code,
        owner_role="council",
        from_on=day(from_on),
        to_on=None if to_on is None else day(to_on),
    )


def waiting(*reasons: DelayReason) -> Case:
    return CASE.model_copy(update={"delay_reasons": reasons})


def test_given_the_day_a_home_is_needed_by_then_it_is_set_once_and_taken_back() -> None:
    needed = ev.NeededBySet(needed_by=day(9))
    assert decided(CASE, cmd.SetNeededBy(needed_by=day(9)), 0) == [needed]
    case = fold(CASE, [needed])
    assert decided(case, cmd.SetNeededBy(needed_by=day(9)), 1) == []
    assert decided(case, cmd.SetNeededBy(needed_by=None), 1) == [ev.NeededBySet(needed_by=None)]


@pytest.mark.parametrize(("kind", "code"), [("national", "CA10"), ("local", LOCAL)])
@pytest.mark.parametrize(("owner", "kept_owner"), [(None, SERVICE), (COUNCIL, COUNCIL)])
def test_given_a_reason_then_all_of_it_is_kept_with_whose_it_is(
    kind: str, code: str, owner: UUID | None, kept_owner: UUID
) -> None:
    asked = reason(code, reason_kind=kind, owner_organisation_id=owner, to_on=day(8))
    assert decided(CASE, asked, 2, 3, command_id=SPELL) == [
        ev.DelayReasonRecorded(
            reason=DelayReason(
                reason_id=uuid5(SPELL, "delay-reason"),
                kind="national" if kind == "national" else "local",
                code=code,
                owner_role="council",
                owner_organisation_id=kept_owner,
                from_on=day(2),
                to_on=day(8),
            )
        )
    ]


@pytest.mark.parametrize(
    ("asked", "on", "answer"),
    [
        (reason("XX"), 1, ("code-not-in-value-set", "national-delay-reasons", "code")),
        (reason("CA10", reason_kind="local"), 1, ("code-not-in-value-set", "local-delay-reasons", "code")),
        (reason(owner_role="x"), 1, ("code-not-in-value-set", "owner-roles", "owner_role")),
        (reason(to_on=day(0)), 1, ("dates-out-of-order", "", "to_on")),
        (reason(), 4, ("date-in-future", "", "effective_on")),
        (cmd.EndDelayReason(reason_id=UUID(int=9)), 1, ("no-such-item", "", "reason_id")),
        (cmd.EndDelayReason(reason_id=UUID(int=1)), 0, ("dates-out-of-order", "", "effective_on")),
        (cmd.FlagHomelessness(flag="yes"), 4, ("date-in-future", "", "effective_on")),
        (cmd.RecordDutyToRefer(council_id=COUNCIL), 4, ("date-in-future", "", "effective_on")),
        (cmd.RecordDutyToRefer(council_id=COUNCIL), 1, ("consent-missing", "", "sharing")),
        (cmd.RecordDutyToRefer(), 1, ("council-needed", "", "council_id")),
        (cmd.AcknowledgeDutyToRefer(), 1, ("dates-out-of-order", "", "effective_on")),
        (cmd.AcknowledgeDutyToRefer(), 4, ("date-in-future", "", "effective_on")),
    ],
)
def test_given_what_cannot_be_then_it_is_refused(
    asked: cmd.Command, on: int, answer: tuple[str, str, str]
) -> None:
    assert refused(waiting(kept(1, "CA11", 1)), asked, on, 3) == answer


@pytest.mark.parametrize(
    ("there", "new"),
    [
        (kept(1, "CA10", 2), False),
        (kept(1, "CA10", 0, 3), False),
        (kept(1, "CA10", 0, 2), True),
        (kept(1, "CA10", 3), True),
        (kept(1, "CA10", 0, kind="local"), True),
        (kept(1, "CA11", 0, kind="local"), True),
    ],
)
def test_given_the_same_reason_when_it_runs_that_day_then_it_is_not_recorded_again(
    there: DelayReason, new: bool
) -> None:
    kinds = [each.kind for each in decided(waiting(there), reason(), 2)]
    assert ("delay-reason-recorded" in kinds) is new


def test_given_a_new_national_reason_then_those_that_run_end_and_local_ones_do_not() -> None:
    case = waiting(
        kept(1, "CA11", 0),
        kept(2, "CA11", 0, 2),
        kept(3, "CA11", 0, 3),
        kept(4, LOCAL, 0, kind="local"),
        kept(5, "CA12", 4),
    )
    *ended, recorded = decided(case, reason(), 2)
    assert ended == [
        ev.DelayReasonEnded(reason_id=UUID(int=1), to_on=day(2)),
        ev.DelayReasonEnded(reason_id=UUID(int=3), to_on=day(2)),
        ev.DelayReasonEnded(reason_id=UUID(int=5), to_on=day(4)),
    ]
    assert recorded.kind == "delay-reason-recorded"
    assert len(decided(case, reason("offer-waiting", reason_kind="local"), 2)) == 1


def test_given_a_reason_when_it_no_longer_holds_then_it_ends_that_day_even_ahead_and_once() -> None:
    case = waiting(kept(1, "CA11", 1), kept(2, "CA10", 1))
    asked = cmd.EndDelayReason(reason_id=UUID(int=2))
    for on in (1, 3, 9):
        ended = ev.DelayReasonEnded(reason_id=UUID(int=2), to_on=day(on))
        assert decided(case, asked, on, 3) == [ended]
        assert decided(fold(case, [ended]), asked, on, 3) == []
        assert len(decided(fold(case, [ended]), asked, on + 1, 3)) == 1


def test_given_homelessness_then_it_is_recorded_when_it_changes() -> None:
    flagged = ev.HomelessnessFlagged(flag="yes", flagged_on=day(1))
    assert decided(CASE, cmd.FlagHomelessness(flag="yes"), 1, 2) == [flagged]
    assert decided(fold(CASE, [flagged]), cmd.FlagHomelessness(flag="yes"), 2) == []
    assert decided(CASE, cmd.FlagHomelessness(flag="unknown"), 2) == []


def test_given_consent_then_the_referral_to_a_council_and_its_answer_are_recorded_once() -> None:
    sent = ev.DutyToReferSent(referred_on=day(1), council_id=COUNCIL)
    assert decided(CONSENTED, cmd.RecordDutyToRefer(council_id=COUNCIL), 1, 2) == [sent]
    case = fold(CONSENTED, [sent])
    assert refused(case, cmd.AcknowledgeDutyToRefer(), 0, 3) == (
        "dates-out-of-order", "", "effective_on",
    )  # fmt: skip
    for on in (1, 2):
        heard = ev.DutyToReferAcknowledged(acknowledged_on=day(on))
        assert decided(case, cmd.AcknowledgeDutyToRefer(), on, 3) == [heard]
        assert decided(fold(case, [heard]), cmd.AcknowledgeDutyToRefer(), 3) == []


def test_given_an_older_referral_to_no_council_then_its_answer_asks_which() -> None:
    case = fold(CONSENTED, [ev.DutyToReferSent(referred_on=day(1))])
    assert refused(case, cmd.AcknowledgeDutyToRefer(), 2) == ("council-needed", "", "council_id")


def test_given_a_reason_that_ends_the_day_it_begins_then_it_is_kept() -> None:
    [recorded] = decided(CASE, reason(to_on=day(2)), 2)
    assert (recorded.reason.from_on, recorded.reason.to_on) == (day(2), day(2))


@pytest.mark.parametrize(
    ("basis", "may"),
    [("consent", True), ("attorney", True), ("best-interests", True), ("public-interest", False)],
)
def test_given_a_basis_that_does_not_reach_the_homelessness_team_then_the_duty_is_not_recorded(
    basis: str, may: bool
) -> None:
    case = after((0, refer(sharing_basis=basis)))
    asked = cmd.RecordDutyToRefer(council_id=COUNCIL)
    if may:
        assert decided(case, asked, 1) == [ev.DutyToReferSent(referred_on=day(1), council_id=COUNCIL)]
    else:
        assert refused(case, asked, 1) == ("consent-missing", "", "sharing")
