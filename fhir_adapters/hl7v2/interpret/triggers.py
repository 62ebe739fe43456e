"""The trigger events that bear on people and stays, and what each means: rows of data.

Source: HL7 UK A.3 and the ITK message specifications, section 1.2 of each on triggers. A trigger without a
row is stored, acknowledged and listed as not used.
"""

from dataclasses import dataclass

from fhir_adapters.hl7v2.facts import Movement


@dataclass(frozen=True, slots=True)
class Trigger:
    """What one event says: a movement of the stay (or none), and whether it merges two people."""

    event: str
    title: str
    movement: Movement | None = None
    merges: bool = False


_ROWS = (
    Trigger("A01", "Admitted", "admitted"),
    Trigger("A02", "Transferred", "transferred"),
    Trigger("A03", "Discharged", "discharged"),
    Trigger("A08", "Details updated", "updated"),
    Trigger("A11", "Admission cancelled", "admission-cancelled"),
    Trigger("A12", "Transfer cancelled", "transfer-cancelled"),
    Trigger("A13", "Discharge cancelled", "discharge-cancelled"),
    Trigger("A16", "Discharge planned", "discharge-planned"),
    Trigger("A25", "Discharge plan withdrawn", "discharge-plan-withdrawn"),
    Trigger("A28", "Person added"),
    Trigger("A31", "Person updated"),
    Trigger("A40", "Persons merged", merges=True),
)

TRIGGERS = {row.event: row for row in _ROWS}
