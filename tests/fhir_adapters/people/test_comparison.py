"""What speaks for and against two records being one person."""

from __future__ import annotations

from datetime import date

import pytest

from fhir_adapters.people.comparison import (
    PAIR_RULES,
    Evidence,
    Portrait,
    compare,
    offered_again,
    resemblances,
    same_text,
)

JOAN = Portrait(
    family_name="ASHDOWN",
    given_name="Joan",
    birth_date=date(1941, 5, 2),
    sex="female",
    postcode="LS1 1AA",
    phone="07700 900123",
    nhs_numbers=frozenset({"9990000018"}),
    numbered_by=frozenset({"RXH"}),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [("O'Neil", "ONEIL"), ("Núñez", "nunez"), ("LS1 1AA", "ls11aa"), ("Smith-Jones", "smith jones")],
)
def test_given_other_case_accents_or_punctuation_then_the_text_is_the_same(one: str, other: str) -> None:
    assert same_text(one, other)


def test_given_two_records_then_each_field_agrees_differs_or_is_unknown() -> None:
    other = JOAN.model_copy(update={"given_name": "Jean", "phone": "", "nhs_numbers": frozenset()})

    evidence = compare(JOAN, other)

    assert evidence["family-name"] == "same"
    assert evidence["given-name"] == "differs"
    assert (evidence["phone"], evidence["nhs-number"]) == ("unknown", "unknown")
    assert evidence["hospital-number"] == "differs"


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({}, ("same-name-birth-date-postcode",)),
        (
            {"nhs_numbers": frozenset()},
            ("same-name-birth-date-postcode", "same-full-name-birth-date"),
        ),
        ({"nhs_numbers": frozenset(), "postcode": "LS2 2BB"}, ("same-full-name-birth-date",)),
        ({"birth_date": date(1941, 2, 5)}, ()),
        ({"postcode": "", "given_name": "Jean"}, ()),
        ({"identity_unknown": True}, ()),
    ],
)
def test_given_a_resemblance_then_the_rules_that_fit_are_named(
    change: dict[str, object], rules: tuple[str, ...]
) -> None:
    assert resemblances(JOAN, JOAN.model_copy(update=change)) == rules


def test_every_rule_says_why_and_since_when_in_words() -> None:
    assert all(rule.words and rule.source and rule.effective_from for rule in PAIR_RULES.values())


def test_given_two_who_are_not_the_same_then_only_something_new_that_agrees_offers_them_again() -> None:
    decided: Evidence = {"family-name": "same", "birth-date": "same", "postcode": "unknown"}

    def again(**now: str) -> bool:
        evidence: dict[str, str] = {**decided, **{key.replace("_", "-"): value for key, value in now.items()}}
        return offered_again(decided, evidence, ["r"], ["r"])  # type: ignore[arg-type]

    assert not again()
    assert not again(birth_date="differs")
    assert again(postcode="same")
    assert offered_again(decided, decided, ["r", "another-rule"], ["r"])
