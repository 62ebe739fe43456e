"""What became of a discharge, in words and in codes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

from api.cases.json_views import afterwards_json
from api.cases.views import afterwards
from discharge.cases.model import Case, Discharge, Readmission

LEFT = Discharge(
    discharged_on=date(2026, 3, 2), discharged_at=datetime(2026, 3, 2, 12, tzinfo=UTC), told_by="feed"
)


def back_on(day: int) -> Case:
    back = Readmission(spell_id=uuid4(), readmitted_on=date(2026, 3, day), days_after=day - 2)
    return Case(case_id=uuid4(), earlier_discharges=(LEFT,), readmissions=(back,))


def test_given_a_person_back_within_72_hours_then_the_discharge_failed() -> None:
    case = back_on(4)
    assert [(fact.key, fact.value) for fact in afterwards(case)] == [
        ("Left Mon 2 Mar, back in hospital", "Wed 4 Mar, after 2 days (counted in 0 to 2 days)"),
        ("Left Mon 2 Mar, failed discharge by our own definition", "Back in hospital within 72 hours"),
    ]
    assert [each.model_dump(mode="json") for each in afterwards_json(case)] == [
        {"discharged_on": "2026-03-02", "back_after_days": 2, "back_band": "0-2", "failed": ["return"]}
    ]


def test_given_a_person_back_later_then_it_is_a_readmission_only() -> None:
    assert [fact.key for fact in afterwards(back_on(20))] == ["Left Mon 2 Mar, back in hospital"]
    assert afterwards_json(back_on(20))[0].failed == []


def test_given_a_person_who_stays_at_home_then_nothing_is_said() -> None:
    case = Case(case_id=uuid4(), discharge=LEFT)
    assert afterwards(case) == ()
    assert [each.model_dump(mode="json") for each in afterwards_json(case)] == [
        {"discharged_on": "2026-03-02", "back_after_days": None, "back_band": None, "failed": []}
    ]
