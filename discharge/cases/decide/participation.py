"""Who owns the case, who takes part, and on what basis partners may be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import Decider, coded, command_of, happened_on
from discharge.cases.model import Case, Owner, Participant, SharingBasis


def takes_part(case: Case, organisation_id: UUID) -> bool:
    """Whether an organisation takes part in the case now."""
    return any(
        mine.organisation_id == organisation_id and mine.until_on is None for mine in case.participants
    )


def owner_named(envelope: Envelope, team_id: UUID | None, user_id: UUID | None) -> ev.OwnerAssigned:
    """Return who answers for the case in the asker's organisation: who was named, else the asker."""
    actor = envelope.actor
    named = user_id if team_id or user_id else actor.user_id
    return ev.OwnerAssigned(
        owner=Owner(organisation_id=actor.organisation_id, team_id=team_id, user_id=named)
    )


def assign(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Name who answers for the case in the asker's organisation."""
    asked = command_of(envelope, cmd.AssignOwner)
    return [owner_named(envelope, asked.team_id, asked.user_id)]


def add_participant(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Let an organisation take part; asked twice, it takes part once."""
    asked = command_of(envelope, cmd.AddParticipant)
    if takes_part(case, asked.organisation_id):
        return []
    participant = Participant(
        organisation_id=asked.organisation_id,
        role=asked.role,
        basis=asked.basis,
        from_on=envelope.effective_on,
    )
    return [ev.ParticipantJoined(participant=participant)]


def end_participation(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Let an organisation leave the case."""
    asked = command_of(envelope, cmd.EndParticipation)
    if not takes_part(case, asked.organisation_id):
        return []
    return [ev.ParticipantLeft(organisation_id=asked.organisation_id, until_on=envelope.effective_on)]


def record_basis(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record consent or another lawful basis; until then nothing leaves for a partner."""
    asked = command_of(envelope, cmd.RecordSharingBasis)
    day = happened_on(envelope, now)
    coded("sharing-bases", asked.basis, day, "basis")
    if case.may_tell_partners and case.sharing is not None and case.sharing.basis == asked.basis:
        return []
    return [ev.SharingBasisRecorded(sharing=SharingBasis(basis=asked.basis, recorded_on=day))]


def withdraw_basis(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The basis ended: what has not left yet stays here."""
    day = happened_on(envelope, now)
    return [ev.SharingBasisWithdrawn(withdrawn_on=day)] if case.may_tell_partners else []


DECIDERS: Mapping[str, Decider] = {
    "assign-owner": assign,
    "add-participant": add_participant,
    "end-participation": end_participation,
    "record-sharing-basis": record_basis,
    "withdraw-sharing-basis": withdraw_basis,
}
