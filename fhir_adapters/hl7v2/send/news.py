"""What there is to tell a trust about a stay of one of its patients, in facts; and the id of the message."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from discharge.values import YesNoUnknown

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PREFIX, _LENGTH = "HW", 18


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class News(_Frozen):
    """The coded half, as the outbox holds it: the whole of what we know now, not only what changed.

    `withdrawn` says that an expected date was taken back. `fit` is None where nobody said.
    """

    expected_discharge_on: date | None = None
    withdrawn: Literal["yes", "no"] = "no"
    fit: Literal["yes", "no"] | None = None
    fit_on: date | None = None
    home_ready: YesNoUnknown = "unknown"
    home_ready_on: date | None = None


class Named(_Frozen):
    """The person as the receiving trust itself named them, and no address."""

    nhs_number: str | None = None
    local_number: str | None = None
    local_authority: str = ""
    family_name: str
    given_name: str = ""
    birth_date: date | None = None
    sex: str | None = None


class Stay(_Frozen):
    """The stay that is meant, by the trust's own number of it."""

    visit_number: str
    admitted_at: AwareDatetime | None = None


def control_id(key: UUID) -> str:
    """MSH-10 of the item with this key: 20 characters, the same at every try (93 bits of the key)."""
    rest, written = key.int, ""
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_DIGITS))
        written = _DIGITS[digit] + written
    return _PREFIX + written
