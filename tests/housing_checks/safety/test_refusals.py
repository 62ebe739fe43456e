"""What cannot be recorded in an annex: each refusal says where and what is needed; boundary days may be."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from discharge.errors import HomewardError
from discharge.reference.policy import policy_on
from housing_checks.safety.clocks import running
from housing_checks.safety.commands import MOST_NOTE, SafetyRequest
from housing_checks.safety.events import (
    AdviserNamed,
    AnnexEnded,
    ContactTried,
    DangerNoted,
    MaracSent,
    ReviewSet,
    SafeguardingAnswered,
    SafeguardingRaised,
    SafetyConfirmed,
    SafetyEvent,
    evolve,
)
from housing_checks.safety.model import NO_ANNEX, Annex, ContactAttempt, SafeguardingConcern
from housing_checks.safety.rules import check
from tests.housing_checks.safety.test_annex import NOON, TODAY, WARD, annex, answers, marac

TOMORROW = TODAY + timedelta(days=1)
SENT, ENDED = MaracSent(sent_on=TODAY), AnnexEnded(ended_on=TODAY)
ANSWERED = SafeguardingAnswered.model_validate({"outcome": "no-enquiry", "answered_on": TODAY})
CONCERN = SafeguardingRaised(
    concern=SafeguardingConcern.model_validate({"basis": "other-adult", "raised_on": TODAY})
)


def why(folded: Annex, event: SafetyEvent, **notes: str) -> set[tuple[str | None, ...]]:
    """Code, detail and place of each fault."""
    try:
        check(folded, SafetyRequest(event, notes), TODAY)  # type: ignore[arg-type]
    except HomewardError as error:
        return {(each.code, each.detail, each.where) for each in (error, *error.others)}
    return set()


@pytest.mark.parametrize(
    ("folded", "event", "refusal"),
    [
        (NO_ANNEX, SENT, ("no-such-item", "marac", "kind")),
        (annex(marac(), SENT), SENT, ("already-done", "marac", "kind")),
        (NO_ANNEX, ANSWERED, ("no-such-item", "safeguarding", "kind")),
        (annex(ENDED), ENDED, ("already-done", "ended", "kind")),
        (annex(marac()), MaracSent(sent_on=TOMORROW), ("invalid-body", "a day that has come", "sent_on")),
        (NO_ANNEX, answers(asked_on=TOMORROW), ("invalid-body", "a day that has come", "asked_on")),
        (
            NO_ANNEX,
            ReviewSet(review_on=TODAY - timedelta(days=1)),
            ("invalid-body", "today or a later day", "review_on"),
        ),
        (NO_ANNEX, SafetyConfirmed(until_on=TODAY), ("invalid-body", "a later day", "until_on")),
        (NO_ANNEX, AdviserNamed(named_on=TODAY), ("invalid-body", "write who it is", "note")),
    ],
)
def test_given_what_cannot_be_recorded_then_the_refusal_says_where_and_what_is_needed(
    folded: Annex, event: SafetyEvent, refusal: tuple[str, ...]
) -> None:
    assert why(folded, event, reason="r") == {refusal}


@pytest.mark.parametrize(
    ("folded", "event"),
    [
        (annex(marac()), SENT),
        (annex(CONCERN), ANSWERED),
        (NO_ANNEX, ENDED),
        (NO_ANNEX, answers(asked_on=TODAY)),
        (NO_ANNEX, ReviewSet(review_on=TODAY)),
        (NO_ANNEX, SafetyConfirmed(until_on=TOMORROW)),
        (NO_ANNEX, AdviserNamed(adviser_id=UUID(int=1), named_on=TODAY)),
    ],
)
def test_given_what_can_be_recorded_today_then_it_is(folded: Annex, event: SafetyEvent) -> None:
    assert why(folded, event, reason="r") == set()


def test_given_an_adviser_who_does_not_sign_in_here_then_words_say_who_it_is() -> None:
    named = AdviserNamed(named_on=TODAY)
    assert why(NO_ANNEX, named, note="  ") == {("invalid-body", "write who it is", "note")}
    assert why(NO_ANNEX, named, note="Una of the refuge") == set()


def test_given_words_as_long_as_a_note_may_be_then_they_are_taken_and_one_letter_more_is_not() -> None:
    assert why(NO_ANNEX, answers(), note="x" * MOST_NOTE) == set()
    refusal = ("invalid-body", f"at most {MOST_NOTE} characters", "note")
    assert why(NO_ANNEX, answers(), note="x" * (MOST_NOTE + 1)) == {refusal}


@pytest.mark.parametrize(
    ("event", "needed"),
    [
        (marac(consent="refused"), "say why the referral is safer without the person's consent"),
        (ENDED, "say why the work on safety ends"),
        (SafetyConfirmed(), "say why safety is confirmed although the person was not asked alone"),
    ],
)
def test_given_what_needs_a_reason_then_the_refusal_says_of_what(event: SafetyEvent, needed: str) -> None:
    assert why(NO_ANNEX, event) == {("invalid-body", needed, "reason")}
    assert why(NO_ANNEX, event, reason=" ") == {("invalid-body", needed, "reason")}


def test_given_a_way_of_reaching_them_that_no_list_has_then_it_is_refused_where_it_was_said() -> None:
    def tried(method: str) -> ContactTried:
        attempt = {"method": method, "reached": "no", "at": NOON}
        return ContactTried(attempt=ContactAttempt.model_validate(attempt))

    assert {(code, where) for code, _, where in why(NO_ANNEX, tried("pigeon"))} == {
        ("code-not-in-value-set", "method")
    }
    assert why(NO_ANNEX, tried("own-phone")) == set()


def test_given_answers_that_contradict_each_other_then_the_refusal_says_how_to_put_them_right() -> None:
    said = answers(asked="not-asked", disclosed="no", perpetrator_at_address="yes")
    details = {where: detail for _, detail, where in why(NO_ANNEX, said)}
    assert set(details) == {"asked", "perpetrator_at_address"}
    assert str(details["asked"]).startswith("nobody was asked")
    assert str(details["perpetrator_at_address"]).startswith("say yes above")


def test_given_a_note_and_answers_on_different_days_then_asking_alone_is_due_since_the_first_of_them() -> (
    None
):
    noted, answered = DangerNoted(came_with="add-note"), answers(asked="not-alone")
    later = WARD.model_copy(update={"at": NOON + timedelta(days=1)})
    policy = policy_on(TODAY)
    for first, second in ((noted, answered), (answered, noted)):
        alone = evolve(NO_ANNEX, first, WARD)
        both = evolve(alone, second, later)
        assert running(both, policy)["ask-alone"] == running(alone, policy)["ask-alone"]
