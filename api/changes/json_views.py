"""What others changed since somebody saw a case, as JSON."""

from __future__ import annotations

from api.changes.views import Changes
from api.web.problem_bodies import ChangedPart as ChangedPartRecord


def changes_json(changes: Changes) -> list[ChangedPartRecord]:
    """Each change with what it was and what it is now."""
    return [
        ChangedPartRecord(
            part=row.part,
            what=row.label,
            before=row.before,
            after=row.after,
            by=row.who,
            when=row.when,
            refused_for=row.met,
        )
        for row in changes.rows
    ]
