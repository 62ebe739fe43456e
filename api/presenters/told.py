"""What was told to partners, with its four facts."""

from __future__ import annotations

from api.presenters import words
from api.presenters.case_view import ToldLine
from api.presenters.tags import OUTGOING_STATES, tag_of
from api.reading.names import Directory
from discharge.store.tables import OutboxRow


def told_line(row: OutboxRow, known: Directory) -> ToldLine:
    """One thing told to a partner."""
    return ToldLine(
        what=words.from_code(row.kind),
        to=known.partner(row.partner_id),
        state=tag_of(OUTGOING_STATES, row.state),
        sent=words.moment(row.sent_at),
        received=words.moment(row.received_at),
        accepted=words.moment(row.accepted_at),
        acted=words.moment(row.acted_at),
    )
