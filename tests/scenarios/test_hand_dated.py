"""One referral by FHIR, carried to its end by commands with dates of their own, counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from deploy.simulate.referrals import fhir
from housing_checks.checks.form import form_in_force
from tests.scenarios.referral_requests import taken_on
from tests.scenarios.stack import Party, WholeStack
from tests.scenarios.telling import Cast

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

WARD: Party = ("discharge-team", "RXH")
COORDINATOR: Party = ("coordinator", "HHP")
MONITOR: Party = ("trust-monitor", "RXH")
HOME = "19"


class Dated:
    """Commands about one case, each with its day in March or April 2025."""

    def __init__(self, stack: WholeStack, found: str) -> None:
        self.stack = stack
        self.case_id = found

    def on(self, day: date, who: Party, kind: str, **details: Any) -> None:
        """Ask, and be answered at once that it is done."""
        body = {"kind": kind, "effective_on": day.isoformat(), **details}
        answer = self.stack.post(who, f"/api/v1/cases/{self.case_id}/commands", body, str(uuid4()))
        assert answer.status_code == 200, answer.text
        assert answer.json()["outcome"] == "accepted"


def test_given_a_referral_by_fhir_when_every_step_is_dated_by_hand_then_bed_days_are_those_counted_by_hand(
    stack: WholeStack, cast: Cast
) -> None:
    """Nights in bed by hand, with the clocks going forward on Sunday 30 March 2025.

    | night of            | ready to leave             | national reason           |
    |---------------------|----------------------------|---------------------------|
    | Wed 26 March        | 1st night of period 1      | HP5 (medicines)           |
    | Thu 27 March        | 2nd night of period 1      | CA10 (adaptation)         |
    | Fri 28 to Sun 30    | no: needs a bed again      | CA10 runs on, not counted |
    | Mon 31 March        | 1st night of period 2      | CA10                      |
    | Tue 1 April         | 2nd night                  | CA10                      |
    | Wed 2 April         | 3rd night                  | WC4 (destination)         |
    | Thu 3 April         | 4th night                  | WC4                       |
    | Fri 4 April         | left                       |                           |

    published = 4 April - 31 March = 4;  true = (28 - 26 March) + (4 April - 31 March) = 2 + 4 = 6;
    attributed: HP5 1, CA10 1 + 2 = 3, WC4 2, together 6, no night without a reason.
    Of these the home held CA10 3 + WC4 2 = 5 nights; released against a standard of 10: 10 - 5 = 5.
    """
    alone = replace(cast.next(), lives_alone="yes")  # for them a contact is due after 48 hours too
    posted = fhir(alone, {"reasons": ["adaptation"]}, date(2025, 3, 24), str(uuid4()))
    answer = stack.post(WARD, "/fhir/R4/ServiceRequest", posted)
    assert answer.status_code == 201, answer.text
    case = Dated(stack, taken_on(stack, answer.json()["id"]))
    form = form_in_force(date(2025, 3, 25))

    case.on(date(2025, 3, 24), COORDINATOR, "accept-referral")
    case.on(date(2025, 3, 25), COORDINATOR, "start-check", form=form.code)
    answers = dict.fromkeys(form.codes, "yes") | {"steps-stairs": "no"}
    case.on(date(2025, 3, 25), COORDINATOR, "complete-check", form=form.code, answers=answers)
    case.on(date(2025, 3, 25), COORDINATOR, "start-strand", strand_kind="adaptation", item="grab-rail")
    case.on(date(2025, 3, 26), WARD, "set-criteria-to-reside", met=False)
    waits = {"reason_kind": "national"}
    case.on(date(2025, 3, 26), WARD, "record-delay-reason", code="HP5", owner_role="ward", **waits)
    case.on(date(2025, 3, 27), WARD, "record-delay-reason", code="CA10", owner_role="council", **waits)
    case.on(date(2025, 3, 28), WARD, "set-criteria-to-reside", met=True)
    case.on(date(2025, 3, 31), WARD, "set-criteria-to-reside", met=False)
    case.on(date(2025, 4, 2), COORDINATOR, "move-strand", strand="adaptation/1", step="fitted")
    case.on(date(2025, 4, 2), COORDINATOR, "confirm-item", item="steps-stairs", value="yes")
    case.on(date(2025, 4, 2), WARD, "record-delay-reason", code="WC4", owner_role="coordinator", **waits)
    case.on(date(2025, 4, 4), WARD, "confirm-discharge", destination=HOME)
    for day, key in ((5, "24-hours"), (6, "48-hours"), (7, "72-hours"), (11, "7-days"), (18, "14-days")):
        case.on(date(2025, 4, day), COORDINATOR, "record-contact", follow_up=key, outcome="well")
    case.on(date(2025, 5, 2), COORDINATOR, "record-contact", follow_up="28-days", outcome="well")
    case.on(date(2025, 5, 3), COORDINATOR, "close-case", outcome="home-made-ready")

    closed = stack.get(COORDINATOR, f"/api/v1/cases/{case.case_id}").json()
    assert (closed["stage"], closed["case"]["outcome"]) == ("closed", "home-made-ready")
    assert closed["waiting"] == {
        "published_delay_days": 4,
        "true_delay_days": 6,
        "nights_without_reason": [],
    }

    spring = {"from_on": "2025-03-01", "to_on": "2025-04-30"}
    report = stack.get(MONITOR, "/api/v1/reports/bed-days", **spring, against="fixed:10").json()
    figures = {figure["key"]: figure["value"] for figure in report["finished"]["figures"]}
    assert (figures["discharges"], figures["published-days"], figures["true-days"]) == (1, 4, 6)
    assert (figures["without-reason"], figures["held-days"], report["released"]["value"]) == (0, 5, 5)
    assert {row["code"]: row["nights"] for row in report["finished"]["reasons"]} == {
        "HP5": 1,
        "CA10": 3,
        "WC4": 2,
    }
