"""Forms of the home check as interfaces give them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from api.web.schemas import Schema
from housing_checks.checks.answer_types import AnswerType
from housing_checks.checks.enable_when import Operator


class CheckFormSummary(Schema):
    """A form of the home check: an edition, with what this site changes in it."""

    code: str = Field(description="The code that a check is begun on")
    title: str
    effective_from: date = Field(description="The day from which its edition holds")
    source: str
    total: int = Field(description="How many items it has")


class FormAnswer(Schema):
    """One answer to choose from."""

    code: str = Field(description="What is sent as the answer")
    words: str
    counts_as: str = Field(description="How it counts at the gate: yes, no or unknown")


class FormCondition(Schema):
    """A condition on the answer to an earlier item, or on a fact of the case. One on a fact holds unless the
    fact is known to be otherwise.
    """

    item: str | None = Field(description="The earlier item; null for a condition on a fact")
    fact: str | None = Field(
        description="The fact of the case, which the referral, work under way or an earlier answer tells"
    )
    words: str | None = Field(description="What the fact says where it is yes; null for an item")
    operator: Operator = Field(description="How the answers are compared; `exists` asks whether there is one")
    answer: str = Field(description="What the answer is compared with")


class FormItem(Schema):
    """One item of a form."""

    code: str = Field(description="The item's code, under which it is answered")
    domain: str = Field(description="The part of the home check that it belongs to")
    label: str = Field(description="The item in a few words")
    question: str = Field(description="What is asked, so that yes is safe")
    help: str = Field(description="What to look at")
    type: AnswerType = Field(description="What it is answered with; a number or a day is sent as text")
    answers: list[FormAnswer] = Field(description="The answers to choose from")
    unit: str | None = Field(description="The unit of a number; null for other items")
    least: float | None = Field(description="The least number that it takes; null for no limit")
    most: float | None = Field(description="The greatest number that it takes; null for no limit")
    asked_when_all: list[FormCondition] = Field(
        description="It is asked only where all of these hold; empty where it does not depend on them"
    )
    asked_when_any: list[FormCondition] = Field(
        description="It is asked only where one of these holds; empty where it does not depend on them"
    )
    tells: dict[str, list[str]] = Field(
        description="What its answer says of facts of the case: for each fact the answers that mean yes;"
        " others mean no, and not knowing says nothing"
    )
    gated_when_all: list[FormCondition] = Field(
        description="Where it is not gated for everybody: it is gated only where all of these hold"
    )
    gated_when_any: list[FormCondition] = Field(
        description="Where it is not gated for everybody: it is gated only where one of these holds"
    )
    evidence_kinds: list[str] = Field(description="How its answer may be known")
    holds_for: str | None = Field(description="How long an answer holds; null where it holds for good")
    severity: Literal["stop", "red", "amber"] = Field(
        description="How serious a no is: `stop` is the most serious, `amber` the least"
    )
    gated: bool = Field(description="True when it must be in place, for everybody, before they leave")
    owner: str = Field(description="The role whose move it is while the answer is not yes")
    next_action: str | None = Field(description="What that role does next; null where nothing is said")
    due_after: str | None = Field(
        description="How long after it began to block it is due; null where that does not count"
    )
    due_before_needed: str | None = Field(
        description="How long before the home is needed it is due; null where that does not count"
    )
    same_as: str | None = Field(
        description="The item of an earlier edition whose answer still means the same; null for none"
    )
    safety: bool = Field(description="True for what concerns the safety of people: never kept on a device")
    source: str


class CheckFormDetail(CheckFormSummary):
    """A form of the home check with its items, in the order in which they are asked."""

    items: list[FormItem] = Field(description="Its items, in order")


class CheckFormIndex(Schema):
    """Every form of the home check."""

    forms: list[CheckFormSummary] = Field(description="The forms, the oldest first")
    next: str | None
