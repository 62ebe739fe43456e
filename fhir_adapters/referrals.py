"""A referral as any door understands it: FHIR, the JSON interface and the page all end in these values.

They hold personal data and never leave the process except into the record. Dates are Europe/London calendar
dates.
"""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field, TypeAdapter

from discharge.cases.model import Asked
from discharge.stored import Stored
from discharge.values import Frozen

Sex = Literal["male", "female", "other", "unknown"]


class _Values(Frozen):
    model_config = ConfigDict(str_strip_whitespace=True)


class LocalIdentifier(_Values):
    """A number that one organisation gave the person; `authority` is its system or assigning authority."""

    authority: str = Field(min_length=1, max_length=200)
    value: str = Field(min_length=1, max_length=100)


class ReferredAddress(_Values):
    """Where the person lives, as far as the sender said."""

    lines: tuple[str, ...] = ()
    postcode: str | None = Field(default=None, max_length=10)
    uprn: str | None = Field(default=None, max_length=12)


class ReferredPerson(_Values):
    """Who is meant. One way to find the person is enough; the rest is only needed where we do not hold it.

    `location_hidden`: where they are is for named people only, from now on; it is never lifted by this.
    """

    person_id: UUID | None = None
    nhs_number: str | None = None
    identifiers: tuple[LocalIdentifier, ...] = ()
    family_name: str | None = Field(default=None, max_length=100)
    given_name: str | None = Field(default=None, max_length=100)
    birth_date: date | None = None
    sex: Sex | None = None
    address: ReferredAddress | None = None
    location_hidden: bool = False

    @property
    def findable(self) -> bool:
        """Whether there is anything to find the person by."""
        return bool(self.person_id or self.nhs_number or self.identifiers)


class ReferralValues(_Values, Asked):
    """What is asked for, in codes of `discharge.codes.casework`; everything but the person may be left out.

    `requester` is the referring organisation's code or ODS code, `visit_number` the hospital's own number
    of the stay. `about_danger` says that the note speaks of abuse or danger.
    """

    person: ReferredPerson
    requester: str | None = None
    visit_number: str | None = None
    ward: str | None = None
    referred_on: date | None = None
    note: str | None = None
    about_danger: bool = False


REFERRAL_VALUES: Stored[ReferralValues] = Stored(TypeAdapter(ReferralValues))
"""Reads what a request said, to show it."""
