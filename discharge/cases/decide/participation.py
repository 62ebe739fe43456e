"""Who owns the case, who takes part, and on what basis partners may be told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import Decider, coded, command_of, happened_on, plain
from discharge.cases.model import Case, CaseSpell, Owner, Participant, SharingBasis
from discharge.cases.relations import leads, relations
from discharge.codes.casework import partner_bases
from discharge.codes.model import not_listed
from discharge.codes.participation import PARTICIPANT_ROLES
from discharge.errors import Refused, refuse_all, refuse_together
from discharge.roles import LEADS


def takes_part(case: Case, organisation_id: UUID) -> bool:
    """Whether an organisation takes part in the case now."""
    return any(
        mine.organisation_id == organisation_id and mine.until_on is None for mine in case.participants
    )


def trust_joins(case: Case, spell: CaseSpell, day: date) -> list[ev.Event]:
    """Let the trust whose bed it is take part: it is never locked out of its own patient's case."""
    if not spell.in_a_bed or takes_part(case, spell.organisation_id):
        return []
    part = Participant(
        organisation_id=spell.organisation_id, role="trust", basis="hospital-stay", from_on=day
    )
    return [ev.ParticipantJoined(participant=part)]


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
    """Add an organisation to the case on the basis recorded for the case; asked twice, it takes part once.

    Those who lead the case need no basis that reaches beyond direct care; everybody else does.
    """
    asked = command_of(envelope, cmd.AddParticipant)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: _named(asked.role, day),
        lambda: _recorded_basis(case, asked, day),
    )
    if takes_part(case, asked.organisation_id) or case.sharing is None:
        return []
    participant = Participant(
        organisation_id=asked.organisation_id, role=asked.role, basis=case.sharing.basis, from_on=day
    )
    return [ev.ParticipantJoined(participant=participant)]


def _named(role: str, day: date) -> None:
    """Refuse a role that nobody gives by hand."""
    if not PARTICIPANT_ROLES.lookup(role, day, "role").named:
        named = (row.code for row in PARTICIPANT_ROLES.in_force(day) if row.named)
        raise not_listed(PARTICIPANT_ROLES.name, role, named, "role")


def _recorded_basis(case: Case, asked: cmd.AddParticipant, day: date) -> None:
    """Refuse where nobody recorded this basis for the case, or where it does not reach this far; how far it
    must reach for a role that there is not, nobody knows.
    """
    sharing, role = case.sharing, PARTICIPANT_ROLES.find(asked.role, day)
    if sharing is None or sharing.withdrawn_on is not None:
        raise Refused("consent-missing", detail="no-basis", where="basis")
    if asked.basis is not None and asked.basis != sharing.basis:
        raise Refused("consent-missing", detail="basis-not-recorded", where="basis")
    beyond_care = role is not None and role.relation not in LEADS
    if beyond_care and sharing.basis not in partner_bases(sharing.recorded_on):
        raise Refused("consent-missing", detail="basis-does-not-reach-partner", where="basis")


def end_participation(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Let an organisation leave the case: by itself, or sent by one that leads the case.

    The last responsible trust and the last housing lead stay: nobody would be left to answer for the case;
    nor does a trust leave the case of the patient in its bed. A discharge recorded by hand ends no stay: its
    trust is told to send the end of it.
    """
    asked = command_of(envelope, cmd.EndParticipation)
    if not takes_part(case, asked.organisation_id):
        return []
    asker = envelope.actor.organisation_id
    if asked.organisation_id != asker and asker not in leads(case):
        raise Refused("part-not-allowed", where="organisation_id")
    refuse_together(
        lambda: happened_on(envelope, now), lambda: refuse_all(_needed(case, asked.organisation_id))
    )
    return [ev.ParticipantLeft(organisation_id=asked.organisation_id, until_on=envelope.effective_on)]


def _needed(case: Case, leaving: UUID) -> list[Refused]:
    """Why an organisation must stay."""
    found: dict[str, bool] = {
        "trust-has-the-patient": _has_the_patient(case, leaving) and case.discharge is None,
        "stay-not-ended": _has_the_patient(case, leaving) and case.discharge is not None,
        "work-open": any(strand.partner_id == leaving for strand in case.open_strands)
        or any(leaving in hazard.partners for hazard in case.open_hazards),
        "lead-needed": _is_the_last(case, leaving),
    }
    return [Refused(code, where="organisation_id") for code, holds in found.items() if holds]


def _has_the_patient(case: Case, organisation_id: UUID) -> bool:
    spell = case.current_spell
    return spell is not None and spell.organisation_id == organisation_id and spell.in_a_bed


def _is_the_last(case: Case, organisation_id: UUID) -> bool:
    held = relations(case)
    relation = held.get(organisation_id)
    return relation in LEADS and list(held.values()).count(relation) == 1


def basis_said(envelope: Envelope, basis: str, day: date) -> SharingBasis:
    """Return a basis for sharing with the day and with who stated it."""
    actor = envelope.actor
    return SharingBasis(
        basis=basis, recorded_on=day, recorded_by=actor.user_id, organisation_id=actor.organisation_id
    )


def record_basis(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Record consent or another lawful basis; until then nothing leaves for a partner."""
    asked = command_of(envelope, cmd.RecordSharingBasis)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now), lambda: coded("sharing-bases", asked.basis, day, "basis")
    )
    if case.may_tell_partners and case.sharing is not None and case.sharing.basis == asked.basis:
        return []
    return [ev.SharingBasisRecorded(sharing=basis_said(envelope, asked.basis, day))]


def withdraw_basis(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """The basis ended: what has not left yet stays here."""
    day = happened_on(envelope, now)
    return [ev.SharingBasisWithdrawn(withdrawn_on=day)] if case.may_tell_partners else []


DECIDERS: Mapping[str, Decider] = {
    "assign-owner": plain(assign),
    "add-participant": plain(add_participant),
    "end-participation": plain(end_participation),
    "record-sharing-basis": plain(record_basis),
    "withdraw-sharing-basis": plain(withdraw_basis),
}
