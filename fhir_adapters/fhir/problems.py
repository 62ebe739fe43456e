"""What is wrong with a FHIR resource, each with the exact element it was found at.

FhirRefused          one exception that carries every Problem found, the first one as its own code and place
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from discharge.errors import HomewardError

MOST_PROBLEMS = 20
"""More than this in one answer helps nobody."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: a code of the error table, a detail that repeats no input, and a FHIRPath to the element."""

    code: str
    detail: str
    where: str


class FhirRefused(HomewardError):
    """A resource that cannot be taken. `problems` is never empty; the first decides code and HTTP status."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems[:MOST_PROBLEMS])
        first = self.problems[0]
        super().__init__(first.code, detail=first.detail, where=first.where)


def problems_of(error: HomewardError) -> tuple[Problem, ...]:
    """All that a refusal says, the first first."""
    if isinstance(error, FhirRefused):
        return error.problems
    return tuple(Problem(each.code, each.detail, each.where) for each in (error, *error.others))


def refused(code: str, detail: str, where: str) -> FhirRefused:
    """One problem as the exception."""
    return FhirRefused([Problem(code, detail, where)])
