"""Alerts as their page shows them: the level in words, what holds, from when it counts, and who owns it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID, uuid4

from api.alerts.queries import Alerts, OpenAlert
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, level_tag
from api.web.paging import SIZE
from api.worklist.views import Option
from discharge.cases.stages import stage_label
from discharge.risk.levels import ALERT_LEVELS, LEVELS
from discharge.risk.rules import every_rule, known_rule
from discharge.roles import ROLE_WORDS


def owners() -> tuple[str, ...]:
    """Roles that an alert can belong to, in the order of the ladders."""
    return tuple(dict.fromkeys(role for rule in every_rule() for role in rule.ladder))


@dataclass(frozen=True)
class Filter:
    """What somebody asked to see; everything is in the address of the page."""

    level: str = ""
    owner: str = ""
    only: str = ""
    page: int = 1

    @property
    def chosen(self) -> bool:
        """Whether anything is left out."""
        return bool(self.level or self.owner or self.only)

    @property
    def href(self) -> str:
        """The address of this view of the list."""
        kept = {name: value for name, value in vars(self).items() if value and (name, value) != ("page", 1)}
        return f"/alerts?{urlencode(kept)}" if kept else "/alerts"


@dataclass(frozen=True)
class Row:
    """One alert. `key` makes one press of its button one request, however often the form is sent."""

    key: str
    alert_id: str
    case_id: str
    version: int
    level: Tag
    name: str
    case_href: str
    place: str
    title: str
    fact: str
    threshold: str
    source: str
    action: str
    owner: str
    raised: str
    escalations: str
    taken_on: str
    can_take_on: bool


@dataclass(frozen=True)
class AlertsPage:
    """The whole page."""

    rows: tuple[Row, ...]
    summary: str
    levels: tuple[Option, ...]
    owners: tuple[Option, ...]
    only: tuple[Option, ...]
    filtered: bool
    back: str
    meanings: tuple[tuple[Tag, str], ...]
    earlier: str
    later: str


def present(
    found: Alerts,
    wanted: Filter,
    now: datetime,
    known: Directory,
    *,
    may_take_on: bool,
    may_open: bool,
) -> AlertsPage:
    """The list in words and links; `now` is case time."""
    first = (wanted.page - 1) * SIZE
    shown = first + len(found.rows)
    return AlertsPage(
        rows=tuple(_row(each, now, known, may_take_on, may_open) for each in found.rows),
        summary=words.part_of(first, len(found.rows), found.total, "alert"),
        levels=_options("Every level", {level: ALERT_LEVELS.label(level) for level in LEVELS}, wanted.level),
        owners=_options("Everybody", {role: _role(role) for role in owners()}, wanted.owner),
        only=_options("All open alerts", {"waiting": "Nobody has accepted"}, wanted.only),
        filtered=wanted.chosen,
        back=wanted.href,
        meanings=tuple((level_tag(row.code), row.meaning) for row in map(ALERT_LEVELS.newest, LEVELS) if row),
        earlier=replace(wanted, page=wanted.page - 1).href if wanted.page > 1 else "",
        later=replace(wanted, page=wanted.page + 1).href if shown < found.total else "",
    )


def _options(all_of_them: str, choices: dict[str, str], chosen: str) -> tuple[Option, ...]:
    everything = Option("", all_of_them, not chosen)
    return everything, *(Option(value, text, value == chosen) for value, text in choices.items())


def _row(each: OpenAlert, now: datetime, known: Directory, may_take_on: bool, may_open: bool) -> Row:
    alert = each.alert
    rule = known_rule(alert.rule)
    return Row(
        key=str(uuid4()),
        alert_id=str(alert.id),
        case_id=str(each.case_id),
        version=each.version,
        level=level_tag(alert.level),
        name=words.full_name(each.family_name, each.given_name),
        case_href=f"/cases/{each.case_id}" if may_open else "",
        place=each.ward or stage_label(each.stage),
        title=rule.title if rule else words.from_code(alert.rule),
        fact=alert.fact,
        threshold=alert.threshold,
        source=alert.source,
        action=rule.action if rule else "",
        owner=_role(alert.owner_role),
        raised=f"{words.moment(alert.raised_at)}, {words.ago(alert.raised_at, now)}",
        escalations=_escalations(alert.escalations),
        taken_on=_taken_on(alert.acknowledged_at, alert.acknowledged_by, known),
        can_take_on=may_take_on and alert.acknowledged_at is None,
    )


def _escalations(times: int) -> str:
    return f"Escalated {words.count(times, 'time')}" if times else "Not escalated"


def _taken_on(at: datetime | None, by: UUID | None, known: Directory) -> str:
    if at is None:
        return ""
    return f"Accepted by {known.user(by) or 'a colleague'}, {words.moment(at)}"


def _role(role: str) -> str:
    return ROLE_WORDS.get(role, role)  # type: ignore[call-overload, no-any-return]
