"""Where the person is, in words, while nobody lies in the bed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from api.cases.queries import CaseFile
from api.cases.summary import place
from api.cases.timeline import timeline_lines
from api.web.names import Directory
from api.worklist.queries import Listed
from api.worklist.views import _place
from discharge.cases import events as ev
from discharge.cases.model import Case, CaseSpell, Referral
from discharge.disclosure import Telling
from discharge.sight import EVERYTHING
from discharge.store.tables import CaseEventRow, Organisation, Person

TRUST = UUID(int=7)
KNOWN = Directory(organisations={TRUST: Organisation(id=TRUST, name="Harrow Vale Hospitals")})


def stay(status: str, **changes: object) -> CaseSpell:
    spell = CaseSpell(spell_id=uuid4(), organisation_id=TRUST, status=status, ward="ELM", bed="3")
    return spell.model_copy(update=changes)


def case(spell: CaseSpell) -> Case:
    referral = Referral(referred_on=date(2026, 3, 2), organisation_id=TRUST, ward="ELM")
    return Case(case_id=uuid4(), referral=referral, spells=(spell,))


@pytest.mark.parametrize(
    ("status", "where", "bed"),
    [
        ("admitted", "Ward ELM, bed 3, Harrow Vale Hospitals", "3"),
        (
            "on-leave",
            "On leave from ward ELM, where bed 3 is kept, Harrow Vale Hospitals",
            "on leave, place kept",
        ),
        ("expected", "Expected on ward ELM, bed 3, Harrow Vale Hospitals", "expected, not in yet"),
        ("cancelled", "Stay not known yet, referred by Harrow Vale Hospitals", ""),
    ],
)
def test_given_how_the_stay_stands_then_case_and_worklist_say_it(status: str, where: str, bed: str) -> None:
    known = case(stay(status))
    telling = Telling(known, EVERYTHING)
    found = CaseFile(known, Person(), datetime(2026, 3, 3, tzinfo=UTC), None, (), telling=telling)
    assert place(found, KNOWN) == where
    assert _place(Listed(known, Person(), 0, telling=telling), KNOWN) == ("ELM", bed)


@pytest.mark.parametrize(
    ("spell", "told"),
    [
        (stay("on-leave"), "on leave, ward ELM, bed 3"),
        (
            stay("expected", expected_admission_on=date(2026, 3, 12)),
            "expected on 12 March 2026, ward ELM, bed 3",
        ),
        (stay("cancelled", cancelled_because="deleted"), "the visit was deleted as entered in error"),
        (stay("cancelled"), "the hospital cancelled the stay"),
    ],
)
def test_given_news_of_the_stay_then_the_history_tells_it(spell: CaseSpell, told: str) -> None:
    row = CaseEventRow(
        case_id=uuid4(),
        sequence=1,
        kind="spell-changed",
        payload=ev.SpellChanged(spell=spell).model_dump(mode="json"),
        effective_on=date(2026, 3, 3),
        case_time=datetime(2026, 3, 3, 9, tzinfo=UTC),
        command_id=uuid4(),
        organisation_id=TRUST,
        role="system",
    )
    [line] = timeline_lines([row], {}, KNOWN)
    assert line.what == f"The hospital's system says: {told}"
