"""What the trust's referral says of the person is not replaced in silence by an answer of the check."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid5

import pytest

from discharge.cases import commands as cmd
from discharge.cases.circumstances import circumstances
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor, Case, Stage
from discharge.codes.casework import IN_THE_REFERRAL
from housing_checks.checks.all_well import answers_when_well
from housing_checks.checks.answers import asked_of
from housing_checks.checks.referral_statements import disputed_with_referral
from housing_checks.facts import answers_against_referral
from housing_checks.gate.blockers import blocking
from housing_checks.pathway import Decision, advance
from tests.discharge.cases.stories import CASE, COORDINATOR, PERSON, SERVICE, TRUST, spell
from tests.housing_checks.paper import BEGINS, FORM, WARD

OXYGEN = {"oxygen-room", "oxygen-risk-form", "oxygen-installed", "no-smoking"}
SAID = "oxygen-or-cream"


class Ward:
    """A case whose referral names needs, told in commands, one day after another."""

    def __init__(self, *needs: str) -> None:
        self.case, self._asked = Case(case_id=CASE), 0
        self.last: tuple[str, ...] = ()
        self.refer(*needs)
        self.ask(cmd.AcceptReferral())

    def refer(self, *needs: str, on: int = 0) -> None:
        """A ward refers, or refers again."""
        stay = spell(admitted_on=BEGINS)
        asked = cmd.Refer(
            person_id=PERSON,
            organisation_id=TRUST,
            service_id=SERVICE,
            spell=stay,
            tenure="owner",
            needs=needs,
        )
        self.ask(asked, WARD, on)

    def decide(self, command: Command, actor: Actor = COORDINATOR, on: int = 0) -> Decision:
        """What a command brings about."""
        self._asked += 1
        day = BEGINS + timedelta(days=on)
        envelope = Envelope(
            command_id=uuid5(CASE, f"ward/{self._asked}"),
            case_id=CASE,
            actor=actor,
            effective_on=day,
            command=command,
        )
        return advance(self.case, envelope, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))

    def ask(self, command: Command, actor: Actor = COORDINATOR, on: int = 0) -> Ward:
        """A command that is accepted."""
        decided = self.decide(command, actor, on)
        assert decided.answer.outcome == "accepted", decided.answer
        self.case, self.last = decided.case, decided.answer.events
        return self

    def check(self, **said: str) -> Ward:
        """The whole check at once, with all well but for what is said."""
        known = {"safety-confirmed": "confirmed"} | {
            code.replace("_", "-"): value for code, value in said.items()
        }
        answers = answers_when_well(FORM, known, circumstances(self.case))
        return self.ask(cmd.CompleteCheck(form=FORM.code, answers=answers))

    def answer(self, value: str, on: int = 1, actor: Actor = COORDINATOR, evidence: str = "seen") -> Ward:
        """Somebody answers whether there is oxygen."""
        return self.ask(
            cmd.ConfirmItem(item=SAID, value=value, evidence=None if evidence == "seen" else evidence),
            actor,
            on,
        )

    def settle(self, value: str, on: int = 2) -> Ward:
        """A named person settles it."""
        return self.ask(cmd.SettleAnswer(item=SAID, value=value, reason="asked-both"), on=on)

    @property
    def shut_by(self) -> set[str]:
        """The items that block."""
        return {each.code for each in blocking(self.case)}

    @property
    def disputed(self) -> set[str]:
        """The items of which check and referral say different things."""
        return set(disputed_with_referral(self.case))


def test_given_needs_of_the_referral_when_the_check_denies_them_then_they_are_disputed_and_asked() -> None:
    ward = Ward("oxygen", "hoist", "bariatric", "end-of-life")
    ward.check(
        oxygen_or_cream="neither", moves_how="walks", bed_prescribed="ordinary", last_weeks="not-expected"
    )
    assert ward.disputed == {SAID, "moves-how", "bed-prescribed", "last-weeks"}
    assert OXYGEN | {"two-carers", "floor-strength", "fast-track"} <= ward.shut_by
    assert ward.case.stage is not Stage.READY
    assert {each.words["item"] for each in answers_against_referral(ward.case)} == {
        "Oxygen or paraffin cream",
        "How the person moves",
        "Bed prescribed",
        "Last weeks of life",
    }
    assert "alert-raised" in ward.last


@pytest.mark.parametrize("need", ["hoist", "bariatric", "hospital-bed", "wheelchair-full", "emollient"])
def test_given_a_need_when_all_is_well_at_home_then_the_answers_say_what_the_referral_says(need: str) -> None:
    assert Ward(need).check().disputed == set()


def test_given_a_dispute_with_the_referral_then_what_the_trust_said_stands_beside_the_answer() -> None:
    ward = Ward("oxygen").check(oxygen_or_cream="neither")
    assert ward.case.check is not None
    trust, adviser = ward.case.check.statements[SAID]
    assert (trust.value, trust.through, trust.organisation_id) == ("oxygen", IN_THE_REFERRAL, TRUST)
    assert (adviser.value, adviser.by) == ("neither", COORDINATOR.user_id)
    assert ward.case.check.answers[SAID] == "unknown"


@pytest.mark.parametrize(
    ("needs", "item", "denies", "says"),
    [
        (("oxygen",), SAID, "cream", "oxygen"),
        (("oxygen", "emollient"), SAID, "oxygen", "both"),
        (("hospital-bed",), "bed-prescribed", "ordinary", "hospital"),
        (("wheelchair-essential",), "moves-how", "walks", "wheelchair-part"),
        (("learning-disability",), "learning-disability", "no-disability", "disability"),
    ],
)
def test_given_needs_then_the_answer_that_the_referral_gives_says_as_much_as_it_names(
    needs: tuple[str, ...], item: str, denies: str, says: str
) -> None:
    ward = Ward(*needs).ask(cmd.ConfirmItem(item=item, value=denies))
    assert ward.case.check is not None
    assert [each.value for each in ward.case.check.statements[item]] == [says, denies]


def test_given_a_dispute_with_the_referral_then_no_newer_answer_ends_it_until_it_is_settled() -> None:
    ward = Ward("oxygen").check(oxygen_or_cream="neither")
    ward.answer("neither", 3, evidence="document").answer("neither", 4, WARD)
    assert ward.disputed == {SAID}
    ward.settle("neither", 5)
    assert ward.disputed == set()
    assert ward.shut_by == set()
    assert ward.case.stage is Stage.READY
    ward.answer("neither", 6).answer("cream", 7)
    assert ward.disputed == set()


def test_given_a_dispute_with_the_referral_when_settled_for_it_then_what_it_needs_is_asked() -> None:
    ward = Ward("oxygen").check(oxygen_or_cream="neither").settle("oxygen")
    assert ward.disputed == set()
    assert ward.shut_by >= OXYGEN


def test_given_an_answer_that_does_not_deny_the_referral_then_nothing_is_disputed() -> None:
    ward = Ward("oxygen", "hoist").check(oxygen_or_cream="both", moves_how="hoisted")
    assert ward.disputed == set()
    ward.answer("unknown")
    assert ward.disputed == set()
    assert asked_of(ward.case, FORM)
    assert set(asked_of(ward.case, FORM)) >= OXYGEN
    assert Ward("level-access").check(oxygen_or_cream="neither").disputed == set()
    assert Ward("none").check(oxygen_or_cream="neither").disputed == set()


def test_given_a_whole_check_when_the_ward_names_needs_then_it_is_disputed_asked_and_told() -> None:
    ward = Ward("none").check()
    assert ward.case.stage is Stage.READY
    ward.ask(cmd.AmendReferral(needs=("oxygen", "hoist")), WARD, on=2)
    assert ward.disputed == {SAID, "moves-how"}
    assert OXYGEN | {"two-carers"} <= ward.shut_by
    assert {"answer-disputed", "gated-items-changed", "home-no-longer-ready", "alert-raised"} <= set(
        ward.last
    )
    trust = ward.case.check.statements[SAID][-1] if ward.case.check else None
    assert trust is not None
    assert (trust.by, trust.answered_on) == (WARD.user_id, BEGINS + timedelta(days=2))


def test_given_a_settled_answer_then_it_stands_until_the_trust_names_the_need_anew() -> None:
    ward = Ward("oxygen").check(oxygen_or_cream="neither").settle("neither")
    ward.ask(cmd.AmendReferral(needs=("oxygen", "level-access")), WARD, on=3)
    assert ward.disputed == set()
    ward.ask(cmd.AmendReferral(needs=("level-access",)), WARD, on=4)
    ward.ask(cmd.AmendReferral(needs=("oxygen",)), WARD, on=5)
    assert ward.disputed == {SAID}


def test_given_an_open_case_when_a_second_referral_names_another_need_then_it_is_the_persons() -> None:
    ward = Ward("level-access").check()
    ward.refer("oxygen", on=1)
    assert ward.case.referral is not None
    assert ward.case.referral.needs == ("level-access", "oxygen")
    assert ward.disputed == {SAID}
    ward.refer("oxygen", on=2)
    assert not {"referral-amended", "answer-disputed"} & set(ward.last)


def test_given_an_answer_then_nobody_who_answers_can_say_that_it_is_the_referrals() -> None:
    ward = Ward("oxygen").check(oxygen_or_cream="neither")
    decided = ward.decide(cmd.ConfirmItem(item=SAID, value="oxygen", through=IN_THE_REFERRAL))
    assert decided.answer.code == "code-not-in-value-set"
    assert decided.answer.where == "through"
