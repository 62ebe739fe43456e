"""What is wrong within and between the rows of a form: one fault each, with the nearest name known."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from discharge.cases.circumstances import fact_names
from discharge.codes.casework import EVIDENCE_KINDS, NEEDS, OWNER_ROLES
from discharge.reference.faults import nearest
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.enable_when import EnableWhen, FactIs
from housing_checks.checks.model import CheckItem, OwnerWhile


def faults_of(rows: Mapping[str, CheckItem]) -> Iterator[str]:
    """What is wrong between and within the rows of a form, one fault each."""
    before: set[str] = set()
    for code, row in rows.items():
        yield from (f"{code}: {fault}" for fault in _faults_of(row, before))
        if row.owner_while is not None:
            yield from (f"{code}: {fault}" for fault in _faults_of_owner(row.owner_while, rows))
        before.add(code)


def _faults_of(row: CheckItem, before: Collection[str]) -> Iterator[str]:
    yield from _faults_of_type(row)
    yield from _faults_of_conditions("asked_when", row.asked_when, before)
    gated_when = row.gated_when.when if row.gated_when is not None else None
    yield from _faults_of_conditions("gated_when", gated_when, before)
    yield from _faults_of_words(row)
    needs = {need for each in row.suggests for need in each.needs_any}
    needs |= row.gated_when.needs_any if row.gated_when is not None else frozenset()
    for need in sorted(needs):
        if not NEEDS.known(need):
            yield f"{need!r} is not a need that a referral can name - choose from {NEEDS.name}"
    for fact in sorted(fact for each in row.suggests for fact in each.unless_any):
        yield from _unknown_fact("suggests.unless_any", fact)
    for kind in row.evidence_kinds:
        if not EVIDENCE_KINDS.known(kind):
            yield f"evidence_kinds: {kind!r} is no kind of evidence - choose from {EVIDENCE_KINDS.name}"


def _faults_of_type(row: CheckItem) -> Iterator[str]:
    if (row.type in ("choice", "open-choice")) != bool(row.options):
        yield "options: belong to a choice, and a choice has some - give type and options together"
    if any(option.code == WRITTEN for option in row.options):
        yield f"options: {WRITTEN!r} is the code of an answer in words - choose another"
    if row.type == "text" and (row.gated or row.gated_when is not None):
        yield "gated: nobody judges a text at the gate - write gated: false"
    if (row.type == "number") != (row.numbers is not None):
        yield "numbers: belong to a number, and a number has them - give type and numbers together"
    if row.settled_by and row.type != "yes-no":
        yield "settled_by: work answers yes, which this item does not take - ask it as yes or no"


def _faults_of_conditions(field: str, when: EnableWhen | None, before: Collection[str]) -> Iterator[str]:
    for each in when.conditions if when is not None else ():
        if isinstance(each, FactIs):
            yield from _unknown_fact(field, each.fact)
        elif each.item not in before:
            mend = nearest(each.item, before, "name one that is asked before")
            yield f"{field}: {each.item!r} is no earlier item - {mend}"


def _unknown_fact(field: str, fact: str) -> Iterator[str]:
    known = fact_names()
    if fact not in known:
        mend = nearest(fact, known, f"choose from {', '.join(sorted(known))}")
        yield f"{field}: {fact!r} is no fact of a case - {mend}"


def _faults_of_words(row: CheckItem) -> Iterator[str]:
    for fact, answers in row.tells.items():
        yield from _unknown_fact("tells", fact)
        for answer in answers:
            if not row.takes(answer):
                choices = [code for code, _ in row.choices]
                mend = nearest(answer, choices, f"choose from {', '.join(choices)}")
                yield f"tells.{fact}: {answer!r} is no answer to this item - {mend}"
    if not OWNER_ROLES.known(row.owner):
        known = [each.code for each in OWNER_ROLES.rows]
        mend = nearest(row.owner, known, f"choose from {', '.join(known)}")
        yield f"owner: {row.owner!r} is not a role - {mend}"
    for owner in row.owners:
        if not OWNER_ROLES.known(owner):
            yield f"owners: {owner!r} is not a role - choose from {OWNER_ROLES.name}"
    if row.gated and row.due is not None and not row.next_action:
        yield "next_action: is missing - say what the owner does by the day it is due"
    if row.same_answers and row.same_as is None:
        yield "same_answers: belong to same_as - name the item whose answers they are"


def _faults_of_owner(instead: OwnerWhile, codes: Collection[str]) -> Iterator[str]:
    if instead.item not in codes:
        mend = nearest(instead.item, codes, "name one of the form")
        yield f"owner_while.item: {instead.item!r} is no item - {mend}"
    if not OWNER_ROLES.known(instead.owner):
        yield f"owner_while: {instead.owner!r} is not a role - choose from {OWNER_ROLES.name}"
    for fact in instead.facts:
        yield from _unknown_fact("owner_while.facts", fact)


def faults_beside(rows: Mapping[str, CheckItem], earlier: Mapping[str, CheckItem]) -> Iterator[str]:
    """What rows say of items of earlier editions that there are not, one fault each."""
    for code, row in rows.items():
        if row.same_as is not None:
            yield from (f"{code}.{fault}" for fault in _unlike(row, row.same_as, earlier))


def _unlike(row: CheckItem, same_as: str, earlier: Mapping[str, CheckItem]) -> Iterator[str]:
    before = earlier.get(same_as)
    if before is None:
        mend = nearest(same_as, earlier, "name one")
        yield f"same_as: {same_as!r} is no item of an earlier edition - {mend}"
        return
    for answer in row.same_answers or tuple(code for code, _ in before.choices):
        if not (before.takes(answer) and row.takes(answer)):
            yield f"same_answers: {answer!r} is not an answer to both items - name those that are"
