"""What a page of the check is made from: the case as its reader sees it, the form, and what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from api.cases import queries as case_queries
from api.cases.note_words import WITHDRAW, note_words
from api.check_items.answer_source import Sitting
from api.check_items.fields import ItemFields, ItemSent, item_fields, standing_form
from api.check_items.queries import ItemKnown, Written, form_to_answer, item_known, items_known, written
from api.check_items.views import Frame, ItemBlock, frame_of, item_block
from api.web import names
from api.web.page import words
from api.web.page.visit import Visit
from discharge.cases.command_stages import may_ask
from discharge.cases.model import Case
from housing_checks.checks.answers import answers_standing, asked_of
from housing_checks.checks.model import CheckForm, CheckItem
from housing_checks.checks.rules import not_asked

ANSWER = "confirm-item"
"""What answers an item: the command whose permission opens the fields."""


@dataclass(frozen=True)
class Scene:
    """The check of one case, as one visit sees it."""

    visit: Visit
    case: Case
    form: CheckForm
    items: tuple[ItemKnown, ...]
    written: Written
    names: names.Directory
    frame: Frame

    def item(self, code: str) -> ItemKnown:
        """One item. Raises not-found for one that the form does not have."""
        return item_known(self.case, self.form, code)

    def read(self, note_id: UUID | None) -> str | None:
        """What a note says, also that its words were withdrawn; none for one that the reader may not read."""
        row = self.written.row(note_id)
        return note_words(row, self.names) if row is not None else None

    def standing(self, known: ItemKnown) -> ItemSent:
        """The fields of an item before anybody types."""
        answer = known.answer
        note = answer.note_id if answer is not None else None
        return standing_form(
            known.item,
            answer,
            self.visit.today,
            self.case.version,
            text=self.written.text(note),
        )

    def fields(self, known: ItemKnown, sent: ItemSent | None = None) -> ItemFields:
        """The fields of an item, with what was sent where something was."""
        stands = self.standing(known)
        shown = None
        if sent is not None:
            shown = item_fields(stands, self.visit.today, self.case.version).shown
        return item_fields(sent or stands, self.visit.today, self.case.version, shown)

    def block(self, known: ItemKnown, sent: ItemSent | None = None) -> ItemBlock:
        """One item with what is known of it, and its fields."""
        return item_block(self.frame, known, self.written, self.names, self.fields(known, sent))

    def blocks(self, domain: str, sent: Mapping[str, ItemSent]) -> tuple[ItemBlock, ...]:
        """The items that are asked of a domain, each with what was sent of it."""
        asked = (each for each in self.items if each.asked and each.item.domain == domain)
        return tuple(self.block(each, sent.get(each.item.code)) for each in asked)

    def asked_with(self, item: CheckItem, value: str) -> tuple[str, ...]:
        """The items of its domain that are asked once an item is answered."""
        values = {**answers_standing(self.case), item.code: value}
        asked = set(asked_of(self.case, self.form, values)) - not_asked(self.case, self.form)
        return tuple(
            each.code for each in self.form.items if each.code in asked and each.domain == item.domain
        )

    def next_open(self, code: str) -> str:
        """The next item after this one that is asked and not answered, round to the first; none is empty."""
        codes = [each.item.code for each in self.items]
        place = codes.index(code) + 1 if code in codes else 0
        waiting = (*self.items[place:], *self.items[: max(place - 1, 0)])
        return next((each.item.code for each in waiting if each.asked and each.answer is None), "")


async def scene(visit: Visit, case_id: UUID, sitting: Sitting, what: str = "home check") -> Scene:
    """Read the check of a case for a page. Who may only follow the case reads it, and answers nothing."""
    visit.caller.require("case.follow")
    async with visit.services.begin(visit.caller) as session:
        found = await case_queries.read_case(session, visit.caller, case_id, what, "case.follow")
        texts, known = await written(session, case_id), await names.directory(session)
    case = found.case
    form = form_to_answer(case, visit.today)
    name = words.full_name(found.person.family_name, found.person.given_name)
    may = may_ask(case, ANSWER) and visit.caller.may_on(case, ANSWER) and form.known
    withdraws = visit.caller.may_on(case, WITHDRAW)
    frame = frame_of(case, name, sitting, visit.today, may_answer=may, may_withdraw=withdraws)
    return Scene(visit, case, form, items_known(case, form), texts, known, frame)
