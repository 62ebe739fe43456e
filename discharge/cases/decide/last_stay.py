"""Where the person is is told by their last stay: which one that is, among stays that contradict each other.

A stay that began after the person left is none of them, unless they came back in it: that was long after.
"""

from __future__ import annotations

from datetime import date

from discharge.cases.model import Case, CaseSpell, Discharge


def told_elsewhere(case: Case, told: CaseSpell, day: date) -> bool:
    """Whether another stay says where the person is: the bed of a later one, or one that ended later."""
    if _long_after(case, told):
        return True
    case, came = _with_its_day(case, told, day), told.admitted_on or date.min
    others = [each for each in case.spells if each.spell_id != told.spell_id]
    begun = [each for each in others if told.admitted_on is not None and each.admitted_on is not None]
    in_later_bed = any(each.in_a_bed and (each.admitted_on or came) > came for each in begun)
    return (in_later_bed and not is_discharge(case, told)) or any(
        _stands(case, each) and (each.discharged_on or date.min) > day for each in others
    )


def is_discharge(case: Case, told: CaseSpell) -> bool:
    """Whether the discharge of the case is the end of this stay."""
    return case.discharge is not None and case.discharge.spell_id == told.spell_id


def _with_its_day(case: Case, told: CaseSpell, day: date) -> Case:
    """The case as it is judged once the stay that the person left ended on another day."""
    left = case.discharge
    if left is None or not is_discharge(case, told):
        return case
    return case.model_copy(update={"discharge": left.model_copy(update={"discharged_on": day})})


def _stands(case: Case, ended: CaseSpell) -> bool:
    """Whether a stay has ended, nobody came back since, and it began before the person left another one."""
    earlier = {left.spell_id for left in case.earlier_discharges}
    over = ended.status == "discharged" and ended.spell_id not in earlier
    return over and not _long_after(case, ended)


def _long_after(case: Case, told: CaseSpell) -> bool:
    """Whether a stay began after the person had left another one: long after, and no return that counts."""
    left = case.discharge
    if left is None or left.spell_id in (None, told.spell_id):
        return False
    if any(back.spell_id == told.spell_id for back in case.readmissions):
        return False
    return (told.admitted_on or date.min) > left.discharged_on


def bed_around(case: Case, told: CaseSpell) -> CaseSpell | None:
    """Another stay that began no later than this one, and in a bed of which the person is said to lie."""
    others = (each for each in case.spells if each.spell_id != told.spell_id and each.in_a_bed)
    return next((each for each in others if each.admitted_on is not None), None)


def left_last(case: Case) -> tuple[CaseSpell, date] | None:
    """Return the stay that the person left last and when, where the case does not say so yet: no discharge is
    known and they lie in no bed, or the stay of their discharge ended on another day.
    """
    if case.discharge is None:
        in_hospital = case.closed or any(each.in_a_bed for each in case.spells)
        return None if in_hospital else _ended_last(case)
    its = _told_anew(case, case.discharge)
    if its is None or its.discharged_on is None:
        return None
    return _ended_last(_with_its_day(case, its, its.discharged_on))


def _told_anew(case: Case, left: Discharge) -> CaseSpell | None:
    """The stay that the trust's word of a discharge is of, where it now says another day."""
    its = next((each for each in case.spells if each.spell_id == left.spell_id), None)
    if its is None or its.status != "discharged" or left.told_by != "feed":
        return None
    return None if its.discharged_on == left.discharged_on else its


def _ended_last(case: Case) -> tuple[CaseSpell, date] | None:
    """The stay that ended last; of those of one day the one that began last."""
    ended = [
        (each.discharged_on, each.admitted_on or date.min, each)
        for each in case.spells
        if each.discharged_on is not None and _stands(case, each)
    ]
    if not ended:
        return None
    day, _, last = max(ended, key=lambda one: one[:2])
    return last, day
