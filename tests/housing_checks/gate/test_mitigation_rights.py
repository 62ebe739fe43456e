"""Which roles may name which mitigation, who may answer for it, and for which items, is data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from discharge.cases.commands import Envelope, NameMitigation
from discharge.cases.model import Actor, Case, Check, GateItem, Stage
from discharge.codes.casework import MITIGATIONS
from discharge.errors import HomewardError
from discharge.reference.policy import put_in_force
from discharge.reference.site import parse_override
from housing_checks.checks.form import CHECK_ITEMS
from housing_checks.gate.mitigations import name_mitigation, offered
from tests.housing_checks.homes import CASE, FORM_1, SERVICE, TRUST

FROM = date(2026, 11, 2)
WARD = Actor(organisation_id=TRUST, role="discharge-team")
FEED = Actor(organisation_id=TRUST, role="system")
COORDINATOR = Actor(organisation_id=SERVICE, role="coordinator")
COLD = Case(
    case_id=CASE,
    version=1,
    stage=Stage.CHECKED,
    check=Check(form=FORM_1.code, started_on=FROM, completed_on=FROM),
    gate={code: GateItem(code=code, value="no", as_of=FROM) for code in ("heating", "toilet")},
)


NOTE = uuid4()


def refusals(
    command: NameMitigation, actor: Actor = COORDINATOR, on: date = FROM, note: UUID | None = NOTE
) -> list[str]:
    return [f"{each.where} {each.code}" for each in said_of(command, actor, on, note)]


def said_of(
    command: NameMitigation, actor: Actor = COORDINATOR, on: date = FROM, note: UUID | None = NOTE
) -> list[HomewardError]:
    envelope = Envelope(
        command_id=uuid4(), case_id=CASE, actor=actor, effective_on=on, command=command, note_id=note
    )
    now = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    try:
        name_mitigation(COLD, envelope, now)
    except HomewardError as refused:
        return [refused, *refused.others]
    return []


BED = NameMitigation(item="toilet", mitigation="bed-downstairs", role="therapy")


def test_given_a_role_that_may_name_it_then_it_is_taken_and_another_role_is_refused() -> None:
    assert refusals(BED) == []
    assert refusals(BED, WARD) == []
    assert refusals(BED, FEED) == ["mitigation mitigation-not-yours"]


def test_given_an_owner_that_may_not_answer_for_it_then_it_is_refused() -> None:
    assert refusals(BED.model_copy(update={"role": "landlord"})) == ["role mitigation-not-answered"]


@pytest.mark.parametrize(
    ("asked", "actor", "note", "detail"),
    [
        pytest.param(BED, FEED, NOTE, "discharge-team, coordinator", id="who-may-name-it"),
        pytest.param(
            BED.model_copy(update={"role": "landlord"}),
            WARD,
            NOTE,
            "therapy, equipment-service, discharge-team, coordinator, family-carer",
            id="who-may-answer-for-it",
        ),
        pytest.param(BED.model_copy(update={"item": "heating"}), WARD, NOTE, "heating", id="another-item"),
        pytest.param(
            NameMitigation(item="toilet", mitigation="other", role="coordinator", user_id=NOTE),
            WARD,
            None,
            "other",
            id="only-words-tell-it",
        ),
    ],
)
def test_given_a_mitigation_that_is_refused_then_it_is_said_who_may_or_for_what(
    asked: NameMitigation, actor: Actor, note: UUID | None, detail: str
) -> None:
    (refused,) = said_of(asked, actor, note=note)
    assert refused.detail == detail


def test_given_a_role_then_it_is_offered_what_it_may_name_and_nobody_else_is() -> None:
    def codes(role: str) -> list[str]:
        return [row.code for row in offered("toilet", role, FROM)]

    assert "bed-downstairs" in codes("coordinator")
    assert "bed-downstairs" not in codes("system")
    assert codes("landlord") == []


@pytest.fixture
def heaters_for_heating_only() -> Iterator[None]:
    said = b"""
changes: mitigations
edition: ours
effective_from: 2026-11-02
decided_by: J. Doe
decided_on: 2026-11-01
reason: Decided by the board
rows: {temporary-heating: {for_items: [heating]}, other: {not_for_items: [toilet]}}
"""
    put_in_force([parse_override("ours.yaml", said)])
    yield
    put_in_force(())


def test_given_items_that_it_is_for_then_another_item_is_refused(heaters_for_heating_only: None) -> None:
    heaters = NameMitigation(item="heating", mitigation="temporary-heating", role="landlord")
    assert refusals(heaters) == []
    assert refusals(heaters.model_copy(update={"item": "toilet"})) == ["mitigation mitigation-not-for-item"]
    other = NameMitigation(item="toilet", mitigation="other", role="coordinator")
    assert refusals(other) == ["mitigation mitigation-not-for-item"]
    assert refusals(other.model_copy(update={"item": "heating"})) == []


def test_given_a_day_before_the_edition_then_the_older_rows_count() -> None:
    heaters = NameMitigation(item="heating", mitigation="temporary-heating", role="landlord")
    assert refusals(heaters, FEED, date(2026, 10, 31)) == []


NEVER = {"safety-confirmed", "capacity", "best-interests", "oxygen-installed", "duty-to-refer"}
"""Of these nothing is done instead: somebody leaves without none of them."""


def test_given_what_must_be_so_then_no_mitigation_stands_in_for_it_and_nobody_is_offered_one() -> None:
    rows = MITIGATIONS.in_force(FROM)
    assert {row.code: [each for each in NEVER if row.stands_in_for(each)] for row in rows} == {
        row.code: [] for row in rows
    }
    assert [offered(each, "coordinator", FROM) for each in NEVER] == [()] * len(NEVER)


def test_given_the_rows_in_force_then_each_names_who_may_name_it() -> None:
    assert [row.code for row in MITIGATIONS.in_force(FROM) if not row.named_by] == []


@pytest.mark.parametrize("mitigation", ["other", "own-decision"])
def test_given_a_mitigation_that_words_tell_then_it_is_refused_without_any(mitigation: str) -> None:
    told = NameMitigation(item="toilet", mitigation=mitigation, role="coordinator")
    assert "note note-needed" in refusals(told, note=None)
    assert "note note-needed" not in refusals(told)


def test_given_the_rows_then_each_item_that_they_name_is_one_of_a_form() -> None:
    codes = {item.code for item in CHECK_ITEMS}
    for row in MITIGATIONS.rows:
        assert {*row.for_items, *row.not_for_items} <= codes, row.code
