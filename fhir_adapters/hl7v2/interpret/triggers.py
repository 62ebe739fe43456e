"""The trigger events that bear on people and stays, and what each means: rows of data.

Source: HL7 2.4 chapter 3; HL7 UK A.3 and the ITK message specifications, section 1.2 of each on triggers. A
trigger without a row is stored, acknowledged and listed as not used: among them A20 (a bed's own status) and
A43 (some numbers moved to another person: a person must decide).
"""

from dataclasses import dataclass
from typing import Literal

from fhir_adapters.hl7v2.facts import Movement

Part = Literal["place", "admission", "leaving", "plans"]
"""What a message says of a stay beside its movement: PV1-3; PV1-4, PV1-44 and PV2-8; PV1-36, PV1-37 and
PV1-45; expected date and fitness.
"""

ALL: frozenset[Part] = frozenset({"place", "admission", "leaving", "plans"})
_IN_BED = ALL - {"leaving"}
"""While somebody lies in a bed, codes and time of leaving are left-overs (CareCast leaves PV1-37 in A13)."""
_ABROAD = ALL - {"leaving", "place"}
"""On leave or on the way, PV1-3 may tell where the person is meanwhile; the bed stays theirs."""
_NOTHING: frozenset[Part] = frozenset()

Merge = Literal["persons", "stay"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """What one event says: a movement of the stay (or none), and which parts of the message count with it.

    `only_inpatient` rows say something of a stay only where PV1-2 does not show another kind of contact.
    `merges` rows move what one number holds to another. `pairs` rows hold one PID and PV1 for each person.
    `links` says that two records may be one person (or, False, that they are not): both stay as they are.
    `deletes_person` rows end the stays that have not ended, as deleted; a person decides about the case.
    """

    event: str
    title: str
    movement: Movement | None = None
    counts: frozenset[Part] = ALL
    only_inpatient: bool = False
    merges: Merge | None = None
    pairs: bool = False
    links: bool | None = None
    deletes_person: bool = False


_ROWS = (
    Trigger("A01", "Admitted", "admitted", _IN_BED),
    Trigger("A02", "Transferred", "transferred", _IN_BED),
    Trigger("A03", "Discharged", "discharged"),
    Trigger("A04", "Registered", "admitted", _IN_BED, only_inpatient=True),
    Trigger("A05", "Pre-admitted", "expected", _IN_BED),
    Trigger("A06", "Became an inpatient", "admitted", _IN_BED),
    Trigger("A07", "Became an outpatient", "discharged"),
    Trigger("A08", "Details updated", "updated", only_inpatient=True),
    Trigger("A09", "Left the ward for a while", "updated", _ABROAD, only_inpatient=True),
    Trigger("A10", "Arrived for a while", "updated", _ABROAD, only_inpatient=True),
    Trigger("A11", "Admission cancelled", "admission-cancelled", _IN_BED),
    Trigger("A12", "Transfer cancelled", "transfer-cancelled", _IN_BED),
    Trigger("A13", "Discharge cancelled", "discharge-cancelled", _IN_BED),
    Trigger("A14", "Admission planned", "expected", _IN_BED),
    Trigger("A15", "Transfer planned", "move-planned", _IN_BED),
    Trigger("A16", "Discharge planned", "discharge-planned", _IN_BED),
    Trigger("A17", "Beds swapped", "transferred", _IN_BED, pairs=True),
    Trigger("A18", "Persons merged", merges="persons"),
    Trigger("A21", "Leave began", "leave-began", _ABROAD),
    Trigger("A22", "Leave ended", "leave-ended", _IN_BED),
    Trigger("A23", "Visit deleted", "deleted", _NOTHING),
    Trigger("A24", "Persons linked", pairs=True, links=True),
    Trigger("A25", "Discharge plan withdrawn", "discharge-plan-withdrawn", _IN_BED),
    Trigger("A26", "Transfer plan withdrawn", "move-plan-withdrawn", _IN_BED),
    Trigger("A27", "Admission plan withdrawn", "expectation-cancelled", _NOTHING),
    Trigger("A28", "Person added"),
    Trigger("A29", "Person deleted", deletes_person=True),
    Trigger("A30", "Persons merged", merges="persons"),
    Trigger("A31", "Person updated"),
    Trigger("A34", "Persons merged", merges="persons"),
    Trigger("A35", "Accounts merged", merges="stay"),
    Trigger("A36", "Persons and accounts merged", merges="persons"),
    Trigger("A37", "Persons unlinked", pairs=True, links=False),
    Trigger("A38", "Pre-admission cancelled", "expectation-cancelled", _NOTHING),
    Trigger("A39", "Persons merged", merges="persons"),
    Trigger("A40", "Persons merged", merges="persons"),
    Trigger("A41", "Accounts merged", merges="stay"),
    Trigger("A42", "Visits merged", merges="stay"),
    Trigger("A44", "Account moved to another person", merges="stay"),
    Trigger("A45", "Visit moved to another person", merges="stay"),
    Trigger("A47", "Hospital number changed", merges="persons"),
    Trigger("A50", "Visit number changed", merges="stay"),
    Trigger("A52", "Leave cancelled", "leave-cancelled", _IN_BED),
    Trigger("A53", "Return from leave cancelled", "return-cancelled", _ABROAD),
)

TRIGGERS = {row.event: row for row in _ROWS}

DELETED = Trigger("", "Visit deleted", "deleted", _NOTHING)
"""What any trigger means that a feed profile names as its way to delete a visit."""
