"""Beginning and completing the home suitability check, and what its answers suggest to start.

Deciders take ``(case, envelope, now)`` and return events or raise Refused. Starting twice is refused. Answers
to a check that is complete are said in that check; a new one begins only where somebody asks for it by name,
and then the gate keeps its answers meanwhile, and waits for what is asked anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from discharge.cases.circumstances import need_facts
from discharge.cases.commands import CompleteCheck, Envelope, SaveAnswers, StartCheck
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import CheckCompleted, CheckStarted, Event, MitigationWithdrawn
from discharge.cases.evolve import fold
from discharge.cases.model import ADAPTATION, Case, Check, StrandKind
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.codes.model import not_listed
from discharge.errors import Refused, refuse_all, refuse_together
from discharge.values import YesNoUnknown
from housing_checks.checks.after_completion import said_again
from housing_checks.checks.answers import (
    answers_standing,
    applying_to,
    asked_of,
    counting_at_the_gate,
    facts_standing,
    gated_for,
)
from housing_checks.checks.enable_when import Facts
from housing_checks.checks.form import SAFE_ADDRESS, form_in_force, form_of, form_to_decide
from housing_checks.checks.model import CheckForm, CheckItem, Suggested, Suggestion
from housing_checks.checks.said_together import said_together
from housing_checks.guards import require_order, require_stage
from housing_checks.strands.definitions import DEFINITIONS


def start_check(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Begin a check on a form in force. Refuses: stage, unknown form, one under way, a day to come."""
    command = command_of(envelope, StartCheck)
    require_stage(case, SINCE_ACCEPTANCE)
    on = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now), lambda: _form(command.form, on), lambda: _none_under_way(case)
    )
    return [CheckStarted(form=command.form, started_on=on)]


def _none_under_way(case: Case) -> None:
    if _under_way(case) is not None:
        raise Refused("already-done", detail="check-under-way", where="form")


def save_answers(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Keep what is answered so far; a check not begun before begins with it. In one that is complete each
    answer is said as it is by itself.
    """
    return _stated(case, envelope, now, command_of(envelope, SaveAnswers))


def complete_check(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Submit the check: every item that is asked of this person is answered, now or before. One that is
    complete stays so, with what is answered anew.
    """
    command = command_of(envelope, CompleteCheck)
    answered = _stated(case, envelope, now, command)
    after = fold(case, answered)
    if case.check is not None and case.check.completed_on is not None:
        _require_all(after, form_to_decide(command.form), command.answers)
        return answered
    completed = _completed(after, form_to_decide(command.form), happened_on(envelope, now), command.answers)
    return [*answered, *_mitigations_ended(after, completed), completed]


def _stated(
    case: Case, envelope: Envelope, now: datetime, command: SaveAnswers | CompleteCheck
) -> list[Event]:
    """A check goes on, on its own form. What its asker left as they saw it stays as it stands."""
    require_stage(case, SINCE_ACCEPTANCE)
    on, check = happened_on(envelope, now), case.check
    begun: list[Event] = []
    if check is None:
        begun = [CheckStarted(form=_form(command.form, on).code, started_on=on)]
    elif check.form != command.form:
        raise not_listed("check-forms", command.form, (check.form,), "form")
    else:
        require_order(check.started_on, on, "effective_on")
    standing, form = answers_standing(case), form_to_decide(command.form)
    if check is not None and check.completed_on is not None:
        return said_again(case, form, command, on, envelope.actor)
    kept = {code: standing[code] for code in command.kept if code in standing}
    answers = {**command.answers, **kept}
    during = fold(case, begun)
    return [*begun, *said_together(during, form, answers, command, on, envelope.actor, standing)]


def suggested_strands(
    answers: Mapping[str, YesNoUnknown],
    needs: Iterable[str],
    form: CheckForm | None = None,
    facts: Callable[[], Facts] | None = None,
) -> list[Suggestion]:
    """Return the strands that ``no`` answers suggest, in the form's order, each with the items behind it.

    Of an item's suggestions for particular needs the fitting ones are taken; those without needs always. None
    is taken that a fact of the person rules out; `facts` are by default those that the needs tell.
    ``unknown`` suggests nothing but to find out. Nothing is built into a home that the person cannot go back
    to.
    """
    needed = frozenset(needs)
    form = form or form_in_force(date.max)
    given_up = any(answers.get(code) == "no" for code in form.having_a_home)
    reasons: dict[tuple[StrandKind, str], list[str]] = {}
    no = [item for item in form.items if item.suggests and answers.get(item.code) == "no"]
    known = facts() if facts is not None and any(map(_rules_out, no)) else need_facts(needed)
    for item in no:
        for suggested in _fitting(item, needed, known):
            if given_up and suggested.kind == ADAPTATION:
                continue
            reasons.setdefault((suggested.kind, suggested.item), []).append(item.code)
    return [
        Suggestion(kind=kind, item=item, because=tuple(because)) for (kind, item), because in reasons.items()
    ]


def left_to_start(case: Case) -> list[Suggestion]:
    """Return what the check suggests as its answers stand now, without what has begun or was done since.

    An item with a mitigation suggests nothing: somebody has said what is done instead.
    """
    check = case.check
    if check is None or check.completed_on is None:
        return []
    now: dict[str, YesNoUnknown] = {code: "yes" for code, item in case.gate.items() if item.satisfied}
    needs, form = case.referral.needs if case.referral else (), form_of(check.form)
    return [
        each
        for each in suggested_strands(
            counting_at_the_gate(case) | now, needs, form, lambda: facts_standing(case)
        )
        if not _begun(case, each, _said_on(case, each, check.completed_on))
    ]


def _said_on(case: Case, suggestion: Suggestion, checked_on: date) -> date:
    """The day of the newest answer behind a suggestion."""
    answered = (case.gate[code].as_of for code in suggestion.because if code in case.gate)
    return max((day for day in answered if day is not None), default=checked_on)


def _begun(case: Case, suggestion: Suggestion, said_on: date) -> bool:
    alone = DEFINITIONS[suggestion.kind].one_at_a_time
    mine = [
        strand
        for strand in case.strands.values()
        if strand.kind == suggestion.kind and (alone or strand.item == suggestion.item)
    ]
    return any(
        strand.status == "open" or (strand.status == "completed" and (strand.ended_on or said_on) >= said_on)
        for strand in mine
    )


def _rules_out(item: CheckItem) -> bool:
    """Whether a fact of the person rules out something that the item suggests."""
    return any(one.unless_any for one in item.suggests)


def _fitting(item: CheckItem, needs: frozenset[str], facts: Facts) -> list[Suggested]:
    possible = [one for one in item.suggests if not any(facts.get(fact) == "yes" for fact in one.unless_any)]
    fitting = [one for one in possible if not one.needs_any or one.needs_any & needs]
    only_for_needs = all(one.needs_any for one in item.suggests)
    return fitting or (possible[-1:] if only_for_needs else [])


def _under_way(case: Case) -> Check | None:
    return case.check if case.check is not None and case.check.completed_on is None else None


def _form(code: str, on: date) -> CheckForm:
    form = form_in_force(on)
    if code != form.code or on < form.effective_from:
        raise not_listed("check-forms", code, (form.code,), "form")
    return form


def not_asked(case: Case, form: CheckForm) -> frozenset[str]:
    """Return the items that nobody is asked while the person has no home: those of its building. They stay as
    they are known, and are open again for the home that is let. A form that asks by the facts of the case
    leaves them out by its own conditions.
    """
    if form.by_circumstances:
        return frozenset()
    homeless = case.homelessness.flag == "yes" and case.home_let_id is None
    if not homeless or answers_standing(case).get(SAFE_ADDRESS) == "yes":
        return frozenset()
    return frozenset(item.code for item in form.items if item.of_the_building) - form.having_a_home


def _require_all(case: Case, form: CheckForm, said: Mapping[str, str]) -> None:
    """Refuse each item that is asked and not answered. What an answer of the same command leaves out is not
    missed, even where the referral says otherwise and it is disputed at once: then it is asked, open, and
    blocks.
    """
    answers = case.check.given if case.check is not None else {}
    values = {code: answer.value for code, answer in answers.items()}
    missing = [code for code in asked_of(case, form, {**values, **said}) if code not in values]
    refuse_all([Refused("item-not-answered", detail=code, where=f"answers.{code}") for code in missing])


def _completed(case: Case, form: CheckForm, on: date, said: Mapping[str, str]) -> CheckCompleted:
    answers = case.check.given if case.check is not None else {}
    values = {code: answer.value for code, answer in answers.items()}
    asked, applying = asked_of(case, form, values), set(applying_to(case, form, values))
    _require_all(case, form, said)
    return CheckCompleted(
        completed_on=on,
        gated=tuple(code for code in gated_for(case, form) if code in applying),
        changed=(),
        counted={
            "asked": len(asked),
            "yes": sum(answers[code].gate == "yes" for code in applying if code in answers),
            "not-applicable": len(asked) - len(applying),
            "not-asked": len(form.items) - len(asked),
        },
    )


def _mitigations_ended(case: Case, completed: CheckCompleted) -> list[Event]:
    """End what a ``yes`` makes needless, so that it cannot cover a later ``no``, and what covers an item that
    this check does not gate.
    """
    answers = case.check.given if case.check is not None else {}
    return [
        MitigationWithdrawn(item=item.code, withdrawn_on=completed.completed_on)
        for item in case.gate_items
        if item.mitigation is not None
        and (item.code not in completed.gated or (item.code in answers and answers[item.code].gate == "yes"))
    ]
