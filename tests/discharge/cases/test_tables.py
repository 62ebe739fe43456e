"""The tables agree: every command has a decider somewhere, a stage row, and every event can be folded."""

from __future__ import annotations

from typing import get_args

from discharge.cases import commands, events
from discharge.cases.command_stages import ALLOWED
from discharge.cases.evolve import (
    FOLDS,
    after,
    capacity,
    choice,
    departure,
    end,
    evidence,
    hazards,
    home,
    hospital,
    merges,
    participation,
    referral,
    stay_notices,
    strands,
    wait,
)


def _kinds(union: object) -> set[str]:
    members = get_args(get_args(union)[0])
    return {member.model_fields["kind"].default for member in members}


def test_given_every_command_when_looked_up_then_it_has_a_row_of_stages() -> None:
    assert _kinds(commands.Command) == set(ALLOWED)


def test_given_every_event_when_looked_up_then_it_can_be_folded() -> None:
    members = set(get_args(get_args(events.Event)[0]))
    assert members == set(FOLDS)
    rooms = (
        referral,
        participation,
        hospital,
        wait,
        home,
        evidence,
        strands,
        hazards,
        merges,
        departure,
        after,
        end,
        capacity,
        choice,
        stay_notices,
    )
    assert sum(len(room.FOLDS) for room in rooms) == len(FOLDS)
