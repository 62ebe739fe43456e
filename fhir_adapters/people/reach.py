"""How somebody is reached, and who is to be called for them: what HL7 v2 and FHIR say alike."""

from __future__ import annotations

import re

from discharge.values import Frozen

MIN_DIGITS = 5
_MOBILE = re.compile(r"(?:0|44|0044)7[1-9]")


class Telecom(Frozen):
    """A way to reach somebody; `kind` is phone, mobile or email."""

    kind: str
    value: str


class Contact(Frozen):
    """A next of kin, carer or key-holder; `relationship` (NK1-3) and `contact_role` (NK1-7) are the codes or
    words as sent (table 0063).
    """

    name: str
    relationship: str = ""
    contact_role: str = ""
    telecoms: tuple[Telecom, ...] = ()


class Practitioner(Frozen):
    """A named GP, or the consultant of the stay; `code` is their number as sent."""

    name: str
    code: str = ""
    telecoms: tuple[Telecom, ...] = ()


class ReferredContacts(Frozen):
    """Whom to call, as a referral says it. None was not mentioned; an empty tuple says that nobody is left of
    those whom it names. `practice` is the ODS code of the GP practice.
    """

    telecoms: tuple[Telecom, ...] | None = None
    contacts: tuple[Contact, ...] | None = None
    practice: str | None = None
    practice_name: str = ""
    gp: Practitioner | None = None

    @property
    def says_anything(self) -> bool:
        """Whether it names, or takes away, anybody at all."""
        return self != NOBODY


NOBODY = ReferredContacts()
"""A message that mentions nobody to call."""


def telephone(written: str, *, mobile: bool = False) -> Telecom | None:
    """A telephone number; None for a dummy such as (000)000-0000. It is a mobile by its digits, too."""
    digits = re.sub(r"\D", "", written)
    if len(digits) < MIN_DIGITS or len(set(digits)) == 1:
        return None
    return Telecom(kind="mobile" if mobile or _MOBILE.match(digits) else "phone", value=written)
