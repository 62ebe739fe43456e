"""The check form: what it asks, what it gates, what its answers suggest."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
import yaml

from discharge.cases.commands import StartCheck
from discharge.cases.model import Case, GateItem
from discharge.codes.casework import NEEDS
from discharge.errors import Refused
from discharge.reference.files import DataInvalid
from discharge.reference.site import parse_override
from discharge.risk.facts import GATE_ITEMS
from discharge.values import YesNoUnknown
from housing_checks.checks.form import SAFE_ADDRESS, form_in_force
from housing_checks.checks.rules import suggested_strands
from housing_checks.lead_times import ITEMS
from tests.housing_checks.homes import FORM_1, Story, answers


def test_the_form_has_distinct_items_in_five_domains() -> None:
    assert len(set(FORM_1.codes)) == len(FORM_1.items) == 17
    assert len(FORM_1.domains) == 5
    assert sum(len(items) for _name, items in FORM_1.domains) == 17


@pytest.mark.parametrize(
    "code",
    [
        "safe-address",
        "heating",
        "water",
        "power",
        "toilet",
        "equipment-in-place",
        "adaptation-in-place",
        "keys",
        "food",
        "first-care-visit",
        "no-emergency-hazard",
        "lawful-return",
        "arrival",
        "bed",
        "steps-stairs",
    ],
)
def test_essential_items_are_gated_for_everybody(code: str) -> None:
    assert code in FORM_1.gated_codes((), "no")


def test_room_to_move_is_gated_only_for_somebody_who_needs_a_wheelchair_bed_or_hoist() -> None:
    assert "room-to-move" not in FORM_1.gated_codes(("level-access",), "no")
    assert "room-to-move" in FORM_1.gated_codes(("hoist",), "no")


@pytest.mark.parametrize(("lives_alone", "gated"), [("yes", True), ("unknown", True), ("no", False)])
def test_somebody_looks_in_is_gated_unless_the_person_is_known_to_live_with_others(
    lives_alone: YesNoUnknown, gated: bool
) -> None:
    assert ("someone-looks-in" in FORM_1.gated_codes((), lives_alone)) is gated


def test_every_suggestion_names_an_item_that_can_be_ordered_and_a_need_that_exists() -> None:
    for item in FORM_1.items:
        for suggested in item.suggests:
            assert ITEMS[suggested.kind].known(suggested.item), suggested
            assert all(NEEDS.known(need) for need in suggested.needs_any), suggested


def test_items_that_rows_and_strands_speak_of_are_on_the_form() -> None:
    spoken = {SAFE_ADDRESS, *GATE_ITEMS.values()}
    spoken |= {code for rows in ITEMS.values() for row in rows for code in row.helps}
    assert spoken <= set(FORM_1.codes)


def test_given_a_day_before_the_first_form_then_no_check_begins_on_it() -> None:
    assert form_in_force(date(2026, 3, 2)) is FORM_1
    with pytest.raises(Refused, match="code-not-in-value-set"):
        Story().ask(StartCheck(form=FORM_1.code), on=-900)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            {"suggests": [{"kind": "basics", "item": "baths"}]},
            "food.suggests: 'baths' is not in basics",
        ),
        ({"gated_when": {"needs_any": ["wings"]}}, "food: 'wings' is not a need that a referral can name"),
        (
            {"enable_when": {"all": [{"item": "keys", "answer": "yes"}]}},
            "food: asked_when: 'keys' is no earlier item",
        ),
        (
            {"asked_when": {"any": [{"item": "heatng", "answer": "yes"}]}},
            "food: asked_when: 'heatng' is no earlier item - did you mean heating?",
        ),
        (
            {"asked_when": {"all": [{"fact": "oxigen"}]}},
            "food: asked_when: 'oxigen' is no fact of a case - did you mean oxygen?",
        ),
        (
            {"gated_when": {"any": [{"fact": "oxigen"}]}},
            "food: gated_when: 'oxigen' is no fact of a case - did you mean oxygen?",
        ),
        ({"asked_when": {"all": [{"fakt": "oxygen"}]}}, "asked_when.all.0.fakt"),
        ({"asked_when": {"all": [{"fact": "oxygen", "answr": "no"}]}}, "did you mean answer?"),
        ({"tells": {"oxygn": ["yes"]}}, "food: tells: 'oxygn' is no fact of a case - did you mean oxygen?"),
        ({"tells": {"oxygen": ["yess"]}}, "food: tells.oxygen: 'yess' is no answer to this item - did you"),
        ({"owner": "coordinater"}, "food: owner: 'coordinater' is not a role - did you mean coordinator?"),
        (
            {"owner_while": {"item": "heating", "owner": "coordinator", "facts": ["homless"]}},
            "food: owner_while.facts: 'homless' is no fact of a case - did you mean homeless?",
        ),
        (
            {"owner_while": {"item": "heatng", "owner": "coordinator"}},
            "food: owner_while.item: 'heatng' is no item - did you mean heating?",
        ),
        ({"due": "soon"}, "rows.food.due.after: is not a length of time"),
        ({"due": {}}, "rows.food.due: says neither after nor before_needed"),
        ({"due": "1 day"}, "food: next_action: is missing"),
        ({"same_as": "foood"}, "food.same_as: 'foood' is no item of an earlier edition - did you mean food?"),
        ({"same_answers": ["yes"]}, "food: same_answers: belong to same_as"),
        (
            {"same_as": "food", "same_answers": ["perhaps"]},
            "food.same_answers: 'perhaps' is not an answer to both items",
        ),
        ({"enable_when": {}}, "says neither all nor any: give one of them, or both"),
        ({"type": "choice"}, "food: options: belong to a choice"),
        ({"type": "number"}, "food: numbers: belong to a number"),
        ({"type": "date", "settled_by": ["basics"]}, "food: settled_by: work answers yes"),
        ({"evidence_kinds": ["dreamt"]}, "food: evidence_kinds: 'dreamt' is no kind of evidence"),
        ({"severity": "loud"}, "rows.food.severity"),
        ({"evidense": "Seen"}, "did you mean evidence?"),
    ],
)
def test_given_a_site_changes_an_item_wrongly_then_it_is_said_where(row: object, fault: str) -> None:
    said = {
        "changes": "home-check",
        "edition": "ours",
        "effective_from": "2026-04-01",
        "decided_by": "J. Doe, home checks lead",
        "decided_on": "2026-03-20",
        "reason": "A trial",
        "rows": {"food": row},
    }
    with pytest.raises(DataInvalid) as told:
        parse_override("ours.yaml", yaml.safe_dump(said).encode())
    assert fault in str(told.value)


def test_given_no_heating_and_no_food_then_the_basics_are_suggested_once_for_both() -> None:
    suggestions = suggested_strands(answers(heating="no", food="no"), ())
    assert [(one.kind, one.item, one.because) for one in suggestions] == [
        ("basics", "basics-at-home", ("heating", "food"))
    ]


def test_given_no_safe_address_then_the_home_suggested_follows_the_needs() -> None:
    no_home = answers(safe_address="no")
    wheelchair = suggested_strands(no_home, ("wheelchair-full",))
    nothing_known = suggested_strands(no_home, ())
    assert [one.item for one in wheelchair] == ["rehousing:1-bed-wheelchair"]
    assert [one.item for one in nothing_known] == ["rehousing:1-bed-general"]


def test_unknown_answers_suggest_nothing_but_to_find_out() -> None:
    assert suggested_strands(dict.fromkeys(FORM_1.codes, "unknown"), ("hoist",)) == []


def test_given_the_form_in_force_then_gated_items_are_told_in_its_order() -> None:
    gate = {code: GateItem(code=code) for code in (*reversed(FORM_1.codes), "older")}
    told = Case(case_id=uuid4(), gate=gate).gate_items
    assert [item.code for item in told] == [*FORM_1.codes, "older"]
