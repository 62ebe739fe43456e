"""What was told to partners, in words, with its four facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from api.presenters import words
from api.presenters.case_view import ToldLine
from api.presenters.tags import OUTGOING_STATES, tag_of
from api.reading.names import Directory
from discharge.cases.outgoing import DATE, FIT, HOME
from discharge.errors import ERRORS
from discharge.risk.rules import RULES_BY_ID
from discharge.store.tables import OutboxRow

READINESS = "readiness"
"""All that such an item tells stands on the case, for everybody who may open it; other items tell more."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "task-status": "How the referral stands",
        "order": "An order",
        "alert": "An alert",
        READINESS: "News for the trust's own system",
    }
)


def told_line(row: OutboxRow, known: Directory) -> ToldLine:
    """One thing told to a partner."""
    return ToldLine(
        what=KINDS.get(row.kind, words.from_code(row.kind)),
        content=content_words(row.payload) if row.kind == READINESS else "",
        to=known.partner(row.partner_id),
        state=tag_of(OUTGOING_STATES, row.state),
        trouble=_trouble(row),
        sent=words.moment(row.sent_at),
        received=words.moment(row.received_at),
        accepted=words.moment(row.accepted_at),
        acted=words.moment(row.acted_at),
    )


def _trouble(row: OutboxRow) -> str:
    """Why it has not arrived; nothing where all is well."""
    if row.state == "delivered" or not row.error_code:
        return ""
    error = ERRORS.get(row.error_code)
    title = error.title if error else words.from_code(row.error_code)
    return f"{title} ({row.error_detail})" if row.error_detail else title


def content_words(payload: Mapping[str, object]) -> str:
    """The coded content in a few words; sentences about the person's home are left to the case page."""
    rule = RULES_BY_ID.get(str(payload.get("rule")))
    if rule:
        return rule.title
    if payload.get("news"):
        return ", ".join(_news(code, payload) for code in str(payload["news"]).split(","))
    codes = [payload.get("stage")] if payload.get("stage") else [payload.get("item"), payload.get("status")]
    return ", ".join(words.from_code(str(code)) for code in codes if code)


def _news(code: str, payload: Mapping[str, object]) -> str:
    if code == DATE:
        expected = payload.get("expected_discharge_on")
        on = words.day(date.fromisoformat(str(expected))) if expected else "taken back"
        return f"Expected date of discharge: {on}"
    told = {FIT: ("Fit to leave", "fit"), HOME: ("Home ready", "home_ready")}.get(code)
    return f"{told[0]}: {payload.get(told[1]) or 'unknown'}" if told else words.from_code(code)
