"""The stages in which each command may be asked, as it declares; rules and pages with buttons read it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from discharge.cases.commands import DECLARED
from discharge.cases.model import Case, Stage
from discharge.cases.stages import AFTER_ACCEPTANCE, HOME, STAGES
from discharge.errors import HomewardError
from discharge.stored import NEWER

ALLOWED: Mapping[str, frozenset[Stage]] = MappingProxyType(
    {kind: each.stages for kind, each in DECLARED.items()}
)
"""Command kind -> the stages in which it may be asked."""


IN_COMMUNITY: dict[str, frozenset[Stage]] = {
    "close-case": AFTER_ACCEPTANCE,
    "set-criteria-to-reside": frozenset(),
    "set-expected-discharge-date": frozenset(),
    "confirm-discharge": frozenset(),
}
"""What differs for somebody who lives at home and was referred from there: nobody leaves a hospital, and the
case ends well from where it stands.
"""


LEFT_UNACCEPTED: dict[str, frozenset[Stage]] = {"accept-referral": frozenset({Stage.REFERRED}) | HOME}
"""What differs while nobody has accepted: whoever left before that can be taken on at home still."""


def stages_of(case: Case, kind: str) -> frozenset[Stage]:
    """The stages in which a kind of command may be asked of this case."""
    if case.in_community and kind in IN_COMMUNITY:
        return IN_COMMUNITY[kind]
    if kind in LEFT_UNACCEPTED and case.referral is not None and case.referral.accepted_on is None:
        return LEFT_UNACCEPTED[kind]
    return ALLOWED[kind]


def may_ask(case: Case, kind: str) -> bool:
    """Whether the case's stage lets this kind of command be asked at all."""
    return case.exists and case.stage in stages_of(case, kind)


def require_may_ask(case: Case, kind: str) -> None:
    """Raise stage-not-allowed for what may not be asked now, and recorded-by-newer-version for a case whose
    stage this build does not have.
    """
    if case.stage not in STAGES:
        raise HomewardError(NEWER)
    if not may_ask(case, kind):
        raise HomewardError("stage-not-allowed", detail=case.stage.value)
