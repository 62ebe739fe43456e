"""The case page as people see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from api.forms.definitions import FORMS
from api.forms.model import Around
from api.presenters import words
from api.presenters.after_discharge import afterwards
from api.presenters.case_view import (
    Action,
    ActionGroup,
    AlertLine,
    ContactLine,
    Fact,
    Page,
    StrandLine,
    ToDo,
    ToldLine,
)
from api.presenters.leading import late_words
from api.presenters.suggestions import suggested
from api.presenters.tags import LEVELS, OUTGOING_STATES, STAGES, Tag, strand_tag, tag_of
from api.presenters.timeline import RULE_TITLES, timeline_lines
from api.presenters.worklist import full_name
from api.principals import Principal
from api.reading.cases import CaseFile
from api.reading.names import Directory
from discharge.cases.follow_ups import FOLLOW_UPS
from discharge.cases.model import Alert, Case, CaseSpell, Strand
from discharge.cases.stages import may_ask
from discharge.codes import casework
from discharge.codes.delay_reasons import delay_reason_label
from discharge.delays.counting import nights_without_reason, published_delay_days
from discharge.pathway_words import next_action, why_still_here
from discharge.store.tables import CaseEventRow, NoteRow, OutboxRow
from housing_checks.gate.rules import Blocker, blocking
from housing_checks.lead_times import item_label
from housing_checks.strands.definitions import DEFINITIONS

TAKE_ON = "acknowledge-alert"
"""Offered beside each alert, so not again among the actions."""

CONTACTS = {row.key: row.words for row in FOLLOW_UPS}
ENDED_BY = {None: "still running", "discharged": "left", "met-criteria-again": "met the criteria again"}


@dataclass(frozen=True)
class Given:
    """What the page is made of."""

    found: CaseFile
    caller: Principal
    today: date
    known: Directory
    events: Sequence[CaseEventRow]
    notes: Mapping[UUID, list[NoteRow]]
    told: Sequence[OutboxRow]


def present(given: Given) -> Page:
    """The case in words and links."""
    case, known = given.found.case, given.known
    action = next_action(case, given.today, known.names)
    return Page(
        case_id=str(case.case_id),
        version=case.version,
        name=full_name(given.found.person.family_name, given.found.person.given_name),
        caption=place(case, known),
        identity=identity(given.found, given.today),
        stage=tag_of(STAGES, case.stage),
        why=why_still_here(case, given.today, known.names),
        next_step=action.words if action else "",
        next_who=_who_next(action.role, action.due_on) if action else "",
        facts=_facts(case, given.today, known),
        to_do=_to_do(case, given.caller) if case.discharge is None and not case.closed else (),
        show_to_do=case.discharge is None and not case.closed,
        strands=tuple(_strand(case, each, given.caller, known) for each in case.strands.values()),
        suggested=suggested(case, given.caller, given.today),
        alerts=tuple(_alert(each, given.caller) for each in case.open_alerts),
        reasons=_reasons(case),
        periods=_periods(case),
        contacts=_contacts(case),
        afterwards=afterwards(case),
        actions=actions(case, given.caller, given.today, known),
        check_href=_check_href(case, given.caller),
        participants=_participants(case, known),
        told=len(given.told),
        timeline=timeline_lines(given.events, given.notes, known),
    )


def identity(found: CaseFile, today: date) -> tuple[Fact, ...]:
    """Who it is. A hidden address is not shown, and the page says so."""
    person = found.person
    return (
        Fact("NHS number", words.nhs_number(person.nhs_number)),
        Fact("Born", f"{words.day(person.birth_date)} ({words.age(person.birth_date, today)})"),
        Fact("Home", _home(found)),
    )


def _home(found: CaseFile) -> str:
    if found.person.location_hidden:
        return "Address withheld"
    if found.address is None:
        return "Not known"
    parts = [*found.address.lines.splitlines(), found.address.postcode or ""]
    return ", ".join(part for part in parts if part)


def place(case: Case, known: Directory) -> str:
    """Where the person is, as far as we know."""
    spell = case.current_spell
    if spell is None:
        return f"Stay not known yet, referred by {known.organisation(_referrer(case))}"
    bed = f", bed {spell.bed}" if spell.bed else ""
    standing = {"expected": "Expected on ward", "on-leave": "On leave from ward"}.get(spell.status, "Ward")
    return f"{standing} {spell.ward or 'not known'}{bed}, {known.organisation(spell.organisation_id)}"


def _referrer(case: Case) -> UUID | None:
    return case.referral.organisation_id if case.referral else None


def _who_next(role: str, due_on: date | None) -> str:
    who = casework.OWNER_ROLES.label(role)
    return f"{who}, by {words.short_day(due_on)}" if due_on else who


def _facts(case: Case, today: date, known: Directory) -> tuple[Fact, ...]:
    spell = case.current_spell
    until = case.discharge.discharged_on if case.discharge else today
    without = len(nights_without_reason(case.ready_periods, case.delay_reasons, until))
    return (
        _admitted(spell),
        Fact("Expected to leave", words.day(case.expected_discharge_on, "No date")),
        Fact("Home needed by", words.day(case.needed_by, "No date")),
        Fact("Nights waiting", str(published_delay_days(case.ready_periods, until))),
        Fact("Nights without a reason", str(without)),
        Fact("Reason for referral", _labels(case)),
        Fact("Tenure", casework.TENURES.label(case.referral.tenure) if case.referral else "Not known"),
        Fact("Partners may be told", _sharing(case)),
        Fact("Homeless or at risk", case.homelessness.flag.capitalize()),
        Fact("Owner", _owners(case, known)),
    )


def _admitted(spell: CaseSpell | None) -> Fact:
    if spell is not None and spell.status == "expected":
        return Fact("Admission expected", words.day(spell.expected_admission_on, "No date"))
    return Fact("Admitted", words.day(spell.admitted_on if spell else None))


def _labels(case: Case) -> str:
    reasons = case.referral.reasons if case.referral else ()
    return ", ".join(casework.REFERRAL_REASONS.label(code) for code in reasons) or "Not said"


def _sharing(case: Case) -> str:
    if case.sharing is None:
        return "No basis recorded: nothing goes to partners"
    basis = casework.SHARING_BASES.label(case.sharing.basis)
    return basis if case.may_tell_partners else f"{basis}: does not reach partners, or was withdrawn"


def _owners(case: Case, known: Directory) -> str:
    named = [
        f"{known.user(owner.user_id) or 'Team'} ({known.organisation(owner.organisation_id)})"
        for owner in case.owners
    ]
    return ", ".join(named) or "Nobody yet"


def _to_do(case: Case, caller: Principal) -> tuple[ToDo, ...]:
    return tuple(_blocker(case, each, caller) for each in blocking(case))


def _blocker(case: Case, each: Blocker, caller: Principal) -> ToDo:
    base = f"/cases/{case.case_id}"
    hint = f"since {words.short_day(each.since)}" if each.since else ""
    if each.kind == "check":
        href = f"{base}/check" if _may(case, caller, "complete-check") else ""
        return ToDo(each.words, hint, href, Tag("To do", "yellow"))
    if each.kind == "item":
        href = f"{base}/do/confirm-item?item={each.code}" if _may(case, caller, "confirm-item") else ""
        tag = Tag("No", "red") if case.gate[each.code].value == "no" else Tag("Not known", "yellow")
        return ToDo(each.words, hint, href, tag)
    href = f"{base}/do/move-strand?strand={each.code}" if _may(case, caller, "move-strand") else ""
    return ToDo(each.words, hint, href, strand_tag(case.strands[each.code]))


def _may(case: Case, caller: Principal, kind: str) -> bool:
    return may_ask(case, kind) and caller.may(kind)


def _strand(case: Case, strand: Strand, caller: Principal, known: Directory) -> StrandLine:
    base = f"/cases/{case.case_id}/do"
    still = strand.status == "open"
    return StrandLine(
        title=f"{DEFINITIONS[strand.kind].words}: {item_label(strand.kind, strand.item)}",
        tag=strand_tag(strand),
        due=words.short_day(strand.due_on),
        late=late_words(case, strand),
        who=known.organisation(strand.partner_id)
        if strand.partner_id
        else casework.OWNER_ROLES.label(strand.owner_role),
        begun=words.short_day(strand.started_on),
        move_href=f"{base}/move-strand?strand={strand.key}"
        if still and _may(case, caller, "move-strand")
        else "",
        cancel_href=f"{base}/cancel-strand?strand={strand.key}"
        if still and _may(case, caller, "cancel-strand")
        else "",
    )


def _alert(alert: Alert, caller: Principal) -> AlertLine:
    return AlertLine(
        title=RULE_TITLES.get(alert.rule, alert.rule),
        tag=tag_of(LEVELS, alert.level),
        fact=alert.fact,
        threshold=alert.threshold,
        source=alert.source,
        owner=casework.OWNER_ROLES.label(alert.owner_role),
        taken=words.moment(alert.acknowledged_at, ""),
        alert_id=str(alert.alert_id),
        may_take=alert.acknowledged_at is None and caller.may("acknowledge-alert"),
    )


def _reasons(case: Case) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            f"{words.short_day(each.from_on)} to {words.short_day(each.to_on, 'now')}",
            f"{delay_reason_label(each.code)} ({each.kind}; {casework.OWNER_ROLES.label(each.owner_role)})",
        )
        for each in reversed(case.delay_reasons)
    )


def _periods(case: Case) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            f"{words.short_day(each.ready_on)} to {words.short_day(each.ended_on, 'now')}",
            ENDED_BY.get(each.ended_by, words.from_code(each.ended_by)).capitalize(),
        )
        for each in reversed(case.ready_periods)
    )


def _contacts(case: Case) -> tuple[ContactLine, ...]:
    return tuple(
        ContactLine(
            CONTACTS.get(each.key, each.key),
            words.moment(each.due_at),
            casework.CONTACT_OUTCOMES.label(each.outcome) if each.outcome else "Not made yet",
        )
        for each in sorted(case.follow_ups.values(), key=lambda each: each.due_at)
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


def _check_href(case: Case, caller: Principal) -> str:
    return f"/cases/{case.case_id}/check" if _may(case, caller, "complete-check") else ""


def _participants(case: Case, known: Directory) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            known.organisation(each.organisation_id),
            f"{words.from_code(each.role)}, since {words.short_day(each.from_on)}"
            + (f", until {words.short_day(each.until_on)}" if each.until_on else ""),
        )
        for each in case.participants
    )


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
