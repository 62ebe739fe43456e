"""What forms of hazards can choose from: the schemes in force, and the hazards of the case."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from api.forms.choices import Pairs
from api.forms.model import Around
from api.web.page import words
from discharge.cases.relations import relation_of
from discharge.codes.hazards import HAZARD_STEPS
from discharge.codes.model import Code
from discharge.durations import NATIONS
from discharge.roles import OWN_WORK_ONLY
from discharge.sharing import may_send, sharing_facts
from housing_checks.hazards.duties import path_of
from housing_checks.hazards.schemes import HAZARDS_KIND, HHSRS, RATINGS
from housing_checks.hazards.words import hazard_words

NOT_YET = (
    "No consent or other basis for sharing is recorded, so nothing may be sent yet. The discharge team or "
    "the coordinator asks the person first."
)


def hazards(around: Around) -> Pairs:
    """The hazards of the scheme in force, then those that only the former one has."""
    now = HHSRS.in_force(around.today)
    return [*_pairs(now), *_former(around, now, HHSRS.rows)]


def ratings(around: Around) -> Pairs:
    """The ratings of the scheme in force, then those of the former one."""
    now = RATINGS.in_force(around.today)
    return [*_pairs(now), *_former(around, now, RATINGS.rows)]


def _pairs(rows: tuple[Code, ...]) -> Pairs:
    return [(row.code, row.label) for row in rows]


def _former(around: Around, now: tuple[Code, ...], every: tuple[Code, ...]) -> Pairs:
    """What an inspection that began under the former scheme may have found."""
    edition = HAZARDS_KIND.edition_on(around.today)
    if edition is HAZARDS_KIND.editions[0]:
        return []
    before = edition.heading.effective_from - timedelta(days=1)
    codes = {row.code for row in now}
    older = {row.code: row.label for row in every if row.code not in codes}
    return [(code, f"{label} (inspection begun by {words.day(before)})") for code, label in older.items()]


def uncertain_hazards(around: Around) -> dict[str, str]:
    """What has to be looked up of a hazard of the scheme before anybody relies on it."""
    return {row.code: f"Uncertain. {row.note}" for row in HHSRS.in_force(around.today) if row.uncertain}


def nations(_: Around) -> Pairs:
    """The nations of the United Kingdom."""
    return [(code, name) for name, code in NATIONS.items()]


def open_hazards(around: Around) -> Pairs:
    """Hazards that are not closed."""
    return [(each.key, hazard_words(each)) for each in around.case.open_hazards]


def untold(around: Around) -> bool:
    """Whether the case has an open hazard in a home with a landlord."""
    return any(path_of(each).landlord for each in around.case.open_hazards)


def steps(around: Around) -> Pairs:
    """Steps that are recorded as such; others have a form of their own. A landlord and a council are offered
    their own.
    """
    mine = around.organisation_id
    relation = relation_of(around.case, mine) if isinstance(mine, UUID) else None
    own = relation if relation in OWN_WORK_ONLY else None
    return [
        (row.code, row.label)
        for row in HAZARD_STEPS.in_force(around.today)
        if not row.by_command and own in (None, row.done_by)
    ]


def sharing(around: Around) -> str:
    """Says that nobody may be told yet, and who has to ask."""
    return "" if may_send(sharing_facts(around.case), "landlord").allowed else NOT_YET
