"""The facts about homes and strands that risk rules ask for, contributed to `discharge.risk`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from discharge.calendar import DAY, spoken_day
from discharge.cases.model import REHOUSING, Case, Participant
from discharge.cases.relations import relations
from discharge.clocks import london_date, london_midnight
from discharge.clocks.registry import CLOCK_ROWS, OFFER_CLOCK
from discharge.codes.casework import OWNER_ROLES
from discharge.codes.participation import PARTICIPANT_ROLES
from discharge.pathway_words import middle
from discharge.risk.case_facts import contribute
from discharge.risk.conditions import Known
from discharge.roles import REFERRING
from housing_checks.checks.answer_types import WRITTEN
from housing_checks.checks.answers import asked_of
from housing_checks.checks.form import form_of
from housing_checks.checks.former_building import ordered_for
from housing_checks.checks.referral_statements import disputed_with_referral
from housing_checks.gate.blockers import item_words
from housing_checks.lead_times import item_label
from housing_checks.merge_words import SAFETY, came_over, stayed_behind

MERGED_IN = "case-merged-in"
"""The fact, and the rule, that a case was merged into this one."""
JOINED_LATER = "joined-after-who-may-know"
"""The fact, and the rule, that somebody takes part since the person said who may know."""
NOT_TAKEN = ("refused", "lapsed")


def homes_not_taken(case: Case) -> Iterator[Known]:
    """Of each search that goes on, how many offers were refused or ran out without a reason."""
    for strand in case.open_strands:
        if strand.kind == REHOUSING and strand.property_id is None:
            unsaid = [offer for offer in strand.offers if offer.answer in NOT_TAKEN and not offer.reason]
            yield Known(strand.key, count=len(unsaid), words={"count": str(len(unsaid))})


def offers_to_answer(case: Case) -> Iterator[Known]:
    """Of each offer that nobody has answered, from when its clock warns that it lapses. Nobody is warned on
    the day of the offer itself.
    """
    for strand in case.open_strands:
        offer = strand.open_offer
        if offer is None:
            continue
        row = CLOCK_ROWS.as_on(OFFER_CLOCK, offer.offered_on)
        warned = row.warns_at(london_midnight(offer.respond_by + DAY))
        if warned is not None and london_date(warned) > offer.offered_on:
            words = {"offered": spoken_day(offer.offered_on), "due": spoken_day(offer.respond_by)}
            yield Known(str(offer.offer_id), at=warned, words=words)


def answers_of_former_building(case: Case) -> Iterator[Known]:
    """How many items are open because their answers were about a building to which the person does not go any
    more.
    """
    check = case.check
    if check is None or case.closed:
        return
    left = check.of_former_building.keys() & set(asked_of(case, form_of(check.form)))
    if left:
        since = max(check.of_former_building[code] for code in left)
        yield Known(count=len(left), words={"count": str(len(left)), "since": spoken_day(since)})


def answers_against_referral(case: Case) -> Iterator[Known]:
    """Each item of which the check says otherwise than the trust's referral, until somebody settles it."""
    for code in disputed_with_referral(case) if not case.closed else ():
        yield Known(code, words={"item": item_words(case, code)})


def answers_against_merged(case: Case) -> Iterator[Known]:
    """Each item of which a case that was merged into this one says otherwise, until somebody settles it."""
    check = case.check
    if check is None or case.closed:
        return
    for code in sorted(check.disputed):
        if any(each.came_from for each in check.statements[code]):
            yield Known(code, words={"item": item_words(case, code)})


def cases_merged_in(case: Case) -> Iterator[Known]:
    """Each case that was merged into this one, until somebody has accepted the alert that says so."""
    seen = {
        alert.subject
        for alert in case.alerts.values()
        if alert.rule == MERGED_IN and alert.acknowledged_at is not None
    }
    for key, merged in case.merged_cases.items() if not case.closed else ():
        if merged.parted_on is None and key not in seen:
            words = {
                "merged": spoken_day(merged.merged_on),
                "came": came_over(merged),
                "stayed": ". ".join((*stayed_behind(merged), SAFETY.removesuffix("."))),
            }
            yield Known(key, words=words)


def joined_after_who_may_know(case: Case) -> Iterator[Known]:
    """Which organisations take part only since the person said who may know, beside those who work on the
    case for it: until the person is asked again, or the part ends. Of one that joined on the same day nobody
    can tell which came first, so that it is told until somebody has accepted the alert.
    """
    said = _said_who_may_know(case) if not case.closed else None
    if said is None:
        return
    working = {key for key, relation in relations(case).items() if relation in REFERRING}
    seen = _accepted(case, JOINED_LATER)
    joined = [
        each
        for each in case.participants
        if each.until_on is None
        and each.organisation_id not in working
        and (each.from_on > said or (each.from_on == said and _joining(each) not in seen))
    ]
    if joined:
        who = "; ".join(_since(each) for each in joined)
        tells = tuple(_joining(each) for each in joined)
        yield Known(tells=tells, words={"who": who, "said": spoken_day(said)})


def _said_who_may_know(case: Case) -> date | None:
    """The last day on which the person said who may know; None where nobody recorded that they did."""
    check = case.check
    if check is None:
        return None
    given = (check.given.get(item.code) for item in form_of(check.form).items if item.says_who_may_know)
    days = (each.answered_on for each in given if each is not None and each.value == WRITTEN)
    return max((day for day in days if day is not None), default=None)


def _accepted(case: Case, rule: str) -> set[str]:
    """The causes that alerts of a rule told, which somebody has accepted."""
    accepted = (each for each in case.alerts.values() if each.acknowledged_at is not None)
    return {cause for each in accepted if each.rule == rule for cause in each.tells}


def _joining(each: Participant) -> str:
    return f"joined/{each.organisation_id}/{each.from_on}"


def _since(each: Participant) -> str:
    return f"{middle(PARTICIPANT_ROLES.label(each.role))}, since {spoken_day(each.from_on)}"


def orders_for_former_building(case: Case) -> Iterator[Known]:
    """Each open order for a building to which the person does not go any more, until somebody decides."""
    for strand in case.open_strands:
        if strand.former_place is not None and strand.kept_on is None:
            words = {
                "item": item_label(strand.kind, strand.item),
                "ordered": ordered_for(case, strand),
                "owner": OWNER_ROLES.label(strand.owner_role),
            }
            yield Known(strand.key, words=words)


def contribute_facts() -> None:
    """Contribute what this floor knows; whoever judges a case calls it first."""
    contribute("offers-to-answer", offers_to_answer)
    contribute("homes-not-taken", homes_not_taken)
    contribute("orders-for-former-building", orders_for_former_building)
    contribute(JOINED_LATER, joined_after_who_may_know)
    contribute("answers-of-former-building", answers_of_former_building)
    contribute("answers-against-referral", answers_against_referral)
    contribute("answers-against-merged", answers_against_merged)
    contribute(MERGED_IN, cases_merged_in)
