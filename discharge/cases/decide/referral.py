"""A referral comes again or for the first time, is taken on, returned, amended or withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.actions import ACCEPTED, UNACCEPTED, settle
from discharge.cases.circumstances import NO_NEED
from discharge.cases.commands import Envelope
from discharge.cases.decide.common import (
    Decider,
    all_coded,
    command_of,
    end_delay_reasons,
    happened_on,
    plain,
    reason_of,
    said_coded,
    side_exit,
)
from discharge.cases.decide.death import lives
from discharge.cases.decide.departure import stay_ended
from discharge.cases.decide.participation import basis_said, owner_named, takes_part
from discharge.cases.evolve import fold
from discharge.cases.model import Asked, Case, Participant, Referral, Stage
from discharge.codes.casework import NEEDS
from discharge.delays.model import ReadyPeriod
from discharge.delays.periods import not_before_the_last
from discharge.errors import Refused, refuse_together
from discharge.reference.policy import Policy

REOPENABLE = frozenset({"returned", "withdrawn", "admitted-elsewhere"})
"""Outcomes after which a new referral for the person opens the same case again."""


def may_open_again(outcome: str | None, left_home: bool) -> bool:
    """Whether a new referral opens a closed case again: it had ended before the person went home."""
    return outcome in REOPENABLE and not left_home


def refer(case: Case, envelope: Envelope, now: datetime, policy: Policy) -> list[ev.Event]:
    """Open the case; a second referral joins the open one and adds only what it newly says."""
    asked = command_of(envelope, cmd.Refer)
    day = envelope.effective_on
    if case.exists and not case.closed:
        happened_on(envelope, now)
        return _referred_again(case, asked, day)
    refuse_together(lambda: happened_on(envelope, now), lambda: check_codes(asked, day))
    if case.outcome == "died":  # whoever is referred lives
        alive = lives(case, day, now, policy)
        return [*alive, *_referred_again(fold(case, alive), asked, day)]
    if case.exists and not may_open_again(case.outcome, case.discharge is not None):
        raise Refused("case-closed", detail=str(case.case_id), where="case")
    received = ev.ReferralReceived(person_id=asked.person_id, referral=_referral(asked, day))
    opened: list[ev.Event] = (
        [ev.CaseReopened(reopened_on=day, stage=Stage.REFERRED, reason="referred-again")]
        if case.exists
        else []
    )
    happened = [*opened, received, *_joining(case, asked, day), *_first_facts(case, envelope, asked, day)]
    return [*happened, *_gone_already(fold(case, happened), asked, now, policy)]


def _gone_already(case: Case, asked: cmd.Refer, now: datetime, policy: Policy) -> list[ev.Event]:
    """Who is referred by a stay that has ended is not waiting in it."""
    spell = asked.spell
    if spell is None or spell.status != "discharged" or spell.discharged_on is None:
        return []
    return stay_ended(case, spell, spell.discharged_on, now, policy)


def _check_wishes(asked: Asked | cmd.AmendReferral, day: date) -> None:
    refuse_together(
        lambda: all_coded("referral-reasons", asked.reasons, day, "reasons"),
        lambda: all_coded("needs", asked.needs, day, "needs"),
        lambda: said_coded("pathways", asked.pathway, day, "pathway"),
        lambda: said_coded("tenures", asked.tenure, day, "tenure"),
    )


def check_codes(asked: Asked, day: date) -> None:
    """Hold every code of a referral against its list. Raises code-not-in-value-set for each that it does not
    have, naming the field.
    """
    refuse_together(
        lambda: _check_wishes(asked, day),
        lambda: said_coded("sharing-bases", asked.sharing_basis, day, "sharing_basis"),
    )


def _referral(asked: cmd.Refer, day: date) -> Referral:
    return Referral(
        referred_on=day,
        organisation_id=asked.organisation_id,
        ward=asked.ward or (asked.spell.ward if asked.spell else None),
        reasons=asked.reasons,
        needs=asked.needs,
        tenure=asked.tenure,
        lives_alone=asked.lives_alone,
        pathway=asked.pathway,
        external_id=asked.external_id,
        other_ids=asked.other_ids,
        setting=asked.setting,
        awaiting_spell=asked.spell is None and asked.setting == "hospital",
    )


def _joining(case: Case, asked: cmd.Refer, day: date) -> list[ev.Event]:
    """Who takes part from the first day: the trust that refers and the service that takes the referral. A
    service that refers by itself has one part, the service's.
    """
    wanted = {asked.organisation_id: (asked.part, asked.basis)}
    if asked.spell is not None and asked.spell.in_a_bed:
        wanted.setdefault(asked.spell.organisation_id, ("trust", "hospital-stay"))
    if asked.service_id is not None:
        wanted[asked.service_id] = ("housing-health", "referral")
    return [
        ev.ParticipantJoined(
            participant=Participant(organisation_id=organisation, role=role, basis=basis, from_on=day)
        )
        for organisation, (role, basis) in wanted.items()
        if not takes_part(case, organisation)
    ]


def _first_facts(case: Case, envelope: Envelope, asked: cmd.Refer, day: date) -> list[ev.Event]:
    facts: list[ev.Event] = []
    if asked.spell is not None:
        facts.append(ev.SpellJoined(spell=asked.spell))
    expected = asked.expected_discharge_on or (asked.spell.expected_discharge_on if asked.spell else None)
    if expected is not None and expected != case.expected_discharge_on:
        told_by = envelope.actor.own_system
        facts.append(ev.ExpectedDischargeDateSet(expected_discharge_on=expected, told_by=told_by))
    ready_on = asked.ready_on or _fit_since(asked)
    if ready_on is not None and case.open_ready_period is None:
        begins = not_before_the_last(case.ready_periods, ready_on)
        spell_id = asked.spell.spell_id if asked.spell else None
        period = ReadyPeriod(ready_on=begins, spell_id=spell_id, basis="referral")
        facts.append(ev.ReadyPeriodStarted(period=period))
    if asked.homeless != "unknown":
        facts.append(ev.HomelessnessFlagged(flag=asked.homeless, flagged_on=day))
    if asked.sharing_basis is not None:
        facts.append(ev.SharingBasisRecorded(sharing=basis_said(envelope, asked.sharing_basis, day)))
    return facts


def _fit_since(asked: cmd.Refer) -> date | None:
    return asked.spell.medically_fit_on if asked.spell and asked.spell.medically_fit else None


def _referred_again(case: Case, asked: cmd.Refer, day: date) -> list[ev.Event]:
    """Who refers again takes part, too; a case that has its housing service keeps that one. Needs that nobody
    named before are the person's from now on.
    """
    sender = asked.model_copy(update={"service_id": None})
    happened = [*_joining(case, sender, day), *_needs_named(case, asked)]
    if asked.spell is not None and case.current_spell is None:
        happened.append(ev.SpellJoined(spell=asked.spell))
    return happened


def _needs_named(case: Case, asked: cmd.Refer) -> list[ev.Event]:
    known = case.referral
    if known is None:
        return []
    said = (*known.needs, *(code for code in asked.needs if NEEDS.known(code)))
    named = tuple(dict.fromkeys(code for code in said if code != NO_NEED))
    if set(named) <= set(known.needs):
        return []
    kept = known.model_dump(include={"ward", "reasons", "pathway", "tenure", "lives_alone"})
    return [ev.ReferralAmended.model_validate({**kept, "needs": named, "changed": ("needs",)})]


def accept(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Take the referral on for the asker's organisation."""
    asked = command_of(envelope, cmd.AcceptReferral)
    day = happened_on(envelope, now)
    return [
        ev.ReferralAccepted(accepted_on=day),
        owner_named(envelope, asked.team_id, asked.user_id),
        *settle(case, ACCEPTED, now, {UNACCEPTED}),
    ]


def return_to_ward(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Send the referral back with its coded reason; the ward may refer again and opens the same case."""
    asked = command_of(envelope, cmd.ReturnReferral)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: reason_of("referral-return-reasons", asked.reason, day, "return-reason-needed"),
    )
    returned = ev.ReferralReturned(returned_on=day, reason=asked.reason)
    return [returned, *end_delay_reasons(case, day), ev.CaseClosed(closed_on=day, outcome="returned")]


def amend(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Take what is newly said or corrected; an amendment that says nothing new is kept for its note."""
    asked = command_of(envelope, cmd.AmendReferral)
    day = envelope.effective_on
    refuse_together(lambda: happened_on(envelope, now), lambda: _check_wishes(asked, day))
    known = case.referral
    said = {
        "ward": asked.ward or (known.ward if known else None),
        "reasons": asked.reasons or (known.reasons if known else ()),
        "needs": asked.needs or (known.needs if known else ()),
        "pathway": asked.pathway or (known.pathway if known else None),
        "tenure": asked.tenure or (known.tenure if known else None),
        "lives_alone": asked.lives_alone or (known.lives_alone if known else None),
    }
    changed = tuple(name for name, value in said.items() if value and value != getattr(known, name, None))
    return [ev.ReferralAmended.model_validate({**said, "changed": changed})]


def withdraw(case: Case, envelope: Envelope, now: datetime) -> list[ev.Event]:
    """Stop: nobody wants this help any more."""
    asked = command_of(envelope, cmd.WithdrawReferral)
    day = envelope.effective_on
    refuse_together(
        lambda: happened_on(envelope, now),
        lambda: reason_of("withdrawal-reasons", asked.reason, day),
    )
    return side_exit(case, day, "withdrawn", None)


DECIDERS: Mapping[str, Decider] = {
    "refer": refer,
    "accept-referral": plain(accept),
    "return-referral": plain(return_to_ward),
    "amend-referral": plain(amend),
    "withdraw-referral": plain(withdraw),
}
