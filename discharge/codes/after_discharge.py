"""The lists of leaving hospital and of what comes after: why somebody left for a home that is not ready, how
something owed ended, why somebody came back. They are Homeward's own.
"""

from dataclasses import dataclass

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAnswer(Code):
    """How something owed after the discharge ended; `given` is false where it follows from another record."""

    given: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCause(Code):
    """Why somebody came back to hospital; `failed` where the home, equipment, care or access did it."""

    failed: bool


ACTION_ANSWERS = code_list("action-answers", ActionAnswer)
RETURN_CAUSES = code_list("return-causes", ReturnCause)
UNREADY_REASONS = code_list("unready-reasons", Code)
