"""Stays that say something else of where somebody is: elsewhere, after the case closed, in no bed at all."""

from __future__ import annotations

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Stage
from tests.discharge.cases.leaving_stories import (
    GONE,
    LATER,
    READY,
    after_news,
    by_feed,
    left,
    ready_ended,
    runs_on,
)
from tests.discharge.cases.stories import CONTACTS, after, day, decided, kinds, leaves, noon, spell, told


def test_given_somebody_at_home_who_had_been_moved_then_they_never_went_home_and_the_case_closes_there() -> (
    None
):
    again = runs_on(4)
    assert after_news(GONE, by_feed(6, discharge_destination="51"), 7) == [
        ev.DischargeCancelled(cancelled_on=day(6)),
        ev.ReadyPeriodCorrected(replaces=day(1), was=GONE.ready_periods[0], period=READY.ready_periods[0]),
        again,
        ready_ended(6, "transferred"),
        ev.DelayReasonEnded(reason_id=again.reason.reason_id, to_on=day(6)),
        ev.CaseClosed(closed_on=day(6), outcome="admitted-elsewhere"),
    ]


@pytest.mark.parametrize(("on", "opens"), [(7, False), (8, False), (9, True)])
def test_given_a_closed_case_then_another_day_of_leaving_opens_it_only_after_it_closed(
    on: int, opens: bool
) -> None:
    by_hand = after((4, leaves()), case=READY)
    closed = fold(by_hand, [ev.CaseClosed(closed_on=day(8), outcome="rehoused")])
    happened = after_news(closed, by_feed(on), 10)
    reopened = ev.CaseReopened(reopened_on=day(on), stage=Stage.DISCHARGED, reason="left-after-closing")
    if not opens:
        assert kinds(happened)[0] == "discharge-corrected"
        assert "case-reopened" not in kinds(happened)
        return
    first, second, *_, last = happened
    assert first == reopened
    assert second.discharge.model_copy(update={"unready_reason": None, "decided_by_note": None}) == left(
        on, destination="19", method="1"
    )
    assert (last.action.cause, last.action.opened_at) == ("left-after-closing", noon(10))
    assert kinds(happened).count("follow-up-scheduled") == len(CONTACTS)


def test_given_a_bed_that_was_none_when_another_stay_had_ended_then_they_have_left_and_are_looked_for() -> (
    None
):
    ended = {"discharged_on": day(4), "status": "discharged", "discharge_method": "6"}
    beside = spell(spell_id=LATER, admitted_on=day(0), **ended)
    case = fold(READY, [ev.SpellJoined(spell=beside)])
    happened = decided(case, told(status="cancelled"), 5)
    assert [each.kind for each in happened][:2] == ["spell-changed", "person-discharged"]
    assert happened[1].discharge == left(4, spell_id=LATER, method="6")
    assert [each.action.opened_at for each in happened if each.kind == "action-opened"] == [noon(5)]
    closed = fold(case, [ev.CaseClosed(closed_on=day(4), outcome="withdrawn")])
    assert kinds(decided(closed, told(status="cancelled"), 5)) == ["spell-changed"]
    assert kinds(decided(READY, told(status="cancelled"), 5)) == ["spell-changed"]


def test_given_a_case_that_nothing_reopens_when_its_stay_goes_on_then_it_stays_closed() -> None:
    merged = fold(GONE, [ev.CaseClosed(closed_on=day(6), outcome="merged")])
    assert after_news(merged, told(status="admitted"), 7) == []
    assert decided(merged, cmd.WithdrawDeath(), 7) == []
