"""Two lists of one day: who differs, in what, and the guess at why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_adapters.shadow.causes import BY_CODE, CAUSES
from fhir_adapters.shadow.comparison import Surroundings, compare
from fhir_adapters.shadow.model import COLUMNS, Clues, Difference, Held, Listed, Said

LISTED_AT = datetime(2026, 7, 1, 8, tzinfo=UTC)
NHS, OWN = "9990000018", "H100"
AROUND = Surroundings(LISTED_AT, LISTED_AT - timedelta(minutes=5))
THEIRS = Listed(2, NHS, OWN, {"ward": "ELM", "expected_discharge_on": "2026-07-09"})
OURS = Held(
    UUID(int=1),
    NHS,
    OWN,
    UUID(int=2),
    {"ward": frozenset({"ELM"}), "expected_discharge_on": frozenset({"2026-07-09"})},
)


def said(hours: float) -> Said:
    """A message said so many hours after the list was made."""
    return Said(uuid4(), LISTED_AT + timedelta(hours=hours), LISTED_AT)


def only(*differences: Difference) -> Difference:
    (one,) = differences
    return one


def test_given_the_same_when_compared_then_all_agree() -> None:
    found = compare([THEIRS], [OURS], AROUND)
    assert found.differences == ()
    assert (found.people, found.both, found.agreeing, found.rate) == (1, 1, 1, 1.0)


def test_given_nobody_at_all_when_compared_then_there_is_no_rate() -> None:
    assert compare([], [], AROUND).rate is None


def test_given_only_the_hospital_number_when_compared_then_the_person_is_found() -> None:
    assert compare([replace(THEIRS, nhs_number="")], [OURS], AROUND).rate == 1.0


def test_given_other_case_of_letters_in_a_ward_when_compared_then_it_is_the_same_ward() -> None:
    assert compare([replace(THEIRS, values={"ward": "elm"})], [OURS], AROUND).rate == 1.0


@pytest.mark.parametrize(
    ("clues", "around", "cause"),
    [
        (Clues(), AROUND, "never-arrived"),
        (Clues(heard_of=True), AROUND, "person-unknown"),
        (Clues(person_id=UUID(int=1)), AROUND, "no-stay-heard"),
        (Clues(), Surroundings(LISTED_AT, None), "feed-silent"),
        (Clues(), Surroundings(LISTED_AT, LISTED_AT - timedelta(days=1)), "feed-silent"),
        (Clues(stay_status="cancelled", person_id=UUID(int=1)), AROUND, "stay-cancelled"),
        (Clues(stay_status="expected", person_id=UUID(int=1)), AROUND, "expected-here"),
        (Clues(stay_status="discharged", left_at=LISTED_AT, said=said(-2)), AROUND, "discharged-here"),
        (Clues(stay_status="discharged", left_at=LISTED_AT, said=said(2)), AROUND, "message-later"),
        (Clues(), replace(AROUND, waiting={NHS: "parked"}), "parked"),
        (Clues(), replace(AROUND, waiting={OWN: "unassigned"}), "parked"),
        (Clues(), replace(AROUND, waiting={NHS: "stored"}), "not-read-yet"),
    ],
)
def test_given_somebody_on_their_list_alone_when_compared_then_the_first_rule_that_fits_says_why(
    clues: Clues, around: Surroundings, cause: str
) -> None:
    found = only(*compare([THEIRS], [], replace(around, clues={2: clues})).differences)
    assert (found.kind, found.cause, found.line) == ("only-theirs", cause, 2)


@pytest.mark.parametrize(
    ("evidence", "around", "cause"),
    [
        (said(-3), AROUND, "not-on-their-list"),
        (said(1), AROUND, "message-later"),
        (said(-3), Surroundings(LISTED_AT, LISTED_AT - timedelta(days=2)), "feed-silent"),
        (said(-3), replace(AROUND, waiting={NHS: "parked"}), "parked"),
    ],
)
def test_given_somebody_in_a_bed_of_ours_alone_when_compared_then_a_rule_says_why(
    evidence: Said, around: Surroundings, cause: str
) -> None:
    found = only(*compare([], [replace(OURS, said={"stay": evidence})], around).differences)
    assert (found.kind, found.cause, found.person_id, found.said) == (
        "only-ours",
        cause,
        UUID(int=1),
        evidence,
    )


def differing(ours: Held, value: str, column: str = "expected_discharge_on") -> Difference:
    theirs = replace(THEIRS, values={column: value})  # type: ignore[dict-item]
    return only(*compare([theirs], [ours], AROUND).differences)


def test_given_another_date_when_compared_then_both_are_shown_with_our_evidence() -> None:
    evidence = said(-30)
    found = differing(replace(OURS, said={"expected_discharge_on": evidence}), "2026-07-12")
    assert (found.column, found.theirs, found.ours) == ("expected_discharge_on", "2026-07-12", "2026-07-09")
    assert (found.cause, found.said, found.case_id) == ("older-here", evidence, UUID(int=2))


@pytest.mark.parametrize(
    ("ours", "cause"),
    [
        (replace(OURS, said={"expected_discharge_on": said(1)}), "message-later"),
        (replace(OURS, by_hand=frozenset({"expected_discharge_on"})), "by-hand-here"),
        (replace(OURS, values={}), "never-said"),
        (OURS, "not-explained"),
    ],
)  # fmt: skip
def test_given_another_date_when_compared_then_a_rule_says_why(ours: Held, cause: str) -> None:
    assert differing(ours, "2026-07-12").cause == cause


def test_given_a_pathway_that_nobody_recorded_on_the_case_when_compared_then_that_is_the_guess() -> None:
    assert differing(OURS, "1", "pathway").cause == "not-recorded-here"


def test_given_no_date_on_their_list_when_we_have_one_then_they_differ() -> None:
    assert differing(OURS, "").ours == "2026-07-09"


def test_given_an_empty_ward_on_their_list_when_compared_then_it_says_nothing() -> None:
    assert compare([replace(THEIRS, values={"ward": ""})], [OURS], AROUND).rate == 1.0


def test_given_a_ward_that_the_list_writes_otherwise_for_several_when_compared_then_the_code_is_guessed() -> (
    None
):
    theirs = [Listed(n, "", f"H{n}", {"ward": "Elm Ward"}) for n in range(2, 6)]
    held = [
        Held(UUID(int=n), "", f"H{n}", values={"ward": frozenset({"OAK" if n == 5 else "ELM"})})
        for n in range(2, 6)
    ]
    causes = [each.cause for each in compare(theirs, held, AROUND).differences]
    assert causes == ["other-ward-code"] * 3 + ["not-explained"]


def test_given_one_person_in_another_ward_when_compared_then_no_code_is_guessed() -> None:
    assert differing(OURS, "OAK", "ward").cause == "not-explained"


def test_given_reasons_when_one_of_ours_is_theirs_then_they_agree_and_without_a_case_nothing_is_said() -> (
    None
):
    theirs = [replace(THEIRS, values={"delay_reason": "WC4"})]
    ours = replace(OURS, values={"delay_reason": frozenset({"WC4", "repairs"})})
    assert compare(theirs, [ours], AROUND).rate == 1.0
    nothing = replace(OURS, case_id=None, values={})
    assert compare(theirs, [nothing], AROUND).rate == 1.0
    unmapped = replace(THEIRS, values={"delay_reason": "Dog"}, unmapped=frozenset({"delay_reason"}))
    assert only(*compare([unmapped], [ours], AROUND).differences).cause == "unmapped-word"


def test_given_every_cause_when_read_then_it_has_words_and_a_code_of_its_own() -> None:
    assert len(BY_CODE) == len(CAUSES)
    assert all(cause.words.endswith(".") and cause.kinds for cause in CAUSES)


numbers = st.sampled_from(["", "9990000018", "9990000026", "9990000034"])
own = st.sampled_from(["", "H1", "H2", "H3"])
wards = st.sampled_from(["", "ELM", "OAK"])
lines = st.lists(st.builds(lambda n, o, w: (n, o, w), numbers, own, wards), max_size=5)


@given(theirs=lines, ours=lines)
def test_given_any_two_lists_when_compared_then_everybody_counts_once(
    theirs: list[tuple[str, str, str]], ours: list[tuple[str, str, str]]
) -> None:
    listed = [Listed(n, *row[:2], values={"ward": row[2]}) for n, row in enumerate(theirs, 2)]
    held = [
        Held(UUID(int=n), *row[:2], values={"ward": frozenset({row[2]} - {""})}) for n, row in enumerate(ours)
    ]
    found = compare(listed, held, AROUND)
    alone = [each for each in found.differences if each.kind != "differs"]
    differing = {each.line for each in found.differences if each.kind == "differs"}
    assert found.both + len([each for each in alone if each.kind == "only-theirs"]) == len(listed)
    assert found.both + len([each for each in alone if each.kind == "only-ours"]) == len(held)
    assert found.agreeing + len(differing) == found.both
    assert all(each.column in (*COLUMNS, "") for each in found.differences)
