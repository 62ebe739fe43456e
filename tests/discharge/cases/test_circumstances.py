"""What a case tells of the facts that decide what is asked about the home."""

from __future__ import annotations

import pytest

from discharge.cases.circumstances import FACTS, circumstances, fact_names, fact_words
from discharge.cases.model import Case, Homelessness, Referral, SelfFunder, Strand
from discharge.codes.casework import NEEDS
from tests.discharge.cases.stories import CASE, TRUST, day


def case(flag: str = "unknown", strands: dict[str, Strand] | None = None, **said: object) -> Case:
    referral = Referral(referred_on=day(0), organisation_id=TRUST).model_copy(update=said)
    return Case(
        case_id=CASE,
        referral=referral,
        homelessness=Homelessness.model_validate({"flag": flag}),
        strands=strands or {},
    )


def strand(kind: str, item: str = "x", **changes: object) -> dict[str, Strand]:
    made = Strand(kind=kind, number=1, item=item, started_on=day(0), owner_role="coordinator")
    return {made.key: made.model_copy(update=changes)}


@pytest.mark.parametrize(
    ("said", "fact", "value"),
    [
        (case(), "place", "unknown"),
        (case(tenure="owner"), "place", "yes"),
        (case(tenure="owner", flag="yes"), "place", "unknown"),
        (case(tenure="no-fixed-abode"), "place", "no"),
        (case(flag="yes"), "place", "no"),
        (case(tenure="temporary", flag="yes"), "place", "no"),
        (case(tenure="owner", strands=strand("rehousing")), "place", "unknown"),
        (case(flag="yes", strands=strand("rehousing", property_id=CASE)), "place", "yes"),
        (case(tenure="no-fixed-abode"), "homeless", "yes"),
        (case(tenure="no-fixed-abode", flag="no"), "homeless", "no"),
        (case(), "homeless", "unknown"),
        (case(), "homeless-flagged", "no"),
        (case(flag="yes"), "homeless-flagged", "yes"),
        (case(), "rehoused", "no"),
        (case(strands=strand("rehousing", property_id=CASE)), "rehoused", "yes"),
        (case(), "duty-sent", "unknown"),
        (case(), "duty-answered", "unknown"),
        (case(tenure="private"), "homeless", "no"),
        (case(tenure="private"), "private", "yes"),
        (case(tenure="private"), "social", "no"),
        (case(tenure="sheltered"), "social", "unknown"),
        (case(tenure="sheltered"), "scheme", "yes"),
        (case(tenure="sheltered"), "rented", "yes"),
        (case(tenure="owner"), "rented", "no"),
        (case(), "rented", "unknown"),
        (case(tenure="owner", strands=strand("rehousing", property_id=CASE)), "rented", "unknown"),
        (case(tenure="family-friends"), "own-place", "no"),
        (case(tenure="family-friends"), "other-home", "yes"),
        (case(tenure="owner"), "other-home", "unknown"),
        (case(), "other-home", "unknown"),
        (case(setting="community"), "community", "yes"),
        (case(), "community", "no"),
        (case(reasons=("placed-away",)), "placement", "yes"),
        (case(), "placement", "no"),
        (case(lives_alone="yes"), "lives-alone", "yes"),
        (case(needs=("wheelchair-essential",)), "wheelchair", "yes"),
        (case(needs=("oxygen",)), "wheelchair", "no"),
        (case(), "wheelchair", "unknown"),
        (case(needs=("oxygen",)), "oxygen", "yes"),
        (case(needs=("none",)), "oxygen", "no"),
        (case(), "oxygen", "unknown"),
        (case(pathway="0"), "care", "no"),
        (case(pathway="1"), "care", "yes"),
        (case(), "care", "unknown"),
        (case(pathway="0", strands=strand("care-at-home")), "care", "yes"),
        (case(needs=("hoist",)), "equipment", "yes"),
        (case(needs=("level-access",)), "equipment", "unknown"),
        (case(strands=strand("equipment", status="completed")), "equipment", "yes"),
        (case(strands=strand("equipment", status="cancelled")), "equipment", "unknown"),
        (case(strands=strand("adaptation")), "adaptation", "yes"),
        (case(strands=strand("repairs")), "repairs", "yes"),
        (case(), "repairs", "no"),
        (case(strands=strand("care-at-home", "self-funded-care")), "self-funder", "yes"),
        (case(), "self-funder", "no"),
        (case(), "children", "unknown"),
    ],
)
def test_given_a_case_then_it_tells_yes_no_or_that_it_is_not_known(said: Case, fact: str, value: str) -> None:
    assert circumstances(said)[fact] == value


def test_given_a_case_without_a_referral_then_nothing_about_the_person_is_taken_for_known() -> None:
    known = circumstances(Case(case_id=CASE))
    assert {fact for fact, value in known.items() if value != "unknown"} == {
        "hazard",
        "repairs",
        "self-funder",
        "homeless-flagged",
        "rehoused",
    }


def test_given_the_facts_then_each_need_is_one_and_each_has_words() -> None:
    names = fact_names()
    assert len(names) == len(set(names)) == len(FACTS) + len(NEEDS.rows) - 1
    assert "none" not in names
    assert all(fact_words(name) for name in names)
    assert fact_words("oxygen") == "the person needs this: Oxygen at home"


@pytest.mark.parametrize("said", ["yes", "no", "unknown"])
def test_given_what_is_recorded_of_who_pays_then_it_is_told_and_ordered_care_tells_more(said: str) -> None:
    held = SelfFunder.model_validate({"self_funder": said, "since": day(1)})
    assert circumstances(case().model_copy(update={"self_funding": held}))["self-funder"] == said
    ordered = case(strands=strand("care-at-home", "self-funded-care"))
    assert circumstances(ordered.model_copy(update={"self_funding": held}))["self-funder"] == "yes"
