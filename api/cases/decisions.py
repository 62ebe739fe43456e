"""Who decides and what the person chose, and who was told of the stay, as the case page shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from api.cases import decision_words as say
from api.cases.page_values import Fact, NoticeLine, StayNotices, ToTell
from api.cases.queries import CaseFile
from api.cases.sent_items import sent_words
from api.cases.viewer import is_hidden
from api.web.names import Directory
from api.web.page import words
from api.web.principals import Principal
from discharge.cases.command_stages import may_ask
from discharge.cases.decide.capacity import imca_needed
from discharge.cases.model import Case, Offer, StayNotice
from discharge.cases.stay_notices import keeps_a_home, suggested
from discharge.store.tables import OutboxRow

TELL, ANSWER = "tell-of-stay", "answer-stay-notice"


def decisions(case: Case) -> tuple[Fact, ...]:
    """Who decides, for each decision of which it is recorded."""
    return tuple(_decisions(case))


def _decisions(case: Case) -> Iterator[Fact]:
    for held in case.capacity.values():
        yield Fact(say.decision_label(held.decision), say.capacity_words(held))
        if held.best_interests is not None:
            yield Fact("Best interests", say.best_interests_words(held.best_interests))
        if held.advocate is not None:
            yield Fact("Advocate", say.advocate_words(held.advocate))
        if imca_needed(case, held):
            yield Fact(
                "Needed",
                "An independent mental capacity advocate, before anything is decided: nobody close is "
                "recorded as consulted, and none is instructed",
            )
    for each in case.representatives.values():
        yield Fact("Attorney or deputy", say.representative_words(each))
    if case.liberty is not None:
        yield Fact("Deprivation of liberty", say.liberty_words(case.liberty))


def choices(case: Case, today: date, *, refusals: bool) -> tuple[Fact, ...]:
    """Wishes, letters and talks with their answers, homes that were refused (for those who see the choice),
    and who pays.
    """
    return tuple(_choices(case, today, refusals=refusals))


def _choices(case: Case, today: date, *, refusals: bool) -> Iterator[Fact]:
    if case.wish is not None:
        yield Fact("Wishes to live", say.wish_words(case.wish))
    for step in sorted(case.choice.values(), key=lambda each: each.given_on):
        yield Fact(say.step_label(step.step), say.step_words(step, today))
    for offer in _refused(case) if refusals else ():
        yield Fact("Home refused", say.refused_offer_words(offer))
    if case.self_funding is not None:
        yield Fact("Who pays", say.self_funding_words(case.self_funding))


def _refused(case: Case) -> list[Offer]:
    found = (each for strand in case.strands.values() for each in strand.offers if each.answer == "refused")
    return sorted(found, key=lambda each: each.answered_on or each.offered_on)


def stay_notices(
    found: CaseFile, told: Sequence[OutboxRow], caller: Principal, known: Directory
) -> StayNotices | None:
    """Who was told of the stay, who should be, and why not yet; None where there is nobody to tell and
    nothing was told.
    """
    case = found.case
    leads = caller.may_on(case, "case.told")
    keepers = keeps_a_home(case) if leads else ()
    if not keepers and not case.stay_notices:
        return None
    sent = {str(row.payload.get("notice")): row for row in told if row.kind == "stay-notice"}
    hidden = is_hidden(found.person)
    why_not = _why_not(case, keepers, hidden=hidden)
    ringing = [] if why_not else [key for key in keepers if not known.receives_messages(key)]
    return StayNotices(
        lines=tuple(
            _line(case, each, sent.get(each.key), caller, known, whole=leads)
            for each in sorted(case.stay_notices.values(), key=lambda each: each.told_on, reverse=True)
        ),
        to_tell=() if hidden or not leads else tuple(_to_tell(case, caller, known)),
        why_not=why_not,
        by_phone=tuple(map(known.organisation, ringing)),
    )


def _why_not(case: Case, keepers: Sequence[object], *, hidden: bool) -> str:
    """Why nobody may be told now, and who puts that right."""
    if not keepers:
        return ""
    if hidden:
        return "The person's location is hidden: nobody is informed of the stay. Ring the trust about it."
    if not case.may_tell_partners:
        return (
            "Nobody may be told yet: no basis is recorded that reaches a landlord. The discharge team or the "
            "coordinator asks the person, and records it."
        )
    return ""


def _to_tell(case: Case, caller: Principal, known: Directory) -> Iterator[ToTell]:
    may = case.may_tell_partners and may_ask(case, TELL) and caller.may_on(case, TELL)
    for each in suggested(case):
        who = known.organisation(each.organisation_id)
        href = f"/cases/{case.case_id}/do/{TELL}?organisation_id={each.organisation_id}&news={each.news}"
        yield ToTell(f"Tell {who} that the person {say.STAY[each.news]}", href if may else "")


def _line(
    case: Case, notice: StayNotice, row: OutboxRow | None, caller: Principal, known: Directory, *, whole: bool
) -> NoticeLine:
    """One thing told, with its four facts. `trouble` says that nothing left, where there is no address."""
    may = may_ask(case, ANSWER) and caller.may_on(case, ANSWER) and notice.acted_on is None
    where = f"organisation_id={notice.organisation_id}&news={notice.news}"
    unsent = "Nothing was sent: this organisation receives no messages. Ring them, and record the answer."
    return NoticeLine(
        to=known.organisation(notice.organisation_id),
        what=say.stay_words(notice),
        told=words.day(notice.told_on),
        sent=sent_words(row) if row else "",
        received=words.moment(row.received_at) if row else "",
        accepted=words.day(notice.accepted_on, words.DASH),
        acted=words.day(notice.acted_on, words.DASH),
        trouble=unsent if whole and row is None else "",
        answer_href=f"/cases/{case.case_id}/do/{ANSWER}?{where}" if may else "",
    )
