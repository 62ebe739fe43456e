"""How an alert ended, in words: its cause is gone, or another alert tells it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from api.cases.timeline import timeline_lines
from api.changes.part_words import PARTS, Side
from api.web.names import Directory
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Alert, Case
from discharge.store.tables import CaseEventRow

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
UNDONE = Alert(
    alert_id=UUID(int=5),
    rule="check-not-started",
    level="RED",
    fact="The home check has not begun.",
    threshold="-",
    source="-",
    owner_role="coordinator",
    raised_at=NOW,
)


def row(number: int, event: ev.AlertRaised | ev.AlertCleared) -> CaseEventRow:
    return CaseEventRow(
        case_id=UUID(int=1),
        sequence=number,
        kind=event.kind,
        payload=event.model_dump(mode="json"),
        effective_on=date(2026, 3, 3),
        case_time=NOW,
        command_id=uuid4(),
        organisation_id=UUID(int=7),
        role="system",
    )


@pytest.mark.parametrize(
    ("by", "line", "stands"),
    [
        (
            None,
            "No longer an alert: Leaving soon and the home not checked. The home check has not begun.",
            "No longer applies",
        ),
        (
            "home-not-ready-person-in-it",
            (
                "No longer a separate alert: Leaving soon and the home not checked. The home check has "
                "not begun. Another alert covers it now: The person is in a home that is not ready"
            ),
            "Covered by another alert: The person is in a home that is not ready",
        ),
    ],
)
def test_given_an_alert_that_ended_then_the_record_says_why(by: str | None, line: str, stands: str) -> None:
    events = [ev.AlertRaised(alert=UNDONE), ev.AlertCleared(alert_id=UUID(int=5), cleared_at=NOW, told_by=by)]
    told = timeline_lines([row(n, event) for n, event in enumerate(events)], {}, Directory())
    assert line in [each.what for each in told]
    case = fold(Case(case_id=UUID(int=1)), events)
    assert PARTS["alert"].value(Side(case, Directory()), str(UUID(int=5))) == stands


def test_given_an_end_that_an_earlier_version_recorded_then_it_is_still_read() -> None:
    kept = {"kind": "alert-cleared", "alert_id": str(UUID(int=5)), "cleared_at": NOW.isoformat()}
    event = ev.EVENT.read(kept)
    assert isinstance(event, ev.AlertCleared)
    assert event.told_by is None
