"""Refusals that say more than a code: every fault of a list, every question about a contradiction."""

from __future__ import annotations

from discharge.errors import HomewardError
from fhir_adapters.listed import LineFault, ListInvalid
from housing_checks.contradictions import Contradiction


class ListRefused(HomewardError):
    """Nothing of a list was taken; `faults` say line, column and what to do, and repeat no value."""

    def __init__(self, invalid: ListInvalid) -> None:
        super().__init__("invalid-body", detail=f"{len(invalid.faults)} faults", where="list")
        self.faults: list[LineFault] = invalid.faults


class Contradicted(HomewardError):
    """What was asked contradicts itself or the record; `questions` are asked of whoever asked.

    `reason-needed` stands in for `contradiction` where they were answered without saying why.
    """

    def __init__(
        self, questions: tuple[Contradiction, ...], code: str = "contradiction", where: str = ""
    ) -> None:
        super().__init__(code, detail=",".join(each.code for each in questions), where=where)
        self.questions = questions
