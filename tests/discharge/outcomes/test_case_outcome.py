"""The outcome that is suggested when a case closes."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from discharge.cases.model import Case, Discharge, Strand
from discharge.codes.casework import CASE_OUTCOMES
from discharge.outcomes.case_outcome import suggested_outcome

DAY = date(2026, 3, 20)


def left(destination: str | None, *done: str, status: str = "completed") -> Case:
    strands = [
        Strand.model_validate(
            {
                "kind": kind,
                "number": 1,
                "item": "x",
                "started_on": DAY,
                "owner_role": "council",
                "status": status,
            }
        )
        for kind in done
    ]
    discharge = Discharge(
        discharged_on=DAY,
        discharged_at=datetime(2026, 3, 20, 12, tzinfo=UTC),
        destination=destination,
        told_by="feed",
    )
    return Case(case_id=uuid4(), discharge=discharge, strands={strand.key: strand for strand in strands})


@pytest.mark.parametrize(
    ("case", "outcome"),
    [
        (left("19"), "home-as-it-is"),
        (left(None), "home-as-it-is"),
        (left("19", "adaptation"), "home-made-ready"),
        (left("19", "basics", status="cancelled"), "home-as-it-is"),
        (left("19", "adaptation", "rehousing"), "rehoused"),
        (left("29", "rehousing"), "step-down"),
        (left("54"), "care-home"),
        (left("55"), "care-home"),
        (left("51"), "admitted-elsewhere"),
        (left("79"), "died"),
    ],
)
def test_given_what_was_done_and_where_they_went_then_the_outcome_follows(case: Case, outcome: str) -> None:
    assert suggested_outcome(case) == outcome
    assert CASE_OUTCOMES.known(outcome)
