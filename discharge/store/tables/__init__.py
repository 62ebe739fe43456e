"""Tables of floor 1, one noun a file; importing this package registers them all."""

from discharge.store.tables.audit import AuditRead, AuditWrite
from discharge.store.tables.cases import (
    AlertRow,
    CaseCommandRow,
    CaseEventRow,
    CaseOwnerRow,
    CaseParticipantRow,
    CaseRow,
    CaseSpellRow,
    DelayReasonRow,
    FollowUpRow,
    ReadyPeriodRow,
    StrandRow,
)
from discharge.store.tables.clock import CaseClockRow, HeartbeatRow
from discharge.store.tables.commands import CommandRow, NoteRow
from discharge.store.tables.contact_details import ContactEntry
from discharge.store.tables.counted import (
    CountedChangeRow,
    CountedLettingRow,
    CountedMonthRow,
    CountedStayRow,
    CountedSumRow,
)
from discharge.store.tables.documents import DocumentRow
from discharge.store.tables.evidence import EvidenceContentRow, EvidenceFileRow
from discharge.store.tables.identities import (
    DuplicatePair,
    IdentityDecision,
    MovedRecord,
    PairLeftOut,
    PersonMerge,
    PersonNhsNumber,
)
from discharge.store.tables.organisations import Organisation, PartnerRow, Team, User
from discharge.store.tables.outbox import OutboxRow
from discharge.store.tables.persons import Person, PersonAddress, PersonContact, PersonIdentifier, PlaceReader
from discharge.store.tables.referral_requests import ReferralRequestRow, ReferralReviewerRow
from discharge.store.tables.request_keys import RequestKeyRow
from discharge.store.tables.sessions import KeptFormRow, SessionRow
from discharge.store.tables.spells import Spell

__all__ = [
    "AlertRow",
    "AuditRead",
    "AuditWrite",
    "CaseClockRow",
    "CaseCommandRow",
    "CaseEventRow",
    "CaseOwnerRow",
    "CaseParticipantRow",
    "CaseRow",
    "CaseSpellRow",
    "CommandRow",
    "ContactEntry",
    "CountedChangeRow",
    "CountedLettingRow",
    "CountedMonthRow",
    "CountedStayRow",
    "CountedSumRow",
    "DelayReasonRow",
    "DocumentRow",
    "DuplicatePair",
    "EvidenceContentRow",
    "EvidenceFileRow",
    "FollowUpRow",
    "HeartbeatRow",
    "IdentityDecision",
    "KeptFormRow",
    "MovedRecord",
    "NoteRow",
    "Organisation",
    "OutboxRow",
    "PairLeftOut",
    "PartnerRow",
    "Person",
    "PersonAddress",
    "PersonContact",
    "PersonIdentifier",
    "PersonMerge",
    "PersonNhsNumber",
    "PlaceReader",
    "ReadyPeriodRow",
    "ReferralRequestRow",
    "ReferralReviewerRow",
    "RequestKeyRow",
    "SessionRow",
    "Spell",
    "StrandRow",
    "Team",
    "User",
]
