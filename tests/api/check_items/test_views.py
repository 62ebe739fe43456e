"""The notes of an item on its page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from api.check_items.queries import Written
from api.check_items.views import note_lines
from api.web.names import Directory
from discharge.clocks import CaseClock
from discharge.store.tables import NoteRow, Organisation
from housing_checks.checks.form import form_in_force

WRITTEN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CLOCK = CaseClock(
    origin=WRITTEN - timedelta(minutes=1), case_origin=datetime(2026, 11, 2, 9, 0, tzinfo=UTC), factor=1440
)


def test_given_a_note_when_days_pass_in_minutes_then_its_time_is_the_case_s_and_its_writer_is_named() -> None:
    writer, where, case_id = uuid4(), uuid4(), uuid4()
    row = NoteRow(
        id=uuid4(),
        case_id=case_id,
        item="heating",
        text="Cold since Monday",
        author_id=writer,
        organisation_id=where,
        created_at=WRITTEN,
    )
    names = Directory(
        users={writer: "Test coordinator"}, organisations={where: Organisation(name="Invented Housing")}
    )
    item = form_in_force(date(2026, 11, 2)).item("heating")
    (line,) = note_lines(item, Written({row.id: row}), [], names, CLOCK)
    assert line[0].text == "Cold since Monday"
    assert line[0].withdraw_href == f"/cases/{case_id}/notes/{row.id}/withdraw"
    assert line[1] == "Written by Test coordinator on 3 November 2026, 09:00"
    row.author_id = None
    (line,) = note_lines(item, Written({row.id: row}), [], names, CLOCK)
    assert line[1].startswith("Written by Invented Housing on ")
