"""What is taken along of a check, and one answer that was given without signal, as its device sends it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.check_items.fields import TOLD_IT
from housing_checks.checks.model import CheckItem

MOST_NOTE = 2_000
LONGEST_AGO = 31 * 24 * 3600
"""In seconds: what was seen longer ago is asked again at the home."""

Code = Annotated[str, StringConstraints(max_length=100)]


class Sent(BaseModel):
    """What is sent to a device, and what comes back from one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TakenCondition(Sent):
    """One condition as the form states it: over an earlier answer, or over a fact of the case."""

    item: str = ""
    fact: str = ""
    operator: str = "="
    answer: str


class TakenItem(Sent):
    """One question. `left_out`: it is not asked of this person, and its answer only decides about others.
    `explains`: that it does not apply needs words why.
    """

    code: str
    domain: str
    label: str
    question: str
    help: str
    type: str
    choices: list[tuple[str, str]]
    in_words: bool
    explains: bool = False
    unit: str = ""
    least: float | None = None
    most: float | None = None
    evidence: list[tuple[str, str]] = []
    all: list[TakenCondition] = []
    any: list[TakenCondition] = []
    tells: dict[str, list[str]] = {}
    left_out: bool = False


class TakenAnswer(Sent):
    """An answer as it stands."""

    value: str
    evidence: str = ""


class TakenCheck(Sent):
    """A check as it is taken along. `who` are initials; there is no name, number or address in it. `withheld`
    is how many questions of the form are never taken; `facts` decide, with the answers, what is asked. `ways`
    and `tellers` are how answers come and who tells them, to choose from once for a sitting.
    """

    case_id: UUID
    who: str
    title: str
    form: str
    version: int
    items: list[TakenItem]
    answers: dict[str, TakenAnswer]
    facts: dict[str, str]
    withheld: int
    ways: list[tuple[str, str]] = []
    tellers: list[tuple[str, str]] = []


class DeviceSession(Sent):
    """Whose browser it is, as a tag that names nobody, and the token that a form of theirs brings."""

    owner: str
    form_token: str


class OfflineAnswer(Sent):
    """One answer. `key` is minted on the device when the answer is given; `seen_at` is the device's own time,
    `seconds_ago` how long before sending that was, so that a device whose clock is wrong does no harm.
    `as_note`: the question is not asked any more, and what was seen is kept as a note.
    """

    key: UUID
    form: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    item: Code
    value: Code
    evidence: Code = ""
    note: Annotated[str, StringConstraints(max_length=MOST_NOTE)] = ""
    seen_at: Annotated[str, StringConstraints(max_length=40)]
    seconds_ago: int = Field(ge=0, le=LONGEST_AGO)
    seen_version: int = Field(ge=0, lt=10**9)
    confirm: tuple[Code, ...] = ()
    as_note: bool = False
    through: Code = ""
    told_by: Code = ""

    def known(self, item: CheckItem) -> tuple[str | None, str | None]:
        """How it is known, and who told it: nobody, where the item itself says that it is known otherwise."""
        told_by = self.told_by if self.evidence in ("", TOLD_IT) else ""
        told = TOLD_IT if told_by and TOLD_IT in item.evidence_kinds else ""
        return self.evidence or told or None, told_by or None


class Theirs(Sent):
    """How an item stands by now, where somebody else answered it meanwhile. ``moved`` says where the person
    goes by now, where that is another building than the one that was taken along.
    """

    value: str
    words: str
    who: str
    day: str
    version: int
    moved: str = ""


class Asked(Sent):
    """A question about a contradiction, with its code."""

    code: str
    question: str


class Became(Sent):
    """What became of one answer. `accepted` and `taken` are of the record, the others wait for a person.
    `not_asked`: other answers leave the question out by now.
    """

    outcome: Literal["accepted", "taken", "conflict", "question", "refused"]
    version: int | None = None
    title: str = ""
    words: str = ""
    theirs: Theirs | None = None
    questions: list[Asked] = []
    not_asked: bool = False
