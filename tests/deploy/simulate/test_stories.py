"""Stories use only words that the stack knows: commands, codes, items, steps, parties."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from deploy.embedded.stack import PLACES
from deploy.places import read_places
from deploy.simulate.actor import ACTS
from deploy.simulate.adt_messages import STRUCTURES
from deploy.simulate.scenes import PARTIES, Scene
from deploy.simulate.stories import STORIES
from discharge.cases.command_stages import ALLOWED
from discharge.codes import lookup
from discharge.roles import ROLES
from housing_checks.checks.form import form_in_force
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
        assert set(scene.details.get("answers", {})) <= set(form_in_force(TODAY).codes)


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
