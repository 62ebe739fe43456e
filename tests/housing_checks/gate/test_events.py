"""The gate's own decisions: exactly the events that each gives, what is refused and where, and its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from discharge.cases.commands import Command, Envelope, NameMitigation, WithdrawMitigation
from discharge.cases.decide.common import Decider
from discharge.cases.events import (
    CheckStarted,
    Event,
    GateItemSet,
    ItemAnswered,
    MitigationNamed,
    MitigationWithdrawn,
)
from discharge.cases.model import Case, Check, GateItem, ItemAnswer, Mitigation, Stage, Strand
from discharge.cases.stages import AFTER_ACCEPTANCE, SINCE_ACCEPTANCE
from discharge.errors import Refused
from discharge.reference.policy import put_in_force
from discharge.reference.site import parse_override
from discharge.values import YesNoUnknown
from housing_checks.checks.form import form_in_force
from housing_checks.checks.item_rules import confirm_item
from housing_checks.gate import mitigations, rules
from housing_checks.gate.blockers import blocking, item_words
from housing_checks.gate.rules import forget, say_yes
from housing_checks.guards import require_order, require_stage
from tests.housing_checks.homes import CASE, COORDINATOR, FORM_1, confirm, day, noon

HEATERS = Mitigation(code="temporary-heating", role="landlord", named_on=day(1), until_on=day(8))
GATE = {
    "heating": GateItem(code="heating", value="no", as_of=day(2), mitigation=HEATERS),
    "food": GateItem(code="food", value="no", as_of=day(2)),
    "bed": GateItem(code="bed", value="unknown", as_of=day(2)),
    "water": GateItem(code="water", value="yes", as_of=day(2)),
}
CHECKED = Case(
    case_id=CASE,
    version=1,
    stage=Stage.CHECKED,
    check=Check(form=FORM_1.code, started_on=day(1), completed_on=day(1)),
    gate=GATE,
)
NAME = NameMitigation(item="food", mitigation="meals-delivered", role="family-carer")


def envelope(command: Command, on: int) -> Envelope:
    return Envelope(
        command_id=uuid4(), case_id=CASE, actor=COORDINATOR, effective_on=day(on), command=command
    )


def decider(command: Command) -> Decider:
    return {
        "confirm-item": confirm_item,
        "name-mitigation": mitigations.name_mitigation,
        "withdraw-mitigation": mitigations.withdraw_mitigation,
    }[command.kind]


def decided(command: Command, on: int = 3, now: int | None = None, case: Case = CHECKED) -> list[Event]:
    return decider(command)(case, envelope(command, on), noon(on if now is None else now))


def refused(command: Command, on: int = 3, now: int = 3, case: Case = CHECKED) -> tuple[str, str, str]:
    with pytest.raises(Refused) as refusal:
        decided(command, on, now, case)
    return refusal.value.code, refusal.value.detail, refusal.value.where


@pytest.mark.parametrize("stage", sorted(Stage))
def test_given_a_stage_then_the_gate_is_asked_only_where_it_stands(stage: Stage) -> None:
    case = CHECKED.model_copy(update={"stage": stage})
    asked: list[Command] = [confirm("food"), NAME, WithdrawMitigation(item="heating")]
    for command in asked:
        if stage in SINCE_ACCEPTANCE:
            assert decided(command, case=case)
        else:
            assert refused(command, case=case) == ("stage-not-allowed", stage.value, "")


def test_given_somebody_only_referred_or_gone_then_no_gate_stands() -> None:
    assert {Stage.REFERRED, Stage.CLOSED} == set(Stage) - SINCE_ACCEPTANCE
    assert set(SINCE_ACCEPTANCE) - AFTER_ACCEPTANCE == {Stage.DISCHARGED, Stage.FOLLOWED_UP}


def test_given_days_then_the_later_may_be_the_same_day_but_not_before() -> None:
    require_order(day(3), day(3), "here")
    require_order(None, day(3), "here")
    with pytest.raises(Refused) as refusal:
        require_order(day(3), day(2), "here")
    assert (refusal.value.code, refusal.value.where) == ("dates-out-of-order", "here")
    with pytest.raises(Refused) as stage:
        require_stage(CHECKED, frozenset({Stage.READY}))
    assert (stage.value.code, stage.value.detail) == ("stage-not-allowed", "checked")


def answered(item: str, value: YesNoUnknown, on: date) -> ItemAnswered:
    """What is recorded of an answer."""
    answer = ItemAnswer(
        value=value,
        gate=value,
        answered_on=on,
        by=COORDINATOR.user_id,
        organisation_id=COORDINATOR.organisation_id,
        role="coordinator",
    )
    return ItemAnswered(item=item, answer=answer)


def test_given_an_answer_then_it_is_set_from_its_day_and_yes_ends_what_stood_in_for_it() -> None:
    assert decided(confirm("food")) == [answered("food", "yes", day(3))]
    assert decided(confirm("food", "no")) == [answered("food", "no", day(3))]
    assert decided(confirm("food", "unknown"), 2, 3) == [answered("food", "unknown", day(2))]
    assert decided(confirm("heating", "unknown")) == [answered("heating", "unknown", day(3))]
    assert decided(confirm("heating")) == [
        answered("heating", "yes", day(3)),
        MitigationWithdrawn(item="heating", withdrawn_on=day(3)),
    ]


def test_given_an_answer_that_is_known_from_that_day_then_nothing_happens() -> None:
    assert decided(confirm("food", "no"), 2, 3) == []
    assert len(decided(confirm("food", "no"), 3)) == 1


def test_given_an_answer_older_than_what_is_known_then_it_is_kept_and_does_not_stand() -> None:
    older = answered("food", "yes", day(1)).model_copy(update={"stands": False})
    assert decided(confirm("food"), 1, 3) == [older]


@pytest.mark.parametrize(
    ("command", "on", "now", "answer"),
    [
        (confirm("food"), 4, 3, ("date-in-future", "", "effective_on")),
        (confirm("garden"), 3, 3, ("no-such-item", "gate-item", "item")),
        (NAME, 4, 3, ("date-in-future", "", "effective_on")),
        (NAME.model_copy(update={"item": "garden"}), 3, 3, ("no-such-item", "gate-item", "item")),
        (NAME.model_copy(update={"role": " "}), 3, 3, ("mitigation-role-needed", "", "role")),
        (NAME.model_copy(update={"role": "x"}), 3, 3, ("code-not-in-value-set", "owner-roles", "role")),
        (
            NAME.model_copy(update={"mitigation": "x"}),
            3,
            3,
            ("code-not-in-value-set", "mitigations", "mitigation"),
        ),
        (NAME.model_copy(update={"item": "water"}), 3, 3, ("already-done", "item-is-yes", "item")),
        (NAME.model_copy(update={"until_on": day(4)}), 3, 5, ("dates-out-of-order", "", "until_on")),
        (NAME.model_copy(update={"until_on": day(2)}), 3, 3, ("dates-out-of-order", "", "until_on")),
        (WithdrawMitigation(item="heating"), 4, 3, ("date-in-future", "", "effective_on")),
        (WithdrawMitigation(item="food"), 3, 3, ("no-such-item", "mitigation", "item")),
        (WithdrawMitigation(item="garden"), 3, 3, ("no-such-item", "gate-item", "item")),
    ],
)
def test_given_what_cannot_be_then_it_is_refused(
    command: Command, on: int, now: int, answer: tuple[str, str, str]
) -> None:
    assert refused(command, on, now) == answer


def test_given_no_check_at_all_then_it_begins_with_the_first_answer() -> None:
    unchecked = CHECKED.model_copy(update={"check": None, "gate": {}})
    begun, first = decided(confirm("food"), case=unchecked)
    assert begun == CheckStarted(form=form_in_force(day(3)).code, started_on=day(3))
    assert first == answered("food", "yes", day(3))
    assert refused(confirm("garden"), case=unchecked) == ("no-such-item", "gate-item", "item")


def test_given_a_mitigation_with_two_faults_then_both_are_said() -> None:
    with pytest.raises(Refused) as refusal:
        decided(NAME.model_copy(update={"role": "x", "until_on": day(2)}))
    assert [each.where for each in (refusal.value, *refusal.value.others)] == ["role", "until_on"]


@pytest.mark.parametrize("until", [None, 5, 3])
def test_given_a_mitigation_then_who_named_it_who_answers_and_its_last_day_are_kept(
    until: int | None,
) -> None:
    who = UUID(int=7)
    asked = NAME.model_copy(update={"user_id": who, "until_on": None if until is None else day(until)})
    mitigation = Mitigation(
        code="meals-delivered",
        role="family-carer",
        named_on=day(3),
        named_by=COORDINATOR.user_id,
        user_id=who,
        until_on=day(3 + 14 if until is None else until),
    )
    named = MitigationNamed(item="food", mitigation=mitigation)
    assert decided(asked) == [named]
    kept = GATE["food"].model_copy(update={"mitigation": mitigation})
    assert decided(asked, case=CHECKED.model_copy(update={"gate": {"food": kept}})) == []


def test_given_a_mitigation_when_it_is_withdrawn_then_it_ends_that_day() -> None:
    assert decided(WithdrawMitigation(item="heating"), 3, 4) == [
        MitigationWithdrawn(item="heating", withdrawn_on=day(3))
    ]


@pytest.mark.parametrize(("today", "over"), [(7, False), (8, False), (9, True)])
def test_given_a_mitigation_then_it_ends_the_day_after_its_last(today: int, over: bool) -> None:
    ended = MitigationWithdrawn(item="heating", withdrawn_on=day(8), because="ended")
    assert rules.mitigations_over(CHECKED, day(today)) == ([ended] if over else [])


def test_given_mitigations_then_the_first_to_end_is_next_at_its_london_midnight() -> None:
    sooner = Mitigation(code="other", role="landlord", named_on=day(1), until_on=day(4))
    gate = GATE | {"food": GATE["food"].model_copy(update={"mitigation": sooner})}
    two = CHECKED.model_copy(update={"gate": gate})
    assert rules.next_end(two) == datetime(2026, 3, 7, tzinfo=UTC)
    assert rules.next_end(CHECKED) == datetime(2026, 3, 11, tzinfo=UTC)
    in_summer = HEATERS.model_copy(update={"until_on": day(40)})
    only = {"food": GATE["food"].model_copy(update={"mitigation": in_summer})}
    summer = CHECKED.model_copy(update={"gate": only})
    assert rules.next_end(summer) == datetime(2026, 4, 12, tzinfo=UTC) - timedelta(hours=1)
    assert rules.next_end(CHECKED.model_copy(update={"gate": {}})) is None


def test_given_what_is_now_true_then_only_gated_items_that_were_not_yes_become_so() -> None:
    assert say_yes(CHECKED, ["water", "garden", "heating", "food"], day(3)) == [
        GateItemSet(item="heating", value="yes", as_of=day(3)),
        MitigationWithdrawn(item="heating", withdrawn_on=day(3)),
        GateItemSet(item="food", value="yes", as_of=day(3)),
    ]


def test_given_what_no_longer_holds_then_items_are_unknown_again_from_that_day() -> None:
    assert forget(CHECKED, ["water", "garden", "heating", "bed"], day(3)) == [
        GateItemSet(item="water", value="unknown", as_of=day(3)),
        MitigationWithdrawn(item="heating", withdrawn_on=day(3)),
        GateItemSet(item="heating", value="unknown", as_of=day(3)),
        GateItemSet(item="bed", value="unknown", as_of=day(3)),
    ]
    assert forget(CHECKED, ["bed"], day(2)) == []
    assert forget(CHECKED, ["food"], day(2)) == [GateItemSet(item="food", value="unknown", as_of=day(2))]
    undated = CHECKED.model_copy(update={"gate": {"bed": GateItem(code="bed")}})
    assert forget(undated, ["bed"], day(2)) == [GateItemSet(item="bed", value="unknown", as_of=day(2))]


def strand(number: int, **said: object) -> Strand:
    return Strand(
        kind="adaptation",
        number=number,
        item="grab-rail",
        started_on=day(2),
        owner_role="coordinator",
    ).model_copy(update=said)


def test_given_a_shut_gate_then_each_blocker_says_what_since_when_and_in_words() -> None:
    strands = [strand(1), strand(2, due_on=day(9)), strand(3, former_home=True)]
    case = CHECKED.model_copy(update={"strands": {each.key: each for each in strands}})
    assert [(each.kind, each.code, each.words, each.since) for each in blocking(case)] == [
        ("item", "bed", "Bed: not known yet", day(2)),
        ("item", "food", "Food for 48 hours: no", day(2)),
        ("strand", "adaptation/1", "Grab or stair rails: not done", day(2)),
        ("strand", "adaptation/2", "Grab or stair rails: not done, due 11 March 2026", day(2)),
        ("strand", "adaptation/3", "Grab or stair rails: ordered for the previous home", day(2)),
    ]
    unchecked = blocking(CHECKED.model_copy(update={"gate": {}}))
    assert [(each.kind, each.code, each.words) for each in unchecked] == [
        ("check", "check", "The suitability check is not complete")
    ]


def test_given_an_item_then_the_form_of_its_check_names_it_and_else_its_code_does() -> None:
    assert item_words(CHECKED, "food") == "Food for 48 hours"
    assert item_words(CHECKED, "garden") == "garden"
    assert item_words(CHECKED.model_copy(update={"check": None}), "food") == "Food for 48 hours"


def test_given_a_site_words_an_item_anew_then_a_check_begun_before_keeps_its_words(local_food: None) -> None:
    form = form_in_force(day(40))
    assert (form_in_force(day(0)), form.code) == (FORM_1, "home-check-1+local-food")
    on_newer = CHECKED.model_copy(update={"check": Check(form=form.code, started_on=day(40))})
    assert item_words(on_newer, "food") == "Something to eat"
    assert item_words(CHECKED, "food") == "Food for 48 hours"


LOCAL_FOOD = b"""
changes: home-check
edition: local-food
effective_from: 2026-04-01
decided_by: J. Doe, home checks lead
decided_on: 2026-03-20
reason: As people here say it
rows: {food: {label: Something to eat}}
"""


@pytest.fixture
def local_food() -> Iterator[None]:
    """A site that calls the food otherwise from April on."""
    put_in_force([parse_override("local.yaml", LOCAL_FOOD)])
    yield
    put_in_force(())
