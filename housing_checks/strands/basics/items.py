"""The basics at home: six things that no discharge should do without, and the strand that sees to them.

Source: findings of Healthwatch and of the Parliamentary and Health Service Ombudsman on people sent to homes
without food, heating or water, and on care that had not started.
"""

from __future__ import annotations

from pathlib import Path

from discharge.cases.model import Case
from discharge.codes.by_edition import ListByEdition
from discharge.reference.kind import Kind
from housing_checks.checks.answers import applying_to
from housing_checks.checks.form import form_of_case
from housing_checks.orderables import Orderable, unknown_items

KIND = Kind("basics", Orderable, Path(__file__).with_name("basics.yaml"), check=unknown_items)

BASICS = ListByEdition(KIND)
"""What a basics strand can be opened for."""


def basics_missing(case: Case) -> tuple[str, ...]:
    """Return the basics that are neither ``yes`` nor mitigated; one the gate does not know is missing, unless
    it does not concern the person, as a first visit where no care is needed.
    """
    form = form_of_case(case)
    concerned = set(applying_to(case, form)) & set(form.basics)
    return tuple(
        code
        for code in form.basics
        if (code in concerned or not concerned) and (code not in case.gate or not case.gate[code].satisfied)
    )
