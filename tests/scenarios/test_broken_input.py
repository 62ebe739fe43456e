"""Whatever comes in broken, or at a bad time, gets a clear and coded answer, and nothing is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from deploy.simulate.feed import ack_code
from deploy.simulate.referrals import fhir, json_body
from tests.scenarios.conftest import About
from tests.scenarios.stack import Party, Row, WholeStack, until
from tests.scenarios.telling import Cast, Story, say

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WARD: Party = ("discharge-team", "RXH")
COORDINATOR: Party = ("coordinator", "HHP")
OPERATOR: Party = ("operator", "RXH")
MEBIBYTE = 1_048_576


def header(trigger: str, name: str, *, kind: str = "ADT", version: str = "2.4") -> str:
    """MSH of the demo's hospital."""
    return f"MSH|^~\\&|HVPAS|RXH|HOMEWARD|HHP|20261101120000||{kind}^{trigger}|{name}|P|{version}\r"


def stored(stack: WholeStack, message: bytes) -> list[Row]:
    """The inbox rows that hold exactly these bytes."""
    sha256 = hashlib.sha256(message).hexdigest()
    found = (
        "SELECT state, code, charset, raw FROM inbox"
        " JOIN inbox_bytes AS kept ON inbox_id = id AND kept.received_at = inbox.received_at"
        " WHERE sha256 = %(sha256)s"
    )
    return stack.sql(found, sha256=sha256)


def settled(stack: WholeStack, message: bytes) -> Row:
    """The one row of a message once the drain has looked at it."""

    def looked_at() -> Row | None:
        (row,) = stored(stack, message)
        return row if row["state"] != "stored" else None

    return until(looked_at, "the drain looks at the message")


class TestMessages:
    """HL7 v2 over MLLP."""

    def test_given_no_hl7_at_all_when_it_arrives_then_it_is_refused_by_code_and_the_door_stays_open(
        self, stack: WholeStack, somebody: About
    ) -> None:
        answer = say(stack.ports.mllp, b"GET / HTTP/1.1\r\nHost: homeward\r\n\r\n")
        assert ack_code(answer) == "AR"
        assert b"|100" in answer or b"^100" in answer or b"100&" in answer, answer
        somebody(began_days_ago=2).is_admitted(day=0)

    def test_given_bytes_without_a_frame_when_they_arrive_then_the_sender_is_told(
        self, stack: WholeStack
    ) -> None:
        answer = say(stack.ports.mllp, b"hello?\r\n", framed=False)
        assert ack_code(answer) == "AR"

    def test_given_a_trigger_we_do_not_use_when_it_arrives_then_it_is_stored_accepted_and_listed(
        self, stack: WholeStack
    ) -> None:
        message = (header("R01", f"T{uuid4().hex[:12]}", kind="ORU") + "PID|1||X^^^RXH^MR\r").encode()
        assert ack_code(say(stack.ports.mllp, message)) == "AA"
        row = settled(stack, message)
        assert (row["state"], row["code"]) == ("not-used", "unknown-trigger")
        listed = stack.get(OPERATOR, "/api/v1/messages", state="not-used", text="ORU").json()
        assert "unknown-trigger" in {each["code"] for each in listed["messages"]}

    def test_given_a_version_nobody_knows_when_it_arrives_then_it_is_stored_and_accepted(
        self, stack: WholeStack
    ) -> None:
        message = (header("A01", f"T{uuid4().hex[:12]}", version="9.9") + "PID|1||X^^^RXH^MR\r").encode()
        assert ack_code(say(stack.ports.mllp, message)) == "AA"
        assert settled(stack, message)["code"] == "unknown-version"

    def test_given_no_control_id_when_it_arrives_then_it_is_refused_and_kept_under_its_hash(
        self, stack: WholeStack
    ) -> None:
        message = (header("A01", "") + f"PID|1||{uuid4().hex}^^^RXH^MR\r").encode()
        answer = say(stack.ports.mllp, message)
        assert ack_code(answer) == "AR"
        assert b"101" in answer
        assert [row["code"] for row in stored(stack, message)] == ["missing-message-id"]

    def test_given_a_message_of_2_mb_when_it_arrives_then_it_is_stored_whole_and_answered(
        self, stack: WholeStack, somebody: About
    ) -> None:
        story = somebody(began_days_ago=2)
        story.is_admitted(day=0)
        message = story.sent[-1] + b"\rNTE|1||" + b"x" * (2 * MEBIBYTE)
        message = message.replace(b"|SCENE", b"|LARGE")
        assert ack_code(say(stack.ports.mllp, message)) == "AA"
        (row,) = stored(stack, message)
        assert bytes(row["raw"]) == message

    def test_given_half_a_frame_when_the_sender_hangs_up_then_it_is_told_and_nothing_is_taken(
        self, stack: WholeStack
    ) -> None:
        half = b"\x0b" + header("A01", "HALF").encode()
        answer = say(stack.ports.mllp, half, framed=False, hang_up=True)
        assert ack_code(answer) == "AR"
        assert stack.sql("SELECT id FROM inbox WHERE message_id = 'HALF'") == []

    def test_given_bytes_outside_their_charset_when_they_arrive_then_they_are_kept_and_read_as_they_can_be(
        self, stack: WholeStack, somebody: About
    ) -> None:
        story = somebody(began_days_ago=2)
        story.is_admitted(day=0)
        family = story.person.family.encode()
        message = story.sent[-1].replace(family, b"M\xfcller").replace(b"|SCENE", b"|BYTES")
        assert b"UNICODE UTF-8" in message
        assert ack_code(say(stack.ports.mllp, message)) == "AA"
        assert settled(stack, message)["state"] == "interpreted"
        (row,) = stored(stack, message)
        assert (bytes(row["raw"]), row["charset"]) == (message, "cp1252")

    def test_given_the_number_of_one_and_the_rest_of_another_when_it_arrives_then_it_is_parked_not_guessed(
        self, stack: WholeStack, somebody: About
    ) -> None:
        story, other = somebody(began_days_ago=2), somebody(began_days_ago=2)
        story.is_admitted(day=0)
        wrong = story.sent[-1].replace(story.person.nhs_number.encode(), other.person.nhs_number.encode())
        born, other_born = (f"{each.person.born:%Y%m%d}".encode() for each in (story, other))
        assert born != other_born
        wrong = wrong.replace(born, other_born).replace(b"|SCENE", b"|WRONG")
        assert ack_code(say(stack.ports.mllp, wrong)) == "AA"
        assert (settled(stack, wrong)["state"], settled(stack, wrong)["code"]) == (
            "parked",
            "patient-mismatch",
        )

    def test_given_the_same_bytes_again_when_they_arrive_then_they_are_accepted_and_change_nothing(
        self, stack: WholeStack, somebody: About
    ) -> None:
        story = somebody(began_days_ago=2)
        story.is_admitted(day=0)
        settled(stack, story.sent[-1])
        facts = "SELECT count(*) AS n FROM facts"
        before = stack.sql(facts)
        assert ack_code(say(stack.ports.mllp, story.sent[-1])) == "AA"
        assert len(stored(stack, story.sent[-1])) == 1
        assert stack.sql(facts) == before


class TestRequests:
    """FHIR and the JSON interface."""

    def test_given_fhir_that_is_none_when_posted_then_an_operation_outcome_names_the_place(
        self, stack: WholeStack
    ) -> None:
        invalid = {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": 7}
        answer = stack.post(WARD, "/fhir/R4/ServiceRequest", invalid)
        assert answer.status_code == 400
        issue = outcome_of(answer.json())
        assert issue["code"] == "structure"
        assert "ServiceRequest.subject" in str(issue["expression"])
        kept = "SELECT code FROM inbox WHERE content_type LIKE '%%fhir%%' AND state = 'rejected'"
        assert {"code": "invalid-fhir"} in stack.sql(kept)

    def test_given_no_json_when_posted_as_fhir_then_it_is_refused(self, stack: WholeStack) -> None:
        headers = stack.headers(WARD) | {"Content-Type": "application/fhir+json"}
        answer = stack.http.post("/fhir/R4/ServiceRequest", content=b"{half", headers=headers)
        assert (answer.status_code, outcome_of(answer.json())["severity"]) == (400, "error")

    def test_given_a_code_outside_a_required_list_when_posted_then_the_code_is_named_and_nothing_opens(
        self, stack: WholeStack, cast: Cast
    ) -> None:
        body = fhir(cast.next(), {}, date(2026, 1, 5), str(uuid4())) | {"priority": "soonish"}
        answer = stack.post(WARD, "/fhir/R4/ServiceRequest", body)
        assert answer.status_code == 422
        issue = outcome_of(answer.json())
        assert (issue["code"], issue["expression"]) == ("code-invalid", ["ServiceRequest.priority"])

    def test_given_a_person_nobody_knows_when_referred_by_number_alone_then_it_says_what_is_needed(
        self, stack: WholeStack, cast: Cast
    ) -> None:
        body = {"person": {"nhs_number": cast.next().nhs_number}}
        answer = stack.post(WARD, "/api/v1/referrals", body, str(uuid4()))
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown-patient")

    def test_given_a_role_that_does_not_do_this_when_asked_then_it_is_refused_at_every_door(
        self, stack: WholeStack, accepted: Story, cast: Cast
    ) -> None:
        monitor: Party = ("trust-monitor", "RXH")
        close = {"kind": "close-case", "outcome": "home-as-it-is"}
        answer = stack.post(monitor, f"/api/v1/cases/{accepted.case_id}/commands", close)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed")
        refer = stack.post(monitor, "/fhir/R4/ServiceRequest", fhir(cast.next(), {}, date(2026, 1, 5), "1"))
        assert (refer.status_code, outcome_of(refer.json())["code"]) == (403, "forbidden")

    def test_given_a_case_of_others_when_somebody_asks_for_it_then_it_does_not_exist_for_them(
        self, stack: WholeStack, accepted: Story
    ) -> None:
        elsewhere: Party = ("coordinator", "OTT")
        command = {"kind": "start-check", "form": "any"}
        answer = stack.post(elsewhere, f"/api/v1/cases/{accepted.case_id}/commands", command)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        accepted.then_cannot_be_seen_by_party(elsewhere)

    def test_given_nobody_signed_in_when_anything_is_asked_then_it_is_refused(
        self, stack: WholeStack, accepted: Story
    ) -> None:
        for headers in ({}, {"Authorization": "Bearer not.a.token"}):
            answer = stack.http.get(f"/api/v1/cases/{accepted.case_id}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")

    def test_given_a_key_used_again_when_the_body_differs_then_it_is_refused_and_when_not_then_answered_again(
        self, stack: WholeStack, cast: Cast
    ) -> None:
        key, body = str(uuid4()), json_body(cast.next(), {}, date(2026, 1, 5), "R1")
        first = stack.post(WARD, "/api/v1/referrals", body, key)
        again = stack.post(WARD, "/api/v1/referrals", body, key)
        other = stack.post(WARD, "/api/v1/referrals", body | {"tenure": "temporary"}, key)
        assert (first.status_code, again.status_code) == (202, 202)  # no stay is known: it is a request
        assert again.json()["command_id"] == first.json()["command_id"]
        assert (other.status_code, other.json()["code"]) == (422, "duplicate-key-other-body")

    def test_given_a_body_beyond_the_limit_when_posted_then_it_is_refused(self, stack: WholeStack) -> None:
        body = {"person": {"nhs_number": "x" * (2 * MEBIBYTE)}}
        answer = stack.post(WARD, "/api/v1/referrals", body)
        assert (answer.status_code, answer.json()["code"]) == (413, "message-too-large")


class TestOutages:
    """The servers behind the doors are away."""

    def test_given_temporal_is_dead_when_a_command_comes_then_it_is_taken_and_done_later(
        self, stack: WholeStack, accepted: Story
    ) -> None:
        basis = {"kind": "record-sharing-basis", "basis": "consent"}
        path = f"/api/v1/cases/{accepted.case_id}/commands"
        with stack.without("temporal"):
            answer = stack.post(COORDINATOR, path, basis, str(uuid4()))
            assert answer.status_code == 202, answer.text
            assert answer.headers["Retry-After"]
            told = answer.json()
            assert told["outcome"] == "taken"
            state = stack.get(COORDINATOR, told["status_url"]).json()["state"]
            assert state == "taken"
            assert stack.http.get("/readyz").json()["workflows"] == "unavailable"
            accepted.is_expected_home(day=1, on=9)
        done = accepted.what_became_of("coordinator", told["status_url"])
        assert done["state"] == "accepted", done
        assert accepted.events().count("sharing-basis-recorded") == 1
        until(lambda: accepted.coded()["expected_discharge_on"] == str(accepted.day(9)), "the date arrives")

    def test_given_postgresql_is_dead_when_anything_comes_then_nothing_is_taken_and_the_sender_tries_again(
        self, stack: WholeStack, accepted: Story
    ) -> None:
        basis = {"kind": "record-sharing-basis", "basis": "consent"}
        path, key = f"/api/v1/cases/{accepted.case_id}/commands", str(uuid4())
        accepted.is_expected_home(day=1, on=9)
        news = accepted.sent[-1].replace(b"|SCENE", b"|AGAIN")
        with stack.without("postgres"):
            answer = stack.post(COORDINATOR, path, basis, key)
            assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
            assert answer.headers["Retry-After"]
            by_fhir = stack.get(WARD, f"/fhir/R4/ServiceRequest/{accepted.case_id}")
            assert (by_fhir.status_code, outcome_of(by_fhir.json())["code"]) == (503, "transient")
            acknowledgement = say(stack.ports.mllp, news)
            assert ack_code(acknowledgement) == "AE"
            assert b"207" in acknowledgement
            assert stack.http.get("/readyz").status_code == 503
        assert stored(stack, news) == []
        assert stack.sql("SELECT id FROM commands WHERE client_key = %(key)s", key=key) == []

        assert stack.post(COORDINATOR, path, basis, key).status_code in (200, 202)
        assert ack_code(say(stack.ports.mllp, news)) == "AA"
        settled(stack, news)
        until(lambda: accepted.coded()["sharing"], "the command is done")


@pytest.fixture
def accepted(somebody: About) -> Story:
    """Somebody in a bed whose referral was accepted."""
    story = somebody(began_days_ago=10)
    story.is_admitted(day=0)
    story.is_referred_by_the_ward(day=1)
    story.then_the_stay_has_joined(ward="ELM")
    story.referral_is_accepted(day=1)
    return story


def outcome_of(body: Mapping[str, Any]) -> Row:
    """The first issue of an OperationOutcome."""
    assert body["resourceType"] == "OperationOutcome", body
    return dict(body["issue"][0])
