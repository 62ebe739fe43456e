"""Each written case, entered through the commands: what blocks, whose move it is and what is begun is what
practitioners list, and nothing else.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from discharge.cases.commands import ConfirmItem, NameMitigation, StrikeClock
from discharge.cases.model import Stage
from discharge.codes.casework import OWNER_ROLES
from discharge.pathway_words import middle
from housing_checks.checks.rules import left_to_start
from housing_checks.gate.blockers import beside, blocking
from housing_checks.gate.sentence import MOST_NAMED, spoken, what_stands_between
from tests.housing_checks.paper import BEGINS, FORM, PaperCase, Told, paper_cases

EVERY = pytest.mark.parametrize("paper", paper_cases(), ids=lambda paper: paper.name)
MAY_GO = [each for each in paper_cases() if each.may_go]


def test_given_the_list_then_every_written_case_is_here_with_a_variant() -> None:
    assert {each.number for each in paper_cases()} == set(range(1, 15))
    assert {each.number for each in paper_cases() if each.variant} == set(range(1, 15))


@EVERY
def test_given_a_written_case_then_what_blocks_and_whose_move_it_is_equals_the_list(paper: PaperCase) -> None:
    assert Told(paper).blocks == paper.blocks


@EVERY
def test_given_a_written_case_then_what_goes_on_beside_equals_the_list(paper: PaperCase) -> None:
    told = Told(paper)
    if not paper.variant:
        assert told.beside == paper.beside
    assert not told.beside.keys() & told.blocks.keys()


@EVERY
def test_given_a_written_case_then_the_work_begun_goes_on_and_what_is_suggested_equals_the_list(
    paper: PaperCase,
) -> None:
    case = Told(paper).case
    begun = {f"{each.kind}:{each.item}" for each in case.open_strands}
    assert begun == set(paper.begun)
    assert [each for each in blocking(case) if each.kind == "strand"] == []
    assert {each.code for each in beside(case) if each.kind == "strand"} == set(case.strands)
    if paper.suggested is not None:
        assert {f"{each.kind}:{each.item}" for each in left_to_start(case)} == set(paper.suggested)


@EVERY
def test_given_a_written_case_then_nothing_is_asked_that_does_not_concern_this_person(
    paper: PaperCase,
) -> None:
    told = Told(paper)
    assert told.case.check is not None
    assert set(paper.never) <= set(FORM.codes), set(paper.never) - set(FORM.codes)
    assert set(told.case.check.answers) & set(paper.never) == set()


@EVERY
def test_given_a_written_case_then_each_blocker_has_a_day_and_a_next_action(paper: PaperCase) -> None:
    for each in blocking(Told(paper).case):
        assert each.due_on is not None, each.code
        assert each.due_on >= BEGINS, each.code
        assert len(each.next_action) > 10, each.code
        if paper.soon:
            assert each.due_on <= BEGINS + timedelta(days=1), each.code


@EVERY
def test_given_a_written_case_then_the_sentence_names_what_blocks_and_whose_move_it_is(
    paper: PaperCase,
) -> None:
    case = Told(paper).case
    said = what_stands_between(case, BEGINS)
    named = list(paper.blocks.items())
    if len(named) > MOST_NAMED:
        assert f"{len(named) - MOST_NAMED} more" in said
    for code, role in paper.blocks.items() if len(named) <= MOST_NAMED else ():
        assert spoken(case, code) in said, code
        assert middle(OWNER_ROLES.label(role)) in said, role


@pytest.mark.parametrize("paper", MAY_GO, ids=lambda paper: paper.name)
def test_given_a_case_that_may_go_then_mitigations_open_the_gate_until_their_day_and_then_it_says_why(
    paper: PaperCase,
) -> None:
    told = Told(paper)
    for code in told.blocks.keys() - paper.may_go.keys():
        told.ask(ConfirmItem(item=code, value=_put_right(code)))
    until = BEGINS + timedelta(days=10)
    for code, (mitigation, role) in paper.may_go.items():
        assert told.case.stage is not Stage.READY
        told.ask(NameMitigation(item=code, mitigation=mitigation, role=role, until_on=until))
    assert told.case.stage is Stage.READY
    said = what_stands_between(told.case, BEGINS)
    assert said.startswith("Can go home: the home is ready while this holds: ")
    told.ask(StrikeClock(), on=11)
    assert told.blocks.keys() == paper.may_go.keys()
    assert {each.why for each in blocking(told.case)} == {"mitigation-ended"}
    assert "whose mitigation has ended" in what_stands_between(told.case, until + timedelta(days=1))


def _put_right(code: str) -> str:
    options = [each.code for each in FORM.item(code).options if each.gate == "yes"]
    return options[0] if options else "yes"
