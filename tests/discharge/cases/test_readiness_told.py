"""What a trust's own system is told of a stay: what it does not know already, and nobody else's stays."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from discharge.cases import events as ev
from discharge.cases.decide import DECIDERS
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case
from discharge.cases.outbox_items import Outgoing, outgoing
from discharge.delays.model import ReadyPeriod
from tests.discharge.cases.stories import CASE, POLICY, SPELL, TRUST, after, day, envelope, noon, refer, spell

OTHER_TRUST = UUID("00000000-0000-4000-8000-0000000000aa")


def referred() -> Case:
    return after((0, refer()))


def in_bed(**changes: object) -> Case:
    return fold(referred(), [ev.SpellJoined(spell=spell(**changes))])


def told(case: Case, *events: ev.Event, by: Actor | None = None) -> list[Outgoing]:
    return [one for one in outgoing(fold(case, list(events)), events, by) if one.kind == "readiness"]


def content(case: Case, *events: ev.Event) -> dict[str, str | None]:
    (one,) = told(case, *events)
    return one.content


CHECKED: Sequence[ev.Event] = (
    ev.ReferralAccepted(accepted_on=day(1)),
    ev.CheckStarted(form="home-1", started_on=day(2)),
    ev.CheckCompleted(completed_on=day(2), answers={}, gated=()),
)


def test_given_a_date_set_by_hand_when_told_then_only_the_trust_of_the_stay_hears_it() -> None:
    (one,) = told(
        in_bed(organisation_id=OTHER_TRUST), ev.ExpectedDischargeDateSet(expected_discharge_on=day(9))
    )
    assert one.organisation_id == OTHER_TRUST != TRUST
    assert one.content["expected_discharge_on"] == day(9).isoformat()
    assert (one.content["news"], one.content["spell_id"]) == ("expected-date", str(SPELL))


def test_given_a_date_from_the_trusts_own_feed_when_it_arrives_then_it_is_not_sent_back() -> None:
    changed = spell(expected_discharge_on=day(9))
    events = (ev.SpellChanged(spell=changed), ev.ExpectedDischargeDateSet(expected_discharge_on=day(9)))
    assert told(in_bed(), *events) == []


def test_given_a_date_when_it_is_withdrawn_by_hand_then_the_withdrawal_is_told() -> None:
    said = content(
        in_bed(expected_discharge_on=day(9)), ev.ExpectedDischargeDateSet(expected_discharge_on=None)
    )
    assert (said["withdrawn"], said["expected_discharge_on"]) == ("yes", None)


def test_given_a_home_that_becomes_ready_and_is_not_any_more_when_told_then_each_says_all_that_is_held() -> (
    None
):
    case = fold(in_bed(), [*CHECKED, ev.ExpectedDischargeDateSet(expected_discharge_on=day(9))])
    ready = ev.HomeBecameReady(ready_on=day(4))
    said = content(case, ready)
    assert (said["home_ready"], said["home_ready_on"]) == ("yes", day(4).isoformat())
    assert (said["expected_discharge_on"], said["withdrawn"]) == (day(9).isoformat(), "no")
    said = content(fold(case, [ready]), ev.HomeNoLongerReady(since=day(5)))
    assert (said["home_ready"], said["home_ready_on"]) == ("no", None)


def test_given_a_ready_period_that_a_ward_recorded_here_when_told_then_the_trust_hears_since_when() -> None:
    started = ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(3), spell_id=SPELL, basis="ward"))
    said = content(in_bed(), started)
    assert (said["fit"], said["fit_on"], said["news"]) == ("yes", day(3).isoformat(), "fit")
    ended = ev.ReadyPeriodEnded(ended_on=day(4), ended_by="met-criteria-again")
    assert content(fold(in_bed(), [started]), ended)["fit"] == "no"


def test_given_fitness_that_the_feed_itself_told_when_the_period_starts_then_nothing_is_sent_back() -> None:
    started = ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(3), spell_id=SPELL, basis="feed"))
    assert told(in_bed(), ev.SpellChanged(spell=spell(medically_fit=True)), started) == []


@pytest.mark.parametrize("status", ["discharged", "cancelled", "expected"])
def test_given_a_stay_that_is_not_running_when_something_changes_then_nothing_is_told(status: str) -> None:
    assert told(in_bed(status=status), ev.ExpectedDischargeDateSet(expected_discharge_on=day(9))) == []


def test_given_a_referral_without_a_stay_when_a_date_is_set_then_nobody_is_told() -> None:
    waiting = after((0, refer(spell=None)))
    assert told(waiting, ev.ExpectedDischargeDateSet(expected_discharge_on=day(9))) == []


def test_given_a_date_set_before_the_stay_was_known_when_it_joins_then_its_trust_hears_it_then() -> None:
    waiting = after((0, refer(spell=None)))
    dated = fold(waiting, [ev.ExpectedDischargeDateSet(expected_discharge_on=day(9))])
    assert content(dated, ev.SpellJoined(spell=spell()))["expected_discharge_on"] == day(9).isoformat()
    theirs = spell(expected_discharge_on=day(8))
    events = (ev.SpellJoined(spell=theirs), ev.ExpectedDischargeDateSet(expected_discharge_on=day(8)))
    assert told(dated, *events) == []


def test_given_several_changes_at_once_when_told_then_there_is_one_message_with_all() -> None:
    case = in_bed()
    events = (
        *CHECKED,
        ev.HomeBecameReady(ready_on=day(2)),
        ev.ExpectedDischargeDateSet(expected_discharge_on=day(6)),
    )
    said = content(case, *events)
    assert (said["news"], said["home_ready"]) == ("expected-date,home", "yes")


def test_given_a_withdrawn_referral_when_the_home_had_been_checked_then_its_readiness_is_unknown_again() -> (
    None
):
    case = fold(in_bed(), [*CHECKED, ev.HomeBecameReady(ready_on=day(3))])
    assert content(case, ev.CaseClosed(closed_on=day(4), outcome="withdrawn"))["home_ready"] == "unknown"


THEIR_SYSTEM = Actor(organisation_id=TRUST, role="system")


def test_given_a_date_that_the_trusts_own_system_set_here_when_told_then_it_is_not_sent_back() -> None:
    dated = ev.ExpectedDischargeDateSet(expected_discharge_on=day(9), told_by=TRUST)
    assert told(in_bed(), dated, by=THEIR_SYSTEM) == []
    started = ev.ReadyPeriodStarted(period=ReadyPeriod(ready_on=day(3), spell_id=SPELL, basis="referral"))
    assert told(in_bed(), started, by=THEIR_SYSTEM) == []


def test_given_a_date_that_another_system_or_a_person_set_when_told_then_the_trust_hears_it() -> None:
    dated = ev.ExpectedDischargeDateSet(expected_discharge_on=day(9))
    for by in (
        Actor(organisation_id=OTHER_TRUST, role="system"),
        Actor(organisation_id=TRUST, role="coordinator"),
    ):
        [one] = told(in_bed(), dated, by=by)
        assert one.content["news"] == "expected-date"


def test_given_a_date_in_a_referral_by_the_trusts_system_when_the_stay_joins_then_nothing_goes_back() -> None:
    waiting = after((0, refer(spell=None)))
    dated = fold(waiting, [ev.ExpectedDischargeDateSet(expected_discharge_on=day(9), told_by=TRUST)])
    assert told(dated, ev.SpellJoined(spell=spell())) == []
    elsewhere = ev.SpellJoined(spell=spell(organisation_id=OTHER_TRUST))
    assert content(dated, elsewhere)["expected_discharge_on"] == day(9).isoformat()


@pytest.mark.parametrize(("role", "told_by"), [("system", TRUST), ("coordinator", None)])
def test_given_a_referral_with_a_date_when_decided_then_it_is_kept_whose_system_said_it(
    role: str, told_by: UUID | None
) -> None:
    asked = envelope(
        refer(spell=None, expected_discharge_on=day(9)), 0, Actor(organisation_id=TRUST, role=role)
    )
    case = fold(Case(case_id=CASE), DECIDERS["refer"](Case(case_id=CASE), asked, noon(0), POLICY))
    assert case.expected_discharge_told_by == told_by
