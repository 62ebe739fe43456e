"""What deciders share: days in order, codes that hold, ids that stay, and how all that runs is ended."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.command_stages import may_ask, require_may_ask
from discharge.cases.decide import DECIDERS, common
from discharge.cases.evolve import fold
from discharge.cases.model import Case, Strand
from discharge.delays.model import DelayReason, EndedBy, ReadyPeriod
from discharge.errors import HomewardError, Refused
from tests.discharge.cases.stories import POLICY, SPELL, after, day, envelope, leaves, noon, refer, spell

CASE = after((0, refer()))
NOTHING_ASKED = {
    "acknowledge-duty-to-refer",
    "add-note",
    "cancel-discharge",
    "enter-in-error",
    "note-person-deleted",
    "record-death",
    "strike-clock",
    "withdraw-death",
    "withdraw-sharing-basis",
}
"""Commands that say nothing but their kind."""


def reason(number: int, from_on: int, to_on: int | None = None, kind: str = "local") -> DelayReason:
    """One reason for waiting; its id is its number."""
    return DelayReason(
        reason_id=UUID(int=number),
        kind="national" if kind == "national" else "local",
        code="any",
        owner_role="council",
        from_on=day(from_on),
        to_on=None if to_on is None else day(to_on),
    )


def waiting(*reasons: DelayReason) -> Case:
    return CASE.model_copy(update={"delay_reasons": reasons})


def strand(number: int) -> Strand:
    return Strand(kind="equipment", number=number, item="bed", started_on=day(0), owner_role="coordinator")


@pytest.mark.parametrize("kind", sorted(set(DECIDERS) - NOTHING_ASKED))
def test_given_a_command_it_is_not_for_when_a_decider_is_asked_then_both_are_named(kind: str) -> None:
    with pytest.raises(TypeError, match=r"^registered for \w+, called with StrikeClock$"):
        DECIDERS[kind](CASE, envelope(cmd.StrikeClock(), 0), noon(0), POLICY)


def test_given_the_same_command_then_a_name_has_the_same_id_and_another_name_has_not() -> None:
    asked = envelope(cmd.StrikeClock(), 0, command_id=SPELL)
    assert common.derived_id(asked, "one") == uuid5(SPELL, "one")
    assert common.derived_id(asked, "two") != common.derived_id(asked, "one")


def test_given_a_code_then_it_is_taken_from_its_list_only_and_the_field_is_named() -> None:
    assert common.coded("tenures", "owner", day(0), "tenure") == "owner"
    with pytest.raises(HomewardError) as refused:
        common.coded("needs", "owner", day(0), "needs[0]")
    assert (refused.value.code, refused.value.detail, refused.value.where) == (
        "code-not-in-value-set",
        "needs",
        "needs[0]",
    )


def test_given_the_hour_after_midnight_in_summer_then_the_london_day_has_come() -> None:
    just_begun = datetime(2026, 6, 30, 23, 5, tzinfo=UTC)
    assert common.not_in_future(date(2026, 7, 1), just_begun, "on") == date(2026, 7, 1)
    with pytest.raises(Refused) as refused:
        common.not_in_future(date(2026, 7, 2), just_begun, "on")
    assert (refused.value.code, refused.value.where) == ("date-in-future", "on")


def test_given_an_effective_day_that_has_not_come_then_it_is_refused_by_its_name() -> None:
    asked = envelope(cmd.StrikeClock(), 2)
    assert common.happened_on(asked, noon(2)) == day(2)
    with pytest.raises(Refused) as refused:
        common.happened_on(asked, noon(1))
    assert (refused.value.code, refused.value.where) == ("date-in-future", "effective_on")


def test_given_only_a_day_then_noon_in_london_stands_for_it() -> None:
    assert common.noon(date(2026, 7, 1)) == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert common.noon(date(2026, 3, 2)) == datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_given_a_day_before_the_admission_then_it_is_refused_and_the_day_itself_is_not() -> None:
    case = after((3, refer(spell=spell(admitted_on=day(2)))))
    assert common.not_before_admission(case, day(2), "on") == day(2)
    with pytest.raises(Refused) as refused:
        common.not_before_admission(case, day(1), "on")
    assert (refused.value.code, refused.value.where) == ("date-before-admission", "on")


def test_given_no_stay_or_none_with_a_day_then_any_day_will_do() -> None:
    assert common.not_before_admission(after((0, refer(spell=None))), day(-9), "on") == day(-9)
    undated = after((0, refer(spell=spell(admitted_on=None))))
    assert common.not_before_admission(undated, day(-9), "on") == day(-9)


@pytest.mark.parametrize(("on", "ended_on"), [(4, 4), (1, 2)], ids=["later", "before it began"])
@pytest.mark.parametrize("ended_by", ["transferred", "died"])
def test_given_a_running_ready_period_then_it_ends_that_day_but_never_before_it_began(
    on: int, ended_on: int, ended_by: EndedBy
) -> None:
    case = fold(CASE, [ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(2)))])
    assert common.end_ready_period(case, day(on), ended_by) == [
        ev.ReadyPeriodEnded(ended_on=day(ended_on), ended_by=ended_by)
    ]
    assert common.end_ready_period(CASE, day(on), ended_by) == []


def test_given_reasons_then_those_that_run_on_that_day_end_and_never_before_they_began() -> None:
    case = waiting(reason(1, 0), reason(2, 0, 3), reason(3, 0, 4), reason(4, 0, 5), reason(5, 6))
    assert common.end_delay_reasons(case, day(4)) == [
        ev.DelayReasonEnded(reason_id=UUID(int=1), to_on=day(4)),
        ev.DelayReasonEnded(reason_id=UUID(int=4), to_on=day(4)),
        ev.DelayReasonEnded(reason_id=UUID(int=5), to_on=day(6)),
    ]


def again(was: DelayReason) -> ev.DelayReasonRecorded:
    new = uuid5(was.reason_id, f"again from {was.to_on}")
    return ev.DelayReasonRecorded(
        reason=was.model_copy(update={"reason_id": new, "from_on": was.to_on, "to_on": None})
    )


def test_given_a_day_that_is_undone_then_what_ended_on_it_runs_on_and_nothing_else() -> None:
    local, other_day, running = reason(1, 0, 5), reason(2, 0, 4), reason(3, 0)
    case = waiting(local, other_day, running)
    assert common.reasons_go_on(case, day(5)) == [again(local)]
    assert common.reasons_go_on(case, None) == []


def test_given_national_reasons_that_ended_that_day_then_the_last_alone_runs_on_beside_local_ones() -> None:
    first, local, last = reason(1, 0, 5, "national"), reason(2, 0, 5), reason(3, 5, 5, "national")
    assert common.reasons_go_on(waiting(first, local, last), day(5)) == [again(local), again(last)]


def test_given_a_day_that_is_undone_twice_then_what_runs_on_already_does_not_run_twice() -> None:
    one, two = reason(1, 0, 5), reason(2, 0, 5)
    case = fold(waiting(one, two), [again(one)])
    assert common.reasons_go_on(case, day(5)) == [again(two)]


def test_given_somebody_who_leaves_the_pathway_then_all_that_runs_ends_and_the_case_closes() -> None:
    case = fold(
        waiting(reason(1, 0)),
        [
            ev.StrandStarted(strand=strand(1)),
            ev.StrandStarted(strand=strand(2)),
            ev.StrandCancelled(strand="equipment/1", cancelled_on=day(1), reason="no-longer-needed"),
            ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(1))),
        ],
    )
    ready = ev.ReadyPeriodEnded(ended_on=day(3), ended_by="transferred")
    rest = [
        ev.DelayReasonEnded(reason_id=UUID(int=1), to_on=day(3)),
        ev.StrandCancelled(strand="equipment/2", cancelled_on=day(3), reason="case-ended"),
        ev.CaseClosed(closed_on=day(3), outcome="withdrawn"),
    ]
    assert common.side_exit(case, day(3), "withdrawn", "transferred") == [ready, *rest]
    assert common.side_exit(case, day(3), "withdrawn", None) == rest


def test_given_a_decider_that_needs_no_data_then_it_is_asked_with_all_but_the_data() -> None:
    asked: list[object] = []

    def decider(*given: object) -> list[ev.Event]:
        asked.extend(given)
        return []

    command = envelope(cmd.AddNote(), 1)
    assert common.plain(decider)(CASE, command, noon(1), POLICY) == []
    assert asked == [CASE, command, noon(1)]


def test_given_somebody_who_left_when_nobody_had_accepted_then_the_referral_can_be_accepted_still() -> None:
    assert may_ask(CASE, "accept-referral")
    assert not may_ask(CASE.model_copy(update={"version": 0}), "accept-referral")
    assert may_ask(after((0, refer()), (2, leaves())), "accept-referral")
    assert not may_ask(after((0, refer()), (1, cmd.AcceptReferral()), (2, leaves())), "accept-referral")


def test_given_a_command_that_may_not_be_asked_now_then_its_stage_says_why() -> None:
    require_may_ask(CASE, "accept-referral")
    gone = after((0, refer()), (1, cmd.AcceptReferral()), (2, leaves()))
    with pytest.raises(HomewardError) as refusal:
        require_may_ask(gone, "accept-referral")
    assert (refusal.value.code, refusal.value.detail) == ("stage-not-allowed", gone.stage.value)


def test_given_a_stage_of_a_newer_build_then_nothing_may_be_asked_and_it_is_said_why() -> None:
    with pytest.raises(HomewardError, match="recorded-by-newer-version"):
        require_may_ask(CASE.model_copy(update={"stage": "in-orbit"}), "accept-referral")
