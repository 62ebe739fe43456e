"""What may be asked at each stage: one table, read by the rules and by the pages that show the buttons.

And the stage that fits what has been done, for a case that does not simply move on.
"""

from __future__ import annotations

from discharge.cases.model import IN_HOSPITAL, Case, ReopenedStage, Stage, StageInHospital

OPEN = frozenset(Stage) - {Stage.CLOSED}
ANY = frozenset(Stage)
AFTER_ACCEPTANCE = IN_HOSPITAL - {Stage.REFERRED}
HOME = frozenset({Stage.DISCHARGED, Stage.FOLLOWED_UP})
GATED = frozenset({Stage.CHECKED, Stage.MAKING_READY, Stage.READY}) | HOME
"""Where a gate stands: what is not ready when the person leaves is still to be answered at home."""

ALLOWED: dict[str, frozenset[Stage]] = {
    "refer": ANY,
    "accept-referral": frozenset({Stage.REFERRED}),
    "return-referral": frozenset({Stage.REFERRED}),
    "amend-referral": OPEN,
    "add-note": ANY,
    "withdraw-referral": IN_HOSPITAL,
    "assign-owner": OPEN,
    "add-participant": OPEN,
    "end-participation": OPEN,
    "record-sharing-basis": OPEN,
    "withdraw-sharing-basis": OPEN,
    "join-spell": OPEN,
    "note-hospital-facts": ANY,
    "note-merge": ANY,
    "note-unmerge": ANY,
    "set-criteria-to-reside": IN_HOSPITAL,
    "correct-ready-period": ANY,
    "set-expected-discharge-date": IN_HOSPITAL,
    "set-needed-by": IN_HOSPITAL,
    "record-delay-reason": OPEN,
    "end-delay-reason": OPEN,
    "flag-homelessness": OPEN,
    "record-duty-to-refer": OPEN,
    "acknowledge-duty-to-refer": OPEN,
    "start-check": AFTER_ACCEPTANCE | HOME,
    "complete-check": AFTER_ACCEPTANCE | HOME,
    "confirm-item": GATED,
    "name-mitigation": GATED,
    "withdraw-mitigation": GATED,
    "start-strand": AFTER_ACCEPTANCE | HOME,
    "move-strand": OPEN,
    "cancel-strand": OPEN,
    "offer-property": OPEN,
    "answer-offer": OPEN,
    "let-property": OPEN,
    "note-home-lost": ANY,
    "redirect-strand": AFTER_ACCEPTANCE | HOME,
    "report-from-strand": ANY,
    "confirm-discharge": IN_HOSPITAL,
    "cancel-discharge": HOME,
    "record-death": ANY,
    "withdraw-death": ANY,
    "note-person-deleted": ANY,
    "record-contact": HOME,
    "answer-action": OPEN,
    "acknowledge-alert": ANY,
    "close-case": HOME,
    "reopen-case": frozenset({Stage.CLOSED}),
    "enter-in-error": ANY,
    "strike-clock": ANY,
}
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


def stage_in_hospital(case: Case) -> StageInHospital:
    """Return the stage that fits what has been done, for somebody who is (again) in a hospital bed."""
    if case.referral is None or case.referral.accepted_on is None:
        return Stage.REFERRED
    if case.check is None or case.check.completed_on is None:
        return Stage.ACCEPTED
    return Stage.MAKING_READY if case.strands else Stage.CHECKED


def stage_when_reopened(case: Case) -> ReopenedStage:
    """Return the stage a closed case goes back to."""
    return Stage.DISCHARGED if case.discharge is not None else stage_in_hospital(case)
