"""The stories that patients of the simulation live, as rows of scenes, and how often each is told.

Days are the ordinary pace; each journey stretches them a little. A story says what is asked for, not what
comes of it: that is the stack's to decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from deploy.simulate.scenes import Scene, adt, after, home, partner, ward

USUAL_PLACE = "19"
OTHER_HOSPITAL = "51"
DIED = "79"
BY_ADVICE, BY_OWN_DECISION, BY_DEATH = "1", "2", "4"


@dataclass(frozen=True, slots=True)
class Story:
    """A name, the scenes in the order of telling, how often it is told, and what is particular about its
    people.
    """

    name: str
    scenes: tuple[Scene, ...]
    share: int = 1
    hidden: bool = False


def _arrives(edd: float) -> tuple[Scene, ...]:
    return (adt(-0.05, "A28"), adt(0, "A01"), adt(0.6, "A08", edd=edd))


def _referred(day: float, act: str = "refer", **details: object) -> tuple[Scene, ...]:
    return (
        ward(day, act, **details),
        home(day + 0.2, "accept-referral"),
        home(day + 0.3, "record-sharing-basis", basis="consent"),
    )


def _checked(day: float, **answers: str) -> tuple[Scene, ...]:
    return (home(day, "start-check"), home(day + 0.8, "complete-check", answers=answers))


def _basics(day: float) -> tuple[Scene, ...]:
    return (
        home(day, "start-strand", strand_kind="basics", item="basics-at-home", due_in=4),
        home(day + 1, "move-strand", strand="basics/1", step="arranged"),
        home(day + 2, "move-strand", strand="basics/1", step="visited"),
    )


def _waits(day: float, code: str, owner: str) -> tuple[Scene, ...]:
    return (
        adt(day, "A08", fit="Y"),
        ward(day + 0.2, "set-criteria-to-reside", met=False),
        ward(day + 0.3, "record-delay-reason", reason_kind="national", code=code, owner_role=owner),
        home(day + 0.4, "acknowledge-alerts"),
    )


def _leaves(day: float, destination: str = USUAL_PLACE, method: str = BY_ADVICE) -> tuple[Scene, ...]:
    return (
        home(day - 0.4, "settle-gate"),
        adt(day - 0.3, "A16", edd=day),
        adt(day, "A03", destination=destination, method=method),
    )


CONTACTS = (("24-hours", 0.8), ("72-hours", 2.6), ("7-days", 6.7), ("14-days", 13.5), ("28-days", 27.4))
"""Each follow-up, and on which day after the discharge somebody gets round to it."""


def _contact(day: float, follow_up: str, outcome: str, **details: object) -> Scene:
    return after(day, home(0, "record-contact", follow_up=follow_up, outcome=outcome, **details))


def _home_again(problem: str = "", missed: str = "") -> tuple[Scene, ...]:
    """The five contacts; the second may find a problem, one may first find nobody."""
    contacts: list[Scene] = []
    for key, day in CONTACTS:
        if key == missed:
            contacts.append(_contact(day - 0.5, key, "not-reached"))
        if key == "72-hours" and problem:
            contacts.append(_contact(day, key, "needs-help", problems=[problem]))
        else:
            contacts.append(_contact(day, key, "well"))
    return tuple(contacts)


def _closes(outcome: str) -> tuple[Scene, ...]:
    return (after(28.6, home(0, "close-case", outcome=outcome)),)


STAIRLIFT = (
    *_arrives(7),
    *_referred(1),
    *_checked(1.6, **{"steps-stairs": "no"}),
    home(2.6, "start-strand", strand_kind="adaptation", item="straight-stairlift", partner="HVC", due_in=9),
    partner(3.2, "council", "move-strand", strand="adaptation/1", step="acknowledged"),
    *_waits(5, "CA10", "council"),
    partner(5.2, "council", "move-strand", strand="adaptation/1", step="surveyed"),
    partner(7, "council", "move-strand", strand="adaptation/1", step="scheduled"),
    partner(10, "council", "move-strand", strand="adaptation/1", step="fitted"),
    *_leaves(11.2),
    *_home_again(problem="equipment-missing"),
    *_closes("home-made-ready"),
)

EQUIPMENT = (
    *_arrives(5),
    *_referred(0.8),
    *_checked(1.2, bed="no"),
    home(2.2, "start-strand", strand_kind="equipment", item="hospital-bed", partner="HVE", due_in=4),
    partner(2.6, "equipment", "move-strand", strand="equipment/1", step="acknowledged"),
    *_waits(4, "CA9", "equipment-service"),
    partner(4.4, "equipment", "move-strand", strand="equipment/1", step="dispatched"),
    partner(5.6, "equipment", "move-strand", strand="equipment/1", step="delivered"),
    partner(5.9, "equipment", "move-strand", strand="equipment/1", step="fitted"),
    *_leaves(6.8),
    *_home_again(missed="7-days"),
    *_closes("home-made-ready"),
)

REHOUSED = (
    *_arrives(9),
    *_referred(1, homeless="yes", reasons=["homeless", "rehousing"], needs=["ground-floor"]),
    home(1.6, "add-participant", organisation="HVC", role="council", basis="consent"),
    home(1.9, "record-duty-to-refer", council="HVC"),
    *_checked(2, **{"safe-address": "no"}),
    partner(3.5, "council", "acknowledge-duty-to-refer"),
    home(3.7, "start-strand", strand_kind="rehousing", item="rehousing:1-bed-step-free", due_in=14),
    *_waits(6, "CA11", "landlord"),
    home(6.5, "offer-property", strand="rehousing/1"),
    home(7.5, "answer-offer", strand="rehousing/1", answer="refused", reason="too-far"),
    home(8.5, "offer-property", strand="rehousing/1"),
    home(9.6, "answer-offer", strand="rehousing/1", answer="accepted"),
    home(11, "let-property", strand="rehousing/1"),
    home(12, "move-strand", strand="rehousing/1", step="keys-held"),
    *_leaves(13.5),
    *_home_again(problem="no-heating"),
    *_closes("rehoused"),
)

AS_IT_IS = (
    *_arrives(4),
    *_referred(0.8),
    *_checked(1.2),
    *_waits(3, "HP5", "ward"),
    *_leaves(3.9),
)

UNWELL_AGAIN = (
    *_arrives(6),
    *_referred(1),
    *_checked(1.5, heating="no", food="no"),
    *_basics(2.5),
    *_waits(4, "WC4", "coordinator"),
    adt(6, "A08", fit="N"),
    ward(6.2, "set-criteria-to-reside", met=True),
    adt(9, "A08", fit="Y", edd=11),
    ward(9.2, "set-criteria-to-reside", met=False),
    *_leaves(11),
    *_home_again(),
    *_closes("home-made-ready"),
)

STORIES = (
    Story("fit as it is", (*AS_IT_IS, *_home_again(), *_closes("home-as-it-is")), share=4),
    Story("stairlift first", STAIRLIFT, share=4),
    Story("equipment", EQUIPMENT, share=4),
    Story("rehoused", REHOUSED, share=3),
    Story("unwell again", UNWELL_AGAIN, share=2),
    Story("hidden address", STAIRLIFT, share=1, hidden=True),
    Story(
        "died",
        (
            *_arrives(8),
            *_referred(1),
            *_checked(1.6),
            *_waits(4, "IP9", "council"),
            adt(6, "A03", destination=DIED, method=BY_DEATH),
            adt(6.3, "A31", died=True),
        ),
    ),
    Story(
        "self-discharged",
        (
            *_arrives(6),
            *_referred(1),
            *_checked(1.6),
            adt(3.4, "A03", destination=USUAL_PLACE, method=BY_OWN_DECISION),
        ),
    ),
    Story(
        "transferred",
        (*_arrives(9), *_referred(1), adt(4, "A03", destination=OTHER_HOSPITAL, method=BY_ADVICE)),
    ),
    Story(
        "back within 72 hours",
        (
            *AS_IT_IS,
            _contact(0.8, "24-hours", "well"),
            after(2, adt(0, "A01")),
            adt(0.5, "A08", edd=3),
            *_waits(2, "WC4", "coordinator"),
            *_leaves(3),
            *_home_again(),
        ),
        share=2,
    ),
    Story(
        "discharge cancelled",
        (
            *AS_IT_IS,
            after(0.25, adt(0, "A13")),
            adt(5.6, "A03", destination=USUAL_PLACE, method=BY_ADVICE),
            *_home_again(),
            *_closes("home-as-it-is"),
        ),
    ),
    Story(
        "referred before the stay is known",
        (
            adt(-4, "A28"),
            ward(-3, "refer"),
            home(-2.5, "accept-referral"),
            adt(0, "A01"),
            home(0.5, "record-sharing-basis", basis="consent"),
            *_checked(1),
            adt(2, "A08", fit="Y", edd=3),
            *_leaves(3),
            *_home_again(),
        ),
        share=2,
    ),
    Story(
        "returned and referred again",
        (
            *_arrives(8),
            ward(1, "refer"),
            home(1.4, "return-referral", reason="more-information"),
            *_referred(3, reasons=["basics"]),
            *_checked(3.5, heating="no"),
            *_basics(4.5),
            *_waits(5, "WC4", "coordinator"),
            *_leaves(8),
            *_home_again(),
            *_closes("home-made-ready"),
        ),
        share=2,
    ),
    Story(
        "withdrawn",
        (
            *_arrives(5),
            *_referred(1),
            ward(2, "withdraw-referral", reason="arranged-otherwise"),
            *_leaves(5)[1:],
        ),
    ),
    Story(
        "moved by mistake",
        (
            *_arrives(5),
            *_referred(1, "refer-fhir"),
            *_checked(1.5),
            adt(2, "A02"),
            adt(2.2, "A12"),
            adt(3, "A08", fit="Y"),
            adt(3.5, "A16", edd=4),
            adt(3.7, "A25"),
            *_leaves(5),
            *_home_again(),
        ),
    ),
    Story(
        "admitted in error",
        (
            adt(-0.05, "A28"),
            adt(0, "A01"),
            adt(0.3, "A11"),
            adt(1, "A01"),
            adt(1.5, "A08", edd=2),
            adt(3, "A03"),
        ),
    ),
    Story(
        "two records of one person",
        (
            adt(-0.1, "A28", second=True),
            *_arrives(5),
            *_referred(1, "refer-fhir"),
            adt(1.2, "A40"),
            *_leaves(6)[1:],
        ),
    ),
    Story(
        "no help needed",
        (*_arrives(3), adt(1.5, "A02"), *_leaves(3)[1:]),
        share=6,
    ),
    Story("message of a rehearsal", (adt(0, "A01", rehearsal=True), adt(1, "A03", rehearsal=True))),
)
