"""Parts of a case: every event and every command says which; two meet only where they mean the same."""

from __future__ import annotations

from typing import get_args

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands.common import CaseCommand
from discharge.cases.decide import DECIDERS
from discharge.cases.model import SNAPSHOT
from discharge.cases.parts import PIECES, ROOMS, judged_parts, kinds_changing, overlap, parts_of, room_of
from tests.discharge.cases.stories import POLICY, after, day, envelope, noon, refer

EVENTS = get_args(get_args(ev.Event)[0])
COMMANDS: tuple[type[CaseCommand], ...] = get_args(get_args(cmd.Command)[0])


def test_given_every_event_when_looked_up_then_its_parts_are_named() -> None:
    assert set(PIECES) == set(EVENTS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.__name__)
def test_given_a_command_when_asked_then_it_says_itself_which_rooms_it_is_about(
    command: type[CaseCommand],
) -> None:
    assert "touches" in vars(command), "say which parts of the case the command changes"
    assert set(command.touches) <= ROOMS
    assert {room_of(part) for part in command.depends_on} <= ROOMS
    fields = {part.partition("{")[2].rstrip("}") for part in command.depends_on if "{" in part}
    assert fields <= command.model_fields.keys()


@pytest.mark.parametrize(
    ("judged", "changed", "met"),
    [
        (("item:heating",), ("item:heating",), ("item:heating",)),
        (("item:heating",), ("item:food",), ()),
        (("item",), ("item:food", "needed-by"), ("item:food",)),
        (("referral:needs",), ("referral",), ("referral",)),
        (("strand:adaptation/1",), ("strand:adaptation/2", "strand:adaptation/1"), ("strand:adaptation/1",)),
        ((), ("item:heating",), ()),
    ],
)
def test_given_two_sets_of_parts_when_compared_then_they_meet_only_where_they_mean_the_same(
    judged: tuple[str, ...], changed: tuple[str, ...], met: tuple[str, ...]
) -> None:
    assert overlap(judged, changed) == met


def test_given_a_command_that_says_what_is_so_when_judged_then_it_is_held_against_nothing() -> None:
    case = after((0, refer()), (1, cmd.SetNeededBy(needed_by=day(9))))
    again = cmd.SetNeededBy(needed_by=day(9))
    assert judged_parts(case, again, ()) == ()
    assert judged_parts(case, again, [ev.NeededBySet(needed_by=day(9))]) == ()


def test_given_side_effects_when_judged_then_only_what_the_command_is_about_counts() -> None:
    reason = cmd.RecordDelayReason(reason_kind="national", code="HP1", owner_role="council")
    case = after((0, refer()), (0, reason))
    ended = ev.DelayReasonEnded(reason_id=case.delay_reasons[0].reason_id, to_on=day(1))
    set_day = ev.NeededBySet(needed_by=day(1))
    assert judged_parts(case, cmd.SetNeededBy(needed_by=day(1)), [set_day, ended]) == ("needed-by",)


def test_given_an_amendment_when_recorded_then_it_says_which_fields_it_changed() -> None:
    case = after((0, refer(needs=("hoist",), tenure="owner")))
    amended = cmd.AmendReferral(needs=("hoist",), tenure="private")
    event = DECIDERS["amend-referral"](case, envelope(amended, 1), noon(1), POLICY)[0]
    assert parts_of(event) == ("referral:tenure",)


def test_given_an_event_of_an_earlier_version_when_read_then_it_may_have_changed_all_it_names() -> None:
    amended = ev.EVENT.read(
        {"kind": "referral-amended", "ward": None, "reasons": [], "needs": [], "pathway": None}
    )
    assert set(parts_of(amended)) >= {"referral:needs", "referral:pathway", "referral:ward"}
    completed = ev.CheckCompleted(completed_on=day(1), answers={"heating": "no"}, gated=())
    assert parts_of(completed) == ("item:heating",)


def test_given_a_room_when_asked_then_every_kind_of_event_in_it_is_found() -> None:
    assert set(kinds_changing(["mitigation"])) == {"mitigation-named", "mitigation-withdrawn"}


def test_given_a_case_stored_with_a_former_field_when_read_then_it_is_read() -> None:
    stored = after((0, refer())).model_dump(mode="json") | {"decided_version": 3}
    assert SNAPSHOT.read(stored) == after((0, refer()))
