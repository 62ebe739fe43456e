"""Another case was merged into this one: what was said there becomes statements here, item by item.

Nothing is overruled in silence: where the two differ, people are asked, and the less safe answer counts. An
answer about another building is none about this one, and stays behind; so does what this form does not ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

from discharge.cases.commands import Envelope, NoteMergedCase, NotePartedCase
from discharge.cases.decide.common import command_of
from discharge.cases.events import (
    AnswerDisputed,
    BlockerAssigned,
    CaseMergedIn,
    CaseParted,
    CheckStarted,
    Event,
    HazardClosed,
    HazardRecorded,
    ItemAnswered,
)
from discharge.cases.evolve import fold
from discharge.cases.model import Case, HandedOver, Hazard, ItemAnswer, MergedCase
from housing_checks.checks.form import form_of, form_of_case
from housing_checks.checks.former_building import UNSAID, own_home
from housing_checks.checks.handing_over import OTHER_ADDRESS
from housing_checks.checks.item_rules import follows, known_since
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.needed_records import counts
from housing_checks.checks.record_statements import said_by_records
from housing_checks.checks.statements import counting, said_of, standing

OTHER_BUILDING, NOT_ON_FORM, OVERTAKEN, HAZARDS, HERE_TOO = (
    "other-building",
    "not-on-form",
    "overtaken",
    "hazards",
    "here-too",
)
"""Why something stays behind: it is about another building; this form has no such item; what was done here
since, or said again, makes it the past; a hazard of another building, or one that is recorded here as well.
"""
IN_ERROR = "entered-in-error"
"""Why a hazard is closed that was never about this person's home."""


def note_merged_case(case: Case, envelope: Envelope, _now: datetime) -> list[Event]:
    """Take what another case hands over. A case that itself ended as merged passes it on."""
    command = command_of(envelope, NoteMergedCase)
    on, handed = envelope.effective_on, command.handed
    begun = _begun(case, handed, on)
    taking = _Taking(fold(case, begun), handed, on)
    taking.take()
    merged = MergedCase(
        case_id=command.merged_case_id,
        merged_on=on,
        items=tuple(taking.items),
        hazards=tuple(taking.hazards),
        needs=handed.needs,
        left={why: tuple(codes) for why, codes in taking.left.items() if codes},
    )
    return [CaseMergedIn(merged=merged), *begun, *taking.events]


def _begun(case: Case, handed: HandedOver, on: date) -> list[Event]:
    """A case without a check goes on with the form of the other."""
    if case.check is not None or not handed.statements or not form_of(handed.form).known:
        return []
    return [CheckStarted(form=handed.form or "", started_on=on)]


class _Taking:
    """Taking over item by item: the case as it is by then, and what happens to it."""

    def __init__(self, case: Case, handed: HandedOver, on: date) -> None:
        self.case, self.handed, self.on = case, handed, on
        self.form, self.theirs = form_of_case(case), form_of(handed.form)
        self.elsewhere = about_another_building(case, self.form, self.theirs, handed)
        self.events: list[Event] = []
        self.items: list[str] = []
        self.hazards: list[str] = []
        self.left: dict[str, list[str]] = defaultdict(list)

    def take(self) -> None:
        """Take over all that can be, and note what stays behind."""
        for why, codes in self.handed.stays.items():
            self.left[why].extend(codes)
        for code, item in self._asked_as().items():
            self._take_item(code, item)
        for hazard in self.handed.hazards:
            self._take_hazard(hazard)

    def _asked_as(self) -> Mapping[str, CheckItem]:
        """The items of the other check in the order of this form; what it does not have stays behind."""
        known = self.form.known and self.theirs.known and self.case.check is not None
        pairs = {code: item for item in self.form.items if (code := same_item(item, self.form, self.theirs))}
        asked = (
            {code: item for code, item in pairs.items() if code in self.handed.statements} if known else {}
        )
        self.left[NOT_ON_FORM].extend(code for code in self.handed.statements if code not in asked)
        return asked

    def _take_item(self, code: str, item: CheckItem) -> None:
        if self.elsewhere and item.of_the_building and not item.names_the_building:
            self.left[OTHER_BUILDING].append(item.code)
            return
        there = self.theirs.item(code)
        said = [each for each in self.handed.statements[code] if means_here(item, each.value, there)]
        self._note(item, code, [self._state(item, each) for each in said])

    def _note(self, item: CheckItem, code: str, taken: list[bool]) -> None:
        if not taken:
            self.left[NOT_ON_FORM].append(code)
        elif any(taken):
            self.items.append(item.code)
            self._assign(item, code)
        else:
            self.left[OVERTAKEN].append(item.code)

    def _state(self, item: CheckItem, answer: ItemAnswer) -> bool:
        """One statement of the other case; whether it stands here."""
        answer = answer.model_copy(update={"gate": counts(self.case, item, answer.value)})
        check = self.case.check
        if answer in standing(check, item.code):
            return True
        before = check.given.get(item.code) if check is not None else None
        said = said_of(
            check,
            item.code,
            answer,
            changed=before is None or before.value != answer.value,
            known_since=known_since(self.case, item.code),
            recorded=said_by_records(self.case, item, answer.value),
        )
        self._happens([*said, *follows(self.case, self.form, item.code, self.on, said)])
        return any(isinstance(each, ItemAnswered) and each.stands for each in said)

    def _assign(self, item: CheckItem, code: str) -> None:
        """Whose move an item was there it is here, unless somebody said otherwise."""
        theirs = self.handed.assigned.get(code)
        open_here = self.case.check is not None and self.case.check.counts_as(item.code) != "yes"
        if theirs is not None and open_here and item.code not in self.case.assigned:
            self._happens([BlockerAssigned(item=item.code, assignment=theirs)])

    def _take_hazard(self, hazard: Hazard) -> None:
        if self.elsewhere:
            self.left[HAZARDS].append(hazard.key)
        elif any(_same_hazard(each, hazard) for each in self.case.open_hazards):
            self.left[HERE_TOO].append(hazard.key)
        else:
            here = hazard.model_copy(update={"number": 1 + len(self.case.hazards)})
            self.hazards.append(here.key)
            self._happens([HazardRecorded(hazard=here)])

    def _happens(self, events: list[Event]) -> None:
        self.events += events
        self.case = fold(self.case, events)


def _same_hazard(here: Hazard, there: Hazard) -> bool:
    """Whether the other is recorded here as seriously, and its clocks run as early."""
    alike = (here.code, here.room, here.severity) == (there.code, there.room, there.severity)
    return alike and (
        there.told is None or (here.told is not None and here.told.told_at <= there.told.told_at)
    )


def about_another_building(case: Case, form: CheckForm, theirs: CheckForm, handed: HandedOver) -> bool:
    """Whether the other check was about another building than this one, as far as anybody said, or as the
    addresses tell of people who go to their own home.
    """
    if handed.home_let_id is not None and case.home_let_id not in (None, handed.home_let_id):
        return True
    item = form.building_item
    code = same_item(item, form, theirs) if item is not None else ""
    if item is None or not code:
        return False
    here = {each.value for each in standing(case.check, item.code)} - UNSAID
    there = {each.value for each in handed.statements.get(code, ())} - UNSAID
    if OTHER_ADDRESS in handed.stays and (here | there) <= {own_home(item)}:
        return True
    return bool(here and there) and not here & there


def same_item(item: CheckItem, form: CheckForm, theirs: CheckForm) -> str:
    """Return the item of the other form that asks the same; no code for none."""
    if _edition(form) == _edition(theirs):
        return item.code if item.code in theirs.by_code else ""
    if item.same_as in theirs.by_code and form.effective_from > theirs.effective_from:
        return item.same_as or ""
    newer = (each.code for each in theirs.items if each.same_as == item.code)
    return next(newer, "") if form.effective_from < theirs.effective_from else ""


def means_here(item: CheckItem, value: str, there: CheckItem) -> bool:
    """Whether an answer to an item of the other form is one to this item, and means the same."""
    newer = there if there.same_as == item.code else item
    same = item == there or not newer.same_answers or value in newer.same_answers
    return same and item.takes(value)


def _edition(form: CheckForm) -> str:
    return form.code.partition("+")[0]


def note_parted_case(case: Case, envelope: Envelope, _now: datetime) -> list[Event]:
    """Take back what came from a case that goes on by itself again: what was said of its items, also where it
    was settled; its hazards; the needs of its referral.
    """
    command = command_of(envelope, NotePartedCase)
    source, on = command.merged_case_id, envelope.effective_on
    merged = case.merged_cases.get(str(source))
    items = tuple(_came_from(case, source))
    if not items and (merged is None or merged.parted_on is not None):
        return []
    parted = CaseParted(merged_case_id=source, parted_on=on, items=items)
    after = fold(case, [parted])
    hazards = (key for key in (merged.hazards if merged is not None else ()) if case.hazards[key].open)
    return [
        parted,
        *(
            AnswerDisputed(item=code, counts=counting(standing(after.check, code)))
            for code in _disputed(after, items)
        ),
        *(HazardClosed(hazard=key, closed_on=on, reason=IN_ERROR) for key in hazards),
    ]


def _came_from(case: Case, source: UUID) -> Iterator[str]:
    check = case.check
    for code in check.answers if check is not None else ():
        if any(source in each.came_from for each in standing(check, code)):
            yield code


def _disputed(case: Case, items: tuple[str, ...]) -> Iterator[str]:
    return (code for code in items if case.check is not None and code in case.check.disputed)
