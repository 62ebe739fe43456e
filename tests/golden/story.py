"""One case from its referral to its end, decided by today's rules, the same on every run."""

from __future__ import annotations

from uuid import uuid5

from discharge.cases import commands as cmd
from discharge.cases.commands import Command, Envelope
from discharge.cases.events import Event
from discharge.cases.model import Case
from discharge.cases.outbox_items import Outgoing
from housing_checks.pathway import advance
from tests.discharge.cases.stories import CASE, COORDINATOR, day, noon, refer, told
from tests.housing_checks.homes import FORM_1, LANDLORD

ANSWERS = {item.code: "yes" for item in FORM_1.items} | {"adaptation-in-place": "no", "heating": "no"}
HEATING = cmd.NameMitigation(
    item="heating", mitigation="temporary-equipment", role="coordinator", until_on=day(30)
)
COMMANDS: tuple[tuple[int, Command], ...] = (
    (0, refer(sharing_basis="consent", external_id="REF-1")),
    (0, cmd.AcceptReferral()),
    (1, cmd.SetExpectedDischargeDate(expected_discharge_on=day(9))),
    (1, cmd.SetCriteriaToReside(met=False)),
    (1, cmd.RecordDelayReason(reason_kind="national", code="HP1", owner_role="council")),
    (1, cmd.StartCheck(form=FORM_1.code)),
    (2, cmd.CompleteCheck(form=FORM_1.code, answers=ANSWERS)),
    (2, cmd.StartStrand(strand_kind="adaptation", item="grab-rail", partner_id=LANDLORD)),
    (3, HEATING),
    (3, cmd.AssignBlocker(item="adaptation-in-place", role="adaptations-service", due_on=day(8))),
    (8, cmd.MoveStrand(strand="adaptation/1", step="fitted")),
    (9, cmd.ConfirmItem(item="adaptation-in-place", value="yes")),
    (9, cmd.ConfirmDischarge(destination="19")),
    (9, told(status="discharged", discharged_on=day(9), discharge_destination="19")),
    (10, cmd.RecordContact(follow_up="24-hours", outcome="well")),
    (20, cmd.ConfirmItem(item="heating", value="yes")),
    (37, cmd.RecordContact(follow_up="28-days", outcome="well")),
    (38, cmd.CloseCase(outcome="home-made-ready")),
)


def told_story() -> tuple[tuple[Event, ...], dict[str, Case], dict[str, Outgoing]]:
    """All events; the case as it last stood in each stage; the first thing of each kind told to others."""
    case, events, stages = Case(case_id=CASE), list[Event](), dict[str, Case]()
    outgoing: dict[str, Outgoing] = {}
    for number, (on, command) in enumerate(COMMANDS):
        envelope = Envelope(
            command_id=uuid5(CASE, str(number)),
            case_id=CASE,
            actor=COORDINATOR,
            effective_on=day(on),
            command=command,
        )
        decided = advance(case, envelope, noon(on))
        assert decided.answer.outcome == "accepted", (command.kind, decided.answer)
        case = decided.case
        events += decided.events
        stages[case.stage.value] = case
        outgoing = {each.kind: each for each in decided.outgoing} | outgoing
    return tuple(events), stages, outgoing
