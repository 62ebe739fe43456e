"""Coming back to hospital, sent again and cancelled: exactly what each message gives."""

from __future__ import annotations

from uuid import UUID

import pytest

from discharge.cases import commands as cmd
from discharge.cases import events as ev
from discharge.cases.evolve import fold
from discharge.cases.model import Action, Case, Discharge, Readmission, Stage
from discharge.delays.model import DelayReason, ReadyPeriod
from tests.discharge.cases.stories import SPELL, after, day, decided, kinds, noon, refer, spell, told

BACK, THIRD = UUID(int=31), UUID(int=32)
ACCEPTED = after((0, refer()), (0, cmd.AcceptReferral()))
LEFT_ON = {"status": "discharged", "discharged_on": day(5)}
LEFT = after((5, told(**LEFT_ON)), case=ACCEPTED)


def back(spell_id: UUID = BACK, on: int = 9, **said: object) -> cmd.NoteHospitalFacts:
    """News of another stay, an emergency, from that day."""
    stay = spell(spell_id=spell_id, admitted_on=day(on), admission_method="21").model_copy(update=said)
    return cmd.NoteHospitalFacts(spell=stay)


def news(case: Case, asked: cmd.NoteHospitalFacts, on: int = 10) -> list[ev.Event]:
    """What follows from news, beside that the stay is known or has changed."""
    kinds_of_stay = (ev.SpellChanged, ev.SpellJoined)
    return [each for each in decided(case, asked, on) if not isinstance(each, kinds_of_stay)]


RETURNED = after((9, back()), case=LEFT)
GONE_AGAIN = after((11, back(status="discharged", discharged_on=day(11))), case=RETURNED)
TWICE = after((13, back(THIRD, 13)), case=GONE_AGAIN)
CANCELLED = back(status="cancelled", cancelled_because="admission-cancelled")
FIRST_LEFT = RETURNED.earlier_discharges[0]


def returned(spell_id: UUID = BACK, on: int = 9, days: int = 4) -> Readmission:
    return Readmission(spell_id=spell_id, readmitted_on=day(on), days_after=days)


def answered(action: str, on: int = 10, answer: str = "admission-cancelled") -> ev.ActionAnswered:
    return ev.ActionAnswered(action=action, answer=answer, answered_at=noon(on))


def actions(happened: list[ev.Event]) -> list[tuple[str, str]]:
    return [(each.action.cause, each.action.subject) for each in happened if each.kind == "action-opened"]


def cancelled(on: int = 10) -> ev.ReadmissionCancelled:
    return ev.ReadmissionCancelled(spell_id=BACK, cancelled_on=day(on))


@pytest.mark.parametrize("status", ["cancelled", "expected"])
def test_given_a_return_that_was_none_then_it_is_undone_and_its_question_answered(status: str) -> None:
    *happened, opened = news(RETURNED, back(status=status))
    assert happened == [cancelled(), answered("unplanned-return/1")]
    assert (opened.action.cause, opened.action.subject, opened.action.opened_at) == (
        "readmission-cancelled", str(BACK), noon(10),
    )  # fmt: skip


def test_given_a_closed_case_when_its_return_is_taken_back_then_it_opens_first_that_day() -> None:
    closed = fold(RETURNED, [ev.CaseClosed(closed_on=day(9), outcome="withdrawn")])
    assert news(closed, CANCELLED)[:2] == [
        ev.CaseReopened(reopened_on=day(10), stage=Stage.DISCHARGED, reason="readmission-cancelled"),
        cancelled(),
    ]


@pytest.mark.parametrize("outcome", ["merged", "entered-in-error", "died"])
def test_given_a_case_that_nothing_reopens_when_its_return_is_taken_back_then_it_stays(outcome: str) -> None:
    closed = fold(RETURNED, [ev.CaseClosed(closed_on=day(9), outcome=outcome)])
    assert news(closed, CANCELLED) == []
    assert news(closed, back(on=8)) == []
    assert news(closed, told(status="discharged", discharged_on=day(4))) == []


def test_given_waiting_that_began_with_the_return_then_it_goes_with_it_and_what_runs_on_ends_as_it_did() -> (
    None
):
    mine = ReadyPeriod(ready_on=day(10), ended_on=day(11), ended_by="met-criteria-again", spell_id=BACK)
    nobodys = ReadyPeriod(ready_on=day(12))
    before = ReadyPeriod(ready_on=day(1), ended_on=day(5), ended_by="discharged", spell_id=SPELL)
    other = ReadyPeriod(ready_on=day(2), ended_on=day(3), ended_by="met-criteria-again")
    case = RETURNED.model_copy(update={"ready_periods": (before, other, mine, nobodys)})
    assert [each for each in news(case, CANCELLED, 13) if each.kind == "ready-period-corrected"] == [
        ev.ReadyPeriodCorrected(replaces=day(10), was=mine, period=None),
        ev.ReadyPeriodCorrected(replaces=day(12), was=nobodys, period=None),
    ]
    running = ReadyPeriod(ready_on=day(1), spell_id=SPELL)
    still = RETURNED.model_copy(update={"ready_periods": (running,)})
    assert news(still, CANCELLED)[0] == ev.ReadyPeriodEnded(ended_on=day(5), ended_by="discharged")


def test_given_reasons_for_waiting_of_a_return_that_is_taken_back_then_they_end_when_it_began() -> None:
    reason = DelayReason(
        reason_id=UUID(int=40), kind="national", code="CA10", owner_role="ward", from_on=day(8)
    )
    case = RETURNED.model_copy(update={"delay_reasons": (reason,)})
    assert news(case, CANCELLED)[0] == ev.DelayReasonEnded(reason_id=reason.reason_id, to_on=day(9))


def owed(cause: str, opened: int, **said: object) -> Action:
    return Action(
        cause=cause,
        number=1,
        owner_role="coordinator",
        opened_at=noon(opened),
        due_at=noon(opened + 1),
        answered_at=noon(9),
        answer="back-in-hospital",
    ).model_copy(update=said)


@pytest.mark.parametrize(
    ("was", "again"),
    [
        (owed("contact-missed", 6, subject="24-hours"), True),
        (owed("self-discharged", 5), True),
        (owed("left-before-accepted", 9), True),
        (owed("self-discharged", 4), False),
        (owed("self-discharged", 10), False),
        (owed("no-heating", 6), False),
        (owed("self-discharged", 6, answer="put-right"), False),
    ],
)
def test_given_silence_that_the_return_alone_answered_then_it_is_owed_again_as_it_was(
    was: Action, again: bool
) -> None:
    case = RETURNED.model_copy(update={"actions": {was.key: was}})
    opened = [each.action for each in news(case, CANCELLED) if each.kind == "action-opened"]
    assert opened[-1].cause == "readmission-cancelled"
    assert [
        (each.key, each.subject, each.owner_role, each.opened_at, each.due_at) for each in opened[:-1]
    ] == ([(f"{was.cause}/2", was.subject, was.owner_role, was.opened_at, was.due_at)] if again else [])


def test_given_another_bed_long_after_when_the_return_is_taken_back_then_the_ward_is_asked_about_it() -> None:
    case = fold(RETURNED, [ev.SpellJoined(spell=back(THIRD, 60).spell)])
    assert actions(news(case, CANCELLED, 61)) == [
        ("readmission-cancelled", str(BACK)),
        ("back-later", str(THIRD)),
    ]


@pytest.mark.parametrize(
    "heir",
    [
        {},
        {"status": "on-leave"},
        {"status": "discharged", "discharged_on": day(12)},
        {"admission_method": "11"},
    ],
)
def test_given_a_return_that_goes_on_under_another_number_then_it_and_its_waiting_are_that_stays(
    heir: dict[str, object],
) -> None:
    period = ReadyPeriod(ready_on=day(10), spell_id=BACK)
    earlier = ReadyPeriod(ready_on=day(1), ended_on=day(5), ended_by="discharged", spell_id=SPELL)
    case = fold(RETURNED, [ev.SpellJoined(spell=back(THIRD, 10, **heir).spell)])
    case = case.model_copy(update={"ready_periods": (earlier, period)})
    restated, moved, settled, *opened = news(case, CANCELLED, 13)
    assert restated == ev.EarlierDischargeCorrected(
        place=0, discharge=FIRST_LEFT, readmission=returned(THIRD, 10, 5)
    )
    assert moved == ev.ReadyPeriodCorrected(
        replaces=day(10), was=period, period=period.model_copy(update={"spell_id": THIRD})
    )
    assert settled == answered("unplanned-return/1", 13)
    assert actions(opened)[:1] == ([] if heir.get("admission_method") else [("unplanned-return", str(THIRD))])


def test_given_a_return_that_somebody_looked_into_when_it_moves_then_nobody_is_asked_again() -> None:
    looked = fold(RETURNED, [answered("unplanned-return/1", 9, "nothing-wrong")])
    case = fold(looked, [ev.SpellJoined(spell=back(THIRD, 10).spell)])
    assert kinds(news(case, CANCELLED)) == ["earlier-discharge-corrected"]


@pytest.mark.parametrize(
    "other",
    [
        back(THIRD, 10, status="cancelled"),
        back(THIRD, 10, status="expected"),
        back(THIRD, 10, admitted_on=None),
        back(THIRD, 4),
        back(THIRD, 35),
    ],
)
def test_given_a_stay_that_cannot_be_the_return_then_the_return_is_undone(
    other: cmd.NoteHospitalFacts,
) -> None:
    case = fold(RETURNED, [ev.SpellJoined(spell=other.spell)])
    assert cancelled() in news(case, CANCELLED)


def test_given_a_return_in_the_middle_that_never_was_then_the_later_one_follows_the_first_discharge() -> None:
    assert TWICE.readmissions[1] == returned(THIRD, 13, 2)
    *happened, opened = news(TWICE, CANCELLED, 14)
    assert happened == [
        ev.EarlierDischargeCorrected(place=1),
        answered("unplanned-return/2", 14),
        ev.EarlierDischargeCorrected(place=0, discharge=FIRST_LEFT, readmission=returned(THIRD, 13, 8)),
        answered("unplanned-return/1", 14),
    ]
    assert (opened.action.key, opened.action.subject) == ("unplanned-return/3", str(THIRD))


def left_by_hand_in_the_middle(on: int) -> Case:
    """Two returns, the second on a day of March; somebody confirmed by hand that they left in between."""
    first, second = TWICE.earlier_discharges
    by_hand = (first, second.model_copy(update={"spell_id": None}))
    later = (TWICE.readmissions[0], returned(THIRD, on, 2))
    return TWICE.model_copy(update={"earlier_discharges": by_hand, "readmissions": later})


@pytest.mark.parametrize(("on", "days"), [(13, 8), (5, 0)])
def test_given_a_return_in_the_middle_that_somebody_left_by_hand_then_the_later_one_follows_the_first(
    on: int, days: int
) -> None:
    assert news(left_by_hand_in_the_middle(on), CANCELLED, 14) == [
        ev.EarlierDischargeCorrected(place=1),
        ev.EarlierDischargeCorrected(place=0, discharge=FIRST_LEFT, readmission=returned(THIRD, on, days)),
    ]


def test_given_a_later_return_from_before_they_left_then_they_did_not_leave_and_the_ward_is_asked() -> None:
    *happened, asked = news(left_by_hand_in_the_middle(4), CANCELLED, 14)
    assert happened == [ev.EarlierDischargeCorrected(place=1), ev.EarlierDischargeCorrected(place=0)]
    assert isinstance(asked, ev.ActionOpened)
    assert (asked.action.cause, asked.action.subject) == ("stays-overlap", str(CANCELLED.spell.spell_id))


def test_given_three_returns_when_the_first_never_was_then_the_second_follows_the_discharge() -> None:
    first, second = TWICE.earlier_discharges
    earlier = (
        first,
        second.model_copy(update={"spell_id": None}),
        second.model_copy(update={"spell_id": THIRD}),
    )
    returns = (*TWICE.readmissions, returned(UUID(int=34), 20, 3))
    case = TWICE.model_copy(update={"earlier_discharges": earlier, "readmissions": returns})
    assert news(case, CANCELLED, 21) == [
        ev.EarlierDischargeCorrected(place=1),
        ev.EarlierDischargeCorrected(place=0, discharge=FIRST_LEFT, readmission=returned(THIRD, 13, 8)),
    ]


def test_given_a_return_that_never_was_and_that_somebody_left_again_then_neither_was() -> None:
    *happened, opened = news(GONE_AGAIN, CANCELLED, 14)
    assert happened == [
        ev.DischargeCancelled(cancelled_on=day(11)),
        cancelled(14),
        answered("unplanned-return/1", 14),
    ]
    assert opened.action.cause == "readmission-cancelled"


def test_given_a_return_that_never_was_when_somebody_left_another_stay_since_then_it_alone_goes() -> None:
    left = GONE_AGAIN.discharge and GONE_AGAIN.discharge.model_copy(update={"spell_id": THIRD})
    case = GONE_AGAIN.model_copy(update={"discharge": left})
    assert news(case, CANCELLED, 14) == [ev.EarlierDischargeCorrected(place=0)]


@pytest.mark.parametrize(("on", "days"), [(8, 3), (5, 0), (20, 15)])
def test_given_a_return_on_another_day_then_it_is_restated_with_its_days(on: int, days: int) -> None:
    assert news(RETURNED, back(on=on), 21) == [
        ev.EarlierDischargeCorrected(place=0, discharge=FIRST_LEFT, readmission=returned(BACK, on, days))
    ]


def test_given_a_return_that_turns_out_unplanned_then_its_cause_is_asked_once() -> None:
    planned = after((9, back(admission_method="11")), case=LEFT)
    [opened] = news(planned, back())
    assert (opened.action.cause, opened.action.subject, opened.action.opened_at) == (
        "unplanned-return", str(BACK), noon(10),
    )  # fmt: skip
    assert news(fold(planned, [opened]), back(admission_method="22")) == []
    assert news(planned, back(admission_method="12")) == []
    assert news(RETURNED, back(bed="7")) == []


def test_given_a_return_that_began_before_the_person_left_then_it_was_none() -> None:
    happened = news(RETURNED, back(on=4))
    assert happened[0] == cancelled()
    assert actions(happened) == [("readmission-cancelled", str(BACK)), ("stays-overlap", str(BACK))]


def test_given_somebody_who_left_the_return_again_when_it_began_before_then_neither_was() -> None:
    happened = news(GONE_AGAIN, back(on=4, status="discharged", discharged_on=day(11)), 12)
    assert happened[:2] == [ev.DischargeCancelled(cancelled_on=day(4)), cancelled(12)]


def test_given_a_stay_whose_end_is_new_when_it_was_not_known_to_have_ended_then_nothing_is_undone() -> None:
    known = RETURNED.model_copy(
        update={"spells": tuple(each.model_copy(update={"status": "admitted"}) for each in RETURNED.spells)}
    )
    assert news(known, told(status="on-leave")) == []


def test_given_a_stay_of_which_only_the_end_is_told_then_it_was_a_return_if_it_ended_later() -> None:
    over = back(on=7, status="discharged", discharged_on=day(8))
    assert ev.PersonReadmitted(readmission=returned(BACK, 7, 2)) in news(LEFT, over)
    same_day = back(on=5, status="discharged", discharged_on=day(5))
    assert ev.PersonReadmitted(readmission=returned(BACK, 5, 0)) in news(LEFT, same_day)
    before = back(on=1, status="discharged", discharged_on=day(4))
    assert "person-readmitted" not in kinds(news(LEFT, before))
    by_hand = LEFT.model_copy(
        update={"discharge": LEFT.discharge and LEFT.discharge.model_copy(update={"spell_id": None})}
    )
    assert "person-readmitted" not in kinds(news(by_hand, over))


def test_given_the_stay_that_somebody_left_then_news_of_it_is_no_return() -> None:
    assert "person-readmitted" not in kinds(news(LEFT, told(admitted_on=day(5), **LEFT_ON)))


def test_given_a_discharge_that_names_no_stay_then_a_bed_from_before_it_is_that_stays() -> None:
    by_hand: Discharge | None = LEFT.discharge and LEFT.discharge.model_copy(update={"spell_id": None})
    case = LEFT.model_copy(update={"discharge": by_hand})
    assert news(case, back(on=4)) == []
    assert actions(news(case, back(on=60), 61)) == [("back-later", str(BACK))]


def test_given_a_return_that_was_answered_once_then_its_question_is_not_asked_again() -> None:
    asked = Action(
        cause="unplanned-return", number=1, subject=str(BACK), owner_role="coordinator",
        opened_at=noon(9), due_at=noon(10), answered_at=noon(9), answer="nothing-wrong",
    )  # fmt: skip
    case = LEFT.model_copy(update={"actions": {asked.key: asked}})
    assert kinds(news(case, back())) == ["person-readmitted"]
    assert actions(news(case, back(THIRD))) == [("unplanned-return", str(THIRD))]
