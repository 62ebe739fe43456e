"""Alerts are raised once, cleared when the cause is gone, and climb when nobody takes them on."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from discharge.cases.events import AlertChanged, AlertCleared, AlertEscalated, AlertRaised
from discharge.cases.evolve import fold
from discharge.cases.model import (
    Alert,
    Case,
    Check,
    GateItem,
    Homelessness,
    Mitigation,
    Stage,
    Strand,
)
from discharge.delays.model import ReadyPeriod
from discharge.risk.alerts import escalation_of, judge, next_look
from discharge.risk.facts import facts_of
from discharge.values import YesNoUnknown

CASE = UUID("00000000-0000-4000-8000-00000000000e")
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
ALL_FINE = {code: GateItem(code=code, value="yes") for code in ("safe-address", "heating", "water", "power")}


def march(day: int) -> date:
    return date(2026, 3, day)


def case(**changes: object) -> Case:
    base = Case(
        case_id=CASE,
        version=1,
        stage=Stage.MAKING_READY,
        gate=ALL_FINE,
        check=Check(form="v1", started_on=march(1), completed_on=march(2)),
        ready_periods=(ReadyPeriod(ready_on=march(1)),),
    )
    return base.model_copy(update=changes)


def judged(before: Case, now: datetime) -> Case:
    return fold(before, judge(before, now))


def only_alert(known: Case) -> Alert:
    (alert,) = known.open_alerts
    return alert


def test_given_a_delay_of_eight_days_then_an_alert_with_an_owner_is_raised() -> None:
    (event,) = judge(case(), NOW)
    assert isinstance(event, AlertRaised)
    assert (event.alert.rule, event.alert.level, event.alert.owner_role) == (
        "long-delay",
        "AMBER",
        "discharge-team",
    )
    assert event.alert.raised_at == NOW


def test_given_an_alert_that_stands_then_judging_again_changes_nothing() -> None:
    assert judge(judged(case(), NOW), NOW + timedelta(hours=1)) == []


def test_given_the_same_instant_twice_then_the_same_events_come_out() -> None:
    assert judge(case(), NOW) == judge(case(), NOW)


def test_given_the_cause_is_gone_then_the_alert_is_cleared() -> None:
    standing = judged(case(), NOW)
    ended = ReadyPeriod(ready_on=march(1), ended_on=march(9), ended_by="met-criteria-again")
    (event,) = judge(standing.model_copy(update={"ready_periods": (ended,)}), NOW)
    assert isinstance(event, AlertCleared)
    assert event.alert_id == only_alert(standing).alert_id


def test_given_a_louder_threshold_then_the_same_alert_grows_louder_and_rings_again() -> None:
    standing = judged(case(), NOW)
    alert = only_alert(standing).model_copy(update={"acknowledged_at": NOW, "escalations": 2})
    taken = standing.model_copy(update={"alerts": {str(alert.alert_id): alert}})
    (event,) = judge(taken, NOW + timedelta(days=7))
    assert isinstance(event, AlertChanged)
    assert event.louder
    louder = only_alert(fold(taken, [event]))
    assert (louder.alert_id, louder.level, louder.raised_at) == (alert.alert_id, "RED", NOW)
    assert (louder.acknowledged_at, louder.escalations, louder.owner_role) == (None, 0, "discharge-team")
    due = escalation_of(louder)
    assert due is not None
    assert due.due_at == NOW + timedelta(days=8)


def heated(value: YesNoUnknown) -> Case:
    gate = {**ALL_FINE, "heating": GateItem(code="heating", value=value)}
    return case(gate=gate, ready_periods=())


def test_given_an_unknown_that_becomes_a_no_then_the_same_alert_says_so_and_stays_taken_on() -> None:
    standing = judged(heated("unknown"), NOW)
    alert = only_alert(standing).model_copy(update={"acknowledged_at": NOW})
    taken = heated("no").model_copy(update={"alerts": {str(alert.alert_id): alert}})
    (event,) = judge(taken, NOW + timedelta(hours=1))
    assert isinstance(event, AlertChanged)
    assert not event.louder
    now = only_alert(fold(taken, [event]))
    assert now.fact == "Heating at home is not confirmed: the answer is no."
    assert (now.alert_id, now.acknowledged_at) == (alert.alert_id, NOW)


def test_given_an_alert_of_an_older_version_that_was_taken_on_then_it_stays_so() -> None:
    standing = judged(case(), NOW)
    alert = only_alert(standing).model_copy(update={"cause": "", "subject": "7-days", "acknowledged_at": NOW})
    known = standing.model_copy(update={"alerts": {str(alert.alert_id): alert}})
    assert judge(known, NOW + timedelta(hours=72)) == []


def test_given_four_alerts_of_an_older_version_about_an_undone_check_then_one_is_left() -> None:
    old = [
        Alert(
            alert_id=uuid4(),
            rule=rule,
            level="STOP",
            subject=subject,
            fact="The answer is unknown.",
            threshold="each is confirmed",
            source="-",
            owner_role="coordinator",
            raised_at=NOW,
        )
        for rule, subject in (
            ("no-safe-address", "safe address"),
            ("no-heating-water-power", "heating"),
            ("no-heating-water-power", "water"),
            ("no-heating-water-power", "power"),
        )
    ]
    known = case(gate={}, check=None, alerts={str(each.alert_id): each for each in old})
    assert [each.rule for each in judged(known, NOW).open_alerts] == ["long-delay", "check-not-started"]


def test_given_a_cause_that_returns_then_it_is_a_new_alert() -> None:
    first = judged(case(), NOW)
    quiet = fold(first, judge(first.model_copy(update={"ready_periods": ()}), NOW + timedelta(hours=1)))
    again = judged(quiet, NOW + timedelta(hours=2))
    assert only_alert(again).alert_id != only_alert(first).alert_id


def test_given_nobody_takes_an_amber_alert_on_for_48_hours_then_it_climbs_to_the_next_role() -> None:
    standing = judged(case(), NOW)
    due = NOW + timedelta(hours=48)
    assert judge(standing, due - timedelta(microseconds=1)) == []
    (event,) = judge(standing, due)
    assert isinstance(event, AlertEscalated)
    assert event.owner_role == "trust-monitor"


def test_given_it_is_still_ignored_then_it_repeats_at_the_top_and_then_stays_listed() -> None:
    alert = only_alert(judged(case(), NOW))
    twice = alert.model_copy(update={"escalations": 2, "escalated_at": NOW + timedelta(days=4)})
    again = escalation_of(twice)
    assert again is not None
    assert (again.owner_role, again.due_at) == ("trust-monitor", NOW + timedelta(days=6))
    assert escalation_of(alert.model_copy(update={"escalations": 6})) is None


def test_given_an_acknowledged_alert_then_it_no_longer_climbs() -> None:
    standing = judged(case(), NOW)
    alert = only_alert(standing).model_copy(update={"acknowledged_at": NOW})
    taken = standing.model_copy(update={"alerts": {str(alert.alert_id): alert}})
    assert escalation_of(alert) is None
    assert judge(taken, NOW + timedelta(hours=72)) == []


def test_given_a_standing_alert_then_the_next_look_is_its_escalation_if_that_comes_first() -> None:
    standing = judged(case(), NOW)
    assert next_look(case(), NOW) == datetime(2026, 3, 15, tzinfo=UTC)
    assert next_look(standing, NOW) == NOW + timedelta(hours=48)


def test_given_every_look_is_taken_then_escalations_and_findings_are_never_late() -> None:
    known, now = judged(case(), NOW), NOW
    for _ in range(12):
        look = next_look(known, now)
        if look is None:
            break
        assert judge(known, look - timedelta(microseconds=1)) == []
        assert judge(known, look) != []
        known, now = judged(known, look), look


def test_given_a_closed_case_then_its_alerts_are_cleared_and_no_look_is_needed() -> None:
    closed = judged(case(), NOW).model_copy(update={"stage": Stage.CLOSED})
    (event,) = judge(closed, NOW)
    assert isinstance(event, AlertCleared)
    assert next_look(fold(closed, [event]), NOW) is None


def test_given_a_case_then_the_facts_are_the_ones_the_rules_read() -> None:
    mitigated = GateItem(
        code="heating",
        value="no",
        mitigation=Mitigation(code="temporary-heating", role="landlord", named_on=march(3)),
    )
    bed = Strand(
        kind="equipment",
        number=1,
        item="hospital-bed",
        started_on=march(3),
        owner_role="equipment-service",
        due_on=march(12),
    )
    rail = Strand(
        kind="adaptation",
        number=1,
        item="grab-rail",
        started_on=march(3),
        owner_role="council",
        due_on=march(5),
    )
    extra = rail.model_copy(update={"number": 2, "required": False})
    facts = facts_of(
        case(
            gate={**ALL_FINE, "heating": mitigated},
            strands={strand.key: strand for strand in (bed, rail, extra)},
            expected_discharge_on=march(10),
            homelessness=Homelessness(flag="yes", flagged_on=march(2), referred_on=march(3), council_id=CASE),
        ),
        {"grab-rail": 7},
    )
    assert facts.heating.fine
    assert (facts.heating.value, facts.water.value) == ("no", "yes")
    assert [(item.key, item.due_on) for item in facts.equipment] == [("equipment/1", march(12))]
    assert [(item.key, item.lead_days) for item in facts.works] == [("adaptation/1", 7)]
    assert (facts.needed_by, facts.arrival_on, facts.ready_on) == (march(10), march(10), march(1))
    assert (facts.homeless, facts.duty_to_refer_on) == ("yes", march(3))


def test_given_no_check_yet_then_every_answer_is_unknown() -> None:
    facts = facts_of(case(gate={}, check=None))
    assert {facts.safe_address.value, facts.heating.value, facts.water.value, facts.power.value} == {
        "unknown"
    }
