"""Two people on one case: the second save is refused if, and only if, it would undo what the first one did.

The oracle knows nothing of the table of parts: it looks at what each of the two changes in the case itself.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discharge.cases import commands as cmd
from discharge.cases.events import AlertChanged
from discharge.cases.evolve import fold
from discharge.cases.model import Case
from discharge.cases.parts import overlap, parts_of
from housing_checks.pathway import DECIDERS, Decision, advance
from tests.discharge.cases.stories import POLICY, day, envelope, noon, refer
from tests.housing_checks.homes import FORM_1
from tests.housing_checks.test_pathway import ALL_YES, COMMANDS, COUNCIL, checked, walk

ITEMS = ("heating", "food", "keys")
MISSING = "not there"


def save(case: Case, command: cmd.Command, on: int = 9) -> Decision:
    return advance(case, envelope(command, on), noon(on))


def refused(first: Decision, second: Decision) -> tuple[str, ...]:
    """The parts for which the record refuses the second of two saves of people who saw the same version."""
    changed = [part for event in first.events for part in parts_of(event)]
    return tuple(dict.fromkeys(overlap(second.judged, changed)))


CHECKED = checked(ALL_YES | {"heating": "no", "food": "unknown", "keys": "no"})
PAIRS: tuple[tuple[cmd.Command, cmd.Command, tuple[str, ...]], ...] = (
    (cmd.ConfirmItem(item="heating", value="yes"), cmd.ConfirmItem(item="food", value="yes"), ()),
    (
        cmd.ConfirmItem(item="heating", value="yes"),
        cmd.ConfirmItem(item="heating", value="unknown"),
        ("item:heating",),
    ),
    (cmd.ConfirmItem(item="heating", value="yes"), cmd.ConfirmItem(item="heating", value="yes"), ()),
    (
        cmd.StartStrand(strand_kind="adaptation", item="grab-rail"),
        cmd.StartStrand(strand_kind="adaptation", item="straight-stairlift"),
        (),
    ),
    (
        cmd.ConfirmItem(item="heating", value="unknown"),
        cmd.NameMitigation(item="heating", mitigation="temporary-heating", role="coordinator"),
        ("item:heating",),
    ),
    (
        cmd.CompleteCheck(form=FORM_1.code, answers=ALL_YES | {"heating": "no", "keys": "no"}),
        cmd.ConfirmItem(item="heating", value="yes"),
        (),
    ),
    (
        cmd.CompleteCheck(form=FORM_1.code, answers=ALL_YES | {"heating": "no", "keys": "no"}),
        cmd.ConfirmItem(item="food", value="no"),
        ("item:food",),
    ),
    (
        cmd.RecordDelayReason(reason_kind="local", code="adaptation-minor", owner_role="council"),
        cmd.RecordDelayReason(reason_kind="national", code="CA10", owner_role="council"),
        (),
    ),
    (cmd.SetNeededBy(needed_by=day(20)), cmd.FlagHomelessness(flag="yes"), ()),
    (cmd.SetNeededBy(needed_by=day(20)), cmd.SetNeededBy(needed_by=day(21)), ("needed-by",)),
    (cmd.AmendReferral(needs=("hoist",)), cmd.AmendReferral(pathway="2"), ()),
    (cmd.AmendReferral(needs=("hoist",)), cmd.AmendReferral(needs=("ground-floor",)), ("referral:needs",)),
)


@pytest.mark.parametrize(("first", "second", "met"), PAIRS)
def test_given_two_who_saw_the_same_when_both_save_then_they_meet_only_where_they_mean_the_same(
    first: cmd.Command, second: cmd.Command, met: tuple[str, ...]
) -> None:
    one = save(CHECKED, first)
    assert one.answer.outcome == "accepted", one.answer
    two = save(one.case, second)
    assert two.answer.outcome == "accepted", two.answer
    assert refused(one, two) == met


def test_given_items_left_as_seen_when_a_check_is_handed_in_then_they_stay_as_others_answered() -> None:
    seen = ALL_YES | {"heating": "no", "food": "unknown", "keys": "no"}
    one = save(CHECKED, cmd.ConfirmItem(item="heating", value="yes"))
    kept = tuple(code for code in seen if code != "food")
    handed_in = cmd.CompleteCheck(form=FORM_1.code, answers=seen | {"food": "yes"}, kept=kept)
    two = save(one.case, handed_in)
    assert refused(one, two) == ()
    assert two.case.gate["heating"].value == "yes"
    assert two.case.gate["food"].value == "yes"


def test_given_a_gate_that_shut_since_when_somebody_confirms_the_discharge_then_they_see_it_first() -> None:
    ready = checked(ALL_YES)
    one = save(ready, cmd.ConfirmItem(item="heating", value="no"))
    gone = cmd.ConfirmDischarge(
        destination="19", unready_reason="bed-needed", decided_by_note=envelope(cmd.AddNote(), 0).command_id
    )
    assert "item:heating" in refused(one, save(one.case, gone))


def test_given_an_alert_rewritten_since_when_it_is_taken_on_then_its_words_are_seen_first() -> None:
    case = walk((0, refer()), (1, cmd.SetCriteriaToReside(met=False)), (9, cmd.StrikeClock()))
    alert = case.open_alerts[0]
    louder = alert.model_copy(update={"fact": "something else"})
    taken = save(fold(case, [AlertChanged(alert=louder)]), cmd.AcknowledgeAlert(alert_id=alert.alert_id))
    assert overlap(taken.judged, parts_of(AlertChanged(alert=louder))) == (f"warning:{alert.alert_id}",)


VALUES = st.sampled_from(["yes", "no", "unknown"])
DAYS = st.integers(10, 12).map(day)
ANSWERS = st.fixed_dictionaries(dict.fromkeys(ITEMS, VALUES))
STRANDS = st.sampled_from(["adaptation/1", "equipment/1"])

SAVES = st.one_of(
    st.builds(lambda item, value: cmd.ConfirmItem(item=item, value=value), st.sampled_from(ITEMS), VALUES),
    ANSWERS.map(lambda some: cmd.CompleteCheck(form=FORM_1.code, answers=ALL_YES | some)),
    st.sampled_from(ITEMS).map(lambda item: cmd.WithdrawMitigation(item=item)),
    st.builds(
        lambda item, role: cmd.NameMitigation(item=item, mitigation="temporary-heating", role=role),
        st.sampled_from(ITEMS),
        st.sampled_from(["coordinator", "council"]),
    ),
    DAYS.map(lambda on: cmd.SetNeededBy(needed_by=on)),
    DAYS.map(lambda on: cmd.SetExpectedDischargeDate(expected_discharge_on=on)),
    VALUES.map(lambda flag: cmd.FlagHomelessness(flag=flag)),
    st.booleans().map(lambda met: cmd.SetCriteriaToReside(met=met)),
    st.sampled_from(["CA10", "CA11"]).map(
        lambda code: cmd.RecordDelayReason(reason_kind="national", code=code, owner_role="council")
    ),
    st.sampled_from(["hoist", "ground-floor"]).map(lambda need: cmd.AmendReferral(needs=(need,))),
    st.sampled_from(["1", "2"]).map(lambda pathway: cmd.AmendReferral(pathway=pathway)),
    st.sampled_from(["consent", "best-interests"]).map(lambda basis: cmd.RecordSharingBasis(basis=basis)),
    st.just(cmd.WithdrawSharingBasis()),
    st.sampled_from(["grab-rail", "straight-stairlift"]).map(
        lambda item: cmd.StartStrand(strand_kind="adaptation", item=item, partner_id=COUNCIL)
    ),
    STRANDS.flatmap(
        lambda key: st.sampled_from(["acknowledged", "delivered", "fitted"]).map(
            lambda step: cmd.MoveStrand(strand=key, step=step)
        )
    ),
    STRANDS.map(lambda key: cmd.CancelStrand(strand=key, reason="no-longer-needed")),
    st.sampled_from(["24-hours", "72-hours"]).map(
        lambda key: cmd.RecordContact(follow_up=key, outcome="well")
    ),
    st.just(cmd.ConfirmDischarge(destination="19")),
    st.just(cmd.CancelDischarge()),
)

SIDE_EFFECTS = {
    "move-strand": {"item"},
    "confirm-discharge": {"criteria", "reason", "contact", "action"},
    "cancel-discharge": {"criteria", "reason", "contact", "action", "stage"},
    "record-contact": {"action"},
    "complete-check": {"check"},
}
"""What follows from a command beside what it is about: nobody is refused for that."""

RESTS_ON = {
    "name-mitigation": lambda command: {f"item:{command.item}"},
    "confirm-discharge": lambda _: {"item", "mitigation", "home-ready"},
}


def leaves(case: Case) -> dict[str, Any]:
    """Everything that the case says, by the name of the part that it belongs to."""
    said = case.model_dump()
    found: dict[str, Any] = {
        "needed-by": said["needed_by"],
        "expected-date": said["expected_discharge_on"],
        "homelessness": said["homelessness"]["flag"],
        "criteria": said["ready_periods"],
        "sharing": said["sharing"],
        "leaving": said["discharge"],
        "ending": (said["outcome"], said["closed_on"]),
        "home-ready": said["home_ready_on"],
    }
    answers = (said["check"] or {}).get("answers", {})
    for code in answers.keys() | said["gate"].keys():
        item = said["gate"].get(code, {"value": answers.get(code), "mitigation": None})
        found[f"item:{code}"], found[f"mitigation:{code}"] = item["value"], item["mitigation"]
    for key, strand in said["strands"].items():
        for unwatched in ("overdue_since", "proposals", "offers"):
            strand.pop(unwatched)
        found[f"strand:{key}"] = strand
    for name, value in (said["referral"] or {}).items():
        found[f"referral:{name}"] = value
    for reason in said["delay_reasons"]:
        found[f"reason:{reason['reason_id']}"] = reason
    national = [each for each in said["delay_reasons"] if each["kind"] == "national"]
    found["reason:national"] = [each["reason_id"] for each in national]
    for key, owed in said["follow_ups"].items():
        found[f"contact:{key}"] = owed
    for key, action in said["actions"].items():
        found[f"action:{key}"] = action
    return found


def differences(before: Case, after: Case) -> set[str]:
    one, two = leaves(before), leaves(after)
    return {part for part in one.keys() | two.keys() if one.get(part, MISSING) != two.get(part, MISSING)}


def means(case: Case, command: cmd.Command, on: int) -> set[str]:
    """What the second save itself does to the case as the first one left it, side effects aside."""
    events = DECIDERS[command.kind](case, envelope(command, on), noon(on), POLICY)
    aside = SIDE_EFFECTS.get(command.kind, set())
    return {part for part in differences(case, fold(case, events)) if part.partition(":")[0] not in aside}


def said_again(before: Case, between: Case, first: cmd.Command) -> set[str]:
    """Items that somebody answered again, as they were answered before: that is news, too. A whole check that
    is handed in states them all, and is none.
    """
    if isinstance(first, cmd.CompleteCheck):
        return set()
    checked_on = between.check.completed_on if between.check else None
    return {
        f"item:{code}"
        for code, item in between.gate.items()
        if code in before.gate and item.as_of not in (before.gate[code].as_of, checked_on)
    }


def conflicts(before: Case, between: Case, first: cmd.Command, command: cmd.Command, on: int) -> bool:
    theirs = differences(before, between) | said_again(before, between, first)
    mine = means(between, command, on)
    if not DECIDERS[command.kind](between, envelope(command, on), noon(on), POLICY):
        return False
    rests = RESTS_ON.get(command.kind, lambda _: set())(command)
    return bool(theirs & mine) or any(part in rests or part.partition(":")[0] in rests for part in theirs)


@given(st.lists(st.tuples(st.integers(0, 1), COMMANDS), max_size=8), SAVES, SAVES)
@settings(max_examples=300, deadline=None)
def test_given_any_two_saves_on_one_version_when_both_come_then_the_second_is_refused_only_if_they_meet(
    before: list[tuple[int, cmd.Command]], first: cmd.Command, second: cmd.Command
) -> None:
    case, today = CHECKED, 4
    for days, command in before:
        today += days
        case = save(case, command, today).case
    one = save(case, first, today)
    two = save(one.case, second, today)
    if "refused" in (one.answer.outcome, two.answer.outcome):
        return
    met = refused(one, two)
    assert bool(met) == conflicts(case, one.case, first, second, today), (met, first, second)
