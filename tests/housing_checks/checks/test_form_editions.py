"""Forms by edition: what a site changes in one, and a check on a form that this version does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import yaml

from discharge.cases.commands import CompleteCheck, ConfirmItem, SaveAnswers, StartCheck
from discharge.cases.events import CheckStarted
from discharge.cases.evolve import fold
from discharge.cases.model import Stage
from discharge.errors import Refused
from discharge.reference.files import DataInvalid
from discharge.reference.policy import book_in_force, put_in_force
from discharge.reference.site import parse_override
from housing_checks.checks.form import CHECK_ITEMS, form_in_force, form_of, form_of_case
from tests.housing_checks.homes import FORM_1, Story, answers, check, day

BEFORE, AFTER = date(2026, 10, 31), date(2026, 11, 1)


def change(**said: object) -> bytes:
    usual = {
        "changes": "home-check",
        "edition": "local-food",
        "effective_from": date(2026, 6, 1),
        "decided_by": "J. Doe, home checks lead",
        "decided_on": date(2026, 5, 20),
        "reason": "A trial",
        "rows": {"food": {"question": "Is there food for three days?"}},
    }
    return yaml.safe_dump(usual | said).encode()


@pytest.fixture(autouse=True)
def as_shipped() -> Iterator[None]:
    yield
    put_in_force(())


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({}, ["home-check-1+local-food", "home-check-2"]),
        ({"over": ["1", "2"]}, ["home-check-1+local-food", "home-check-2+local-food"]),
        ({"over": ["2"]}, ["home-check-1", "home-check-2+local-food"]),
    ],
    ids=["the edition of its first day", "both", "the later one"],
)
def test_given_a_site_changes_a_form_then_it_lies_over_the_editions_that_it_means(
    said: dict[str, object], codes: list[str]
) -> None:
    put_in_force([parse_override("ours.yaml", change(**said))])
    assert [form_in_force(on).code for on in (BEFORE, AFTER)] == codes


def test_given_a_later_edition_then_a_change_that_does_not_lie_over_it_is_told() -> None:
    override = parse_override("ours.yaml", change())
    put_in_force([override])
    assert [book_in_force().left_behind(on) for on in (BEFORE, AFTER)] == [(), (override,)]


def test_given_a_change_over_an_edition_that_there_is_not_then_it_is_refused_with_those_there_are() -> None:
    with pytest.raises(DataInvalid, match=r"over: '9' is no edition of home-check - choose from 1, 2"):
        parse_override("ours.yaml", change(over=["9"]))


@pytest.fixture
def later_check() -> Story:
    """A check that a later version began, on an edition that this one does not have."""
    story = Story()
    story.case = fold(story.case, [CheckStarted(form="home-check-9+x", started_on=day(0))])
    return story


@pytest.mark.parametrize(
    "command",
    [
        SaveAnswers(form="home-check-9+x", answers={"food": "yes"}),
        CompleteCheck(form="home-check-9+x", answers=answers()),
        ConfirmItem(item="food", value="yes"),
    ],
    ids=lambda command: command.kind,
)
def test_given_a_check_on_an_unknown_edition_then_nothing_is_decided_on_another(
    later_check: Story, command: SaveAnswers | CompleteCheck | ConfirmItem
) -> None:
    with pytest.raises(Refused, match=r"check-form-unknown at form \(9\)"):
        later_check.ask(command)


def test_given_a_check_on_an_unknown_edition_then_its_answers_can_still_be_read(later_check: Story) -> None:
    form = form_of_case(later_check.case)
    assert (form.known, form.lacking, form.code) == (False, ("9", "x"), "home-check-9+x")
    assert form.title == "Home check on a form that this version does not know"
    assert form.item("food") == form_of("home-check-2").item("food")
    assert set(form.codes) == {row.code for row in CHECK_ITEMS}


def test_given_a_site_took_its_change_back_then_the_form_says_what_it_lacks() -> None:
    assert form_of("home-check-1+gone").lacking == ("gone",)
    assert form_of("home-check-1+gone").known
    assert form_of("home-check-1").lacking == ()


def test_given_a_check_begun_before_the_later_edition_then_it_goes_on_on_its_own_form() -> None:
    begins = (AFTER - day(0)).days
    assert [form_in_force(day(on)).code for on in (begins - 1, begins)] == ["home-check-1", "home-check-2"]
    earlier = Story().ask(StartCheck(form=FORM_1.code), on=begins - 1).ask(check(), on=begins)
    assert earlier.case.stage is Stage.READY
    assert set(earlier.case.gate) <= set(FORM_1.codes)
