"""Who decides: the lists of capacity, best interests, advocates and liberty."""

from dataclasses import dataclass

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityDecision(Code):
    """One thing to decide; `item` is the item of the home check that a record of it answers, `decided` its
    answer once a best-interests decision was made. `placing`: it is about where the person lives.
    """

    item: str = ""
    decided: str = ""
    placing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted(Code):
    """Somebody to consult; one that is `close` can speak for the person without being paid to."""

    close: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Representing(Code):
    """An attorney or deputy; one for `welfare` may decide where the person lives."""

    welfare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LibertyState(Code):
    """How far an authorisation is, and how that `answers` the item of the home check."""

    answers: str


CAPACITY_DECISIONS = code_list("capacity-decisions", CapacityDecision)
CAPACITY_ASSESSORS = code_list("capacity-assessors", Code)
CAPACITY_METHODS = code_list("capacity-methods", Code)
BEST_INTERESTS_DECIDERS = code_list("best-interests-deciders", Code)
CONSULTED_PEOPLE = code_list("consulted-people", Consulted)
ADVOCATES = code_list("advocates", Code)
REPRESENTATIVES = code_list("representatives", Representing)
LIBERTY_STATES = code_list("liberty-states", LibertyState)
