"""One person from referral to a closed case, by the Python client that is made from the description.

It runs in an environment of its own, with nothing of Homeward installed: what to do comes as JSON on standard
input, what it saw goes to standard output. Every body is a typed member of the description, made by its
constructor.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date, timedelta
from uuid import UUID, uuid4

from homeward_client import AuthenticatedClient
from homeward_client import models as m
from homeward_client.api.alerts import list_alerts
from homeward_client.api.bed_days import report_bed_days
from homeward_client.api.cases import (
    get_case,
    get_command,
    get_timeline,
    list_cases,
    send_command,
)
from homeward_client.api.check_items import get_check_items
from homeward_client.api.checks import get_check_form
from homeward_client.api.codes import list_code_lists
from homeward_client.api.documents import get_case_document, list_case_documents
from homeward_client.api.homes import add_property
from homeward_client.api.messages import list_messages
from homeward_client.api.referrals import create_referral
from homeward_client.api.safety import add_safety_entry

AFTER = {"24-hours": 1, "48-hours": 2, "72-hours": 3, "7-days": 7, "14-days": 14, "28-days": 28}
"""Days after the discharge of each contact that may be due."""
OLD_HOME = {"bed": "no", "equipment-needed": "needed", "equipment-in-place": "no"}
NEW_HOME = {"heating": "no"}
"""What is said of each home, where the form has it; all else is well."""
ORDER, MOVE = "equipment/1", "rehousing/1"
NOTHING_SINCE = "Asked alone when the story began; nothing has changed since"
"""Why safety is confirmed on a day that, in the days of a story, comes long after."""
WAIT_SECONDS = 30.0


class Teller:
    """One person's case, and who speaks for it."""

    def __init__(self, asked: dict) -> None:
        self.asked = asked
        self.clients = {
            who: AuthenticatedClient(base_url=asked["url"], token=token, raise_on_unexpected_status=True)
            for who, token in asked["tokens"].items()
        }
        self.first_day = date.fromisoformat(asked["first_day"])
        self.case_id = UUID(int=0)
        self.stages: list[str] = []

    def day(self, number: int) -> date:
        return self.first_day + timedelta(days=number)

    def finished(self, who: str, answer: m.CommandAnswer | m.Problem | None) -> None:
        """Wait for the end of a command that was only taken; refusals end the story."""
        assert isinstance(answer, m.CommandAnswer), answer
        if answer.outcome == m.CommandAnswerOutcome.ACCEPTED:
            return
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until:
            status = get_command.sync(answer.command_id, client=self.clients[who])
            assert isinstance(status, m.CommandStatus), status
            if status.state not in ("taken", "waiting"):
                assert status.state == "accepted", status
                return
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

    def refer(self) -> None:
        """The same referral under the same key is one referral."""
        said = self.asked["referral"]
        body = m.ReferralBody(
            person=m.ReferredPerson.from_dict(said["person"]),
            reasons=[m.ReferralBodyReasonsItem.EQUIPMENT],
            referred_on=self.day(1),
        )
        key = str(uuid4())
        first = create_referral.sync(client=self.clients["ward"], body=body, idempotency_key=key)
        again = create_referral.sync(client=self.clients["ward"], body=body, idempotency_key=key)
        assert isinstance(first, m.CommandAnswer), first
        assert isinstance(again, m.CommandAnswer), again
        assert again.command_id == first.command_id
        self.finished("ward", first)
        assert isinstance(first.case_id, UUID)
        self.case_id = first.case_id
        self.see()

    def be_safe(self) -> None:
        """Asked alone, the person says that nobody harms them; the adviser confirms that they are safe."""
        said = m.SafetyAnswers(
            asked=m.SafetyAnswersAsked.ALONE,
            asked_on=self.day(1),
            disclosed=m.SafetyAnswersDisclosed.NO,
        )
        for who, event in (("ward", m.QuestionsAnswered(answers=said)), ("adviser", m.SafetyConfirmed())):
            found = add_safety_entry.sync(
                self.case_id,
                client=self.clients[who],
                body=m.SafetyEntryBody(event=event, words=m.SafetyWords(reason=NOTHING_SINCE)),
                idempotency_key=str(uuid4()),
            )
            assert isinstance(found, m.SafetyRecord), found
        assert found.safety.confirmed

    def accept(self) -> None:
        on = self.day(1)
        self.tell("coordinator", m.AcceptReferralCommand(kind="accept-referral", effective_on=on))
        self.see()
        basis = m.RecordSharingBasisCommandBasis.CONSENT
        self.tell(
            "coordinator",
            m.RecordSharingBasisCommand(kind="record-sharing-basis", effective_on=on, basis=basis),
        )

    def check(self, number: int, wrong: dict[str, str]) -> None:
        """The check is answered in two parts, item by item as the form asks them in this case."""
        on, begun_on = self.day(number), self.asked["form"]
        self.tell("coordinator", m.StartCheckCommand(kind="start-check", effective_on=on, form=begun_on))
        form, facts = self.form_and_facts()
        answers = answers_to(form, facts, wrong)
        half = len(answers) // 2
        first, rest = m.SaveAnswersCommandAnswers(), m.CompleteCheckCommandAnswers()
        for number, (item, value) in enumerate(answers.items()):
            (first if number < half else rest)[item] = value
        self.tell(
            "coordinator",
            m.SaveAnswersCommand(kind="save-answers", effective_on=on, form=form.code, answers=first),
        )
        self.tell(
            "coordinator",
            m.CompleteCheckCommand(kind="complete-check", effective_on=on, form=form.code, answers=rest),
        )
        self.see()

    def form_and_facts(self) -> tuple[m.CheckFormDetail, dict[str, str]]:
        """The form of the check, and what the case tells of the facts that decide what is asked."""
        asked = get_check_items.sync(self.case_id, client=self.clients["coordinator"])
        assert isinstance(asked, m.CheckItems), asked
        form = get_check_form.sync(asked.form, client=self.clients["coordinator"])
        assert isinstance(form, m.CheckFormDetail), form
        return form, {fact: str(known) for fact, known in asked.facts.additional_properties.items()}

    def move(self) -> None:
        """A landlord lists a home; it is let, and its keys are held."""
        attributes = m.HomeAttributes(
            property_type=m.HomeAttributesPropertyType.FLAT,
            bedrooms=1,
            access_class=m.HomeAttributesAccessClass.B,
        )
        home = add_property.sync(
            client=self.clients["landlord"],
            body=m.NewHome(
                reference=str(uuid4()),
                address="Flat 2, 14 Invented Row",
                postcode="ZZ99 3WZ",
                ready_on=self.day(3),
                attributes=attributes,
            ),
            idempotency_key=str(uuid4()),
        )
        assert isinstance(home, m.HomeRecord), home
        self.let(home.property_id)

    def let(self, home: UUID) -> None:
        """The home is offered, the offer is accepted, and the tenancy signed."""
        on = self.day(3)
        self.tell(
            "coordinator",
            m.StartStrandCommand(
                kind="start-strand",
                effective_on=on,
                strand_kind=m.StartStrandCommandStrandKind.REHOUSING,
                item="rehousing:1-bed-step-free",
            ),
        )
        self.see()
        self.tell(
            "coordinator",
            m.OfferPropertyCommand(
                kind="offer-property",
                effective_on=on,
                strand=MOVE,
                property_id=home,
                respond_by=self.day(120),
            ),
        )
        [offer] = self.see().case.strands[MOVE].offers
        self.tell(
            "coordinator",
            m.AnswerOfferCommand(
                kind="answer-offer",
                effective_on=on,
                strand=MOVE,
                offer_id=offer.offer_id,
                answer=m.AnswerOfferCommandAnswer.ACCEPTED,
            ),
        )
        self.tell("coordinator", m.LetPropertyCommand(kind="let-property", effective_on=on, strand=MOVE))
        self.tell(
            "coordinator",
            m.MoveStrandCommand(kind="move-strand", effective_on=on, strand=MOVE, step="keys-held"),
        )

    def order(self) -> None:
        """A bed is ordered from the partner, who moves the order on."""
        self.tell(
            "coordinator",
            m.StartStrandCommand(
                kind="start-strand",
                effective_on=self.day(4),
                strand_kind=m.StartStrandCommandStrandKind.EQUIPMENT,
                item="hospital-bed",
                partner_id=UUID(self.asked["partner"]),
                due_on=self.day(6),
            ),
        )
        for step in ("acknowledged", "dispatched", "delivered", "fitted"):
            move = m.MoveStrandCommand(kind="move-strand", effective_on=self.day(5), strand=ORDER, step=step)
            self.tell("equipment", move)

    def make_ready(self) -> None:
        """The new home is checked: all is well but the heating, which has a mitigation."""
        self.check(5, NEW_HOME)
        assert self.blocking() == {"heating"}
        on = self.day(5)
        self.tell(
            "coordinator",
            m.NameMitigationCommand(
                kind="name-mitigation",
                effective_on=on,
                item="heating",
                mitigation=m.NameMitigationCommandMitigation.TEMPORARY_HEATING,
                role=m.NameMitigationCommandRole.LANDLORD,
                until_on=self.day(120),
                note="Jo Elm of the landlord brings two heaters.",
            ),
        )
        assert not self.blocking()

    def blocking(self) -> set[str]:
        found = self.see().blocking
        assert isinstance(found, list)
        return {each.code for each in found}

    def leave(self) -> None:
        usual_home = m.ConfirmDischargeCommandDestination("19")
        self.tell(
            "ward",
            m.ConfirmDischargeCommand(
                kind="confirm-discharge", effective_on=self.day(6), destination=usual_home
            ),
        )
        self.see()

    def follow_up(self) -> None:
        """Every contact that the case says is due."""
        well = m.RecordContactCommandOutcome.WELL
        due = self.see().case.follow_ups
        assert len(due.additional_keys) >= 3
        for key in sorted(due.additional_keys, key=lambda each: AFTER[each]):
            on = self.day(6 + AFTER[key])
            self.tell(
                "coordinator",
                m.RecordContactCommand(kind="record-contact", effective_on=on, follow_up=key, outcome=well),
            )
        self.see()

    def close(self) -> None:
        outcome = m.CloseCaseCommandOutcome.REHOUSED
        self.tell(
            "coordinator",
            m.CloseCaseCommand(kind="close-case", effective_on=self.day(36), outcome=outcome),
        )
        self.see()

    def refused_with_every_fault(self) -> list[str]:
        """A body with three faults is answered with all of them, each by its pointer."""
        wrong = m.ConfirmItemCommand(
            kind="confirm-item", item="heating", value="yes", seen_version=-1, reason="x" * 201
        )
        wrong.note = "x" * 10_001
        answer = send_command.sync(self.case_id, client=self.clients["coordinator"], body=wrong)
        assert isinstance(answer, m.Problem), answer
        assert (answer.status, answer.code, answer.retryable) == (422, "invalid-body", False)
        assert all(isinstance(each, m.BodyFault) and each.reason for each in answer.problems)
        return sorted(each.pointer for each in answer.problems)


def answers_to(form: m.CheckFormDetail, known: dict[str, str], wrong: dict[str, str]) -> dict[str, str]:
    """Every item that is asked is well, but for what is not: an answer may tell what comes next."""
    found, facts = {}, dict(known)
    for item in form.items:
        every, one_of = item.asked_when_all, item.asked_when_any
        met = [holds(each, found, facts) for each in every] + (
            [any(holds(each, found, facts) for each in one_of)] if one_of else []
        )
        if all(met):
            value = found[item.code] = wrong.get(item.code, well(item, known))
            if value != "unknown":
                facts.update(told(item, value))
    return found


def well(item: m.FormItem, facts: dict[str, str]) -> str:
    """The first safe answer, one that goes with what the case tells if there is such; else not known."""
    safe = [each.code for each in item.answers if each.counts_as == "yes" and each.code != "not-applicable"]
    fitting = [
        code
        for code in safe
        if all(facts.get(fact, "unknown") in ("unknown", said) for fact, said in told(item, code).items())
    ]
    return [*fitting, *safe, "unknown"][0]


def told(item: m.FormItem, value: str) -> dict[str, str]:
    """What an answer tells of facts of the case."""
    answers = item.tells.additional_properties
    return {fact: "yes" if value in meaning else "no" for fact, meaning in answers.items()}


def holds(condition: m.FormCondition, answers: dict[str, str], facts: dict[str, str]) -> bool:
    """A condition on a fact holds unless the fact is known to be otherwise."""
    if condition.fact is not None:
        return facts.get(condition.fact, "unknown") in ("unknown", condition.answer)
    given = answers.get(condition.item)
    if condition.operator == m.FormConditionOperator.EXISTS:
        return (given is not None) == (condition.answer == "yes")
    return given is not None and (given == condition.answer) == (condition.operator == "=")


def look_around(story: Teller) -> dict:
    """What programs read beside a case: lists in pages, alerts, messages, documents and figures."""
    coordinator, ward = story.clients["coordinator"], story.clients["ward"]
    names, after, total = [], None, 0
    while True:
        page = list_code_lists.sync(client=coordinator, size=20, **({"after": after} if after else {}))
        assert isinstance(page, m.CodeListIndex), page
        names += [each.name for each in page.lists]
        total, after = total + 1, page.next_
        if not after:
            break
    assert total > 1
    assert len(names) == len(set(names))
    closed = list_cases.sync(client=coordinator, view=m.ListCasesView.CLOSED, size=200)
    assert isinstance(closed, m.CaseList), closed
    alerts = list_alerts.sync(client=coordinator, size=200)
    assert isinstance(alerts, m.AlertList), alerts
    messages = list_messages.sync(client=story.clients["operator"], case=str(story.case_id))
    assert isinstance(messages, m.MessageList), messages
    documents = list_case_documents.sync(story.case_id, client=ward)
    assert isinstance(documents, m.DocumentList), documents
    opened = [
        get_case_document.sync(story.case_id, each.document_id, client=ward) for each in documents.documents
    ]
    assert all(isinstance(each, m.DocumentDetail) for each in opened), opened
    timeline = get_timeline.sync(story.case_id, client=coordinator)
    assert isinstance(timeline, m.Timeline), timeline
    figures = report_bed_days.sync(client=story.clients["monitor"])
    assert isinstance(figures, m.BedDaysReport), figures
    return {
        "closed": str(story.case_id) in {str(each.case_id) for each in closed.cases},
        "alerts": alerts.total,
        "messages": sorted({each.message_type for each in messages.messages}),
        "documents": [each.text for each in opened],
        "events": len(timeline.events),
        "figures": [figures.released.unit, len(figures.letting) > 0],
    }


def main() -> None:
    story = Teller(json.load(sys.stdin))
    story.refer()
    story.be_safe()
    story.accept()
    story.check(2, OLD_HOME)
    story.move()
    story.order()
    story.make_ready()
    story.leave()
    story.follow_up()
    story.close()
    told = {
        "case_id": str(story.case_id),
        "stages": story.stages,
        "faults": story.refused_with_every_fault(),
        "seen": look_around(story),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
