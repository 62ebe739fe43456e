"""A command that several rules refuse is answered with all of them, each by its field: nobody corrects one
fault only to hear of the next.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases.commands.after import ReportProblem
from discharge.cases.model import Case
from discharge.errors import HomewardError
from tests.discharge.cases.stories import TRUST, after, day, decided, leaves, refer

REFERRED = after((0, refer()))
ACCEPTED = after((0, cmd.AcceptReferral()), case=REFERRED)
HOME = after((4, leaves()), case=ACCEPTED)
CLOSED = after((1, cmd.WithdrawReferral(reason="no-longer-needed")), case=REFERRED)
COUNCIL = UUID("00000000-0000-4000-8000-0000000000c0")


def places(case: Case, command: cmd.Command, on: int, now: int) -> list[str]:
    with pytest.raises(HomewardError) as refused:
        decided(case, command, on, now)
    return [f"{each.where} {each.code}" for each in (refused.value, *refused.value.others)]


def reason(**said: object) -> cmd.RecordDelayReason:
    return cmd.RecordDelayReason.model_validate({"reason_kind": "local", **said})


FIRST_DAY = day(0)
FUTURE = "effective_on date-in-future"
NO_CODE = "code-not-in-value-set"


@pytest.mark.parametrize(
    ("case", "command", "on", "now", "said"),
    [
        (Case(case_id=UUID(int=1)), refer(tenure="x", needs=("y", "hoist", "z"), pathway="9"), 9, 2,
         [FUTURE, f"needs[0] {NO_CODE}", f"needs[2] {NO_CODE}", f"pathway {NO_CODE}", f"tenure {NO_CODE}"]),
        (REFERRED, cmd.AmendReferral(reasons=("x",), tenure="y"), 9, 2,
         [FUTURE, f"reasons[0] {NO_CODE}", f"tenure {NO_CODE}"]),
        (REFERRED, cmd.ReturnReferral(reason=""), 9, 2, [FUTURE, "reason return-reason-needed"]),
        (REFERRED, cmd.WithdrawReferral(reason="x"), 9, 2, [FUTURE, f"reason {NO_CODE}"]),
        (ACCEPTED, reason(code="x", owner_role="y", to_on=FIRST_DAY), 9, 2,
         [FUTURE, f"code {NO_CODE}", f"owner_role {NO_CODE}", "to_on dates-out-of-order"]),
        (ACCEPTED, cmd.RecordDutyToRefer(council_id=None), 9, 2,
         [FUTURE, "council_id council-needed", "sharing consent-missing"]),
        (ACCEPTED, cmd.AddParticipant(organisation_id=COUNCIL, role="x"), 9, 2,
         [FUTURE, f"role {NO_CODE}", "basis consent-missing"]),
        (ACCEPTED, cmd.RecordSharingBasis(basis="x"), 9, 2, [FUTURE, f"basis {NO_CODE}"]),
        (ACCEPTED, cmd.EndParticipation(organisation_id=TRUST), 9, 2,
         [FUTURE, "organisation_id trust-has-the-patient", "organisation_id lead-needed"]),
        (ACCEPTED, leaves("x", method="y", unready_reason="z"), 9, 2,
         [FUTURE, f"destination {NO_CODE}", f"method {NO_CODE}", f"unready_reason {NO_CODE}"]),
        (HOME, cmd.RecordContact(follow_up="never", outcome="x", problems=("y", "z")), 2, 5,
         ["follow_up no-such-item", "effective_on dates-out-of-order", f"outcome {NO_CODE}",
          f"problems[0] {NO_CODE}", f"problems[1] {NO_CODE}"]),
        (HOME, ReportProblem(problems=("x", "y")), 9, 5,
         [FUTURE, f"problems[0] {NO_CODE}", f"problems[1] {NO_CODE}"]),
        (HOME, cmd.CloseCase(outcome="x"), 9, 5,
         [FUTURE, f"outcome {NO_CODE}"]),
        (CLOSED, cmd.ReopenCase(reason="x"), 9, 5, [FUTURE, f"reason {NO_CODE}"]),
    ],
    ids=lambda each: getattr(each, "kind", None),
)  # fmt: skip
def test_given_several_rules_that_refuse_then_all_of_them_are_said(
    case: Case, command: cmd.Command, on: int, now: int, said: list[str]
) -> None:
    assert places(case, command, on, now) == said


def test_given_a_code_almost_of_its_list_then_the_refusal_names_the_list_and_the_nearest_code() -> None:
    with pytest.raises(HomewardError) as refused:
        decided(REFERRED, cmd.AmendReferral(tenure="Socal"), 1)
    assert (refused.value.detail, refused.value.where) == ("tenures; nearest: social", "tenure")


def test_given_a_text_that_is_no_code_then_nothing_of_it_is_repeated() -> None:
    with pytest.raises(HomewardError) as refused:
        decided(REFERRED, cmd.AmendReferral(tenure="social " * 2_000), 1)
    assert refused.value.detail == "tenures"
