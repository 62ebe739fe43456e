"""What was said in a case that was merged into another is said in that one, too, and overrules nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Actor, Case, Check, Hazard, ItemAnswer, MergedCase
from housing_checks.checks.form import form_of
from housing_checks.checks.handing_over import EXPIRED, MITIGATIONS, at_another_address, handed_over
from housing_checks.checks.merged_in import HAZARDS, HERE_TOO, NOT_ON_FORM, OTHER_BUILDING
from housing_checks.facts import answers_against_merged, cases_merged_in
from housing_checks.merge_words import merged_words, stayed_behind
from tests.discharge.cases.stories import CASE, COORDINATOR
from tests.housing_checks.checks.test_referral_statements import Ward
from tests.housing_checks.paper import BEGINS, WARD

OTHER, THIRD = (uuid5(CASE, name) for name in ("other", "third"))
FORM_1 = "home-check-1"
NURSE = Actor(organisation_id=WARD.organisation_id, role="discharge-team", user_id=uuid5(CASE, "nurse"))


class Other(Ward):
    """A case of the same person under another number; its check is answered by a nurse."""

    def said(self, item: str, value: str, evidence: str = "seen", on: int = 0, **more: object) -> Other:
        self.ask(cmd.ConfirmItem(item=item, value=value, evidence=evidence, **more), NURSE, on)
        return self

    @property
    def ended(self) -> Case:
        return self.case.model_copy(update={"case_id": OTHER})


def said(case: Ward, item: str, value: str, evidence: str = "told", on: int = 0) -> Ward:
    return case.ask(cmd.ConfirmItem(item=item, value=value, evidence=evidence), COORDINATOR, on)


def merge(kept: Ward, ended: Case, on: int = 1) -> Ward:
    """The other case is merged into this one."""
    day = BEGINS + timedelta(days=on)
    handed = handed_over(ended, CASE, day)
    return kept.ask(cmd.NoteMergedCase(merged_case_id=ended.case_id, handed=handed), NURSE, on)


def part(kept: Ward, on: int = 2) -> Ward:
    return kept.ask(cmd.NotePartedCase(merged_case_id=OTHER), NURSE, on)


def values(case: Case, item: str) -> list[str]:
    return [each.value for each in case.check.said_of(item)] if case.check else []


def merged(case: Case, source: UUID = OTHER) -> MergedCase:
    return case.merged_cases[str(source)]


def test_given_two_checks_that_differ_when_merged_then_both_stand_and_the_less_safe_counts() -> None:
    kept = merge(said(Ward(), "heating", "yes"), Other().said("heating", "no").ended)
    check = kept.case.check
    assert check is not None
    assert values(kept.case, "heating") == ["yes", "no"]
    assert check.answers["heating"] == "no"
    theirs = check.statements["heating"][-1]
    assert (theirs.by, theirs.evidence, theirs.answered_on) == (NURSE.user_id, "seen", BEGINS)
    assert theirs.came_from == (OTHER,)
    assert [each.subject for each in answers_against_merged(kept.case)] == ["heating"]

    kept.ask(cmd.SettleAnswer(item="heating", value="yes", reason="asked-both"), on=2)
    assert kept.case.check is not None
    assert not kept.case.check.disputed
    assert not list(answers_against_merged(kept.case))


def test_given_a_complete_check_when_a_case_that_says_otherwise_is_merged_then_the_gate_shuts() -> None:
    kept = Ward().check()
    before = kept.shut_by
    merge(kept, Other().said("heating", "no").ended)
    assert kept.shut_by == before | {"heating"}
    alerts = {alert.rule: alert for alert in kept.case.open_alerts}
    assert alerts["answers-against-merged"].level == "RED"
    assert "1 answer came over" in alerts["case-merged-in"].fact


def test_given_no_check_here_when_merged_then_all_that_was_said_there_stands_on_its_form() -> None:
    kept = merge(Ward(), Other().said("heating", "no").said("water", "yes").ended)
    assert kept.case.check is not None
    assert kept.case.check.form == "home-check-2"
    assert kept.case.check.completed_on is None
    assert (values(kept.case, "heating"), values(kept.case, "water")) == (["no"], ["yes"])
    assert set(merged(kept.case).items) == {"heating", "water"}


def test_given_somebody_newer_with_better_evidence_there_when_merged_then_what_was_said_here_stands_too() -> (
    None
):
    kept = merge(said(Ward(), "heating", "no"), Other().said("heating", "yes", on=1).ended, on=2)
    assert values(kept.case, "heating") == ["no", "yes"]
    assert kept.case.check is not None
    assert kept.case.check.answers["heating"] == "no"


def test_given_an_answer_after_the_merge_when_newer_and_seen_then_it_counts_as_any_other() -> None:
    kept = merge(said(Ward(), "heating", "no"), Other().said("heating", "yes", "told").ended)
    kept.ask(cmd.ConfirmItem(item="heating", value="yes", evidence="seen"), on=2)
    assert kept.case.check is not None
    assert not kept.case.check.disputed


def test_given_a_confirmation_of_safety_there_when_merged_then_it_is_not_handed_over() -> None:
    """Whether anybody said anything of danger cannot be told from it: it never comes."""
    case = Other().said("heating", "no")
    case.check()
    there = case.ended
    assert there.check is not None
    assert there.check.answers["safety-confirmed"] == "confirmed"
    safety = {item.code for item in form_of(there.check.form).items if item.safety}
    handed = handed_over(there, CASE, BEGINS)
    assert not safety & handed.statements.keys()
    assert not any(safety & set(codes) for codes in handed.stays.values())
    kept = merge(Ward(), there)
    assert values(kept.case, "safety-confirmed") == []


def test_given_another_building_there_when_merged_then_its_answers_are_none_about_this_one() -> None:
    kept = said(said(Ward(), "destination", "own-home"), "heating", "yes")
    there = (
        Other().said("destination", "other-home", "told").said("heating", "no").said("moves-how", "hoisted")
    )
    merge(kept, there.ended)
    assert values(kept.case, "heating") == ["yes"]
    assert values(kept.case, "moves-how") == ["hoisted"], "what is so of the person is so here"
    assert values(kept.case, "destination") == ["own-home", "other-home"]
    assert merged(kept.case).left[OTHER_BUILDING] == ("heating",)
    assert any(
        "another building" in line and "heating" in line.lower() for line in stayed_behind(merged(kept.case))
    )


def test_given_it_is_unknown_where_they_go_when_merged_then_answers_come_over() -> None:
    kept = said(said(Ward(), "destination", "unknown"), "heating", "yes")
    merge(kept, Other().said("destination", "other-home", "told").said("heating", "no").ended)
    assert values(kept.case, "heating") == ["yes", "no"]


def test_given_homes_with_different_postcodes_when_merged_then_answers_about_the_building_stay_behind() -> (
    None
):
    there = Other().said("heating", "yes").said("moves-how", "hoisted").ended
    handed = at_another_address(handed_over(there, CASE, BEGINS))
    kept = Ward().ask(cmd.NoteMergedCase(merged_case_id=OTHER, handed=handed), NURSE, 1)
    assert (values(kept.case, "heating"), values(kept.case, "moves-how")) == ([], ["hoisted"])
    assert any("different postcodes" in line for line in stayed_behind(merged(kept.case)))

    same = said(Ward(), "destination", "other-home")
    there = Other().said("destination", "other-home", "told").said("heating", "yes").ended
    handed = at_another_address(handed_over(there, CASE, BEGINS))
    same.ask(cmd.NoteMergedCase(merged_case_id=OTHER, handed=handed), NURSE, 1)
    assert values(same.case, "heating") == ["yes"], "their own address says nothing of a relative's home"


def on_form_1(*answers: tuple[str, str]) -> Case:
    check = Check(form=FORM_1, started_on=BEGINS)
    for code, value in answers:
        answer = ItemAnswer.model_validate({"value": value, "gate": value, "answered_on": BEGINS})
        check = check.with_answer(code, answer)
    return Ward().case.model_copy(update={"case_id": OTHER, "check": check})


def test_given_the_former_form_there_when_merged_then_what_means_the_same_comes_and_the_rest_is_named() -> (
    None
):
    newest = form_of("home-check-2")
    kept = merge(said(Ward(), "heating", "yes"), on_form_1(("heating", "no"), ("safe-address", "no")))
    same = {item.same_as for item in newest.items if "no" in (item.same_answers or ("no",))}
    assert "heating" in same
    assert values(kept.case, "heating") == ["yes", "no"]
    left = set(merged(kept.case).left.get(NOT_ON_FORM, ()))
    assert left == {"safe-address"} - same


def test_given_the_former_form_here_when_merged_then_the_newer_answers_come_where_they_mean_the_same() -> (
    None
):
    kept = Ward()
    kept.case = on_form_1(("heating", "yes")).model_copy(update={"case_id": CASE})
    merge(kept, Other().said("heating", "no").said("fears", "unknown").said("moves-how", "walks").ended)
    assert values(kept.case, "heating") == ["yes", "no"]
    assert merged(kept.case).left[NOT_ON_FORM] == ("moves-how",)


def test_given_an_answer_whose_validity_ended_there_when_merged_then_it_stays_behind_and_is_named() -> None:
    there = Other().said("heating", "yes").ended
    assert there.check is not None
    over = there.check.given_of("heating").model_copy(update={"valid_until": BEGINS})
    there = there.model_copy(update={"check": there.check.with_answer("heating", over)})
    kept = merge(Ward(), there, on=1)
    assert values(kept.case, "heating") == []
    assert merged(kept.case).left[EXPIRED] == ("heating",)


def test_given_a_mitigation_there_when_merged_then_it_stands_in_for_nothing_here_and_is_named() -> None:
    there = Other()
    there.check(food="no")
    meals = cmd.NameMitigation(
        item="food", mitigation="meals-delivered", role="coordinator", user_id=uuid5(CASE, "jo")
    )
    there.ask(meals, on=1)
    kept = merge(Ward().check(), there.ended, on=2)
    assert "food" in kept.shut_by
    assert merged(kept.case).left[MITIGATIONS] == ("food",)


def test_given_whose_move_an_item_is_there_when_merged_then_it_is_so_here_unless_said_otherwise() -> None:
    there = Other().said("food", "no").said("keys", "no")
    for item in ("food", "keys"):
        there.ask(cmd.AssignBlocker(item=item, role="family-carer"), on=0)
    kept = said(Ward(), "keys", "no")
    kept.ask(cmd.AssignBlocker(item="keys", role="landlord"), on=0)
    merge(kept, there.ended)
    assert {code: each.role for code, each in kept.case.assigned.items()} == {
        "food": "family-carer",
        "keys": "landlord",
    }


def found(case: Ward, **changes: object) -> Ward:
    """Somebody found mould in the bedroom."""
    hazard = Hazard(
        number=1 + len(case.case.hazards),
        code="damp-mould",
        scheme="2",
        room="bedroom",
        severity="significant",
        tenure="social",
        known_by="seen",
        found_on=BEGINS,
        recorded_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    )
    case.case = fold(case.case, [ev.HazardRecorded(hazard=hazard.model_copy(update=changes))])
    return case


def test_given_an_open_hazard_there_when_merged_then_it_goes_on_here_with_its_clocks() -> None:
    there = Other()
    found(there)
    kept = merge(Ward(), there.ended)
    [hazard] = kept.case.open_hazards
    assert (hazard.code, hazard.found_on, hazard.number) == ("damp-mould", BEGINS, 1)
    assert merged(kept.case).hazards == ("hazard/1",)


def test_given_the_same_hazard_in_both_when_merged_then_there_is_one_and_a_worse_one_is_another() -> None:
    there = Other()
    found(there)
    same = found(Ward())
    merge(same, there.ended)
    assert len(same.case.open_hazards) == 1
    assert merged(same.case).left[HERE_TOO] == ("hazard/1",)

    milder = found(Ward(), severity="moderate")
    merge(milder, there.ended)
    assert {each.severity for each in milder.case.open_hazards} == {"moderate", "significant"}


def test_given_a_hazard_of_another_building_when_merged_then_it_stays_there_and_is_named() -> None:
    there = Other().said("destination", "other-home", "told")
    found(there)
    kept = merge(said(Ward(), "destination", "own-home"), there.ended)
    assert not kept.case.open_hazards
    assert merged(kept.case).left[HAZARDS] == ("hazard/1",)


def test_given_a_need_of_the_other_referral_when_merged_then_an_answer_that_denies_it_is_disputed() -> None:
    there = Other("oxygen", "hoist")
    kept = Ward("hoist").check(oxygen_or_cream="neither", moves_how="hoisted")
    assert not kept.disputed
    merge(kept, there.ended)
    assert kept.disputed == {"oxygen-or-cream"}
    assert "no-smoking" in kept.shut_by


def test_given_the_same_merge_twice_then_the_second_adds_no_statement() -> None:
    there = Other().said("heating", "no").ended
    kept = merge(said(Ward(), "heating", "yes"), there)
    before = kept.case
    merge(kept, there)
    assert values(kept.case, "heating") == values(before, "heating")


def test_given_a_merge_that_is_undone_then_what_came_leaves_and_what_was_said_here_stands() -> None:
    there = Other().said("heating", "no").said("water", "no")
    found(there)
    kept = said(Ward(), "heating", "yes")
    merge(kept, there.ended)
    kept.ask(cmd.SettleAnswer(item="heating", value="no", reason="asked-both"), on=1)
    part(kept)
    assert values(kept.case, "water") == []
    assert values(kept.case, "heating") == [], "what was settled from there is open again"
    assert not kept.case.open_hazards
    assert merged(kept.case).parted_on == BEGINS + timedelta(days=2)
    assert not list(cases_merged_in(kept.case))
    assert "undone" in merged_words(merged(kept.case))


def test_given_a_dispute_of_three_when_one_leaves_then_the_other_two_still_differ() -> None:
    kept = said(Ward(), "heating", "yes")
    kept.ask(cmd.ConfirmItem(item="heating", value="no", evidence="told"), NURSE)
    merge(kept, Other().said("heating", "no").ended)
    part(kept)
    assert values(kept.case, "heating") == ["yes", "no"]
    assert kept.case.check is not None
    assert kept.case.check.disputed == {"heating"}
    assert kept.case.check.answers["heating"] == "no"


def test_given_a_merge_that_was_undone_when_told_again_then_nothing_happens() -> None:
    kept = merge(said(Ward(), "heating", "yes"), Other().said("heating", "no").ended)
    part(kept)
    before = kept.case
    assert "case-parted" not in part(kept, on=3).last
    assert kept.case.check == before.check


def test_given_a_case_that_ended_when_another_comes_to_it_then_it_passes_on_that_alone() -> None:
    middle = merge(said(Ward(), "water", "no"), Other("oxygen").said("heating", "no").ended)
    handed = handed_over(middle.case, THIRD, BEGINS, only=OTHER)
    assert set(handed.statements) == {"heating"}
    assert handed.statements["heating"][0].came_from == (OTHER, CASE)
    assert handed.needs == ("oxygen",)


@given(
    here=st.lists(
        st.tuples(st.sampled_from(["heating", "water", "food"]), st.sampled_from(["yes", "no", "unknown"])),
        max_size=4,
    ),
    there=st.lists(
        st.tuples(st.sampled_from(["heating", "water", "food"]), st.sampled_from(["yes", "no", "unknown"])),
        max_size=4,
    ),
)
def test_given_any_two_checks_when_merged_and_parted_then_no_yes_wins_and_what_stood_here_stands(
    here: list[tuple[str, str]], there: list[tuple[str, str]]
) -> None:
    kept, other = Ward(), Other()
    for item, value in here:
        said(kept, item, value, "seen")
    for item, value in there:
        other.said(item, value)
    before = kept.case
    merge(kept, other.ended)
    for item in {item for item, _ in (*here, *there)}:
        mine, theirs = values(before, item), values(other.case, item)
        known = [each for each in mine if each != "unknown"]
        assert values(kept.case, item)[: len(known)] == known
        counted = kept.case.check.answers.get(item) if kept.case.check else None
        if "no" in (*mine, *theirs):
            assert counted == "no"
    part(kept)
    for item in {item for item, _ in here}:
        known = [each for each in values(before, item) if each != "unknown"]
        assert [each for each in values(kept.case, item) if each != "unknown"] == known
