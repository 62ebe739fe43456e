"""What of a check may be kept on a phone."""

from __future__ import annotations

from datetime import date
from typing import Any

from housing_checks.checks.enable_when import EnableWhen
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.taken_along import deciding_facts, kept_offline
from tests.housing_checks.homes import FORM_1, Story


def item(code: str, **more: Any) -> CheckItem:
    said = {"label": code, "domain": "D", "question": "?", "help": "", "evidence": "", "source": "test"}
    return CheckItem(code=code, severity="red", **said, **more)


def when(**conditions: list[dict[str, str]]) -> EnableWhen:
    return EnableWhen.model_validate(conditions)


def form(*items: CheckItem) -> CheckForm:
    return CheckForm(code="f", title="F", effective_from=date(2026, 1, 1), source="test", items=items)


def codes(of: CheckForm) -> list[str]:
    return [each.code for each in kept_offline(of)]


def test_given_items_of_safety_then_they_are_not_kept_on_a_device() -> None:
    assert "safe-address" in FORM_1.codes
    assert "safe-address" not in codes(FORM_1)
    assert len(codes(FORM_1)) == len(FORM_1.items) - 1


def test_given_what_is_asked_only_because_of_an_item_of_safety_then_it_is_not_kept_either() -> None:
    made = form(
        item("heating"),
        item("danger", safety=True),
        item(
            "call",
            asked_when=when(any=[{"item": "danger", "answer": "yes"}, {"item": "heating", "answer": "no"}]),
        ),
        item("again", asked_when=when(all=[{"item": "call", "operator": "exists", "answer": "yes"}])),
        item("boiler", asked_when=when(all=[{"item": "heating", "answer": "no"}])),
    )
    assert codes(made) == ["heating", "boiler"]


def test_given_a_fact_of_which_an_item_of_safety_speaks_then_what_depends_on_it_is_not_kept() -> None:
    made = form(
        item("heating", tells={"cold": ("no",)}),
        item("danger", safety=True, tells={"threatened": ("yes",)}),
        item("locks", asked_when=when(all=[{"fact": "threatened"}])),
        item("blankets", asked_when=when(all=[{"fact": "cold"}])),
    )
    assert codes(made) == ["heating", "blankets"]


def test_given_a_case_then_only_facts_that_decide_what_is_kept_go_along() -> None:
    made = form(item("sling", asked_when=when(all=[{"fact": "hoist"}])), item("heating"))
    assert deciding_facts(Story(needs=("hoist",)).case, kept_offline(made)) == {"hoist": "yes"}
