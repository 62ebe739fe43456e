"""The facts about homes and strands that risk rules ask for, contributed to `discharge.risk`."""

from __future__ import annotations

from collections.abc import Iterator

from discharge.calendar import DAY, spoken_day
from discharge.cases.model import REHOUSING, Case
from discharge.clocks import london_date, london_midnight
from discharge.clocks.registry import CLOCK_ROWS, OFFER_CLOCK
from discharge.codes.casework import OWNER_ROLES
from discharge.risk.case_facts import contribute
from discharge.risk.conditions import Known
from housing_checks.checks.answers import asked_of
from housing_checks.checks.form import form_of
from housing_checks.checks.former_building import ordered_for
from housing_checks.checks.referral_statements import disputed_with_referral
from housing_checks.gate.blockers import item_words
from housing_checks.lead_times import item_label
from housing_checks.merge_words import SAFETY, came_over, stayed_behind

MERGED_IN = "case-merged-in"
"""The fact, and the rule, that a case was merged into this one."""
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
    contribute("answers-of-former-building", answers_of_former_building)
    contribute("answers-against-referral", answers_against_referral)
    contribute("answers-against-merged", answers_against_merged)
    contribute(MERGED_IN, cases_merged_in)
