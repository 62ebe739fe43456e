"""Refusals that say more than a code: each fault of a list or of an address, each question about a
contradiction, and what others changed.
"""

from __future__ import annotations

from api.changes.views import Changes
from api.web.problem_bodies import BodyFault
from discharge.errors import HomewardError
from fhir_adapters.listed import LineFault, ListInvalid
from housing_checks.contradictions import Contradiction


class ListRefused(HomewardError):
    """Nothing of a list was taken; `faults` say line, column and what to do, and repeat no value."""

    def __init__(self, invalid: ListInvalid) -> None:
        super().__init__("invalid-body", detail=f"{len(invalid.faults)} faults", where="list")
        self.faults: list[LineFault] = invalid.faults


class ParametersRefused(HomewardError):
    """An address has parameters that are not known where it leads; `faults` say the nearest that is."""

    def __init__(self, faults: tuple[BodyFault, ...]) -> None:
        super().__init__(
            "unknown-parameter", detail=". ".join(each.reason for each in faults), where=faults[0].where
        )
        self.faults = faults


class Contradicted(HomewardError):
    """What was asked contradicts itself or the record; `questions` are asked of whoever asked.

    `reason-needed` stands in for `contradiction` where they were answered without saying why.
    """

    def __init__(
        self, questions: tuple[Contradiction, ...], code: str = "contradiction", where: str = ""
    ) -> None:
        super().__init__(code, detail=",".join(each.code for each in questions), where=where)
        self.questions = questions


class CaseChanged(HomewardError):
    """A save that was refused, with what others changed since its asker saw the case; `left` names what the
    asker had left as they saw it, which stays as the others made it.
    """

    def __init__(self, refused: HomewardError, changes: Changes, left: frozenset[str]) -> None:
        super().__init__(refused.code, detail=refused.detail, where=refused.where)
        self.others = refused.others
        self.changes = changes
        self.left = left
