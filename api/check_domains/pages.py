"""The check as a list of its domains, and a page for each: what is open, who is on it, and its items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.check_domains.views import (
    MOST_FOUND,
    DomainPage,
    DomainsPage,
    asked_again,
    domain_lines,
    form_state,
    found_items,
    moved_words,
)
from api.check_items.answer_source import Sitting
from api.check_items.fields import ItemSent, read_sent
from api.check_items.own_words import own_words
from api.check_items.scene import ANSWER, Scene, scene
from api.check_items.service import Saved, save_item
from api.check_items.views import item_line, slug_of
from api.checks.views import error_line
from api.commands.asked import AskedCommand
from api.commands.service import ask
from api.forms.submission import CHANGED_SINCE, as_sent, seen_of
from api.web.page import words
from api.web.page.visit import Visit, Visitor
from api.web.refusals import CaseChanged
from discharge.cases.command_stages import may_ask, require_may_ask
from discharge.cases.commands import CompleteCheck
from discharge.errors import HomewardError
from housing_checks.checks.answers import answers_standing, asked_of
from housing_checks.checks.rules import not_asked

router = APIRouter(prefix="/cases/{case_id}/check", include_in_schema=False)

COMPLETE, CONFIRM, SAFETY = "complete-check", "save-answers", "safety.ask"
Code = Annotated[str, Query(max_length=40)]
Find = Annotated[str, Query(max_length=100)]


@router.get("")
async def show(
    visit: Visitor, case_id: UUID, find: Find = "", through: Code = "", told_by: Code = "", saved: Code = ""
) -> Response:
    """Every domain: how many questions are asked, answered and open, and who is on it."""
    seen = await scene(visit, case_id, Sitting.of(through, told_by, visit.today))
    return _list_page(seen, find=find.strip(), banner="The check is complete." if saved == "complete" else "")


@router.post("/complete")
async def complete(visit: Visitor, case_id: UUID) -> Response:
    """Complete the check with what everybody answered; what is still open is said, each with its link."""
    data = await visit.form()
    visit.caller.require(COMPLETE)
    seen = await scene(visit, case_id, Sitting())
    visit.caller.require_on(seen.case, COMPLETE)
    require_may_ask(seen.case, COMPLETE)
    left = [each for each in seen.items if each.asked and each.answer is None]
    if left:
        faults = {f"open-{each.item.code}": f"Answer: {each.item.question}" for each in left}
        return _list_page(seen, faults=faults, status=422)
    standing, asked = answers_standing(seen.case), set(asked_of(seen.case, seen.form))
    unasked = {
        code: standing.get(code, "unknown") for code in not_asked(seen.case, seen.form) if code in asked
    }
    command = AskedCommand(
        case_id=case_id,
        command=CompleteCheck(form=seen.form.code, answers=unasked),
        effective_on=visit.today,
        as_sent=as_sent(data),
        seen_version=seen_of(data),
        key=str(data.get("key", "")) or None,
    )
    try:
        outcome = await ask(visit.services, visit.caller, command)
    except HomewardError as error:
        if error.row.http >= 500 or error.code in ("not-found", "role-not-allowed", "part-not-allowed"):
            raise
        again = await scene(visit, case_id, Sitting()) if isinstance(error, CaseChanged) else seen
        faults = {CHANGED_SINCE if again is not seen else "": f"{error.row.title}. {error.row.words}"}
        return _list_page(again, faults=faults, status=error.row.http)
    if outcome.answer is None:
        return visit.to(f"/requests/{outcome.command_id}")
    return visit.to(f"/cases/{case_id}/check?saved=complete")


@router.get("/domains/{slug}")
async def show_domain(
    visit: Visitor, case_id: UUID, slug: str, through: Code = "", told_by: Code = "", saved: Code = ""
) -> Response:
    """The questions of one domain, each with what people said of it."""
    kept = await visit.kept_form()
    sitting = Sitting.of(through, told_by, visit.today) if kept is None else Sitting.sent(kept, visit.today)
    seen = await scene(visit, case_id, sitting)
    domain = _domain(seen, slug)
    sent: dict[str, ItemSent] = {}
    if kept is not None:
        read = (read_sent(each.item, kept) for each in seen.items if each.item.domain == domain)
        sent = {each.item.code: replace(each, faults={}) for each in read if each.touched}
    count = int(saved) if saved.isdecimal() else 0
    banner = f"Saved: {words.count(count, 'answer')}." if count else ""
    return _domain_page(seen, domain, _Back(sent), banner=banner)


@router.post("/domains/{slug}")
async def save_domain(visit: Visitor, case_id: UUID, slug: str) -> Response:
    """Save every answer of the domain that was given or changed, each by itself, and go on.

    One that is refused comes back with what was typed; the others are saved.
    """
    data = await visit.form()
    visit.caller.require(ANSWER)
    sitting = Sitting.sent(data, visit.today)
    seen = await scene(visit, case_id, sitting)
    visit.caller.require_on(seen.case, ANSWER)
    require_may_ask(seen.case, ANSWER)
    domain = _domain(seen, slug)
    items = [each.item for each in seen.items if each.item.domain == domain and each.asked]
    touched = [sent for item in items if (sent := read_sent(item, data, sitting)).touched]
    done = [await save_item(visit, case_id, each, data) for each in touched]
    refused = [each for each in done if each.outcome is None]
    after = await scene(visit, case_id, sitting)
    if refused:
        status = 409 if all(each.changes is not None for each in refused) else 422
        return _domain_page(after, domain, _back(refused), status=status)
    return visit.to(_next(after, domain, len(done), onward=data.get("then") == "next"))


@dataclass(frozen=True)
class _Back:
    """What comes back to the page of a domain."""

    sent: Mapping[str, ItemSent] = field(default_factory=dict)
    refused: tuple[Saved, ...] = ()


def _back(refused: list[Saved]) -> _Back:
    """What was refused; where others changed the item, it is seen now."""
    sent = {
        each.sent.item.code: replace(each.sent, seen=each.changes.version) if each.changes else each.sent
        for each in refused
    }
    return _Back(sent, tuple(refused))


def _domain(seen: Scene, slug: str) -> str:
    """The domain of the form with this place in an address. Raises not-found."""
    found = next((each.item.domain for each in seen.items if slug_of(each.item.domain) == slug), None)
    if found is None:
        raise HomewardError("not-found")
    return found


def _asked_domains(seen: Scene) -> list[str]:
    return list(dict.fromkeys(each.item.domain for each in seen.items if each.asked))


def _following(seen: Scene, domain: str) -> str:
    """The next domain of which anything is asked; none after the last."""
    domains = _asked_domains(seen)
    place = domains.index(domain) + 1 if domain in domains else 0
    return next(iter(domains[place:]), "")


def _next(seen: Scene, domain: str, count: int, *, onward: bool) -> str:
    """Where somebody goes after a save: to the next domain where they asked for it, else back."""
    wanted = _following(seen, domain) if onward else domain
    base = seen.frame.href(f"/domains/{slug_of(wanted)}" if wanted else "")
    return f"{base}{'&' if '?' in base else '?'}saved={count}" if wanted else base


def _domain_page(seen: Scene, domain: str, back: _Back, *, banner: str = "", status: int = 200) -> Response:
    following = _following(seen, domain)
    view = DomainPage(
        frame=seen.frame,
        title=domain,
        slug=slug_of(domain),
        items=seen.blocks(domain, back.sent),
        next_href=seen.frame.href(f"/domains/{slug_of(following)}") if following else "",
        next_title=following,
        errors=tuple(error_line(name, text) for name, text in _faults(back).items()),
        changes=tuple(each.changes for each in back.refused if each.changes is not None),
    )
    visit: Visit = seen.visit
    return visit.page("check_domains/domain.html", status, view=view, key=str(uuid4()), banner=banner)


def _faults(back: _Back) -> dict[str, str]:
    """Everything that is wrong, by field; of what the page says of all its items once."""
    return {name: text for each in back.refused for name, text in each.sent.faults.items()}


def _list_page(
    seen: Scene,
    *,
    find: str = "",
    faults: Mapping[str, str] | None = None,
    banner: str = "",
    status: int = 200,
) -> Response:
    asked = [each for each in seen.items if each.asked]
    found, again = found_items(seen.items, find), asked_again(seen.case, seen.items)
    left = [each for each in asked if each.answer is None]
    completes, confirms = (
        may_ask(seen.case, each) and seen.visit.caller.may_on(seen.case, each) for each in (COMPLETE, CONFIRM)
    )
    begun = seen.case.check is not None and seen.case.check.completed_on is None
    view = DomainsPage(
        frame=seen.frame,
        case_id=seen.frame.case_id,
        title=seen.form.title,
        source=seen.form.source,
        state=form_state(seen.case, seen.form),
        domains=domain_lines(seen.frame, seen.items, seen.names),
        left_out=tuple(each.item.label for each in seen.items if not each.asked),
        open=tuple(item_line(seen.frame, each, seen.names) for each in left) if faults else (),
        asked=len(asked),
        answered=len(asked) - len(left),
        find=find,
        found=tuple(item_line(seen.frame, each, seen.names) for each in found[:MOST_FOUND]),
        found_more=max(len(found) - MOST_FOUND, 0),
        may_complete=completes and begun,
        may_confirm=confirms and seen.form.known,
        may_answer_all=completes,
        may_answer_safety=seen.visit.caller.may_on(seen.case, SAFETY),
        moved=moved_words(seen.case, len(again)),
        again=tuple(item_line(seen.frame, each, seen.names) for each in again),
        former=tuple(item_line(seen.frame, each, seen.names) for each in left if each.former_since),
        own_words=own_words(seen.case, seen.visit.today, seen.read, may_ask=seen.frame.may_answer),
        errors=tuple(error_line(name, text) for name, text in (faults or {}).items()),
    )
    return seen.visit.page("check_domains/domains.html", status, view=view, key=str(uuid4()), banner=banner)
