"""The words in which scenarios are told: one `Story` is one person and everybody around them.

Everything goes through public doors: HL7 v2 over MLLP, FHIR, the JSON interface. A day is counted from the
day on which the story begins. A story told in the past begins many days before today in case time, so that
its dates are dates and nobody waits; a story that happens now begins today.
"""

from __future__ import annotations

import json
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
from deploy.simulate.doors import Reply
from deploy.simulate.feed import ack_code
from deploy.simulate.journeys import Adt, Step
from deploy.simulate.messages import segments
from deploy.simulate.pacing import Pace
from deploy.simulate.people import SimPerson, people
from deploy.simulate.scenes import PARTIES, Who
from deploy.simulate.wards import beds_of
from deploy.simulate.writing import adt
from discharge.clocks import london, london_at
from fhir_adapters.hl7v2.mllp import Deframer, frame
from housing_checks.checks.form import form_in_force
from tests.scenarios.stack import Row, WholeStack, until

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


class Cast:
    """Invented people, each for one story of a session."""

    def __init__(self, today: date) -> None:
        self._people: Iterator[SimPerson] = iter(people(200, today, Random(20)))

    def next(self) -> SimPerson:
        """Somebody who was in no story yet."""
        return next(self._people)


class Story:
    """What happens to one person, told day by day."""

    def __init__(self, stack: WholeStack, person: SimPerson, began_days_ago: int = 0) -> None:
        self.stack = stack
        self.person = person
        self.case_id = ""
        self.first_day = stack.today() - timedelta(days=began_days_ago)
        self._pace = Pace(stack.clock, london_at(self.first_day, MORNING))
        self._minutes = count()
        self._stays = count(1)
        self._now = Adt("")
        self.sent: list[bytes] = []

    # --- the calendar ---

    def day(self, number: int) -> date:
        """The date of a day of the story."""
        return self.first_day + timedelta(days=number)

    def _at(self, number: int) -> timedelta:
        """A time on a day; what is told later happened later."""
        return timedelta(days=number, minutes=next(self._minutes))

    def live_until_day(self, number: int) -> None:
        """Let the stack's own time go by."""
        wait = (self.day(number) - self.stack.today()).days
        seconds = 60 + wait * 86_400 / self.stack.clock.factor
        until(lambda: self.stack.today() >= self.day(number), f"day {number} of the story", seconds)

    # --- the hospital's feed ---

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

    # --- people at their doors ---

    def is_referred_by_the_ward(self, day: int, **details: Any) -> None:
        """A referral by the JSON interface."""
        body = referrals.json_body(self.person, details, self.day(day), str(uuid4()))
        self._refer(body)

    def is_referred_by_fhir(self, day: int, **details: Any) -> None:
        """The same by FHIR."""
        body = referrals.fhir(self.person, details, self.day(day), str(uuid4()))
        answer = self.stack.post(PARTIES["ward"], "/fhir/R4/ServiceRequest", body)
        assert answer.status_code in (200, 201), answer.text
        self.case_id = referrals.case_id(Reply(answer.status_code, answer.json())) or ""

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
        self.case_id = self._accepted("ward", "/api/v1/referrals", body)["case_id"]

    def asks(self, who: Who, kind: str, day: int, **details: Any) -> Mapping[str, Any]:
        """Somebody gives a command and it is done, at once or a little later."""
        body = {"kind": kind, "effective_on": str(self.day(day)), **details}
        return self._accepted(who, f"/api/v1/cases/{self.case_id}/commands", body)

    def is_refused(self, who: Who, kind: str, day: int, code: str, **details: Any) -> None:
        """Somebody gives a command and a rule says no, by its code."""
        body = {"kind": kind, "effective_on": str(self.day(day)), **details}
        answer = self.stack.post(PARTIES[who], f"/api/v1/cases/{self.case_id}/commands", body, str(uuid4()))
        assert answer.json().get("code") == code, answer.text

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

    # --- what a coordinator does, in a few words ---

    def referral_is_accepted(self, day: int) -> None:
        """The housing and health service takes the referral on."""
        self.asks("coordinator", "accept-referral", day)

    def consents_to_sharing(self, day: int) -> None:
        """The person agrees that partners are told."""
        self.asks("coordinator", "record-sharing-basis", day, basis="consent")

    def home_is_checked(self, day: int, **answers: str) -> None:
        """Every item is answered yes, but for those named."""
        form = form_in_force(self.day(day))
        said = {code.replace("_", "-"): value for code, value in answers.items()}
        self.asks("coordinator", "start-check", day, form=form.code)
        told = dict.fromkeys(form.codes, "yes") | said
        self.asks("coordinator", "complete-check", day, form=form.code, answers=told)

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
        """What work has made safe is confirmed."""
        for code, item in sorted(self.coded()["gate"].items()):
            if item["value"] != "yes" and not item["mitigation"]:
                self.asks("coordinator", "confirm-item", day, item=code, value="yes")

    def is_contacted(self, day: int, follow_up: str, outcome: str = "well", **details: Any) -> None:
        """A contact after discharge."""
        self.asks("coordinator", "record-contact", day, follow_up=follow_up, outcome=outcome, **details)

    def all_follow_ups_go_well(self, discharged_on: int) -> None:
        """The five contacts, each on its day."""
        for after, key in ((1, "24-hours"), (3, "72-hours"), (7, "7-days"), (14, "14-days"), (28, "28-days")):
            self.is_contacted(discharged_on + after, key)

    def case_is_closed(self, day: int, outcome: str) -> None:
        """The service closes the case."""
        self.asks("coordinator", "close-case", day, outcome=outcome)

    # --- what is then so ---

    def case(self, who: Who = "coordinator") -> Row:
        """The case as somebody sees it."""
        answer = self.stack.get(PARTIES[who], f"/api/v1/cases/{self.case_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def coded(self) -> Row:
        """The coded case."""
        return dict(self.case()["case"])

    def then_the_case_is(self, stage: str) -> Row:
        """The case comes to a stage."""
        return until(lambda: self._at_stage(stage), f"{stage}, is {self.case()['stage']}")

    def _at_stage(self, stage: str) -> Row | None:
        found = self.case()
        return found if found["stage"] == stage else None

    def then_the_case_leaves(self, stage: str) -> None:
        """The case goes on from a stage."""
        until(lambda: self.case()["stage"] != stage, f"no longer {stage}")

    def then_is_still_here_because(self, words: str) -> None:
        """The case says in words why the person is still here."""
        why = self.case()["why_still_here"]
        assert words.casefold() in why.casefold(), why

    def then_strand_is(self, key: str, status: str) -> None:
        """A strand comes to its end, or goes on."""
        until(lambda: self.coded()["strands"][key]["status"] == status, f"{key} is {status}")

    def then_the_stay_has_joined(self, ward: str) -> None:
        """The case knows the stay and the ward."""
        until(lambda: [each["ward"] for each in self.coded()["spells"]] == [ward], f"the stay in {ward}")
        assert not self.coded()["referral"]["awaiting_spell"]

    def then_ready_periods_are(self, *periods: tuple[int, int | None]) -> None:
        """The nights for which a bed was not needed, by days of the story."""
        wanted = [
            (str(self.day(first)), None if last is None else str(self.day(last))) for first, last in periods
        ]

        def found() -> list[tuple[str, str | None]]:
            return [(each["ready_on"], each["ended_on"]) for each in self.coded()["ready_periods"]]

        until(lambda: found() == wanted, f"ready periods {wanted}, not {found()}")

    def then_a_home_is_proposed(self, strand: str, other_than: str = "") -> str:
        """A home that fits and was not offered yet."""

        def proposed() -> str | None:
            found = self.coded()["strands"][strand]["proposals"]
            return next((each for each in found if each != other_than), None)

        return until(proposed, f"a home for {strand}")

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

    def then_the_home_is_let(self, home: str) -> None:
        """The list of homes says so."""
        homes = self.stack.get(PARTIES["coordinator"], "/api/v1/properties").json()["properties"]
        assert [each["let"] for each in homes if each["property_id"] == home] == [True]

    def then_nobody_is_warned(self) -> None:
        """No alert about this person is open."""
        open_ones = [each for each in self.coded()["alerts"].values() if not each["cleared_at"]]
        assert open_ones == []

    def then_the_hospital_message_was_used(self) -> None:
        """The last message is interpreted, not parked."""
        name = field_of(self.sent[-1], "MSH", 10)
        query = "SELECT state FROM inbox WHERE message_id = %(name)s"
        until(lambda: self.stack.sql(query, name=name)[0]["state"] != "stored", f"{name} is drained")
        assert self.stack.sql(query, name=name) == [{"state": "interpreted"}]

    def then_nothing_new_happens(self) -> None:
        """What was sent last is used, and changes nothing of the case."""
        before = self.events()
        self.then_the_hospital_message_was_used()
        until(self._told_everything, "the case was told all")
        assert self.events() == before

    def _told_everything(self) -> bool:
        query = (
            "SELECT count(*) AS waiting FROM outbox"
            " WHERE channel = 'case-signal' AND case_id = %(case)s AND state = 'pending'"
        )
        return bool(self.stack.sql(query, case=self.case_id)[0]["waiting"] == 0)

    def then_waiting_is(self, published: int, true: int) -> None:
        """The delay by both ways of counting."""
        waiting = self.case()["waiting"]
        assert (waiting["published_delay_days"], waiting["true_delay_days"]) == (published, true), waiting

    def events(self) -> list[str]:
        """What happened, oldest first."""
        answer = self.stack.get(PARTIES["coordinator"], f"/api/v1/cases/{self.case_id}/timeline")
        return [event["kind"] for event in reversed(answer.json()["events"])]

    def then_partner_has(self, organisation: str, count: int = 1, **wanted: str) -> list[Row]:
        """A partner received so many messages about this case that say what is wanted, and no more."""

        def enough() -> list[Row] | None:
            found = [row for row in self.told_to(organisation) if says(row, wanted)]
            return found if len(found) >= count else None

        found = until(enough, f"{organisation} is told {wanted}")
        assert len(found) == count, found
        return found

    def told_to(self, organisation: str) -> list[Row]:
        """What a partner took in about this case, each once."""
        return [
            row
            for row in self.stack.received_by(organisation)
            if row["effect"] and (self.case_id in row["body"] or self.person.nhs_number in row["body"])
        ]


def says(receipt: Row, wanted: Mapping[str, str]) -> bool:
    """Whether the body of a message holds each of the wanted texts in the wanted element."""
    body = json.loads(receipt["body"])
    return all(wanted_text in json.dumps(body.get(name)) for name, wanted_text in wanted.items())


def body_of(status_url: str) -> str:
    """The command's id in its address."""
    return status_url.rpartition("/")[2]


def field_of(message: bytes, segment: str, number: int) -> str:
    """A field of the first such segment, by its HL7 number."""
    fields = next(line for line in message.decode().split("\r") if line.startswith(segment)).split("|")
    return fields[number - 1 if segment == "MSH" else number]
