"""One person from referral to a closed case, by the Python client that is made from the description.

It runs in an environment of its own, with nothing of Homeward installed: what to do comes as JSON on standard
input, the stages that the case went through go to standard output.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from uuid import UUID, uuid4

from homeward_client import AuthenticatedClient
from homeward_client import models as m
from homeward_client.api.cases import get_case, get_command, send_command
from homeward_client.api.codes import get_code_list
from homeward_client.api.referrals import create_referral

FOLLOW_UPS = (
    (1, "24-hours"),
    (2, "48-hours"),
    (3, "72-hours"),
    (7, "7-days"),
    (14, "14-days"),
    (28, "28-days"),
)
WAIT_SECONDS = 30.0


class Teller:
    """One person's case, and who speaks for it."""

    def __init__(self, asked: dict) -> None:
        self.clients = {
            who: AuthenticatedClient(base_url=asked["url"], token=token, raise_on_unexpected_status=True)
            for who, token in asked["tokens"].items()
        }
        self.first_day = date.fromisoformat(asked["first_day"])
        self.case_id = UUID(int=0)
        self.stages: list[str] = []

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=number)

    def finished(self, who: str, answer: m.CommandAnswer | m.Problem | None) -> m.CommandStatus | None:
        """The end of a command that was only taken; refusals end the story."""
        assert isinstance(answer, m.CommandAnswer), answer
        if answer.outcome == m.CommandAnswerOutcome.ACCEPTED:
            return None
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            status = get_command.sync(answer.command_id, client=self.clients[who])
            assert isinstance(status, m.CommandStatus), status
            if status.state not in ("taken", "waiting"):
                assert status.state == "accepted", status
                return status
            time.sleep(0.1)
        raise AssertionError(answer)

    def tell(self, who: str, command: object) -> None:
        answer = send_command.sync(
            self.case_id, client=self.clients[who], body=command, idempotency_key=str(uuid4())
        )
        self.finished(who, answer)

    def see(self) -> m.CaseDetail:
        found = get_case.sync(self.case_id, client=self.clients["coordinator"])
        assert isinstance(found, m.CaseDetail), found
        if str(found.stage) not in self.stages[-1:]:
            self.stages.append(str(found.stage))
        return found

    def refer(self, asked: dict) -> None:
        body = m.ReferralBody.from_dict({**asked["referral"], "referred_on": str(self.day(1))})
        key = str(uuid4())
        first = create_referral.sync(client=self.clients["ward"], body=body, idempotency_key=key)
        again = create_referral.sync(client=self.clients["ward"], body=body, idempotency_key=key)
        assert isinstance(first, m.CommandAnswer), first
        assert isinstance(again, m.CommandAnswer), again
        assert again.command_id == first.command_id
        self.finished("ward", first)
        self.case_id = first.case_id
        self.see()

    def check(self, form: str) -> None:
        items = get_code_list.sync("check-items", client=self.clients["coordinator"])
        assert isinstance(items, m.CodeListDetail), items
        answers = {row.code: "yes" for row in items.codes} | {"bed": "no", "equipment-in-place": "no"}
        said = m.CompleteCheckCommandAnswers.from_dict(answers)
        self.tell("coordinator", m.StartCheckCommand(kind="start-check", effective_on=self.day(2), form=form))
        self.tell(
            "coordinator",
            m.CompleteCheckCommand(kind="complete-check", effective_on=self.day(2), form=form, answers=said),
        )
        self.see()

    def order(self, partner: str) -> None:
        self.tell(
            "coordinator",
            m.StartStrandCommand(
                kind="start-strand",
                effective_on=self.day(3),
                strand_kind=m.StartStrandCommandStrandKind.EQUIPMENT,
                item="hospital-bed",
                partner_id=UUID(partner),
                due_on=self.day(6),
            ),
        )
        self.see()
        for step in ("acknowledged", "dispatched", "delivered", "fitted"):
            move = m.MoveStrandCommand(
                kind="move-strand", effective_on=self.day(4), strand="equipment/1", step=step
            )
            self.tell("equipment", move)
        for item in ("bed", "equipment-in-place"):
            body = {"kind": "confirm-item", "effective_on": str(self.day(5)), "item": item, "value": "yes"}
            self.tell("coordinator", m.ConfirmItemCommand.from_dict(body))
        assert self.see().blocking == []

    def leave(self) -> None:
        self.tell(
            "ward",
            m.ConfirmDischargeCommand.from_dict(
                {"kind": "confirm-discharge", "effective_on": str(self.day(6)), "destination": "19"}
            ),
        )
        self.see()

    def follow_up(self) -> None:
        for after, key in FOLLOW_UPS:
            body = {
                "kind": "record-contact",
                "effective_on": str(self.day(6 + after)),
                "follow_up": key,
                "outcome": "well",
            }
            self.tell("coordinator", m.RecordContactCommand.from_dict(body))
        self.see()

    def close(self) -> None:
        body = {"kind": "close-case", "effective_on": str(self.day(36)), "outcome": "home-made-ready"}
        self.tell("coordinator", m.CloseCaseCommand.from_dict(body))
        self.see()

    def refused_with_every_fault(self) -> list[str]:
        """A body with two faults is answered with both, by their places."""
        wrong = m.ConfirmItemCommand.from_dict(
            {
                "kind": "confirm-item",
                "item": "heating",
                "value": "yes",
                "seen_version": -1,
                "reason": "x" * 201,
            }
        )
        answer = send_command.sync(self.case_id, client=self.clients["coordinator"], body=wrong)
        assert isinstance(answer, m.Problem), answer
        return sorted(each.where for each in answer.problems)


def main() -> None:
    asked = json.load(sys.stdin)
    story = Teller(asked)
    story.refer(asked)
    story.tell("coordinator", m.AcceptReferralCommand(kind="accept-referral", effective_on=story.day(1)))
    story.see()
    story.tell(
        "coordinator",
        m.RecordSharingBasisCommand.from_dict(
            {"kind": "record-sharing-basis", "effective_on": str(story.day(1)), "basis": "consent"}
        ),
    )
    story.check(asked["form"])
    story.order(asked["partner"])
    story.leave()
    story.follow_up()
    story.close()
    faults = story.refused_with_every_fault()
    json.dump({"case_id": str(story.case_id), "stages": story.stages, "faults": faults}, sys.stdout)


if __name__ == "__main__":
    main()
