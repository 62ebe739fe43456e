"""Chapters that many stories of the simulation share: arriving, being referred, waiting, leaving, being home.

Days are those of the story; what somebody does after the discharge counts from it.
"""

from __future__ import annotations

from deploy.simulate.scenes import Scene, adt, adviser, after, home, ward

USUAL_PLACE = "19"
OTHER_HOSPITAL = "51"
DIED = "79"
BY_ADVICE, BY_OWN_DECISION, BY_DEATH = "1", "2", "4"


def arrives(edd: float) -> tuple[Scene, ...]:
    """Somebody comes to hospital, and their expected date of discharge is told."""
    return (adt(-0.05, "A28"), adt(0, "A01"), adt(0.6, "A08", edd=edd))


def safe(day: float) -> tuple[Scene, ...]:
    """The person is asked alone about abuse, says that there is none, and the adviser confirms that they are
    safe.
    """
    return (ward(day, "ask-safety", disclosed="no"), adviser(day + 0.05, "confirm-safety"))


def referred(day: float, act: str = "refer", **details: object) -> tuple[Scene, ...]:
    """A ward refers, and the referral is taken on with consent."""
    return (
        ward(day, act, **details),
        *safe(day + 0.1),
        home(day + 0.2, "accept-referral"),
        home(day + 0.3, "record-sharing-basis", basis="consent"),
    )


def checked(day: float, **answers: str) -> tuple[Scene, ...]:
    """The home is checked; what is not said is fine. Answers are named as on the newest form."""
    return (home(day, "start-check"), home(day + 0.8, "complete-check", answers=answers))


def basics(day: float) -> tuple[Scene, ...]:
    """The basics at home are seen to."""
    return (
        home(day, "start-strand", strand_kind="basics", item="basics-at-home", due_in=4),
        home(day + 1, "move-strand", strand="basics/1", step="arranged"),
        home(day + 2, "move-strand", strand="basics/1", step="visited"),
    )


def waits(day: float, code: str, owner: str) -> tuple[Scene, ...]:
    """Nothing but the home keeps somebody in hospital, and the reason is recorded."""
    return (
        adt(day, "A08", fit="Y"),
        ward(day + 0.2, "set-criteria-to-reside", met=False),
        ward(day + 0.3, "record-delay-reason", reason_kind="national", code=code, owner_role=owner),
        home(day + 0.4, "acknowledge-alerts"),
    )


def leaves(day: float, destination: str = USUAL_PLACE, method: str = BY_ADVICE) -> tuple[Scene, ...]:
    """The gate is settled, and the person leaves."""
    return (
        home(day - 0.4, "settle-gate"),
        adt(day - 0.3, "A16", edd=day),
        adt(day, "A03", destination=destination, method=method),
    )


CONTACTS = (("24-hours", 0.8), ("72-hours", 2.6), ("7-days", 6.7), ("14-days", 13.5), ("28-days", 27.4))
"""Each follow-up, and on which day after the discharge somebody gets round to it."""


def contact(day: float, follow_up: str, outcome: str, **details: object) -> Scene:
    """One contact after the discharge."""
    return after(day, home(0, "record-contact", follow_up=follow_up, outcome=outcome, **details))


def home_again(problem: str = "", missed: str = "") -> tuple[Scene, ...]:
    """The five contacts; the second may find a problem, one may first find nobody."""
    contacts: list[Scene] = []
    for key, day in CONTACTS:
        if key == missed:
            contacts.append(contact(day - 0.5, key, "not-reached"))
        if key == "72-hours" and problem:
            contacts.append(contact(day, key, "needs-help", problems=[problem]))
        else:
            contacts.append(contact(day, key, "well"))
    return tuple(contacts)


def closes(outcome: str) -> tuple[Scene, ...]:
    """What was found is answered, and the case is closed with its outcome, once the last contact is made."""
    return (
        after(28.5, home(0, "answer-actions")),
        after(28.6, home(0, "close-case", outcome=outcome)),
    )
