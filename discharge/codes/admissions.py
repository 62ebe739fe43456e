"""How somebody came into hospital: the national admission methods, and what each means for a return.

Only an emergency is a readmission; a return that was booked, a birth or a move between hospitals is none.
Source: NHS Data Dictionary, admission method; NHS Digital indicator I02040 (emergency readmissions).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from discharge.codes.by_edition import code_list
from discharge.codes.model import Code

AdmissionKind = Literal["emergency", "planned", "other", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionMethod(Code):
    """One way in, and the kind of admission that it is."""

    kind: AdmissionKind


ADMISSION_METHODS = code_list("admission-methods", AdmissionMethod)


def admission_kind(method: str | None, on: date) -> AdmissionKind:
    """Return what an admission method as received means; "unknown" for a code that is not national."""
    row = ADMISSION_METHODS.find((method or "").strip().upper(), on)
    return row.kind if row else "unknown"
