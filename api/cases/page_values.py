"""What the case page shows: typed values that are ready to be laid out."""

from __future__ import annotations

from dataclasses import dataclass, field

from api.cases.merged import MergedLine
from api.cases.timeline import Happened
from api.check_items.own_words import OwnWords
from api.hazards.on_case import HazardOnCase
from api.web.page.tags import Tag


@dataclass(frozen=True)
class Fact:
    """One line of a summary: words and what they say."""

    key: str
    value: str


@dataclass(frozen=True)
class ToDo:
    """One thing that is left before the person can leave: in `hint` whose move it is, by when, and what to do
    next; and where to deal with it.
    """

    text: str
    hint: str
    href: str
    tag: Tag


@dataclass(frozen=True)
class StrandLine:
    """One strand of making ready."""

    title: str
    tag: Tag
    due: str
    late: str
    who: str
    begun: str
    move_href: str
    cancel_href: str
    former_home: bool = False
    ordered_for: str = ""
    redirect_href: str = ""
    keep_href: str = ""
    beside: str = ""
    require_href: str = ""


@dataclass(frozen=True)
class Suggested:
    """One thing that the check's answers suggest to start, with the answers, and where to start it."""

    title: str
    because: str
    lead: str
    tag: Tag
    href: str


@dataclass(frozen=True)
class AlertLine:
    """One early warning: fact, threshold and source."""

    title: str
    tag: Tag
    fact: str
    threshold: str
    source: str
    owner: str
    taken: str
    alert_id: str
    may_take: bool


@dataclass(frozen=True)
class Action:
    """One thing that may be asked now."""

    text: str
    href: str


@dataclass(frozen=True)
class ActionGroup:
    """Things that may be asked, under one heading."""

    title: str
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class ToldLine:
    """One thing told to a partner, with its four facts. `trouble` says why it has not arrived."""

    what: str
    content: str
    to: str
    state: Tag
    trouble: str
    sent: str
    received: str
    accepted: str
    acted: str


@dataclass(frozen=True)
class OwedLine:
    """Something found or missed after the discharge, who owes an answer, and where to give it."""

    text: str
    who: str
    href: str
    tag: Tag


@dataclass(frozen=True)
class ContactLine:
    """One contact owed after discharge."""

    text: str
    due: str
    outcome: str


@dataclass(frozen=True)
class SaidOtherwise:
    """What a message says against what staff recorded, below a `head` that names who says it."""

    head: str
    words: str


@dataclass(frozen=True)
class ContactCardLine:
    """Somebody to call. `dial` is what a telephone dials; without it the number is no link. `change_href` is
    where the contact is corrected or ended, `withdraw_href` where what was written of it is withdrawn.
    """

    key: str
    who: str
    number: str
    dial: str
    email: str
    facts: tuple[Fact, ...]
    tags: tuple[Tag, ...]
    otherwise: tuple[SaidOtherwise, ...]
    history: tuple[str, ...]
    change_href: str
    ended: bool
    withdraw_href: str = ""


@dataclass(frozen=True)
class WhomToCall:
    """Who to call about the case, and where all of it is; or that it is withheld."""

    lines: tuple[ContactCardLine, ...] = ()
    href: str = ""
    withheld: bool = False


@dataclass(frozen=True)
class NoticeLine:
    """What one organisation was told of the stay, with its four facts; `trouble` says why nothing left."""

    to: str
    what: str
    told: str
    sent: str
    received: str
    accepted: str
    acted: str
    trouble: str
    answer_href: str


@dataclass(frozen=True)
class ToTell:
    """Somebody to tell of the stay, and where to do it."""

    text: str
    href: str


@dataclass(frozen=True)
class StayNotices:
    """Who was told of the stay, who should be, and why nobody may be told now; `by_phone`: who has no address
    for messages.
    """

    lines: tuple[NoticeLine, ...]
    to_tell: tuple[ToTell, ...]
    why_not: str
    by_phone: tuple[str, ...] = ()


@dataclass(frozen=True)
class CasePage:
    """The whole page."""

    case_id: str
    version: int
    name: str
    caption: str
    identity: tuple[Fact, ...]
    whom_to_call: WhomToCall
    stage: Tag
    why_heading: str
    why: str
    next_step: str
    next_who: str
    facts: tuple[Fact, ...]
    spoken_name: str
    stands_between: str
    to_do: tuple[ToDo, ...]
    beside: tuple[ToDo, ...]
    show_to_do: bool
    made_safe: tuple[Fact, ...]
    strands: tuple[StrandLine, ...]
    suggested: tuple[Suggested, ...]
    hazards: tuple[HazardOnCase, ...]
    hazards_href: str
    alerts: tuple[AlertLine, ...]
    reasons: tuple[Fact, ...]
    periods: tuple[Fact, ...]
    owed: tuple[OwedLine, ...]
    in_unready_home: bool
    contacts: tuple[ContactLine, ...]
    afterwards: tuple[Fact, ...]
    actions: tuple[ActionGroup, ...]
    check_href: str
    participants: tuple[Fact, ...]
    safety: str
    safety_href: str
    told: int
    may_name_places: bool
    may_see_looks: bool
    may_see_messages: bool
    timeline: tuple[Happened, ...]
    notes_withheld: str
    may_withdraw: bool
    decisions: tuple[Fact, ...] = ()
    choices: tuple[Fact, ...] = ()
    stay_notices: StayNotices | None = None
    own_words: OwnWords = field(default_factory=OwnWords)
    merged: tuple[MergedLine, ...] = ()
