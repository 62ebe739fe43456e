"""What the form of a mitigation offers: only what would be taken of this asker, for this item."""

from __future__ import annotations

from api.forms.choices import Pairs, unsatisfied_items
from api.forms.model import Around
from discharge.codes.casework import OWNER_ROLES, MitigationCode
from housing_checks.gate.mitigations import offered


def _offered(around: Around, item: str) -> tuple[MitigationCode, ...]:
    return offered(item, around.role, around.today)


def items(around: Around) -> Pairs:
    """Gated items that are not yes and for which the asker may name something; once one was chosen, that."""
    return [
        (code, label)
        for code, label in unsatisfied_items(around)
        if _offered(around, code) and around.chosen in ("", code)
    ]


def items_without(around: Around) -> Pairs:
    """Gated items that are not yes and for which nothing can stand in, with why."""
    return [
        (label, "nothing that you may name stands in for it")
        for code, label in unsatisfied_items(around)
        if not around.chosen and not _offered(around, code)
    ]


def _rows(around: Around) -> tuple[MitigationCode, ...]:
    """What can be named for the item that was chosen; before one was, for any of them."""
    codes = [around.chosen] if around.chosen else [code for code, _ in items(around)]
    return tuple({row.code: row for code in codes for row in _offered(around, code)}.values())


def mitigations(around: Around) -> Pairs:
    """What can be done instead of a yes."""
    return [(row.code, row.label) for row in _rows(around)]


def who_answers(around: Around) -> dict[str, str]:
    """Of each mitigation: who may answer for it, where not everybody may."""
    return {
        row.code: f"Responsible: {', '.join(OWNER_ROLES.label(each) for each in row.answered_by)}"
        for row in _rows(around)
        if row.answered_by
    }


def owners(around: Around) -> Pairs:
    """Who may answer for any of them."""
    rows = _rows(around)
    return [
        (each.code, each.label)
        for each in OWNER_ROLES.in_force(around.today)
        if any(row.may_be_answered_by(each.code) for row in rows)
    ]
