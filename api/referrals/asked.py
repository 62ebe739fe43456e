"""A referral as a door understood it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.commands.asked import Outcome
from api.commands.execution import body_hash
from api.messages.raw_messages import RawMessage
from api.referrals import numbers
from discharge.store.tables import ReferralRequestRow
from fhir_adapters.people.reach import NOBODY, ReferredContacts
from fhir_adapters.referrals import ReferralValues


@dataclass(frozen=True)
class Referred:
    """What became of a referral. `opened` says that no case was there before."""

    outcome: Outcome
    opened: bool


@dataclass(frozen=True)
class Requested:
    """The referral waits as a request until somebody takes it on or answers it."""

    row: ReferralRequestRow
    repeated: bool = False


@dataclass(frozen=True)
class Request:
    """One referral as a door understood it.

    `key` is the asker's own key. `number` is the sender's own number of the referral by FHIR: it stands in
    for a key, and may not be used for anything else. `sent` is a hash of what the client sent, where the
    values do not say it all; `inbox_id` is the message that brought it, where that is kept already. `confirm`
    holds the contradictions that the asker was asked about and confirms. `contacts` is whom to call for the
    person, by the message.
    """

    values: ReferralValues
    key: str | None = None
    number: str | None = None
    raw: RawMessage | None = None
    inbox_id: UUID | None = None
    sent: str | None = None
    confirm: tuple[str, ...] = ()
    contacts: ReferredContacts = NOBODY

    @property
    def digest(self) -> str:
        """A hash of what was asked."""
        return self.sent or body_hash(self.values.model_dump(mode="json"))

    @property
    def name(self) -> str | None:
        """Under which of the asker's names it is known again."""
        return self.key or (numbers.name_of(self.number, self.digest) if self.number else None)
