"""The check as a list of its domains, and one domain, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.changes.views import Changes
from api.check_items.own_words import OwnWords
from api.check_items.queries import ItemKnown
from api.check_items.views import Frame, ItemBlock, ItemLine, slug_of
from api.web.names import Directory
from api.web.page import words
from api.web.page.tags import Tag
from discharge.cases.model import Case
from housing_checks.checks.model import CheckForm, CheckItem

MOST_FOUND = 20
"""So many items are shown of a search; more are said to be there."""


@dataclass(frozen=True)
class DomainLine:
    """One domain of the check: how far it is, and who is on it."""

    title: str
    href: str
    hint: str
    who: str
    tag: Tag


@dataclass(frozen=True)
class DomainsPage:
    """The check as a list of its domains."""

    frame: Frame
    case_id: str
    title: str
    source: str
    state: str
    domains: tuple[DomainLine, ...]
    left_out: tuple[str, ...]
    open: tuple[ItemLine, ...]
    asked: int
    answered: int
    find: str
    found: tuple[ItemLine, ...]
    found_more: int
    may_complete: bool
    may_confirm: bool
    may_answer_all: bool
    may_answer_safety: bool
    own_words: OwnWords
    moved: str = ""
    again: tuple[ItemLine, ...] = ()
    former: tuple[ItemLine, ...] = ()
    errors: tuple[dict[str, str], ...] = ()
    changes: Changes | None = None


@dataclass(frozen=True)
class DomainPage:
    """One domain: its items, each with its fields."""

    frame: Frame
    title: str
    slug: str
    items: tuple[ItemBlock, ...]
    next_href: str
    next_title: str
    errors: tuple[dict[str, str], ...] = ()
    changes: tuple[Changes, ...] = ()


def domain_lines(frame: Frame, items: Sequence[ItemKnown], names: Directory) -> tuple[DomainLine, ...]:
    """Every domain of which anything is asked, in order."""
    grouped: dict[str, list[ItemKnown]] = {}
    for each in items:
        if each.asked:
            grouped.setdefault(each.item.domain, []).append(each)
    return tuple(_domain(frame, title, of, names) for title, of in grouped.items())


def _domain(frame: Frame, title: str, items: Sequence[ItemKnown], names: Directory) -> DomainLine:
    answers = [each.answer for each in items if each.answer is not None]
    left = len(items) - len(answers)
    differ = sum(each.disputed for each in items)
    noes = sum(each.counts_as == "no" for each in items)
    hint = f"{words.count(len(items), 'question')}, {len(answers)} answered"
    hint += f", {noes} no" if noes else ""
    newest = sorted(answers, key=lambda each: each.answered_on or date.min, reverse=True)
    people = list(dict.fromkeys(name for each in newest if (name := names.user(each.by))))
    tag = Tag("Done", "green") if not left else Tag(f"{left} open", "yellow")
    return DomainLine(
        title=title,
        href=frame.href(f"/domains/{slug_of(title)}"),
        hint=hint,
        who=f"Answered by {', '.join(people[:3])}" if people else "Nobody has begun",
        tag=Tag("People differ", "orange") if differ else tag,
    )


def asked_again(case: Case, items: Sequence[ItemKnown]) -> tuple[ItemKnown, ...]:
    """The items that are open since the check moved to another form; none of one that did not move."""
    check = case.check
    if check is None or check.moved_from is None:
        return ()
    return tuple(each for each in items if each.asked and each.answer is None)


def moved_words(case: Case, left: int) -> str:
    """That a check moved to another form, what was kept, and how much is asked again."""
    check = case.check
    if check is None or check.moved_from is None:
        return ""
    kept = words.count(len(check.kept), "answer")
    asked = (
        f"{words.count(left, 'question is', 'questions are')} asked again." if left else "All is answered."
    )
    return f"Moved to these questions on {words.day(check.started_on)}: {kept} kept. {asked}"


def found_items(items: Sequence[ItemKnown], text: str) -> tuple[ItemKnown, ...]:
    """The items in whose words all these are found: of the question, the label, the help, the domain."""
    wanted = text.lower().split()
    if not wanted:
        return ()
    return tuple(each for each in items if all(word in _searched(each.item) for word in wanted))


def _searched(item: CheckItem) -> str:
    said = (item.code.replace("-", " "), item.label, item.question, item.help, item.domain)
    return " ".join(said).lower()


def form_state(case: Case, form: CheckForm) -> str:
    """How the check stands, in a sentence."""
    check = case.check
    if check is None:
        return "Nobody has begun this check. It begins with the first answer."
    if check.completed_on is None:
        return f"Begun on {words.day(check.started_on)}. Every answer is saved as it is given."
    title = f"{form.title[:1].lower()}{form.title[1:]}"
    return f"The {title} was completed on {words.day(check.completed_on)}. Answers can still be changed."
