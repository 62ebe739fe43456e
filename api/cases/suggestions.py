"""What the check's answers suggest to start. A person decides: nothing starts by itself."""

from __future__ import annotations

from datetime import date

from api.cases.lead_times import cost_sentence, lead_sentence, lead_tag, timing_of
from api.cases.page_values import Suggested
from api.cases.schemas import SuggestedStrand
from api.web.principals import Principal
from discharge.cases.command_stages import may_ask
from discharge.cases.model import IN_HOSPITAL, Case
from housing_checks.checks.form import form_of_case
from housing_checks.checks.model import Suggestion
from housing_checks.checks.rules import left_to_start
from housing_checks.lead_times import item_label
from housing_checks.strands.definitions import kind_words


def suggested(case: Case, caller: Principal, today: date) -> tuple[Suggested, ...]:
    """The suggestions as the case page shows them, each with a start form already filled in."""
    may = may_ask(case, "start-strand") and caller.may_on(case, "start-strand")
    return tuple(_line(case, each, today, may=may) for each in _open(case))


def _open(case: Case) -> list[Suggestion]:
    return left_to_start(case) if case.stage in IN_HOSPITAL else []


def _line(case: Case, each: Suggestion, today: date, *, may: bool) -> Suggested:
    found = timing_of(case, each.kind, each.item, today)
    form = form_of_case(case)
    start = f"/cases/{case.case_id}/do/start-strand?strand_item={each.kind}:{each.item}"
    return Suggested(
        title=f"{kind_words(each.kind)}: {item_label(each.kind, each.item)}",
        because=f"The check says no to: {', '.join(form.item(code).label for code in each.because)}.",
        lead=f"{lead_sentence(found, today)} {cost_sentence(each.kind, each.item, today)}".strip(),
        tag=lead_tag(found),
        href=start if may else "",
    )


def suggested_json(case: Case, today: date) -> list[SuggestedStrand]:
    """The suggestions in codes: what, the items answered no, and whether it would be in time."""
    timed = [(each, timing_of(case, each.kind, each.item, today)) for each in _open(case)]
    return [
        SuggestedStrand(
            kind=each.kind,
            item=each.item,
            because=list(each.because),
            earliest_on=found.earliest,
            begin_by=found.begin_by,
            in_time=found.in_time,
        )
        for each, found in timed
    ]
