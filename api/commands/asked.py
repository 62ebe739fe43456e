"""What somebody asks of a case, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from discharge.cases.commands import (
    Answer,
    Command,
    CompleteCheck,
    ConfirmItem,
    SaveAnswers,
    SettleAnswer,
)
from discharge.codes.model import not_listed
from discharge.errors import HomewardError, refuse_all
from discharge.store.evidence import NewFile
from housing_checks.checks.answers import EXPLAINED
from housing_checks.checks.form import CHECK_ITEMS

CODE = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True)
class AskedCommand:
    """What somebody asks of a case. `key` is the asker's own; without one, every request is a new one.

    `as_sent` is the request as the client sent it, before anything was filled in: the key belongs to that.
    `about_danger` says that the note speaks of abuse or danger, `danger_items` for which items theirs do:
    such words go to the annex.
    `file` is the photo or document that it adds. `confirm` holds the contradictions that they were asked
    about and confirm.
    """

    case_id: UUID
    command: Command
    effective_on: date
    as_sent: object
    reason: str | None = None
    note: str | None = None
    item_notes: Mapping[str, str] = field(default_factory=dict)
    decided_by: str | None = None
    told_by_name: str | None = None
    about_danger: bool = False
    danger_items: frozenset[str] = frozenset()
    seen_version: int | None = None
    key: str | None = None
    confirm: tuple[str, ...] = ()
    file: NewFile | None = None

    @property
    def explained(self) -> bool:
        """Whether a reason was given, in a word or in a note."""
        said = (self.reason, self.note, *self.item_notes.values())
        return any((text or "").strip() for text in said)

    @property
    def reason_code(self) -> str | None:
        """The reason, where it is a code or a word: it is kept with what happened, and stays."""
        return self.reason if self.reason is not None and CODE.fullmatch(self.reason) else None

    @property
    def reason_words(self) -> str | None:
        """The reason in somebody's own words: it is kept as a note, so that it can be withdrawn."""
        return None if self.reason_code is not None else (self.reason or "").strip() or None

    @property
    def speaks_of_danger(self) -> bool:
        """Whether anything that comes with it speaks of abuse or danger."""
        said = self.note or self.reason_words
        return (self.about_danger and bool(said)) or bool(self.danger_items)

    @property
    def worded(self) -> frozenset[str]:
        """The items of a check whose answer in words, or why they do not apply, comes with it."""
        answers = answers_of(self.command)
        return frozenset(
            item for item, text in self.item_notes.items() if text.strip() and answers.get(item) in EXPLAINED
        )


def require_items(asked: AskedCommand) -> None:
    """Refuse notes on items that no form has, and danger said of a note that did not come: such a note would
    be read by nobody, or by those who must not read it.
    """
    known = tuple({row.code: row for row in CHECK_ITEMS.rows})
    noted = [item for item, text in asked.item_notes.items() if text.strip()]
    refuse_all(
        [
            *(
                not_listed("check-items", item, known, "item_notes")
                for item in asked.item_notes
                if item not in known
            ),
            *(
                not_listed("check-items", item, noted, "danger_items")
                for item in sorted(asked.danger_items - set(noted))
            ),
            *(
                HomewardError("invalid-body", detail=f"{item}: {READ_BY_ALL}", where="danger_items")
                for item in sorted(asked.danger_items & asked.worded)
            ),
        ]
    )


READ_BY_ALL = (
    "everybody reads an answer in words, and why an item does not apply; "
    "write what is about danger under Safety"
)


def answers_of(command: Command) -> Mapping[str, str]:
    """The answers to items of the check that a command gives."""
    match command:
        case SaveAnswers() | CompleteCheck():
            return command.answers
        case ConfirmItem() | SettleAnswer():
            return {command.item: command.value}
    return {}


@dataclass(frozen=True)
class Outcome:
    """What became of it: `answer` is none while it is only taken."""

    command_id: UUID
    case_id: UUID
    answer: Answer | None
    repeated: bool = False
