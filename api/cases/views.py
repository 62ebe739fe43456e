"""The case page as people see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from api.cases.after_discharge import afterwards
from api.cases.page_values import CasePage
from api.cases.queries import CaseFile
from api.cases.summary import contacts, facts, identity, made_safe, participants, periods, place, reasons
from api.cases.timeline import timeline_lines
from api.cases.viewer import is_hidden
from api.cases.whom_to_call import whom_to_call
from api.cases.work_left import actions, alert_line, check_href, owed, strand_line, to_do, who_next
from api.checks.suggestions import suggested
from api.web.names import Directory
from api.web.page.tags import stage_tag
from api.web.principals import Principal
from api.worklist.views import full_name
from discharge.next_actions import next_action
from discharge.risk.rules import loudest_first
from discharge.store.tables import CaseEventRow, NoteRow, OutboxRow


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


def present(given: Given) -> CasePage:
    """The case in words and links."""
    case, known, telling = given.found.case, given.known, given.found.telling
    action = telling.of("next_action", lambda whole: next_action(whole, given.today, known.names))
    left_to_do = not case.closed and (case.discharge is None or case.unready_home is not None)
    left_to_do = left_to_do and telling.says("blocking")
    return CasePage(
        case_id=str(case.case_id),
        version=case.version,
        name=full_name(given.found.person.family_name, given.found.person.given_name),
        caption=place(given.found, known),
        identity=identity(given.found, given.today),
        whom_to_call=whom_to_call(given.found, given.caller, known),
        stage=stage_tag(case),
        why_heading=telling.heading(),
        why=telling.sentence(case, given.today, known.names) or "",
        next_step=action.words if action else "",
        next_who=who_next(action.role, action.due_on) if action else "",
        facts=facts(given.found, given.today, known),
        to_do=to_do(case, given.caller) if left_to_do else (),
        show_to_do=left_to_do,
        made_safe=made_safe(case, known),
        strands=tuple(strand_line(case, each, given.caller, known) for each in case.strands.values()),
        suggested=suggested(case, given.caller, given.today) if telling.says("suggested_strands") else (),
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
        may_see_looks=given.caller.may_on(case, "case.looks"),
        may_see_messages=given.caller.may_on(case, "case.messages"),
        timeline=timeline_lines(given.events, given.notes, known, given.homes),
    )
