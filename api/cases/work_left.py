"""What is left to do on a case, and where the caller may do it."""

from __future__ import annotations

from datetime import date, datetime

from api.cases.lead_times import late_words
from api.cases.page_values import Action, ActionGroup, AlertLine, OwedLine, StrandLine, ToDo
from api.forms.definitions import FORMS
from api.forms.model import Around
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import LEVELS, Tag, strand_tag, tag_of
from api.web.principals import Principal
from discharge.cases.actions import action_words
from discharge.cases.command_stages import may_ask
from discharge.cases.model import Alert, Case, Strand
from discharge.cases.relations import may_touch
from discharge.codes import casework
from discharge.risk.rules import rule_title
from housing_checks.checks.answers import takes_yes_or_no
from housing_checks.gate.rules import Blocker, blocking
from housing_checks.lead_times import item_label
from housing_checks.strands.definitions import kind_words

TAKE_ON = "acknowledge-alert"
"""Offered beside each alert, so not again among the actions."""


def who_next(role: str, due_on: date | None) -> str:
    """Who has the next step, and by when."""
    who = casework.OWNER_ROLES.label(role)
    return f"{who}, by {words.short_day(due_on)}" if due_on else who


def to_do(case: Case, caller: Principal) -> tuple[ToDo, ...]:
    """What is left before the person can leave."""
    return tuple(_blocker(case, each, caller) for each in blocking(case))


def _blocker(case: Case, each: Blocker, caller: Principal) -> ToDo:
    base = f"/cases/{case.case_id}"
    hint = f"since {words.short_day(each.since)}" if each.since else ""
    if each.kind == "check":
        href = f"{base}/check" if _may(case, caller, "complete-check") else ""
        return ToDo(each.words, hint, href, Tag("To do", "yellow"))
    if each.kind == "item":
        simple = takes_yes_or_no(case, each.code)
        kind = "confirm-item" if simple else "complete-check"
        there = f"{base}/do/confirm-item?item={each.code}" if simple else f"{base}/check#{each.code}"
        href = there if _may(case, caller, kind) else ""
        tag = Tag("No", "red") if case.gate[each.code].value == "no" else Tag("Not known", "yellow")
        return ToDo(each.words, hint, href, tag)
    href = f"{base}/do/move-strand?strand={each.code}" if _may(case, caller, "move-strand") else ""
    return ToDo(each.words, hint, href, strand_tag(case.strands[each.code]))


def owed(case: Case, caller: Principal, now: datetime) -> tuple[OwedLine, ...]:
    """What was found or missed after the discharge and waits for an answer; ``now`` is case time."""
    base = f"/cases/{case.case_id}/do/answer-action?action="
    may = _may(case, caller, "answer-action")
    return tuple(
        OwedLine(
            text=action_words(each),
            who=f"{casework.OWNER_ROLES.label(each.owner_role)}, by {words.moment(each.due_at)}",
            href=f"{base}{each.key}" if may else "",
            tag=Tag("Overdue", "red") if each.due_at <= now else Tag("To answer", "yellow"),
        )
        for each in case.open_actions
    )


def _may(case: Case, caller: Principal, kind: str) -> bool:
    return may_ask(case, kind) and caller.may_on(case, kind)


def strand_line(case: Case, strand: Strand, caller: Principal, known: Directory) -> StrandLine:
    """One strand of making ready, and where the caller may move or cancel it."""
    base = f"/cases/{case.case_id}/do"
    still = strand.status == "open"
    reason = "&reason=moving" if strand.former_home else ""
    return StrandLine(
        title=f"{kind_words(strand.kind)}: {item_label(strand.kind, strand.item)}",
        tag=strand_tag(strand),
        due=words.short_day(strand.due_on),
        late=late_words(case, strand),
        who=known.organisation(strand.partner_id)
        if strand.partner_id
        else casework.OWNER_ROLES.label(strand.owner_role),
        begun=words.short_day(strand.started_on),
        move_href=f"{base}/move-strand?strand={strand.key}"
        if still and _may(case, caller, "move-strand") and may_touch(case, caller.organisation_id, strand.key)
        else "",
        cancel_href=f"{base}/cancel-strand?strand={strand.key}{reason}"
        if still and _may(case, caller, "cancel-strand")
        else "",
        former_home=still and strand.former_home,
        redirect_href=f"{base}/redirect-strand?strand={strand.key}"
        if still and strand.former_home and _may(case, caller, "redirect-strand")
        else "",
    )


def alert_line(case: Case, alert: Alert, caller: Principal) -> AlertLine:
    """One early warning, and whether the caller may take it on."""
    return AlertLine(
        title=rule_title(alert.rule),
        tag=tag_of(LEVELS, alert.level),
        fact=alert.fact,
        threshold=alert.threshold,
        source=alert.source,
        owner=casework.OWNER_ROLES.label(alert.owner_role),
        taken=words.moment(alert.acknowledged_at, ""),
        alert_id=str(alert.alert_id),
        may_take=alert.acknowledged_at is None and caller.may_on(case, TAKE_ON),
    )


def actions(case: Case, caller: Principal, today: date, known: Directory) -> tuple[ActionGroup, ...]:
    """What the caller may ask of the case now: the table of permissions and the table of stages decide."""
    around = Around(case, today, known, caller.organisation_id)
    groups: dict[str, list[Action]] = {}
    for kind, form in FORMS.items():
        if kind != TAKE_ON and _may(case, caller, kind) and form.shown(around):
            link = Action(form.title, f"/cases/{case.case_id}/do/{kind}")
            groups.setdefault(form.group, []).append(link)
    return tuple(ActionGroup(title, tuple(links)) for title, links in groups.items())


def check_href(case: Case, caller: Principal) -> str:
    """Where the caller may do the check, if they may."""
    return f"/cases/{case.case_id}/check" if _may(case, caller, "complete-check") else ""
