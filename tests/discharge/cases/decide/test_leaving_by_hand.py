"""Leaving as somebody says it: exactly what is recorded, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.decide import DECIDERS
from discharge.cases.model import Discharge, FollowUp, GateItem
from tests.discharge.cases.leaving_stories import (
    CASE,
    GONE,
    NOTE,
    READY,
    owed,
    ready_ended,
    reason_ended,
    runs_on,
)
from tests.discharge.cases.stories import (
    POLICY,
    SPELL,
    after,
    day,
    decided,
    envelope,
    kinds,
    leaves,
    noon,
    refer,
    refused,
)


def test_given_a_discharge_by_hand_then_all_of_it_is_kept() -> None:
    discharge = Discharge(
        discharged_on=day(4),
        discharged_at=noon(4),
        destination="19",
        method="1",
        told_by="hand",
        spell_id=SPELL,
        unready_reason="bed-needed",
        decided_by_note=NOTE,
    )
    assert decided(READY, leaves(), 4, 5) == [
        ev.PersonDischarged(discharge=discharge),
        ready_ended(4),
        reason_ended(4),
        *owed(4),
    ]


def test_given_an_hour_of_leaving_then_its_london_day_counts() -> None:
    late = noon(3) + timedelta(hours=9)
    (first, *_) = decided(CASE, leaves(discharged_at=late), 4, 5)
    assert (first.discharge.discharged_on, first.discharge.discharged_at) == (day(3), late)
    (first, *_) = decided(CASE, leaves(), 4)
    assert first.discharge.discharged_at == noon(4)


def test_given_a_discharge_this_morning_or_without_a_stay_then_it_is_not_ahead_and_names_none() -> None:
    morning = noon(4).replace(hour=8)
    case = after((0, refer(spell=None)))
    first, *_ = DECIDERS["confirm-discharge"](case, envelope(leaves(), 4), morning, POLICY)
    assert (first.discharge.discharged_at, first.discharge.spell_id) == (morning, None)


def test_given_somebody_who_left_by_own_decision_then_they_are_looked_for_from_now() -> None:
    *_, opened = decided(CASE, leaves(method="6"), 4, 5)
    assert (opened.action.cause, opened.action.opened_at) == ("self-discharged", noon(5))


def test_given_no_discharge_that_is_known_when_it_is_undone_then_nothing_else_is() -> None:
    assert decided(CASE, cmd.CancelDischarge(), 5) == [ev.DischargeCancelled(cancelled_on=day(5))]


@pytest.mark.parametrize(
    ("asked", "on", "answer"),
    [
        (leaves(), 6, ("date-in-future", "", "effective_on")),
        (leaves(), -1, ("date-before-admission", "", "effective_on")),
        (leaves("x"), 4, ("code-not-in-value-set", "discharge-destinations", "destination")),
        (leaves(method="x"), 4, ("code-not-in-value-set", "discharge-methods", "method")),
        (leaves(unready_reason="x"), 4, ("code-not-in-value-set", "unready-reasons", "unready_reason")),
        (leaves(unready_reason=None), 4, ("unready-reason-needed", "check", "unready_reason")),
        (leaves(decided_by_note=None), 4, ("decider-needed", "check", "decided_by")),
    ],
)
def test_given_a_discharge_that_cannot_be_then_it_is_refused(
    asked: cmd.ConfirmDischarge, on: int, answer: tuple[str, str, str]
) -> None:
    assert refused(CASE, asked, on, 5) == answer


def test_given_a_home_that_is_not_ready_then_each_blocker_is_named_in_the_refusal() -> None:
    gate = {code: GateItem(code=code, value="no") for code in ("bed", "food")}
    case = CASE.model_copy(update={"gate": gate})
    assert refused(case, leaves(unready_reason=None), 4) == (
        "unready-reason-needed", "bed, food", "unready_reason",
    )  # fmt: skip
    assert refused(case, leaves(decided_by_note=None), 4) == (
        "decider-needed", "bed, food", "decided_by",
    )  # fmt: skip


@pytest.mark.parametrize("ready", [False, True])
def test_given_another_place_or_a_home_that_is_ready_then_no_reason_is_asked(ready: bool) -> None:
    gate = {"heating": GateItem(code="heating", value="yes" if ready else "no")}
    case = CASE.model_copy(update={"gate": gate})
    asked = leaves("19" if ready else "54", unready_reason=None, decided_by_note=None)
    assert kinds(decided(case, asked, 4))[0] == "person-discharged"


def test_given_a_discharge_that_did_not_happen_when_said_by_hand_then_it_is_undone_that_day() -> None:
    first, *_ = decided(GONE, cmd.CancelDischarge(), 5, 6)
    assert first == ev.DischargeCancelled(cancelled_on=day(5))
    assert runs_on(4) in decided(GONE, cmd.CancelDischarge(), 5)
    assert refused(GONE, cmd.CancelDischarge(), 6, 5) == ("date-in-future", "", "effective_on")


def test_given_a_contact_owed_after_leaving_then_it_counts_from_the_hour_of_leaving() -> None:
    late = noon(3) + timedelta(hours=9)
    happened = decided(CASE, leaves(discharged_at=late), 4)
    first = next(each for each in happened if each.kind == "follow-up-scheduled")
    assert first.follow_up == FollowUp(key="24-hours", due_at=late + timedelta(hours=24))
