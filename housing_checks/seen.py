"""What somebody left as they saw it. A form states everything, also what its asker never touched: only what
differs from what they saw is theirs to change.
"""

from __future__ import annotations

from discharge.cases.commands import AmendReferral, Command, CompleteCheck, SaveAnswers
from discharge.cases.model import Case
from housing_checks.checks.answers import answers_standing

SAYS_EVERYTHING = (SaveAnswers, CompleteCheck, AmendReferral)
"""Commands that state more than their asker may have changed."""


def left_as_seen(command: Command, seen: Case | None, worded: frozenset[str] = frozenset()) -> frozenset[str]:
    """The items of a check, or the fields of an amendment, that say what the case said when it was seen;
    ``worded`` are items whose answer comes with words of its own.
    """
    if seen is None:
        return frozenset()
    if isinstance(command, SaveAnswers | CompleteCheck):
        standing = answers_standing(seen)
        return frozenset(
            code
            for code, answer in command.answers.items()
            if standing.get(code) == answer and code not in worded
        )
    if isinstance(command, AmendReferral) and seen.referral is not None:
        said = command.model_dump(exclude={"kind"})
        return frozenset(name for name, value in said.items() if value == getattr(seen.referral, name))
    return frozenset()


def only_changes(command: Command, left: frozenset[str]) -> Command:
    """The command without what was left as it was seen: that stays as it stands by then."""
    if isinstance(command, SaveAnswers | CompleteCheck):
        return command.model_copy(update={"kept": tuple(sorted(left))})
    if isinstance(command, AmendReferral):
        unsaid = {name: AmendReferral.model_fields[name].default for name in left}
        return command.model_copy(update=unsaid)
    return command
