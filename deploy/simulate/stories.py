"""The stories that patients of the simulation live, as rows of scenes, and how often each is told.

Days are the ordinary pace; each journey stretches them a little. A story says what is asked for, not what
comes of it: that is the stack's to decide.
"""

from __future__ import annotations

from dataclasses import dataclass

from deploy.simulate.chapters import (
    BY_ADVICE,
    BY_DEATH,
    BY_OWN_DECISION,
    DIED,
    OTHER_HOSPITAL,
    USUAL_PLACE,
    arrives,
    basics,
    checked,
    closes,
    contact,
    home_again,
    leaves,
    referred,
    safe,
    waits,
)
from deploy.simulate.scenes import Scene, adt, after, home, partner, ward


@dataclass(frozen=True, slots=True)
class Story:
    """A name, the scenes in the order of telling, how often it is told, and what is particular about its
    people.
    """

    name: str
    scenes: tuple[Scene, ...]
    share: int = 1
    hidden: bool = False


STAIRLIFT = (
    *arrives(7),
    *referred(1),
    *checked(1.6, **{"stairs-inside": "no", "adaptation-needed": "major", "adaptation-in-place": "no"}),
    home(2.6, "start-strand", strand_kind="adaptation", item="straight-stairlift", partner="HVC", due_in=9),
    partner(3.2, "council", "move-strand", strand="adaptation/1", step="acknowledged"),
    *waits(5, "CA10", "council"),
    partner(5.2, "council", "move-strand", strand="adaptation/1", step="surveyed"),
    partner(7, "council", "move-strand", strand="adaptation/1", step="scheduled"),
    partner(10, "council", "move-strand", strand="adaptation/1", step="fitted"),
    *leaves(11.2),
    *home_again(problem="equipment-missing"),
    *closes("home-made-ready"),
)

EQUIPMENT = (
    *arrives(5),
    *referred(0.8),
    *checked(
        1.2,
        **{
            "bed": "no",
            "bed-prescribed": "hospital",
            "equipment-needed": "needed",
            "equipment-in-place": "no",
        },
    ),
    home(2.2, "start-strand", strand_kind="equipment", item="hospital-bed", partner="HVE", due_in=4),
    partner(2.6, "equipment", "move-strand", strand="equipment/1", step="acknowledged"),
    *waits(4, "CA9", "equipment-service"),
    partner(4.4, "equipment", "move-strand", strand="equipment/1", step="dispatched"),
    partner(5.6, "equipment", "move-strand", strand="equipment/1", step="delivered"),
    partner(5.9, "equipment", "move-strand", strand="equipment/1", step="fitted"),
    *leaves(6.8),
    *home_again(missed="7-days"),
    *closes("home-made-ready"),
)

REHOUSED = (
    *arrives(9),
    *referred(1, homeless="yes", reasons=["homeless", "rehousing"], needs=["ground-floor"]),
    home(1.6, "add-participant", organisation="HVC", role="council"),
    home(1.9, "record-duty-to-refer", council="HVC"),
    *checked(2, **{"destination": "no-home", "safe-address": "no", "duty-acknowledged": "no"}),
    partner(3.5, "council", "acknowledge-duty-to-refer"),
    home(3.7, "start-strand", strand_kind="rehousing", item="rehousing:1-bed-step-free", due_in=14),
    *waits(6, "CA11", "landlord"),
    home(6.5, "offer-property", strand="rehousing/1"),
    home(7.5, "answer-offer", strand="rehousing/1", answer="refused", reason="too-far"),
    home(8.5, "offer-property", strand="rehousing/1"),
    home(9.6, "answer-offer", strand="rehousing/1", answer="accepted"),
    home(11, "let-property", strand="rehousing/1"),
    home(12, "move-strand", strand="rehousing/1", step="keys-held"),
    home(12.2, "check-new-home", answers={"destination": "own-home"}),
    *leaves(13.5),
    *home_again(problem="no-heating"),
    *closes("rehoused"),
)

AS_IT_IS = (
    *arrives(4),
    *referred(0.8),
    *checked(1.2),
    *waits(3, "HP5", "ward"),
    *leaves(3.9),
)

UNWELL_AGAIN = (
    *arrives(6),
    *referred(1),
    *checked(1.5, heating="no", food="no"),
    *basics(2.5),
    *waits(4, "WC4", "coordinator"),
    adt(6, "A08", fit="N"),
    ward(6.2, "set-criteria-to-reside", met=True),
    adt(9, "A08", fit="Y", edd=11),
    ward(9.2, "set-criteria-to-reside", met=False),
    *leaves(11),
    *home_again(),
    *closes("home-made-ready"),
)

STORIES = (
    Story("fit as it is", (*AS_IT_IS, *home_again(), *closes("home-as-it-is")), share=4),
    Story("stairlift first", STAIRLIFT, share=4),
    Story("equipment", EQUIPMENT, share=4),
    Story("rehoused", REHOUSED, share=3),
    Story("unwell again", UNWELL_AGAIN, share=2),
    Story("hidden address", STAIRLIFT, share=1, hidden=True),
    Story(
        "died",
        (
            *arrives(8),
            *referred(1),
            *checked(1.6),
            *waits(4, "IP9", "council"),
            adt(6, "A03", destination=DIED, method=BY_DEATH),
            adt(6.3, "A31", died=True),
        ),
    ),
    Story(
        "self-discharged",
        (
            *arrives(6),
            *referred(1),
            *checked(1.6),
            adt(3.4, "A03", destination=USUAL_PLACE, method=BY_OWN_DECISION),
            contact(0.6, "welfare", "well"),
            *home_again(),
            *closes("home-as-it-is"),
        ),
    ),
    Story(
        "transferred",
        (*arrives(9), *referred(1), adt(4, "A03", destination=OTHER_HOSPITAL, method=BY_ADVICE)),
    ),
    Story(
        "back within 72 hours",
        (
            *AS_IT_IS,
            contact(0.8, "24-hours", "well"),
            after(2, adt(0, "A01")),
            adt(0.5, "A08", edd=3),
            *waits(2, "WC4", "coordinator"),
            *leaves(3),
            *home_again(),
        ),
        share=2,
    ),
    Story(
        "discharge cancelled",
        (
            *AS_IT_IS,
            after(0.25, adt(0, "A13")),
            adt(5.6, "A03", destination=USUAL_PLACE, method=BY_ADVICE),
            *home_again(),
            *closes("home-as-it-is"),
        ),
    ),
    Story(
        "referred before the stay is known",
        (
            adt(-4, "A28"),
            ward(-3, "refer"),
            *safe(-2.8),
            home(-2.5, "accept-referral"),
            adt(0, "A01"),
            home(0.5, "record-sharing-basis", basis="consent"),
            *checked(1),
            adt(2, "A08", fit="Y", edd=3),
            *leaves(3),
            *home_again(),
        ),
        share=2,
    ),
    Story(
        "returned and referred again",
        (
            *arrives(8),
            ward(1, "refer"),
            home(1.4, "return-referral", reason="more-information"),
            *referred(3, reasons=["basics"]),
            *checked(3.5, heating="no"),
            *basics(4.5),
            *waits(5, "WC4", "coordinator"),
            *leaves(8),
            *home_again(),
            *closes("home-made-ready"),
        ),
        share=2,
    ),
    Story(
        "withdrawn",
        (
            *arrives(5),
            *referred(1),
            ward(2, "withdraw-referral", reason="arranged-otherwise"),
            *leaves(5)[1:],
        ),
    ),
    Story(
        "moved by mistake",
        (
            *arrives(5),
            *referred(1, "refer-fhir"),
            *checked(1.5),
            adt(2, "A02"),
            adt(2.2, "A12"),
            adt(3, "A08", fit="Y"),
            adt(3.5, "A16", edd=4),
            adt(3.7, "A25"),
            *leaves(5),
            *home_again(),
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
            *arrives(5),
            *referred(1, "refer-fhir"),
            adt(1.2, "A40"),
            *leaves(6)[1:],
        ),
    ),
    Story(
        "no help needed",
        (*arrives(3), adt(1.5, "A02"), *leaves(3)[1:]),
        share=6,
    ),
    Story("message of a rehearsal", (adt(0, "A01", rehearsal=True), adt(1, "A03", rehearsal=True))),
)
