"""What was sent to partners, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from api.cases.sent_items import told_line
from api.web.names import Directory
from discharge.store.tables import Organisation, OutboxRow


def test_given_what_a_council_was_told_by_a_coordinator_when_shown_then_it_names_the_council() -> None:
    council, service, partner = uuid4(), uuid4(), uuid4()
    known = Directory(
        organisations={
            council: Organisation(id=council, name="Larch Council"),
            service: Organisation(id=service, name="Housing Service"),
        },
        partners={partner: council},
    )
    row = OutboxRow(kind="order", state="pending", partner_id=partner, organisation_id=service)
    assert told_line(row, known).to == "Larch Council"


@pytest.mark.parametrize(
    ("payload", "content"),
    [
        (
            {"news": "expected-date,home", "expected_discharge_on": "2026-07-09", "home_ready": "no"},
            "Expected date of discharge: 9 July 2026, Home ready: no",
        ),
        ({"news": "expected-date", "expected_discharge_on": None}, "Expected date of discharge: withdrawn"),
        ({"news": "fit", "fit": "yes"}, "Fit to leave: yes"),
        ({"news": "fit", "fit": None}, "Fit to leave: unknown"),
    ],
)
def test_given_news_for_a_trust_when_shown_then_a_person_sees_what_it_says_and_why_it_waits(
    payload: dict[str, str | None], content: str
) -> None:
    row = OutboxRow(
        kind="readiness", state="dead", payload=payload, error_code="partner-refused", error_detail="AE 204"
    )
    line = told_line(row, Directory(organisations={}, partners={}))
    assert line.content == content
    assert line.trouble.endswith("(AE 204)")


def test_given_an_order_when_shown_then_what_it_asks_for_is_left_to_the_case() -> None:
    row = OutboxRow(
        kind="order", state="delivered", payload={"item": "stairlift"}, error_code="partner-refused"
    )
    line = told_line(row, Directory(organisations={}, partners={}))
    assert (line.content, line.trouble) == ("", "")


LEFT, ENDED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC), datetime(2026, 3, 2, 9, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "sent_at", "sent", "trouble"),
    [
        ("delivered", LEFT, "2 March 2026, 09:30", "It was sent: it was on its way when the basis ended"),
        ("held", LEFT, "2 March 2026, 09:30", "It was sent: it was on its way when the basis ended"),
        (
            "held",
            None,
            "May have been sent: an attempt began 2 March 2026, 09:30",
            "It may have been sent: it was on its way",
        ),
    ],
)
def test_given_an_item_that_was_on_its_way_when_consent_ended_then_the_case_says_that_it_left_and_when(
    state: str, sent_at: datetime | None, sent: str, trouble: str
) -> None:
    row = OutboxRow(
        kind="order", state=state, payload={}, leaving_at=LEFT, sent_at=sent_at, basis_ended_at=ENDED
    )
    line = told_line(row, Directory(organisations={}, partners={}))
    assert line.sent == sent
    assert line.trouble.startswith(trouble)
    assert line.trouble.endswith("(2 March 2026, 09:31)")
