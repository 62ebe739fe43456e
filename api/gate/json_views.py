"""The check of a case as JSON: its items as they stand, and what stands between the person and home."""

from __future__ import annotations

from datetime import date

from api.cases.queries import CaseFile
from api.gate.schemas import AskedItem, CaseCheck, GivenAnswer, ItemMitigation
from api.web.names import Directory
from discharge.cases.model import Case, ItemAnswer, Mitigation
from discharge.codes.casework import MITIGATIONS
from housing_checks.checks.answers import asked_of, counting_at_the_gate
from housing_checks.checks.form import form_of
from housing_checks.checks.model import CheckItem
from housing_checks.checks.rules import not_asked
from housing_checks.gate.blockers import beside, blocking, strand_blocker
from housing_checks.gate.sentence import what_stands_between


def case_check(found: CaseFile, today: date, known: Directory) -> CaseCheck:
    """The check as far as the reader is told of it; of a part in the case, its own work alone."""
    telling, case = found.telling, found.case
    told = telling.says("blocking")
    check = case.check if told else None
    blocked = telling.of("blocking", blocking)
    own = [strand_blocker(case, each) for each in case.open_strands if each.required]
    sentence = telling.of("blocking", lambda whole: what_stands_between(whole, today, known.names))
    return CaseCheck(
        case_id=case.case_id,
        version=case.version,
        today=today,
        form=check.form if check is not None else None,
        started_on=check.started_on if check is not None else None,
        completed_on=check.completed_on if check is not None else None,
        ready=not blocked if told else None,
        what_stands_between=sentence or telling.sentence(case, today, known.names) or "",
        items=telling.of("blocking", lambda whole: asked_items(whole, known)),
        blockers=own if blocked is None else blocked,
        beside=telling.of("blocking", beside),
    )


def asked_items(case: Case, known: Directory) -> list[AskedItem]:
    """Every item that is asked of this person, in the order of the form; none before a check has begun."""
    if case.check is None:
        return []
    form = form_of(case.check.form)
    asked = set(asked_of(case, form)) - not_asked(case, form)
    counted = counting_at_the_gate(case)
    return [
        AskedItem(
            item=item.code,
            domain=item.domain,
            label=item.label,
            question=item.question,
            severity=item.severity,
            gated=item.code in case.gate,
            stands=counted.get(item.code, "unknown"),
            expired=item.code in case.gate and case.gate[item.code].expired,
            answer=_answer(item, case.check.given.get(item.code), known),
            mitigation=_mitigation(case, item.code),
        )
        for item in form.items
        if item.code in asked
    ]


def _answer(item: CheckItem, given: ItemAnswer | None, known: Directory) -> GivenAnswer | None:
    if given is None:
        return None
    return GivenAnswer(
        value=given.value,
        words=item.words(given.value),
        counts_as=given.gate,
        evidence=given.evidence,
        by=given.by,
        by_name=known.user(given.by),
        answered_on=given.answered_on,
        valid_until=given.valid_until,
        note_id=given.note_id,
    )


def _mitigation(case: Case, code: str) -> ItemMitigation | None:
    named: Mitigation | None = case.gate[code].mitigation if code in case.gate else None
    if named is None:
        return None
    return ItemMitigation(
        code=named.code,
        words=MITIGATIONS.label(named.code),
        role=named.role,
        user_id=named.user_id,
        named_on=named.named_on,
        until_on=named.ends_on,
    )
