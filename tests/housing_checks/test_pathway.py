"""Whole steps on the pathway: what a command brings with it; no order of commands breaks a case."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from discharge.cases import commands as cmd
from discharge.cases.events import EVENT
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Stage
from discharge.cases.unready import blockers, in_checked_home
from housing_checks.pathway import DECIDERS, Decision, advance, next_wakeup
from tests.discharge.cases.stories import CASE, COORDINATOR, day, envelope, leaves, noon, refer, told
from tests.housing_checks.homes import FORM_1

ALL_YES = {item.code: "yes" for item in FORM_1.items}
COUNCIL = UUID("00000000-0000-4000-8000-0000000000aa")


def walk(*asked: tuple[int, cmd.Command], case: Case | None = None) -> Case:
    """Return the case after commands on their days; every one must be accepted."""
    case = case or Case(case_id=CASE)
    for on, command in asked:
        decision = advance(case, envelope(command, on), noon(on))
        assert decision.answer.outcome == "accepted", decision.answer
        case = decision.case
    return case


def checked(answers: dict[str, str]) -> Case:
    """Return an accepted case whose check was completed with these answers."""
    return walk(
        (0, refer()),
        (0, cmd.RecordSharingBasis(basis="consent")),
        (0, cmd.AcceptReferral()),
        (1, cmd.StartCheck(form=FORM_1.code)),
        (1, cmd.CompleteCheck(form=FORM_1.code, answers=answers)),
    )


def test_given_a_home_fit_as_it_is_when_checked_then_it_is_ready_at_once() -> None:
    assert checked(ALL_YES).stage is Stage.READY


def test_given_one_unknown_when_checked_then_the_gate_stays_shut() -> None:
    case = checked(ALL_YES | {"heating": "unknown"})
    assert case.stage is Stage.CHECKED
    assert walk((2, cmd.ConfirmItem(item="heating", value="yes")), case=case).stage is Stage.READY


def test_given_a_stairlift_ordered_when_it_is_fitted_then_the_home_becomes_ready() -> None:
    case = checked(ALL_YES | {"adaptation-in-place": "no"})
    order = cmd.StartStrand(strand_kind="adaptation", item="straight-stairlift", partner_id=COUNCIL)
    case = walk((2, order), case=case)
    assert case.stage is Stage.MAKING_READY
    assert any(mine.organisation_id == COUNCIL for mine in case.participants)
    case = walk((9, cmd.MoveStrand(strand="adaptation/1", step="fitted")), case=case)
    assert case.stage is Stage.READY


def test_given_no_basis_when_work_is_ordered_then_the_partner_takes_no_part() -> None:
    case = walk((0, refer()), (0, cmd.AcceptReferral()))
    order = cmd.StartStrand(strand_kind="adaptation", item="grab-rail", partner_id=COUNCIL)
    case = walk((1, order), case=case)
    assert not any(mine.organisation_id == COUNCIL for mine in case.participants)
    case = walk((2, cmd.RecordSharingBasis(basis="consent")), case=case)
    assert any(mine.organisation_id == COUNCIL for mine in case.participants)
    case = walk((3, cmd.WithdrawSharingBasis()), case=case)
    assert all(mine.until_on for mine in case.participants if mine.organisation_id == COUNCIL)


def test_given_seven_days_of_waiting_when_the_clock_strikes_then_an_alert_names_fact_and_threshold() -> None:
    case = walk((0, refer()), (1, cmd.SetCriteriaToReside(met=False)))
    due = next_wakeup(case, noon(1))
    assert due is not None
    decision = advance(case, envelope(cmd.StrikeClock(), 8), noon(8))
    raised = [alert for alert in decision.case.open_alerts if alert.rule == "long-delay"]
    assert len(raised) == 1
    assert "7" in raised[0].fact + raised[0].threshold
    assert raised[0].source


def test_given_a_case_when_it_closes_then_no_alert_stays_open() -> None:
    case = walk((0, refer()), (1, cmd.SetCriteriaToReside(met=False)), (9, cmd.StrikeClock()))
    assert case.open_alerts
    assert not walk((10, cmd.RecordDeath()), case=case).open_alerts


def test_given_nobody_referred_when_anything_is_asked_then_there_is_no_such_case() -> None:
    answer = advance(Case(case_id=CASE), envelope(cmd.AcceptReferral(), 0), noon(0)).answer
    assert (answer.outcome, answer.code) == ("refused", "not-found")


def test_given_every_command_when_looked_up_then_it_has_a_decider() -> None:
    from discharge.cases.command_stages import ALLOWED

    assert set(DECIDERS) == set(ALLOWED)


ITEMS = st.sampled_from([item.code for item in FORM_1.items])
VALUES = st.sampled_from(["yes", "no", "unknown"])
ANSWERS = st.fixed_dictionaries({item.code: VALUES for item in FORM_1.items})
ORDERS = st.sampled_from(
    [
        ("adaptation", "straight-stairlift"),
        ("equipment", "commode"),
        ("rehousing", "rehousing:1-bed-general"),
        ("basics", "basics-at-home"),
    ]
)

COMMANDS = st.one_of(
    st.just(refer()),
    st.just(cmd.AcceptReferral()),
    st.just(cmd.ReturnReferral(reason="more-information")),
    st.booleans().map(lambda met: cmd.SetCriteriaToReside(met=met)),
    st.sampled_from(["CA10", "CA11"]).map(
        lambda code: cmd.RecordDelayReason(reason_kind="national", code=code, owner_role="council")
    ),
    st.just(cmd.StartCheck(form=FORM_1.code)),
    ANSWERS.map(lambda answers: cmd.CompleteCheck(form=FORM_1.code, answers=answers)),
    st.just(cmd.CompleteCheck(form=FORM_1.code, answers=ALL_YES)),
    st.builds(lambda item, value: cmd.ConfirmItem(item=item, value=value), ITEMS, VALUES),
    ORDERS.map(lambda order: cmd.StartStrand(strand_kind=order[0], item=order[1], partner_id=COUNCIL)),
    st.sampled_from(["adaptation/1", "equipment/1", "basics/1"]).flatmap(
        lambda key: st.sampled_from(["acknowledged", "delivered", "fitted", "visited"]).map(
            lambda step: cmd.MoveStrand(strand=key, step=step)
        )
    ),
    st.just(cmd.ConfirmDischarge(destination="19")),
    st.sampled_from(["19", "29"]).map(leaves),
    st.sampled_from(["no-heating", "fell"]).map(
        lambda found: cmd.RecordContact(follow_up="72-hours", outcome="needs-help", problems=(found,))
    ),
    st.sampled_from(["no-heating/1", "contact-missed/1", "fell/1"]).map(
        lambda key: cmd.AnswerAction(action=key, answer="put-right")
    ),
    st.just(cmd.WithdrawDeath()),
    st.just(cmd.NotePersonDeleted()),
    st.just(cmd.CancelDischarge()),
    st.just(cmd.RecordDeath()),
    st.sampled_from(["24-hours", "28-days"]).map(
        lambda key: cmd.RecordContact(follow_up=key, outcome="well")
    ),
    st.just(cmd.CloseCase(outcome="home-made-ready")),
    st.just(cmd.ReopenCase(reason="new-information")),
    st.just(cmd.StrikeClock()),
    st.sampled_from(["admitted", "discharged", "cancelled"]).flatmap(
        lambda status: st.booleans().map(
            lambda fit: told(
                status=status,
                discharged_on=day(3) if status == "discharged" else None,
                medically_fit=fit,
                medically_fit_on=day(1),
            )
        )
    ),
)


@given(st.lists(st.tuples(st.integers(0, 2), COMMANDS), max_size=25))
@settings(max_examples=150)
def test_given_any_commands_in_any_order_when_decided_then_the_case_stays_whole(
    asked: list[tuple[int, cmd.Command]],
) -> None:
    case, today, events = walk((0, refer())), 4, []
    start = case
    for days, command in asked:
        today += days
        decision = advance(case, envelope(command, today), noon(today))
        events += decision.events
        _whole(case, decision)
        case = decision.case
    assert fold(start, [EVENT.read(EVENT.write(event)) for event in events]) == case


def _whole(before: Case, decision: Decision) -> None:
    case = decision.case
    assert case.version == before.version + len(decision.events)
    assert sum(period.ended_on is None for period in case.ready_periods) <= 1
    if decision.answer.outcome == "refused":
        assert not decision.events
    if case.stage is Stage.READY:
        assert all(item.satisfied for item in case.gate.values())
        assert not any(strand.required for strand in case.open_strands)
    if in_checked_home(case) and blockers(case):
        assert case.unready_home is not None
        assert any(alert.rule == "home-not-ready-person-in-it" for alert in case.open_alerts)
    causes = [alert.cause for alert in case.open_alerts]
    assert len(causes) == len(set(causes))
    if case.closed:
        assert not case.open_alerts
        assert not case.open_actions
        assert case.outcome is not None
        assert case.open_ready_period is None or case.outcome == "returned"


def test_given_the_clock_strikes_twice_at_once_when_nothing_changed_then_nothing_happens() -> None:
    case = walk((0, refer()), (1, cmd.SetCriteriaToReside(met=False)), (9, cmd.StrikeClock()))
    again = advance(case, envelope(cmd.StrikeClock(), 9, COORDINATOR, uuid4()), noon(9))
    assert again.events == ()
