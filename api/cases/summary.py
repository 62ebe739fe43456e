"""What is known of a case, in lines of words: who, where, since when, why, and who takes part."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from api.cases.page_values import ContactLine, Fact
from api.cases.queries import CaseFile
from api.cases.timeline import mitigator
from api.web.names import Directory
from api.web.page import words
from api.web.principals import Principal
from discharge.cases.follow_ups import contact_words, not_running
from discharge.cases.model import Case, CaseSpell, FollowUp
from discharge.cases.relations import may_ask_of
from discharge.codes import casework
from discharge.codes.delay_reasons import delay_reason_label
from discharge.codes.people import RELATIONSHIPS
from discharge.contact_cards import Said
from discharge.delays.night_counts import nights_without_reason, published_delay_days
from discharge.delays.stays import periods_of_this_stay
from discharge.store.tables import PersonAddress, PersonContact
from discharge.store.tables.persons import CONSULTANT, GP, NEXT_OF_KIN, PRACTICE

ENDED_BY = {None: "still running", "discharged": "left", "met-criteria-again": "met the criteria again"}


def identity(found: CaseFile, today: date) -> tuple[Fact, ...]:
    """Who it is, as far as the reader sees it. A hidden address is not shown, and the page says so."""
    person, telling = found.person, found.telling
    born = f"{words.day(person.birth_date)} ({words.age(person.birth_date, today)})"
    known = (
        (telling.holds("person.nhs_number"), Fact("NHS number", words.nhs_number(person.nhs_number))),
        (telling.holds("person.birth_date"), Fact("Born", born)),
        (telling.sight.address, Fact("Home", home_words(found))),
    )
    return (
        *(fact for held, fact in known if held),
        *(
            Fact("Previous home", f"{address_words(each)} (until {words.day(each.until_on)})")
            for each in found.homes_before
        ),
    )


def home_words(found: CaseFile) -> str:
    """Where the person lives; nothing but that where their address is withheld."""
    if found.person.location_hidden:
        return "Address withheld"
    if found.address is None:
        return "Not known"
    since = f" (since {words.day(found.address.from_on)})" if found.address.let_id is not None else ""
    return f"{address_words(found.address)}{since}"


def address_words(row: PersonAddress) -> str:
    """An address in one line."""
    return ", ".join(part for part in (*row.lines.splitlines(), row.postcode or "") if part)


def place(found: CaseFile, known: Directory) -> str:
    """Where the person is, as far as we know and the reader may; else whom to ring, or who referred them."""
    case = found.case
    spell = case.current_spell
    if case.in_community:
        return f"At home, not in hospital; referred by {known.organisation(_referrer(case))}"
    if not found.telling.says("place"):  # first: they read the same of somebody whose place is hidden
        return f"Referred by {known.organisation(_referrer(case))}"
    if not found.place_seen:
        return f"Ward withheld: ring {whom_to_ring(case, known)}"
    if spell is None:
        return f"Stay not known yet, referred by {known.organisation(_referrer(case))}"
    on_leave = spell.status == "on-leave"
    standing = {"expected": "Expected on ward", "on-leave": "On leave from ward"}.get(spell.status, "Ward")
    bed = (f", where bed {spell.bed} is kept" if on_leave else f", bed {spell.bed}") if spell.bed else ""
    return f"{standing} {spell.ward or 'not known'}{bed}, {known.organisation(spell.organisation_id)}"


def whom_to_ring(case: Case, known: Directory) -> str:
    """Who at the trust knows where somebody is whose whereabouts are hidden."""
    trust = case.current_spell.organisation_id if case.current_spell else _referrer(case)
    owner = next((each for each in case.owners if each.organisation_id == trust), None)
    name = known.user(owner.user_id) if owner else None
    return ", ".join(filter(None, (name, known.organisation(trust))))


def _referrer(case: Case) -> UUID | None:
    return case.referral.organisation_id if case.referral else None


def facts(found: CaseFile, today: date, known: Directory) -> tuple[Fact, ...]:
    """The summary of the case: the stay, the waiting, the referral, the owner. A line whose field the reader
    does not see is left out: "No date" would say that there is none.
    """
    case, telling = found.case, found.telling
    tenure = casework.TENURES.label(case.referral.tenure) if case.referral else "Not known"
    homeless = Fact("Homeless or at risk", case.homelessness.flag.capitalize())
    lines: tuple[tuple[str, tuple[Fact, ...]], ...] = (
        ("spells", (_admitted(case.current_spell),)),
        (
            "expected_discharge_on",
            (Fact("Expected to leave", words.day(case.expected_discharge_on, "No date")),),
        ),
        ("needed_by", (Fact("Home needed by", words.day(case.needed_by, "No date")),)),
        ("ready_periods", telling.of("waiting", lambda whole: _nights(whole, today)) or ()),
        ("referral.reasons", (Fact("Reason for referral", _labels(case)),)),
        ("referral.tenure", (Fact("Tenure", tenure),)),
        ("sharing", (Fact("Sharing with partners", _sharing(case)),)),
        ("homelessness", (homeless, *_homelessness_referral(case, known))),
        ("owners", (Fact("Owner", _owners(case, known)),)),
    )
    return tuple(fact for field, told in lines if telling.holds(field) for fact in told)


def _nights(case: Case, today: date) -> tuple[Fact, ...]:
    until = case.discharge.discharged_on if case.discharge else today
    waited = periods_of_this_stay(case)
    without = len(nights_without_reason(waited, case.delay_reasons, until))
    return (
        Fact("Nights waiting", str(published_delay_days(waited, until))),
        Fact("Nights without a reason", str(without)),
    )


def _admitted(spell: CaseSpell | None) -> Fact:
    if spell is not None and spell.status == "expected":
        return Fact("Admission expected", words.day(spell.expected_admission_on, "No date"))
    return Fact("Admitted", words.day(spell.admitted_on if spell else None))


def _labels(case: Case) -> str:
    reasons = case.referral.reasons if case.referral else ()
    return ", ".join(casework.REFERRAL_REASONS.label(code) for code in reasons) or "Not given"


def _sharing(case: Case) -> str:
    if case.sharing is None:
        return "No basis recorded: nothing is sent to partners"
    basis = casework.SHARING_BASES.label(case.sharing.basis)
    return (
        basis
        if case.may_tell_partners
        else f"{basis}: does not allow sharing with partners, or was withdrawn"
    )


def _homelessness_referral(case: Case, known: Directory) -> tuple[Fact, ...]:
    """How the duty to refer stands, for whoever is, or may become, homeless."""
    made, council = case.homelessness.referred_on, case.homelessness.council_id
    if made is None:
        owed = case.homelessness.flag == "yes"
        return (Fact("Homelessness referral", "Not recorded as made"),) if owed else ()
    if council is None:
        return (Fact("Homelessness referral", "Recorded, but no council is named"),)
    answered = case.homelessness.acknowledged_on
    answer = f"answered {words.day(answered)}" if answered else "no answer recorded"
    made_to = f"Recorded as made to {known.organisation(council)} on {words.day(made)}"
    return (Fact("Homelessness referral", f"{made_to}; {answer}"),)


def _owners(case: Case, known: Directory) -> str:
    named = [
        f"{known.user(owner.user_id) or 'Team'} ({known.organisation(owner.organisation_id)})"
        for owner in case.owners
    ]
    return ", ".join(named) or "Nobody yet"


def reasons(case: Case) -> tuple[Fact, ...]:
    """Why the person waits and waited, the newest first."""
    return tuple(
        Fact(
            f"{words.short_day(each.from_on)} to {words.short_day(each.to_on, 'now')}",
            f"{delay_reason_label(each.code)} ({each.kind}; {casework.OWNER_ROLES.label(each.owner_role)})",
        )
        for each in reversed(case.delay_reasons)
    )


def periods(case: Case) -> tuple[Fact, ...]:
    """When the person did not meet the criteria to reside, the newest first."""
    return tuple(
        Fact(
            f"{words.short_day(each.ready_on)} to {words.short_day(each.ended_on, 'now')}",
            ENDED_BY.get(each.ended_by, words.from_code(each.ended_by)).capitalize(),
        )
        for each in reversed(case.ready_periods)
    )


def contacts(case: Case) -> tuple[ContactLine, ...]:
    """The contacts owed after discharge, in the order they are due."""
    return tuple(
        ContactLine(
            contact_words(each.key),
            words.moment(each.due_at),
            _contact_state(each),
        )
        for each in sorted(case.follow_ups.values(), key=lambda each: each.due_at)
    )


def _contact_state(owed: FollowUp) -> str:
    if owed.outcome:
        return casework.CONTACT_OUTCOMES.label(owed.outcome)
    return not_running(owed) or "Not made yet"


def made_safe(case: Case, known: Directory) -> tuple[Fact, ...]:
    """What is made safe in place of a yes: what is done, who answers for it, and until when."""
    return tuple(
        Fact(
            known.names.gate.get(item.code, item.code),
            f"{casework.MITIGATIONS.label(item.mitigation.code)}. {mitigator(item.mitigation, known)} "
            f"answers for it until {words.day(item.mitigation.ends_on)}.",
        )
        for item in case.gate_items
        if item.mitigation is not None and item.value != "yes"
    )


def participants(case: Case, known: Directory) -> tuple[Fact, ...]:
    """Which organisations take part, as what and since when."""
    return tuple(
        Fact(
            known.organisation(each.organisation_id),
            f"{words.from_code(each.role)}, since {words.short_day(each.from_on)}"
            + (f", until {words.short_day(each.until_on)}" if each.until_on else ""),
        )
        for each in case.participants
    )


SEE_CONTACTS = "case.contacts"
"""Who to call about a person, as the trust sent it: their own telephone, next of kin, and the practice. Of
somebody whose location is hidden nothing is shown: a number may lead to where they are.
"""

OWN = {"mobile": "Mobile", "phone": "Telephone", "email": "E-mail"}
"""Kinds of the person's own, in the order in which somebody tries them."""


POSTS = {GP: "GP", CONSULTANT: "consultant"}
"""What a doctor is to the person, by the kind of what a message says."""


def sees_contacts(found: CaseFile, caller: Principal) -> bool:
    """Whether somebody is told of anybody to call."""
    return not found.person.location_hidden and may_see_contacts(found, caller)


def may_see_contacts(found: CaseFile, caller: Principal) -> bool:
    """Whether somebody's part is to know whom to call, where nothing hides it."""
    return may_ask_of(found.case, caller.role, caller.organisation_id, SEE_CONTACTS)


def contacts_shown(found: CaseFile, caller: Principal) -> list[PersonContact]:
    """Whom somebody may call, in the order in which they are tried."""
    if not sees_contacts(found, caller):
        return []
    order = (*OWN, NEXT_OF_KIN, PRACTICE, GP, CONSULTANT)
    known = [row for row in found.contacts if row.kind in order]
    return sorted(known, key=lambda row: (order.index(row.kind), row.name or "", row.value))


def said_of(row: PersonContact) -> Said:
    """What a message says of one contact."""
    return Said(
        row.kind,
        row.value,
        row.name or "",
        row.relationship_code or "",
        row.contact_role or "",
        row.said_on,
        row.organisation_id,
    )


def contact_line(row: PersonContact, known: Directory) -> str:
    """Who it is, and the number."""
    if row.kind == PRACTICE:
        return practice_words(row.value, known, row.name or "")
    who = ", ".join(filter(None, (row.name, POSTS.get(row.kind) or _relationship(row))))
    return ": ".join(filter(None, (who, row.value))) or "Not given"


def _relationship(row: PersonContact) -> str:
    return RELATIONSHIPS.label(row.relationship_code).lower() if row.relationship_code else ""


def practice_words(code: str, known: Directory, said: str = "") -> str:
    """A practice by its name, as known here or as `said` by the message, and its code."""
    named = next((each.name for each in known.organisations.values() if each.ods_code == code), said)
    return f"{named} ({code})" if named else code
