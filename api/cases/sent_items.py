"""What was told to partners, in words, with its four facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from api.cases.page_values import ToldLine
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import OUTGOING_STATES, tag_of
from discharge.cases.outbox_items import DATE, FIT, HOME
from discharge.cases.stages import STAGE_LABELS
from discharge.errors import ERRORS
from discharge.risk.rules import known_rule
from discharge.store.tables import OutboxRow
from fhir_adapters.fhir.outbound import STAY_NEWS

READINESS = "readiness"
"""All that such an item tells stands on the case, for everybody who may open it; other items tell more."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "task-status": "Referral status",
        "order": "An order",
        "hazard": "A hazard at home",
        "alert": "An alert",
        "stay-notice": "Notice of a hospital stay",
        READINESS: "Update for the trust's own system",
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
        sent=sent_words(row),
        received=words.moment(row.received_at),
        accepted=words.moment(row.accepted_at),
        acted=words.moment(row.acted_at),
    )


def sent_words(
    row: OutboxRow, absent: str = words.DASH, moment: Callable[[datetime, str], str] = words.moment
) -> str:
    """When it left; that it may have left, where a try began and nothing is known of its end."""
    if row.sent_at:
        return moment(row.sent_at, absent)
    return (
        f"May have been sent: an attempt began {moment(row.leaving_at, absent)}" if row.leaving_at else absent
    )


def basis_words(row: OutboxRow) -> str:
    """What is to be said of an item that left, or may have, while the basis for it ended."""
    if row.basis_ended_at is None or row.leaving_at is None:
        return ""
    left = "It was sent" if row.sent_at else "It may have been sent"
    return f"{left}: it was on its way when the basis ended ({words.moment(row.basis_ended_at)})"


def _trouble(row: OutboxRow) -> str:
    """Why it has not arrived, or what is wrong with its having left; nothing where all is well."""
    if basis := basis_words(row):
        return basis
    if row.state == "delivered" or not row.error_code:
        return ""
    error = ERRORS.get(row.error_code)
    title = error.title if error else words.from_code(row.error_code)
    return f"{title} ({row.error_detail})" if row.error_detail else title


def content_words(payload: Mapping[str, object]) -> str:
    """The coded content in a few words; sentences about the person's home are left to the case page."""
    rule = known_rule(str(payload.get("rule")))
    if rule:
        return rule.title
    if payload.get("notice"):
        return STAY_NEWS.get(str(payload.get("news")), words.from_code(str(payload.get("news"))))
    if payload.get("news"):
        return ", ".join(_news(code, payload) for code in str(payload["news"]).split(","))
    if stage := payload.get("stage"):
        return STAGE_LABELS.get(str(stage)) or words.from_code(str(stage))
    codes = [payload.get("item"), payload.get("status")]
    return ", ".join(words.from_code(str(code)) for code in codes if code)


def _news(code: str, payload: Mapping[str, object]) -> str:
    if code == DATE:
        expected = payload.get("expected_discharge_on")
        on = words.day(date.fromisoformat(str(expected))) if expected else "withdrawn"
        return f"Expected date of discharge: {on}"
    told = {FIT: ("Fit to leave", "fit"), HOME: ("Home ready", "home_ready")}.get(code)
    return f"{told[0]}: {payload.get(told[1]) or 'unknown'}" if told else words.from_code(code)
