"""The case page as people see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from api.cases.decisions import choices, decisions, stay_notices
from api.cases.lead_times import late_words
from api.cases.merged import merged_lines
from api.cases.note_words import WITHDRAW, note_words
from api.cases.page_values import Action, ActionGroup, AlertLine, CasePage, Fact, OwedLine, StrandLine
from api.cases.queries import CaseFile
from api.cases.suggestions import suggested
from api.cases.summary import (
    contacts,
    facts,
    identity,
    made_safe,
    participants,
    periods,
    place,
    reasons,
)
from api.cases.timeline import timeline_lines
from api.cases.viewer import is_hidden
from api.check_items.own_words import OwnWords, own_words
from api.contact_details.views import whom_to_call
from api.forms.definitions import FORMS
from api.forms.model import Around
from api.gate.views import goes_on_beside, to_do
from api.hazards.on_case import on_case
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag, level_tag, stage_tag, strand_tag
from api.web.principals import Principal
from discharge.cases.actions import action_words
from discharge.cases.command_stages import may_ask
from discharge.cases.model import Alert, Case, Discharge, Strand
from discharge.cases.relations import may_touch
from discharge.codes import casework
from discharge.contact_cards import Card
from discharge.outcomes.failed_discharge import (
    discharges_of,
    failed_discharge,
    ground_words,
    readmission_after,
    return_after,
)
from discharge.outcomes.readmission import readmission_band
from discharge.pathway_words import capital
from discharge.risk.rules import loudest_first, rule_title
from discharge.store.tables import CaseEventRow, NoteRow, OutboxRow
from housing_checks.checks.former_building import ordered_for
from housing_checks.gate.next_move import next_told
from housing_checks.gate.sentence import what_stands_between
from housing_checks.lead_times import item_label
from housing_checks.strands.definitions import kind_words


@dataclass(frozen=True)
class Given:
    """What the page is made of."""

    found: CaseFile
    caller: Principal
    today: date
    now: datetime
    known: Directory
    events: Sequence[CaseEventRow]
    notes: Mapping[UUID, list[NoteRow]]
    told: Sequence[OutboxRow]
    homes: Mapping[UUID, str]
    cards: Sequence[Card] = ()
    may_open: Collection[UUID] = frozenset()
    withheld: str | None = None


def present(given: Given) -> CasePage:
    """The case in words and links."""
    case, known, telling = given.found.case, given.known, given.found.telling
    action = next_told(telling, given.today, known.names)
    left_to_do = not case.closed and (case.discharge is None or case.unready_home is not None)
    left_to_do = left_to_do and telling.says("blocking")
    return CasePage(
        case_id=str(case.case_id),
        version=case.version,
        name=words.full_name(given.found.person.family_name, given.found.person.given_name),
        caption=place(given.found, known),
        identity=identity(given.found, given.today),
        whom_to_call=whom_to_call(given.found, given.cards, given.caller, known),
        stage=stage_tag(case),
        safety=given.found.safety.state,
        safety_href=f"/cases/{case.case_id}/safety" if given.caller.may_on(case, "safety.ask") else "",
        why_heading=telling.heading(),
        why=telling.sentence(case, given.today, known.names) or "",
        next_step=action.words if action else "",
        next_who=who_next(action.role, action.due_on, given.today) if action else "",
        facts=facts(given.found, given.today, known),
        stands_between=_stands_between(given) if left_to_do else "",
        spoken_name=words.spoken_name(given.found.person.family_name, given.found.person.given_name),
        to_do=to_do(case, given.caller, known, given.today) if left_to_do else (),
        beside=goes_on_beside(case, known, given.today) if left_to_do else (),
        show_to_do=left_to_do,
        made_safe=made_safe(case, known),
        strands=tuple(strand_line(case, each, given.caller, known) for each in case.strands.values()),
        suggested=suggested(case, given.caller, given.today) if telling.says("suggested_strands") else (),
        hazards=on_case(case, given.now),
        hazards_href=f"/cases/{case.case_id}/hazards" if case.hazards else "",
        alerts=tuple(alert_line(case, each, given.caller) for each in loudest_first(case)),
        reasons=reasons(case),
        periods=periods(case),
        owed=owed(case, given.caller, given.now),
        in_unready_home=case.unready_home is not None,
        contacts=contacts(case),
        afterwards=telling.of("discharges", afterwards) or (),
        actions=actions(case, given.caller, given.today, known),
        check_href=check_href(case, given.caller),
        participants=participants(case, known),
        told=len(given.told),
        may_name_places=is_hidden(given.found.person) and given.caller.may_on(case, "place.name"),
        may_withdraw=given.caller.may_on(case, WITHDRAW),
        may_see_looks=given.caller.may_on(case, "case.looks"),
        may_see_messages=given.caller.may_on(case, "case.messages"),
        notes_withheld=given.withheld or "",
        timeline=timeline_lines(given.events, given.notes, known, given.homes),
        decisions=decisions(case),
        choices=choices(case, given.today, refusals=telling.holds("choice")),
        stay_notices=stay_notices(given.found, given.told, given.caller, known),
        own_words=_own_words(given),
        merged=merged_lines(case, given.may_open),
    )


def _own_words(given: Given) -> OwnWords:
    """What the person said in the check, for those who follow the case; none of what they may not read."""
    case, caller = given.found.case, given.caller
    if not caller.may_on(case, "case.follow"):
        return OwnWords()
    texts = {note.id: note_words(note, given.known) for notes in given.notes.values() for note in notes}
    asks = not case.closed and _may(case, caller, "confirm-item")
    return own_words(case, given.today, lambda note: texts.get(note) if note else None, may_ask=asks)


def _stands_between(given: Given) -> str:
    """The sentence; the heading over it names the person."""
    said = given.found.telling.of(
        "blocking", lambda whole: what_stands_between(whole, given.today, given.known.names)
    )
    return said or ""


TAKE_ON = "acknowledge-alert"
"""Offered beside each alert, so not again among the actions."""


def who_next(role: str, due_on: date | None, today: date) -> str:
    """Who has the next step, and by when."""
    who = casework.OWNER_ROLES.label(role)
    return f"{who}, by {words.short_day(due_on, today=today)}" if due_on else who


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
    decide = still and strand.former_home and _may(case, caller, "redirect-strand")
    redirect = f"{base}/redirect-strand?strand={strand.key}"
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
        ordered_for=capital(ordered_for(case, strand)) if still and strand.former_home else "",
        redirect_href=f"{redirect}&kept=no" if decide else "",
        keep_href=f"{redirect}&kept=yes" if decide and strand.kept_on is None else "",
        beside="" if strand.required and strand.kept_on is None else "The discharge does not wait for it",
        require_href=f"{base}/require-strand?strand={strand.key}"
        if still and _may(case, caller, "require-strand")
        else "",
    )


def alert_line(case: Case, alert: Alert, caller: Principal) -> AlertLine:
    """One early warning, and whether the caller may take it on."""
    return AlertLine(
        title=rule_title(alert.rule),
        tag=level_tag(alert.level),
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
    """Where the caller may answer the check, if they may."""
    return f"/cases/{case.case_id}/check" if _may(case, caller, "confirm-item") else ""


def afterwards(case: Case) -> tuple[Fact, ...]:
    """A line for each discharge that ended in hospital again, and for each that failed."""
    return tuple(fact for each in discharges_of(case) for fact in _facts(case, each))


def _facts(case: Case, left: Discharge) -> list[Fact]:
    back = readmission_after(case, left)
    day = words.short_day(left.discharged_on)
    found: list[Fact] = []
    if back is not None:
        band = readmission_band(back.days_after, left.discharged_on).label
        again = f"{words.short_day(back.readmitted_on)}, after {words.count(back.days_after, 'day')}"
        found.append(Fact(f"Left {day}, back in hospital", f"{again} (counted in {band})"))
    planned = return_after(case, left)
    if back is None and planned is not None:
        again = words.short_day(planned.readmitted_on)
        found.append(
            Fact(f"Left {day}, in hospital again as planned", f"{again} (not counted as a readmission)")
        )
    grounds = failed_discharge(left, back)
    if grounds:
        said = "; ".join(ground_words(ground, left.discharged_on) for ground in grounds)
        found.append(Fact(f"Left {day}, failed discharge by our own definition", said))
    return found
