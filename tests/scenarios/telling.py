"""The words in which scenarios are told: one `Story` is one person and everybody around them.

Everything goes through public doors: HL7 v2 over MLLP, FHIR, the JSON interface. A day is counted from the
day on which the story begins. A story told in the past begins many days before today in case time, so that
its dates are dates and nobody waits; a story that happens now begins today.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import uuid4

from deploy.places import organisation_id
from deploy.simulate import referrals
from deploy.simulate.adt_messages import adt
from deploy.simulate.feed import ack_code
from deploy.simulate.http_clients import Reply
from deploy.simulate.journeys import Adt, Step
from deploy.simulate.messages import segments
from deploy.simulate.pace import Pace
from deploy.simulate.people import SimPerson, people
from deploy.simulate.scenes import PARTIES, Who
from deploy.simulate.wards import beds_of
from discharge.clocks import london, london_at
from fhir_adapters.hl7v2.parse.mllp import Deframer, frame
from housing_checks.checks.all_well import answers_when_well, code_on, safe_answer, said_on
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckItem
from tests.scenarios.referral_requests import taken_on
from tests.scenarios.seeing import Seen
from tests.scenarios.stack import WholeStack, until

ANSWER_SECONDS = 15.0
LARGEST_ANSWER = 65_536
MORNING = time(9, 0)
HOME, ANOTHER_HOSPITAL, DEAD = "19", "51", "79"
BY_ADVICE, BY_OWN_DECISION, BY_DEATH = "1", "2", "4"
ENDED = {"accepted", "refused", "failed"}

_beds = beds_of(8)
_ids = count(1)


def say(port: int, data: bytes, *, framed: bool = True, hang_up: bool = False) -> bytes:
    """Send bytes to the HL7 door and return the one answer, empty when the line ends without one."""
    with socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS) as line:
        line.sendall(frame(data) if framed else data)
        if hang_up:
            line.shutdown(socket.SHUT_WR)
        deframer = Deframer(LARGEST_ANSWER)
        while received := line.recv(LARGEST_ANSWER):
            answers = deframer.feed(received)
            if answers:
                return answers[0]
    return b""


NOTHING_SINCE = "Asked alone when the story began; nothing has changed since"
"""Why safety is confirmed on a day that, in the days of a story, comes long after."""


class Cast:
    """Invented people, each for one story of a session."""

    def __init__(self, today: date) -> None:
        self._people: Iterator[SimPerson] = iter(people(200, today, Random(20)))

    def next(self) -> SimPerson:
        """Somebody who was in no story yet."""
        return next(self._people)


class Story(Seen):
    """What happens to one person, told day by day."""

    def __init__(self, stack: WholeStack, person: SimPerson, began_days_ago: int = 0) -> None:
        super().__init__(stack, person, began_days_ago)
        self._pace = Pace(stack.clock, london_at(self.first_day, MORNING))
        self._minutes = count()
        self._stays = count(1)
        self._now = Adt("")

    # Time

    def live_until_day(self, number: int) -> None:
        """Let the stack's own time go by."""
        wait = (self.day(number) - self.stack.today()).days
        seconds = 60 + wait * 86_400 / self.stack.clock.factor
        until(lambda: self.stack.today() >= self.day(number), f"day {number} of the story", seconds)

    def _at(self, number: int) -> timedelta:
        """A time on a day; what is told later happened later."""
        return timedelta(days=number, minutes=next(self._minutes))

    # The hospital's feed

    def is_admitted(self, day: int, ward: str = "ELM") -> None:
        """A01: a new stay begins."""
        bed = next(bed for bed in _beds if bed.ward == ward)
        visit = f"V{self.person.hospital_number[2:]}-{next(self._stays)}"
        self._now = Adt("", visit, bed)
        at = self._at(day)
        self._tell("A01", at, admitted=at)

    def is_expected_home(self, day: int, on: int) -> None:
        """A08 with the expected date of discharge."""
        self._tell("A08", self._at(day), expected=timedelta(days=on))

    def is_fit_to_leave(self, day: int) -> None:
        """A08: no longer meets the criteria to reside, by the hospital's own system."""
        at = self._at(day)
        self._tell("A08", at, fit="Y", fit_since=at)

    def is_unwell_again(self, day: int) -> None:
        """A08: not medically fit after all."""
        self._tell("A08", self._at(day), fit="N", fit_since=None)

    def leaves_hospital(self, day: int, destination: str = HOME, method: str = BY_ADVICE) -> None:
        """A03: the stay ends."""
        at = self._at(day)
        self._tell("A03", at, discharged=at, destination=destination, method=method)

    def did_not_leave_after_all(self, day: int) -> None:
        """A13: the discharge is taken back."""
        self._tell("A13", self._at(day), discharged=None, destination=None, method=None)

    def is_known_to_the_hospital(self, day: int) -> None:
        """A28: a person, and no stay yet."""
        self._tell("A28", self._at(day))

    def has_an_address_that_is_hidden(self, day: int) -> None:
        """A31 with ZU8-4."""
        self.person = replace(self.person, hidden=True)
        self._tell("A31", self._at(day))

    def says_the_address_again(self, day: int) -> None:
        """A08 that repeats the address and says nothing of hiding it."""
        self._tell("A08", self._at(day))

    def has_a_second_record(self, day: int) -> None:
        """A28 by mistake: the same person again, under another number of the hospital."""
        self._tell("A28", self._at(day), second=True)

    def records_are_joined(self, day: int) -> None:
        """A40: the second record is merged into the first."""
        self._tell("A40", self._at(day))

    def hospital_reports_the_death(self, day: int) -> None:
        """A31 with PID-29 and PID-30."""
        at = self._at(day)
        self._tell("A31", at, died=at)

    def _tell(self, trigger: str, at: timedelta, **changes: Any) -> None:
        passing = {name: changes.pop(name) for name in ("second", "died") if name in changes}
        self._now = replace(self._now, **changes)
        message = self.message(replace(self._now, trigger=trigger, **passing), at)
        answer = say(self.stack.ports.mllp, message)
        assert ack_code(answer) == "AA", answer

    def a_summary_is_sent(self, day: int, text: str) -> None:
        """MDM^T02: a discharge summary in words."""
        told = self.message(replace(self._now, trigger="A08"), self._at(day)).decode().split("\r")
        head = re.sub(r"ADT\^A08[^|]*", "MDM^T02", told[0])
        about = [line for line in told if line.startswith(("PID|", "PV1|"))]
        when = f"{self._london(self._at(day)):%Y%m%d%H%M%S}"
        letter = f"TXA|1|DS^Discharge summary||{when}||||||||S{uuid4().hex[:8]}|||||AU|U|AV"
        lines = [head, *about, letter, f"OBX|1|TX|SUM^Summary||{text}||||||F", ""]
        answer = say(self.stack.ports.mllp, "\r".join(lines).encode())
        assert ack_code(answer) == "AA", answer

    def message(self, what: Adt, at: timedelta) -> bytes:
        """One message about this person, with an id of its own, kept in `sent`."""
        number = next(_ids)
        step = Step(self.person.number, number, at, at, "hospital", what.trigger)
        header = {
            3: "HVPAS", 4: "RXH", 5: "HOMEWARD", 6: "HHP",
            7: f"{self._london(at):%Y%m%d%H%M%S}", 10: f"SCENE{number:06d}", 11: "P",
            17: "GBR", 18: "UNICODE UTF-8", 19: "EN",
        }  # fmt: skip
        message = adt(what.trigger, header, segments(self.person, step, what, self._pace))
        self.sent.append(message)
        return message

    def _london(self, at: timedelta) -> datetime:
        return london(self._pace.instant(at))

    # People at their doors

    def is_referred_by_the_ward(self, day: int, **details: Any) -> None:
        """A referral by the JSON interface."""
        body = referrals.json_body(self.person, details, self.day(day), str(uuid4()))
        self._refer(body)

    def is_referred_by_fhir(self, day: int, **details: Any) -> None:
        """The same by FHIR."""
        body = referrals.fhir(self.person, details, self.day(day), str(uuid4()))
        answer = self.stack.post(PARTIES["ward"], "/fhir/R4/ServiceRequest", body)
        assert answer.status_code in (200, 201), answer.text
        reply = Reply(answer.status_code, answer.json())
        request_id = referrals.request_id(reply)
        self.case_id = referrals.case_id(reply) or (taken_on(self.stack, request_id) if request_id else "")

    def then_may_be_called(self, number: str, by: str) -> None:
        """Whoever works on the case finds a number, with the organisation whose referral says it."""
        path = f"/api/v1/cases/{self.case_id}/contact-details"

        def found() -> bool:
            said = (each["said"] for each in self.stack.get(PARTIES["coordinator"], path).json()["contacts"])
            return any(each and (each["value"], each["referred_by"]) == (number, by) for each in said)

        until(found, f"{number} is among who to call")

    def is_referred_by_number_alone(self, day: int) -> None:
        """A referral that says no more than whom it is about."""
        person = {"nhs_number": self.person.nhs_number}
        self._refer({"person": person, "referred_on": str(self.day(day))})

    def second_record_is_referred(self, day: int) -> None:
        """A referral for the record that the hospital made by mistake, by its number there."""
        person = {
            "identifiers": [{"authority": "RXH", "value": f"{self.person.hospital_number}D"}],
            "family_name": self.person.family,
            "birth_date": str(self.person.born),
        }
        self._refer({"person": person, "referred_on": str(self.day(day))})

    def _refer(self, body: Mapping[str, Any]) -> None:
        answer = self.stack.post(PARTIES["ward"], "/api/v1/referrals", body, str(uuid4()))
        told: Mapping[str, Any] = answer.json()
        if told.get("outcome") == "requested":
            self.case_id = taken_on(self.stack, told["command_id"])
            return
        if answer.status_code == 202:
            told = self.what_became_of("ward", told["status_url"])
        assert told.get("state", "accepted") == "accepted", told
        self.case_id = told["case_id"]

    def asks(self, who: Who, kind: str, day: int, **details: Any) -> Mapping[str, Any]:
        """Somebody gives a command and it is done, at once or a little later."""
        body = {"kind": kind, "effective_on": str(self.day(day)), **details}
        return self._accepted(who, f"/api/v1/cases/{self.case_id}/commands", body)

    def is_refused(self, who: Who, kind: str, day: int, code: str, **details: Any) -> None:
        """Somebody gives a command and a rule says no, by its code."""
        body = {"kind": kind, "effective_on": str(self.day(day)), **details}
        answer = self.stack.post(PARTIES[who], f"/api/v1/cases/{self.case_id}/commands", body, str(uuid4()))
        told: Mapping[str, Any] = answer.json()
        if answer.status_code == 202:
            told = self.what_became_of(who, told["status_url"])["problem"]
        assert told.get("code") == code, told

    def _accepted(self, who: Who, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self.stack.post(PARTIES[who], path, body, str(uuid4()))
        told: Mapping[str, Any] = answer.json()
        if answer.status_code == 202:
            told = self.what_became_of(who, told["status_url"])
        assert answer.status_code in (200, 201, 202), answer.text
        assert told.get("state", "accepted") == "accepted", told
        return told

    def what_became_of(self, who: Who, status_url: str) -> Mapping[str, Any]:
        """The end of a command that was only taken."""

        def finished() -> Mapping[str, Any] | None:
            told: Mapping[str, Any] = self.stack.get(PARTIES[who], status_url).json()
            return told if told.get("state") in ENDED else None

        return until(finished, f"the end of {body_of(status_url)}", 60)

    # What a coordinator does, in a few words

    def referral_is_accepted(self, day: int) -> None:
        """The ward has asked about safety, and the housing and health service takes the referral on."""
        self.is_safe(day)
        self.asks("coordinator", "accept-referral", day)

    def is_safe(self, day: int) -> None:
        """Asked alone, the person says that nobody harms them, and the adviser confirms their safety."""
        self.stack.name_adviser()
        said = {"asked": "alone", "asked_on": str(self.day(day)), "disclosed": "no"}
        self.records_of_safety("ward", {"kind": "questions-answered", "answers": said})
        self.records_of_safety("adviser", {"kind": "safety-confirmed"}, reason=NOTHING_SINCE)

    def records_of_safety(self, who: Who, event: Mapping[str, Any], **words: str) -> None:
        """Somebody records something in the annex."""
        path = f"/api/v1/cases/{self.case_id}/safety"
        answer = self.stack.post(PARTIES[who], path, {"event": event, "words": words}, str(uuid4()))
        assert answer.status_code == 201, answer.text

    def consents_to_sharing(self, day: int) -> None:
        """The person agrees that partners are told."""
        self.asks("coordinator", "record-sharing-basis", day, basis="consent")

    def check_is_begun(self, day: int) -> None:
        """The check begins on the newest form."""
        self.asks("coordinator", "start-check", day, form=form_in_force(self.day(day)).code)

    def home_is_checked(self, day: int, **answers: str) -> None:
        """All is well, but for the items named, as on the newest form."""
        form = form_in_force(self.day(day)).code
        if not self.coded()["check"]:
            self.check_is_begun(day)
        told = self.answers_when_well(**answers)
        self.asks("coordinator", "complete-check", day, form=form, answers=told)

    def answers_when_well(self, **answers: str) -> dict[str, str]:
        """An answer to everything that the check asks in this case: all is well, but for the items named."""
        path = f"/api/v1/cases/{self.case_id}/check/items"
        asked = self.stack.get(PARTIES["coordinator"], path).json()
        form = form_of(asked["form"])
        said = said_on(form, {code.replace("_", "-"): value for code, value in answers.items()})
        told = answers_when_well(form, said, asked["facts"])
        assert said.keys() <= told.keys(), f"not asked: {said.keys() - told.keys()}"
        return told

    def item(self, code: str) -> CheckItem:
        """An item of the newest form, as the form of the person's check has it."""
        form = form_of(self.coded()["check"]["form"])
        found = code_on(form, code)
        assert found is not None, (form.code, code)
        return form.item(found)

    def item_is_made_safe(self, day: int, code: str) -> None:
        """One item is confirmed, named as on the newest form."""
        item = self.item(code)
        self.asks("coordinator", "confirm-item", day, item=item.code, value=safe_answer(item))

    def no_longer_needs_a_hospital_bed(self, day: int) -> None:
        """Does not meet the criteria to reside from that day."""
        self.asks("ward", "set-criteria-to-reside", day, met=False)

    def needs_a_hospital_bed_again(self, day: int) -> None:
        """Meets the criteria to reside from that day."""
        self.asks("ward", "set-criteria-to-reside", day, met=True)

    def waits_because(self, day: int, code: str, owner: str) -> None:
        """The national reason for waiting, and who owns it."""
        self.asks("ward", "record-delay-reason", day, reason_kind="national", code=code, owner_role=owner)

    def order(self, day: int, kind: str, item: str, partner: str | None = None, **details: Any) -> None:
        """A strand begins, at a partner if one is named."""
        told = {"partner_id": str(organisation_id(partner))} if partner else {}
        self.asks("coordinator", "start-strand", day, strand_kind=kind, item=item, **told, **details)

    def strand_reaches(self, day: int, strand: str, *steps: str, told_by: Who = "coordinator") -> None:
        """A strand goes on, step by step."""
        for step in steps:
            self.asks(told_by, "move-strand", day, strand=strand, step=step)

    def every_open_item_is_made_safe(self, day: int) -> None:
        """What work has made safe is confirmed, in the order of the form."""
        for code in form_of(self.coded()["check"]["form"]).codes:
            item = self.coded()["gate"].get(code)
            if item and item["value"] != "yes" and not item["mitigation"]:
                self.item_is_made_safe(day, code)

    def is_contacted(self, day: int, follow_up: str, outcome: str = "well", **details: Any) -> None:
        """A contact after discharge."""
        self.asks("coordinator", "record-contact", day, follow_up=follow_up, outcome=outcome, **details)

    def all_follow_ups_go_well(self, discharged_on: int) -> None:
        """Every contact that is due, each on its day: five, and one more for somebody who lives alone."""
        days = {"24-hours": 1, "48-hours": 2, "72-hours": 3, "7-days": 7, "14-days": 14, "28-days": 28}
        due = self.coded()["follow_ups"]
        for key, after in days.items():
            if key in due:
                self.is_contacted(discharged_on + after, key)

    def case_is_closed(self, day: int, outcome: str, **details: Any) -> None:
        """The service closes the case."""
        self.asks("coordinator", "close-case", day, outcome=outcome, **details)

    def is_offered(self, home: str, day: int, strand: str) -> None:
        """The coordinator offers a home; there is time to answer."""
        self.asks(
            "coordinator", "offer-property", day, strand=strand, property_id=home,
            respond_by=str(self.day(day + 60)),
        )  # fmt: skip

    def answers_the_offer(self, day: int, strand: str, answer: str, **details: Any) -> None:
        """The person's answer to the offer that is open."""
        offers = self.coded()["strands"][strand]["offers"]
        open_one = next(each["offer_id"] for each in offers if each["answer"] is None)
        self.asks(
            "coordinator", "answer-offer", day, strand=strand, offer_id=open_one, answer=answer, **details
        )


def body_of(status_url: str) -> str:
    """The command's id in its address."""
    return status_url.rpartition("/")[2]
