"""Beginning and completing the home suitability check, and what its answers suggest to start.

Deciders take ``(case, envelope, now)`` and return events or raise Refused. Starting twice is refused; a new
check may begin once the one before is complete, and the gate keeps its answers meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from discharge.cases.commands import CompleteCheck, Envelope, StartCheck
from discharge.cases.decide.common import command_of, happened_on
from discharge.cases.events import CheckCompleted, CheckStarted, Event, MitigationWithdrawn
from discharge.cases.model import Case, Check, StrandKind
from discharge.cases.stages import SINCE_ACCEPTANCE
from discharge.errors import Refused
from discharge.values import YesNoUnknown
from housing_checks.checks.form import SAFE_ADDRESS, form_in_force, form_of
from housing_checks.checks.model import CheckForm, CheckItem, Suggested, Suggestion
from housing_checks.guards import require_order, require_stage
from housing_checks.strands.definitions import DEFINITIONS


def start_check(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Begin a check on a form in force. Refuses: stage, unknown form, one under way, a day to come."""
    command = command_of(envelope, StartCheck)
    require_stage(case, SINCE_ACCEPTANCE)
    on = happened_on(envelope, now)
    form = _form(command.form, on)
    if _under_way(case) is not None:
        raise Refused("already-done", detail="check-under-way")
    return [CheckStarted(form=form.code, started_on=on)]


def complete_check(case: Case, envelope: Envelope, now: datetime) -> list[Event]:
    """Submit the check, with every item answered; a check not begun before begins with it."""
    command = command_of(envelope, CompleteCheck)
    require_stage(case, SINCE_ACCEPTANCE)
    on = happened_on(envelope, now)
    check = _under_way(case)
    begun: list[Event] = []
    if check is None:
        begun = [CheckStarted(form=_form(command.form, on).code, started_on=on)]
    elif check.form != command.form:
        raise Refused("code-not-in-value-set", detail="form", where="form")
    else:
        require_order(check.started_on, on, "effective_on")
    completed = _completed(case, form_of(command.form), command, on)
    return [*begun, completed, *_mitigations_ended(case, completed)]


def suggested_strands(
    answers: Mapping[str, YesNoUnknown], needs: Iterable[str], form: CheckForm | None = None
) -> list[Suggestion]:
    """Return the strands that ``no`` answers suggest, in the form's order, each with the items behind it.

    Of an item's suggestions for particular needs the fitting ones are taken; those without needs always.
    ``unknown`` suggests nothing but to find out. Nothing is built into a home that the person cannot go back
    to.
    """
    needed = frozenset(needs)
    form = form or form_in_force(date.max)
    given_up = any(answers.get(code) == "no" for code in form.having_a_home)
    reasons: dict[tuple[StrandKind, str], list[str]] = {}
    for item in form.items:
        if answers.get(item.code) == "no":
            for suggested in _fitting(item, needed):
                if given_up and suggested.kind is StrandKind.ADAPTATION:
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
    now: dict[str, YesNoUnknown] = {
        code: "yes" if item.satisfied else item.value for code, item in case.gate.items()
    }
    needs = case.referral.needs if case.referral else ()
    return [
        each
        for each in suggested_strands(check.answers | now, needs, form_of(check.form))
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
        if strand.kind is suggestion.kind and (alone or strand.item == suggestion.item)
    ]
    return any(
        strand.status == "open" or (strand.status == "completed" and (strand.ended_on or said_on) >= said_on)
        for strand in mine
    )


def _fitting(item: CheckItem, needs: frozenset[str]) -> list[Suggested]:
    fitting = [one for one in item.suggests if not one.needs_any or one.needs_any & needs]
    only_for_needs = all(one.needs_any for one in item.suggests)
    return fitting or (list(item.suggests[-1:]) if only_for_needs else [])


def _under_way(case: Case) -> Check | None:
    return case.check if case.check is not None and case.check.completed_on is None else None


def _form(code: str, on: date) -> CheckForm:
    form = form_in_force(on)
    if code != form.code or on < form.effective_from:
        raise Refused("code-not-in-value-set", detail="forms", where="form")
    return form


def answers_standing(case: Case) -> dict[str, YesNoUnknown]:
    """Return what is known of each item: as the check said, or as it was answered since."""
    answered = dict(case.check.answers) if case.check is not None else {}
    return answered | {code: item.value for code, item in case.gate.items()}


def not_asked(case: Case, form: CheckForm) -> frozenset[str]:
    """Return the items that nobody is asked while the person has no home: those of its building. They stay as
    they are known, and are open again for the home that is let.
    """
    homeless = case.homelessness.flag == "yes" and case.home_let_id is None
    if not homeless or answers_standing(case).get(SAFE_ADDRESS) == "yes":
        return frozenset()
    return frozenset(item.code for item in form.items if item.of_the_building) - form.having_a_home


def _completed(case: Case, form: CheckForm, command: CompleteCheck, on: date) -> CheckCompleted:
    unknown_codes = command.answers.keys() - set(form.codes)
    if unknown_codes:
        raise Refused("code-not-in-value-set", detail=f"{len(unknown_codes)} items", where="answers")
    missing = [code for code in form.codes if code not in command.answers]
    if missing:
        raise Refused("invalid-body", detail=missing[0], where="answers")
    standing = answers_standing(case)
    kept = {code: standing[code] for code in command.kept if code in standing}
    answers = {**command.answers, **kept}
    needs, lives_alone = (
        ((), "unknown") if case.referral is None else (case.referral.needs, case.referral.lives_alone)
    )
    return CheckCompleted(
        completed_on=on,
        answers=answers,
        gated=form.gated_codes(needs, lives_alone),
        changed=tuple(code for code, answer in answers.items() if standing.get(code) != answer),
    )


def _mitigations_ended(case: Case, completed: CheckCompleted) -> list[Event]:
    """End what a ``yes`` makes needless, so that it cannot cover a later ``no``."""
    return [
        MitigationWithdrawn(item=code, withdrawn_on=completed.completed_on)
        for code in completed.gated
        if completed.answers[code] == "yes" and code in case.gate and case.gate[code].mitigation is not None
    ]
