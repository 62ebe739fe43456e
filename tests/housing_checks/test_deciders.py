"""The table of deciders: every command of this floor, pure and repeatable."""

from __future__ import annotations

from uuid import uuid5

import pytest

from discharge.cases.command_stages import ALLOWED
from discharge.cases.commands import Envelope, StrikeClock
from discharge.cases.decide import DECIDERS as CASE_DECIDERS
from discharge.cases.model import Case
from housing_checks.deciders import DECIDERS
from tests.housing_checks.homes import CASE, COORDINATOR, POLICY, day, noon


def test_every_command_is_decided_on_exactly_one_floor() -> None:
    assert not DECIDERS.keys() & CASE_DECIDERS.keys()
    assert DECIDERS.keys() | CASE_DECIDERS.keys() == ALLOWED.keys()


@pytest.mark.parametrize("kind", DECIDERS)
def test_a_decider_given_the_wrong_command_says_so(kind: str) -> None:
    wrong = Envelope(
        command_id=uuid5(CASE, "wrong"),
        case_id=CASE,
        actor=COORDINATOR,
        effective_on=day(1),
        command=StrikeClock(),
    )
    with pytest.raises(TypeError):
        DECIDERS[kind](Case(case_id=CASE), wrong, noon(1), POLICY)
