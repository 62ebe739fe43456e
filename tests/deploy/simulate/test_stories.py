"""Stories use only words that the stack knows: commands, codes, items, steps, parties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from deploy.embedded.stack import PLACES
from deploy.places import read_places
from deploy.simulate.actor import ACTS
from deploy.simulate.adt_messages import STRUCTURES
from deploy.simulate.people import TENURES
from deploy.simulate.scenes import PARTIES, Scene
from deploy.simulate.stories import STORIES, Story
from discharge.cases.circumstances import circumstances
from discharge.cases.command_stages import ALLOWED
from discharge.cases.model import Case, Homelessness, Referral
from discharge.codes import lookup
from discharge.roles import ROLES
from discharge.values import YesNoUnknown
from housing_checks.checks.all_well import answers_when_well, said_on
from housing_checks.checks.form import every_form, form_of
from housing_checks.checks.model import CheckForm
from housing_checks.lead_times import ITEMS
from housing_checks.strands.definitions import DEFINITIONS

TODAY = date(2026, 3, 2)
CODES = {
    ("record-contact", "outcome"): "contact-outcomes",
    ("record-delay-reason", "code"): "national-delay-reasons",
    ("record-delay-reason", "owner_role"): "owner-roles",
    ("record-sharing-basis", "basis"): "sharing-bases",
    ("return-referral", "reason"): "referral-return-reasons",
    ("withdraw-referral", "reason"): "withdrawal-reasons",
    ("answer-offer", "reason"): "offer-refusal-reasons",
    ("close-case", "outcome"): "case-outcomes",
}


def scenes() -> Iterator[Scene]:
    return (scene for story in STORIES for scene in story.scenes)


def test_everything_that_is_done_is_a_message_or_a_command() -> None:
    for scene in scenes():
        known = STRUCTURES if scene.who == "hospital" else {**ALLOWED, **ACTS}
        assert scene.act in known


@pytest.mark.parametrize(("act", "name"), CODES)
def test_every_code_is_in_its_list(act: str, name: str) -> None:
    used = {scene.details[name] for scene in scenes() if scene.act == act and name in scene.details}
    assert used
    for code in used:
        assert lookup(CODES[act, name], code, TODAY)


def test_every_problem_and_every_item_of_the_check_is_known() -> None:
    for scene in scenes():
        for problem in scene.details.get("problems", []):
            assert lookup("home-problems", problem, TODAY)
        said = scene.details.get("answers", {}) if scene.act == "complete-check" else {}
        assert all(form_of(None).item(code).takes(value) for code, value in said.items())


def referred(story: Story, tenure: str, lives_alone: YesNoUnknown) -> Case:
    """The case of a story when its home is first checked."""
    said = next((each.details for each in story.scenes if each.act.startswith("refer")), {})
    referral = Referral(
        referred_on=TODAY,
        organisation_id=UUID(int=1),
        reasons=tuple(said.get("reasons", ())),
        needs=tuple(said.get("needs", ())),
        tenure=tenure,
        lives_alone=lives_alone,
    )
    flag = Homelessness(flag=said.get("homeless", "unknown"))
    return Case(case_id=UUID(int=2), referral=referral, homelessness=flag)


@pytest.mark.parametrize("tenure", sorted(set(TENURES)))
@pytest.mark.parametrize("lives_alone", ["yes", "no", "unknown"])
@pytest.mark.parametrize("form", every_form(TODAY), ids=lambda form: form.code)
def test_given_anybody_in_a_story_when_their_home_is_first_checked_then_what_is_said_of_it_is_asked(
    form: CheckForm, tenure: str, lives_alone: YesNoUnknown
) -> None:
    for story in STORIES:
        check = next((each for each in story.scenes if each.act == "complete-check"), None)
        if check is not None:
            said = said_on(form, check.details["answers"])
            asked = answers_when_well(form, said, circumstances(referred(story, tenure, lives_alone)))
            assert said.items() <= asked.items(), story.name
            wrong = {code for code, value in asked.items() if form.item(code).counts_as(value) == "no"}
            assert wrong == {code for code, value in said.items() if value == "no"}, story.name
            assert bool(wrong) == ("no" in check.details["answers"].values()), story.name


def test_every_strand_has_an_item_and_steps_of_its_kind() -> None:
    for scene in scenes():
        if scene.act == "start-strand":
            assert ITEMS[scene.details["strand_kind"]].find(scene.details["item"], TODAY)
        if scene.act == "move-strand":
            kind = scene.details["strand"].split("/")[0]
            assert DEFINITIONS[kind].position(scene.details["step"])


def test_every_party_has_a_role_in_an_organisation_of_the_demo() -> None:
    codes = {one.code for one in read_places(PLACES).organisations}
    assert all(role in ROLES and code in codes for role, code in PARTIES.values())
