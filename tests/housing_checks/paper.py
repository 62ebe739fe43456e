"""The written cases of `paper_cases.yaml`, entered through the commands that people and programs send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid5

import yaml
from pydantic import Field, TypeAdapter

from discharge.cases import commands as cmd
from discharge.cases.circumstances import circumstances
from discharge.cases.commands import Command, Envelope
from discharge.cases.model import Actor, Case
from discharge.values import Frozen, YesNoUnknown
from housing_checks.checks.all_well import answers_when_well
from housing_checks.checks.form import form_of
from housing_checks.gate.blockers import beside, blocking
from housing_checks.pathway import advance
from tests.discharge.cases.stories import CASE, COORDINATOR, PERSON, SERVICE, TRUST, spell

FORM = form_of("home-check-2")
BEGINS = FORM.effective_from + timedelta(days=4)
WARD = Actor(organisation_id=TRUST, role="discharge-team", user_id=uuid5(TRUST, "ward"))


class PaperCase(Frozen):
    """One written case, or a variant of one."""

    number: int
    told: str
    referral: dict[str, Any]
    homeless: YesNoUnknown = "unknown"
    recorded: tuple[dict[str, Any], ...] = ()
    answers: dict[str, str]
    blocks: dict[str, str]
    beside: dict[str, str] = Field(default_factory=dict)
    begun: tuple[str, ...] = ()
    suggested: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()
    soon: bool = False
    may_go: dict[str, tuple[str, str]] = Field(default_factory=dict)
    variant: int = 0

    @property
    def name(self) -> str:
        """How a test names it."""
        return f"{self.number}-{self.variant}" if self.variant else str(self.number)


@cache
def paper_cases() -> tuple[PaperCase, ...]:
    """Every written case, each followed by its variants."""
    rows = yaml.safe_load(Path(__file__).with_name("paper_cases.yaml").read_text("utf-8"))
    return tuple(each for row in rows for each in _with_variants(row))


def _with_variants(row: dict[str, Any]) -> Iterator[PaperCase]:
    variants = row.pop("variants")
    yield PaperCase.model_validate(row)
    for number, changed in enumerate(variants, 1):
        merged = row | {"suggested": None, "may_go": {}} | changed | {"variant": number}
        answers = {**row["answers"], **changed.get("answers", {})}
        merged["answers"] = {code: value for code, value in answers.items() if value is not None}
        merged["referral"] = {**row["referral"], **changed.get("referral", {})}
        yield PaperCase.model_validate(merged)


def all_well(case: Case, said: Mapping[str, str]) -> dict[str, str]:
    """What is said, and that all is well with every other item that is asked then."""
    answers = answers_when_well(FORM, said, circumstances(case))
    assert said.keys() <= answers.keys(), f"not asked: {sorted(said.keys() - answers.keys())}"
    return answers


class Told:
    """One written case as it stands once it was entered."""

    def __init__(self, paper: PaperCase) -> None:
        self.paper, self.case, self._asked = paper, Case(case_id=CASE), 0
        in_community = paper.referral.get("setting") == "community"
        self.ask(
            cmd.Refer(
                person_id=PERSON,
                organisation_id=TRUST,
                service_id=SERVICE,
                spell=None if in_community else spell(admitted_on=BEGINS),
                **paper.referral,
            ),
            WARD,
        )
        self.ask(cmd.AcceptReferral())
        if paper.homeless != "unknown":
            self.ask(cmd.FlagHomelessness(flag=paper.homeless), WARD)
        for record in paper.recorded:
            self.ask(TypeAdapter[Command](Command).validate_python(record))
        self._check()
        for each in paper.begun:
            kind, _, item = each.partition(":")
            self.ask(cmd.StartStrand(strand_kind=kind, item=item, required=False))

    def _check(self) -> None:
        """Answered by two people in three parts."""
        if self.case.check is None:
            self.ask(cmd.StartCheck(form=FORM.code))
        answers = all_well(self.case, self.paper.answers)
        codes = list(answers)
        first, second = (
            {code: answers[code] for code in codes[cut]} for cut in (slice(0, 20), slice(20, 40))
        )
        why = {
            code: uuid5(CASE, f"why {code}") for code, value in answers.items() if value == "not-applicable"
        }
        last = {code: answers[code] for code in codes[40:]}
        self.ask(cmd.SaveAnswers(form=FORM.code, answers=first, text_notes=why))
        self.ask(cmd.SaveAnswers(form=FORM.code, answers=second, text_notes=why))
        self.ask(cmd.CompleteCheck(form=FORM.code, answers=last, text_notes=why))

    def ask(self, command: Command, actor: Actor = COORDINATOR, on: int = 0) -> None:
        """A command that takes effect so many days after the first, and is accepted."""
        self._asked += 1
        day = BEGINS + timedelta(days=on)
        envelope = Envelope(
            command_id=uuid5(CASE, f"{self.paper.name}/{self._asked}"),
            case_id=CASE,
            actor=actor,
            effective_on=day,
            command=command,
            note_id=uuid5(CASE, "in words") if isinstance(command, cmd.NameMitigation) else None,
        )
        decided = advance(self.case, envelope, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        answer = decided.answer
        assert answer.outcome == "accepted", (
            command.kind,
            answer.code,
            answer.detail,
            answer.where,
            answer.others,
        )
        self.case = decided.case

    @property
    def blocks(self) -> dict[str, str]:
        """The items that block, with the role whose move each is."""
        return {each.code: each.owner_role for each in blocking(self.case) if each.kind == "item"}

    @property
    def beside(self) -> dict[str, str]:
        """The items that go on and do not block, with their roles."""
        return {each.code: each.owner_role for each in beside(self.case) if each.kind == "item"}
