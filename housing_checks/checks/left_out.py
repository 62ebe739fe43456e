"""Which answers leave an item of the check out, so that whoever answers it hears whose they are, and not that
the case has no such item.
"""

from __future__ import annotations

from collections.abc import Iterator

from discharge.cases.model import Case
from housing_checks.checks.answers import answers_standing, asked_of
from housing_checks.checks.model import CheckForm


def left_out_by(case: Case, form: CheckForm, code: str) -> tuple[str, ...]:
    """Return the answered items without each of whose answers the item would be asked, in order; none where
    what the case knows of the person leaves it out, or several answers do together.
    """
    if code not in form.codes or code in asked_of(case, form):
        return ()
    return tuple(_leaving_out(case, form, code))


def _leaving_out(case: Case, form: CheckForm, code: str) -> Iterator[str]:
    values = answers_standing(case)
    for each in form.items:
        if each.code == code:
            return
        without = {other: value for other, value in values.items() if other != each.code}
        if each.code in values and code in asked_of(case, form, without):
            yield each.code
