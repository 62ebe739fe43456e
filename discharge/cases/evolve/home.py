"""The suitability check and the gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from uuid import UUID

from discharge.cases import events as ev
from discharge.cases.evolve.common import Fold, changed
from discharge.cases.model import Case, Check, GateItem, ItemAnswer

NOT_ANSWERED = ItemAnswer(value="unknown")
DOES_NOT_APPLY = "not-applicable"
"""An answer after which an item is gated only where something else says that it applies."""

SETTLED: Mapping[str, object] = {"lapsed": None, "opened_on": None}
"""What a ``yes`` ends: the mitigation that stood in for it, and the day from which it was open."""


def _with_item(case: Case, code: str, **changes: object) -> Case:
    item = case.gate.get(code, GateItem(code=code)).model_copy(update=changes)
    return changed(case, gate={**case.gate, code: item})


def _settled(case: Case, code: str, value: str) -> Case:
    """The case without who was to deal with an item, once it is yes."""
    if value != "yes" or code not in case.assigned:
        return case
    return changed(case, assigned={key: each for key, each in case.assigned.items() if key != code})


def _check_started(case: Case, event: ev.CheckStarted) -> Case:
    left = _no_before(case, event) if event.moved_from is not None else ()
    check = Check(
        form=event.form,
        started_on=event.started_on,
        moved_from=event.moved_from,
        kept=event.kept,
        no_before=left,
    )
    return changed(case, check=check)


def _no_before(case: Case, event: ev.CheckStarted) -> tuple[str, ...]:
    """The items of the former form that were no, and whose answers were not kept."""
    check, kept = case.check, set(event.kept.values())
    if check is None:
        return ()
    return tuple(sorted(code for code in check.answers if code not in kept and check.counts_as(code) == "no"))


def _item_answered(case: Case, event: ev.ItemAnswered) -> Case:
    """An answer counts at once, also before the check is complete, where its item is gated already."""
    if not event.stands:
        return case
    after = _counting(case, event.item, event.answer)
    said = (*event.beside, event.answer)
    return changed(after, check=after.check.with_statements(event.item, said)) if after.check else after


def _counting(case: Case, code: str, answer: ItemAnswer) -> Case:
    check = case.check or Check(form="unknown", started_on=answer.answered_on or date.min)
    after = _settled(changed(case, check=check.with_answer(code, answer)), code, answer.gate)
    return _with_item(after, code, **_of_answer(answer)) if code in case.gate else after


def _disputed(case: Case, event: ev.AnswerDisputed) -> Case:
    return _counting(case, event.item, event.counts)


def _answer_settled(case: Case, event: ev.AnswerSettled) -> Case:
    return _undisputed(_counting(case, event.item, event.answer), event.item)


def _undisputed(case: Case, code: str) -> Case:
    """What people said of an item no longer stands beside its answer."""
    return changed(case, check=case.check.with_statements(code, ())) if case.check is not None else case


def _of_answer(answer: ItemAnswer, completed_on: date | None = None) -> dict[str, object]:
    said: dict[str, object] = {
        "value": answer.gate,
        "as_of": answer.answered_on or completed_on,
        "valid_until": answer.valid_until,
        "expired": False,
    }
    return {**said, **SETTLED} if answer.gate == "yes" else said


def _gated_anew(answer: ItemAnswer, completed_on: date | None = None) -> dict[str, object]:
    """How an item stands that is gated from now on: one that is answered as not applicable, and gated all
    the same, does apply, and nobody has said how it stands.
    """
    said = _of_answer(answer, completed_on)
    return said | {"value": "unknown"} if answer.value == DOES_NOT_APPLY else said


def _check_completed(case: Case, event: ev.CheckCompleted) -> Case:
    check = case.check or Check(form="unknown", started_on=event.completed_on)
    if event.answers:
        check = check.model_copy(update={"answers": event.answers, "details": {}})
    check = check.model_copy(update={"completed_on": event.completed_on})
    answers = check.given
    gate = {
        code: GateItem.model_validate(
            {
                "code": code,
                "lapsed": case.gate[code].lapsed if code in case.gate else None,
                **_gated_anew(answers.get(code, NOT_ANSWERED), event.completed_on),
                "mitigation": case.gate[code].mitigation if code in case.gate else None,
                "opened_on": case.gate[code].opened_on if code in case.gate else None,
            }
        )
        for code in event.gated
    }
    return changed(case, check=check, gate=gate)


def _gated_items(case: Case, event: ev.GatedItemsChanged) -> Case:
    answers = case.check.given if case.check is not None else {}
    gate = {
        code: case.gate.get(code)
        or GateItem.model_validate(
            {"code": code, **_gated_anew(answers.get(code, NOT_ANSWERED)), "opened_on": event.since}
        )
        for code in event.gated
    }
    return changed(case, gate=gate)


def _building_left(case: Case, event: ev.BuildingLeft) -> Case:
    """What was answered about the former building is open again; what stood in for it was withdrawn."""
    if case.check is None:
        return case
    gone = frozenset(event.items)
    assigned = {key: each for key, each in case.assigned.items() if key not in gone}
    after = changed(case, check=case.check.without(gone, event.left_on), assigned=assigned)
    for code in gone & after.gate.keys():
        after = _with_item(
            after, code, value="unknown", as_of=event.left_on, valid_until=None, expired=False, lapsed=None
        )
    return after


def answers_taken_back(case: Case, codes: Iterable[str], source: UUID, on: date) -> Case:
    """The case without what was said of items in another case; what else was said of them counts again."""
    for code in codes if case.check is not None else ():
        case = _taken_back(case, code, source, on)
    return case


def _taken_back(case: Case, code: str, source: UUID, on: date) -> Case:
    check = case.check
    if check is None:
        return case
    rest = tuple(each for each in check.said_of(code) if source not in each.came_from)
    if rest:
        after = _counting(case, code, rest[-1])
        return changed(after, check=after.check.with_statements(code, rest)) if after.check else after
    after = changed(case, check=check.unanswered({code}))
    open_again = {**_of_answer(NOT_ANSWERED), "as_of": on}
    return _with_item(after, code, **open_again) if code in case.gate else after


def _gate_item(case: Case, event: ev.GateItemSet) -> Case:
    """What work or time says of an item is new: who was to deal with the old answer, and what stood in for
    it, is over. Work also overtakes what people said before; time alone does not.
    """
    before = case if event.expired else _undisputed(case, event.item)
    assigned = {key: each for key, each in case.assigned.items() if key != event.item}
    said: dict[str, object] = {"value": event.value, "as_of": event.as_of, "expired": event.expired}
    ended = SETTLED if event.value == "yes" else {"lapsed": None}
    return _with_item(changed(before, assigned=assigned), event.item, valid_until=None, **said, **ended)


def _mitigated(case: Case, event: ev.MitigationNamed) -> Case:
    return _with_item(case, event.item, mitigation=event.mitigation, lapsed=None)


def _mitigation_withdrawn(case: Case, event: ev.MitigationWithdrawn) -> Case:
    """A mitigation whose day has passed is remembered, so that the item says why it blocks again; and the
    item is open from the first day that the mitigation does not cover.
    """
    item, ended = case.gate.get(event.item), event.because == "ended"
    lapsed = item.mitigation if item is not None and ended else None
    after = _with_item(case, event.item, mitigation=None, lapsed=lapsed)
    if after.gate[event.item].value == "yes":
        return after
    return _with_item(after, event.item, opened_on=event.withdrawn_on + timedelta(days=ended))


def _assigned(case: Case, event: ev.BlockerAssigned) -> Case:
    return changed(case, assigned={**case.assigned, event.item: event.assignment})


def _became_ready(case: Case, event: ev.HomeBecameReady) -> Case:
    return changed(case, home_ready_on=event.ready_on)


def _no_longer_ready(case: Case, _event: ev.HomeNoLongerReady) -> Case:
    return changed(case, home_ready_on=None)


FOLDS: Mapping[type, Fold] = {
    ev.CheckStarted: _check_started,
    ev.CheckCompleted: _check_completed,
    ev.ItemAnswered: _item_answered,
    ev.AnswerDisputed: _disputed,
    ev.AnswerSettled: _answer_settled,
    ev.GatedItemsChanged: _gated_items,
    ev.BuildingLeft: _building_left,
    ev.GateItemSet: _gate_item,
    ev.MitigationNamed: _mitigated,
    ev.MitigationWithdrawn: _mitigation_withdrawn,
    ev.BlockerAssigned: _assigned,
    ev.HomeBecameReady: _became_ready,
    ev.HomeNoLongerReady: _no_longer_ready,
}
