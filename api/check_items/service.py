"""One item as a page sent it, saved: what became of it, or what is wrong with it and what others changed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from starlette.datastructures import FormData

from api.changes.views import Changes
from api.check_items.answer_source import TELLER, TELLER_NAME, WAY
from api.check_items.asked import asked_answer
from api.check_items.fields import DUE, NAME, ON, OWNER, TOLD, ItemSent
from api.checks.submission import KNOWN, answer_field, note_field
from api.commands.asked import Outcome
from api.commands.service import ask
from api.forms.submission import as_sent
from api.web.page.visit import Visit
from api.web.refusals import CaseChanged, Contradicted
from discharge.errors import HomewardError
from housing_checks.contradictions import Contradiction

ELSEWHERE = frozenset({"not-found", "role-not-allowed", "part-not-allowed", "stage-not-allowed"})
"""Refusals that no answer of the form can put right."""

FIELDS = {
    "evidence": KNOWN,
    "told_by": TOLD,
    "told_by_name": NAME,
    "effective_on": ON,
    "said_on": ON,
    "owner_role": OWNER,
    "due_on": DUE,
}
"""Field of the command -> how the name of its field on the page begins."""


@dataclass(frozen=True)
class Saved:
    """What became of one item: its outcome, or the item with what is wrong with it; `asked` is what its
    asker is asked about first, `changes` what others changed since they saw it.
    """

    sent: ItemSent
    outcome: Outcome | None = None
    asked: tuple[Contradiction, ...] = ()
    changes: Changes | None = None
    overtaken: bool = False
    """Whether somebody else answered the item since it was seen."""

    @property
    def version(self) -> int | None:
        """The version of the case with the answer in it; none while it is only taken."""
        answer = self.outcome.answer if self.outcome is not None else None
        return answer.version if answer is not None else None


async def save_item(visit: Visit, case_id: UUID, sent: ItemSent, data: FormData) -> Saved:
    """Have one answer recorded. What the case refuses comes back with the item, each fault at its field."""
    if sent.faults:
        return Saved(sent)
    code = sent.item.code
    confirmed = [str(each) for each in data.getlist("confirm")]
    key = str(data.get("key", "")) or str(uuid4())
    mine = [each for each in as_sent(data) if each[0] == code or each[0].endswith(f"-{code}")]
    asked = asked_answer(
        case_id,
        code,
        sent.body(confirmed),
        visit.today,
        [*mine, ("item", code), *_of_all(sent), *(("confirm", each) for each in confirmed)],
        f"{key}:{code}",
    )
    try:
        return Saved(sent, await ask(visit.services, visit.caller, asked))
    except Contradicted as error:
        words = {note_field(sent.item): error.row.words} if error.code == "reason-needed" else {}
        doubts = {f"confirm-{each.code}": each.question for each in error.questions}
        return Saved(sent.with_faults(words or doubts), asked=error.questions)
    except CaseChanged as error:
        overtaken = error.code == "case-changed"
        return Saved(sent.with_faults(_faults(sent, error)), changes=error.changes, overtaken=overtaken)
    except HomewardError as error:
        if error.row.http >= 500 or error.code in ELSEWHERE:
            raise
        return Saved(sent.with_faults(_faults(sent, error)))


def _of_all(sent: ItemSent) -> list[tuple[str, str]]:
    """What the form said of all its items."""
    sitting = sent.sitting
    return [(WAY, sitting.through), (TELLER, sitting.told_by), (TELLER_NAME, sitting.name)]


def _faults(sent: ItemSent, error: HomewardError) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in (error, *error.others):
        words = f"{each.row.title}. {each.row.words}: {sent.item.label}"
        found.setdefault(_field(sent, each.where), words)
    return found


def _field(sent: ItemSent, where: str) -> str:
    first = where.partition(".")[0]
    if first in FIELDS:
        return f"{FIELDS[first]}{sent.item.code}"
    return note_field(sent.item) if first == "item_notes" else answer_field(sent.item)
