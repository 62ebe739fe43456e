"""How somebody came into hospital: the national admission methods, and what each means for a return.

Only an emergency is a readmission; a return that was booked, a birth or a move between hospitals is none.
Source: NHS Data Dictionary, admission method; NHS Digital indicator I02040 (emergency readmissions).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from discharge.codes.model import Code, CodeList

AdmissionKind = Literal["emergency", "planned", "other", "unknown"]

DICTIONARY = "NHS Data Dictionary, admission method; HL7 table 0007 as used by NHS ITK HL7 v2.4"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionMethod(Code):
    """One way in, and the kind of admission that it is."""

    kind: AdmissionKind


_METHODS: tuple[tuple[str, AdmissionKind, str], ...] = (
    ("11", "planned", "From a waiting list"),
    ("12", "planned", "Booked"),
    ("13", "planned", "Planned"),
    ("21", "emergency", "Emergency department of this hospital"),
    ("22", "emergency", "General practitioner"),
    ("23", "emergency", "Bed bureau"),
    ("24", "emergency", "Consultant's clinic"),
    ("25", "emergency", "Mental health crisis team"),
    ("2A", "emergency", "Emergency department of another hospital"),
    ("2B", "emergency", "Moved from another hospital as an emergency"),
    ("2C", "other", "Baby born at home as intended"),
    ("2D", "emergency", "Other emergency"),
    ("28", "emergency", "Other emergency, older code"),
    ("31", "other", "Maternity, before the birth"),
    ("32", "other", "Maternity, after the birth"),
    ("81", "other", "Moved from another hospital, not an emergency"),
    ("82", "other", "Birth in this hospital"),
    ("83", "other", "Birth outside this hospital"),
    ("98", "unknown", "Not applicable"),
    ("99", "unknown", "Not known"),
)

ADMISSION_METHODS = CodeList(
    "admission-methods",
    tuple(
        AdmissionMethod(code=code, label=label, source=DICTIONARY, kind=kind)
        for code, kind, label in _METHODS
    ),
)


def admission_kind(method: str | None, on: date) -> AdmissionKind:
    """Return what an admission method as received means; "unknown" for a code that is not national."""
    row = ADMISSION_METHODS.find((method or "").strip().upper(), on)
    return row.kind if row else "unknown"
