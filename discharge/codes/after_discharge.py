"""The lists of leaving hospital and of what comes after: why somebody left for a home that is not ready, how
something owed ended, why somebody came back. They are Homeward's own.
"""

from dataclasses import dataclass

from discharge.codes.casework import OURS
from discharge.codes.model import Code, CodeList

FAILED = "Failed discharge: Homeward's own definition, because there is no national one"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionAnswer(Code):
    """How something owed after the discharge ended; `given` is false where it follows from another record."""

    given: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnCause(Code):
    """Why somebody came back to hospital; `failed` where the home, equipment, care or access did it."""

    failed: bool


ACTION_ANSWERS = CodeList(
    "action-answers",
    tuple(
        ActionAnswer(code=code, label=label, source=OURS, given=given)
        for code, label, given in (
            ("put-right", "Put right", True),
            ("arranged", "Arranged, described in a note", True),
            ("nothing-wrong", "Looked into: nothing is wrong", True),
            ("person-declined", "The person does not want help", True),
            ("somebody-else", "Handed to somebody else, named in a note", True),
            ("other", "Other, described in a note", True),
            ("reached-since", "The person was reached since", False),
            ("tried-since", "Tried since, not reached", False),
            ("back-in-hospital", "The person is back in hospital", False),
            ("case-ended", "The case ended", False),
            ("admission-cancelled", "The hospital cancelled the admission", False),
            ("referral-accepted", "The referral was accepted", False),
            ("due-later", "The contact is due later: the day of leaving was corrected", False),
        )
    ),
)

RETURN_CAUSES = CodeList(
    "return-causes",
    tuple(
        ReturnCause(code=code, label=label, source=FAILED, failed=failed)
        for code, label, failed in (
            ("home", "The home: no heat, water, power or food, or unfit in another way", True),
            ("equipment", "Equipment or an adaptation was missing or failed", True),
            ("care", "Care did not come, or was not enough", True),
            ("access", "The person could not get in, or move about", True),
            ("medical", "A medical reason, nothing about the home", False),
            ("unknown", "Not known", False),
        )
    ),
)

UNREADY_REASONS = CodeList(
    "unready-reasons",
    tuple(
        Code(code=code, label=label, source=OURS)
        for code, label in (
            ("person-decided", "The person decided to go, and knows that the home is not ready"),
            ("safe-for-now", "It is safe until then, as described in a note"),
            ("bed-needed", "The bed was needed"),
            ("left-before-known", "The person left before anybody knew"),
            ("other", "Other, described in a note"),
        )
    ),
)
