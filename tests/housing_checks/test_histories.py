"""Whatever people and hospitals say of a case, in any order: what must hold after each word of it.

Two machines play at random. One mixes commands of people with news of up to four stays at two hospitals; the
other has the hospitals alone, so that it can hold the case against what they say.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid5

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from discharge.cases import commands as cmd
from discharge.cases.command_stages import may_ask
from discharge.cases.decide.common import NEVER_REOPENED
from discharge.cases.events import EVENT, Event
from discharge.cases.evolve import fold
from discharge.cases.follow_ups import schedule
from discharge.cases.model import IN_HOSPITAL, SNAPSHOT, Actor, Case, CaseSpell, Stage
from discharge.cases.stages import HOME, STAGES
from discharge.cases.unready import blockers, in_checked_home
from discharge.codes.after_discharge import RETURN_CAUSES
from discharge.delays.periods import in_order
from discharge.delays.stays import stays_of
from discharge.outcomes.failed_discharge import discharges_of, return_after
from discharge.pathway_words import heading, why_still_here
from housing_checks.pathway import advance, next_wakeup
from tests.discharge.cases.stories import CASE, COORDINATOR, FIRST, PERSON, POLICY, SERVICE, TRUST, day
from tests.housing_checks.homes import FORM_1

OTHER_TRUST = uuid5(TRUST, "another")
FEED = Actor(organisation_id=TRUST, role="system")
STAYS = [uuid5(CASE, f"stay {number}") for number in range(4)]
HOSPITALS = [TRUST, TRUST, OTHER_TRUST, TRUST]
ANSWERS = ("put-right", "nothing-wrong")
OUTCOMES = ("home-as-it-is", "lost-contact", "readmitted", "admitted-elsewhere")

DAYS = st.integers(min_value=-9, max_value=0)
STATUS = st.sampled_from(
    ["admitted", "admitted", "on-leave", "discharged", "discharged", "cancelled", "expected"]
)

CONTACTS = {owed.key for owed in schedule(datetime(2026, 3, 2, 12, tzinfo=UTC), POLICY)}


class History(RuleBasedStateMachine):
    """One case, its events, and the day it is."""

    def __init__(self) -> None:
        super().__init__()
        self.case = Case(case_id=CASE)
        self.events: list[Event] = []
        self.last: tuple[Event, ...] = ()
        self.before = self.case
        self.today = 10
        self.asked = 0

    def says(self, command: cmd.Command, on: int | None = None, actor: Actor = COORDINATOR) -> None:
        """Ask something of the case, as of a day; a refusal changes nothing."""
        self.asked += 1
        envelope = cmd.Envelope(
            command_id=uuid5(CASE, str(self.asked)),
            case_id=CASE,
            actor=actor,
            effective_on=day(self.today if on is None else min(on, self.today)),
            command=command,
        )
        self.before = self.case
        decision = advance(self.case, envelope, self.now)
        self.case, self.last = decision.case, decision.events
        self.events += decision.events

    @property
    def now(self) -> datetime:
        return datetime(FIRST.year, FIRST.month, FIRST.day, 15, tzinfo=UTC) + timedelta(days=self.today)

    def spell(self, number: int) -> CaseSpell:
        known = next((each for each in self.case.spells if each.spell_id == STAYS[number]), None)
        return known or CaseSpell(spell_id=STAYS[number], organisation_id=HOSPITALS[number])

    def hears(self, number: int, status: str, came: int, stayed: int, **more: object) -> None:
        """News of a stay: it began so many days ago, and lasted so long if it is over."""
        began = self.today + came
        if self.spell(number).admitted_on is not None and came % 3:
            began = (self.spell(number).admitted_on - FIRST).days  # type: ignore[operator]
        left = min(began + stayed, self.today)
        told = {
            "status": status,
            "admitted_on": None if status == "expected" else day(began),
            "discharged_on": day(max(left, began)) if status == "discharged" else None,
            "cancelled_because": "admission-cancelled" if status == "cancelled" else None,
            **more,
        }
        news = cmd.NoteHospitalFacts(spell=self.spell(number).model_copy(update=told))
        self.says(news, actor=FEED)

    @initialize(named=st.booleans(), accepted=st.booleans())
    def referred(self, named: bool, accepted: bool) -> None:
        stay = self.spell(0).model_copy(update={"admitted_on": day(8)}) if named else None
        self.says(cmd.Refer(person_id=PERSON, organisation_id=TRUST, service_id=SERVICE, spell=stay))
        if accepted:
            self.says(cmd.AcceptReferral())

    @rule(days=st.sampled_from([0, 1, 1, 3, 8, 31]))
    def time_passes(self, days: int) -> None:
        self.today += days
        self.says(cmd.StrikeClock())

    def where_it_stands_is_consistent(self) -> None:
        case = self.case
        assert (case.stage is Stage.CLOSED) is (case.closed_on is not None) is (case.outcome is not None)
        if case.stage in HOME:
            assert case.discharge is not None
            assert set(case.follow_ups) >= CONTACTS
        if case.stage in IN_HOSPITAL:
            assert (case.discharge, case.unready_home, case.follow_ups) == (None, None, {})

    def every_return_has_its_discharge(self) -> None:
        case = self.case
        assert len(case.readmissions) == len(case.earlier_discharges)
        for left, back in zip(case.earlier_discharges, case.readmissions, strict=True):
            assert back.days_after == (back.readmitted_on - left.discharged_on).days >= 0
        for left in discharges_of(case):
            return_after(case, left)

    def waiting_ends_with_the_stay(self) -> None:
        case = self.case
        assert in_order(case.ready_periods) == case.ready_periods
        still_in_bed = case.closed and case.discharge is None
        if case.stage in HOME or (case.closed and not still_in_bed and case.outcome not in NEVER_REOPENED):
            assert case.open_ready_period is None
        for stay in stays_of(case):
            assert in_order(stay.periods) == stay.periods

    def what_is_owed_has_an_owner_and_a_closed_case_owes_nothing(self) -> None:
        case = self.case
        assert all(action.owner_role and action.due_at >= action.opened_at for action in case.open_actions)
        causes = [(action.cause, action.subject) for action in case.open_actions]
        assert len(set(causes)) == len(causes)
        if case.closed:
            assert not case.open_actions
            assert not case.open_alerts
        else:
            told = {alert.subject for alert in case.open_alerts}
            assert {action.key for action in case.open_actions} <= told

    def nobody_sits_in_an_unready_home_unseen(self) -> None:
        case = self.case
        if in_checked_home(case) and blockers(case):
            assert case.unready_home is not None
            told = {alert.rule for alert in case.open_alerts}
            assert "home-not-ready-person-in-it" in told
            assert not told & {"check-not-started", "no-heating-water-power", "no-safe-address"}
        if case.stage in HOME and case.referral is not None and case.referral.accepted_on is None:
            assert may_ask(case, "accept-referral")
            assert any(action.cause == "left-before-accepted" for action in case.actions.values())

    def no_stop_vanishes_without_a_word(self) -> None:
        open_before = {alert.alert_id for alert in self.before.open_alerts if alert.level == "STOP"}
        open_now = {alert.alert_id for alert in self.case.open_alerts}
        said = {getattr(event, "alert_id", None) for event in self.last}
        assert open_before <= open_now | said

    def it_moves_only_where_the_table_of_stages_leads(self) -> None:
        stands = self.before
        for event in self.last:
            leads = {
                to for move in STAGES[stands.stage].left_by if move.event is type(event) for to in move.to
            }
            stage, stands = stands.stage, fold(stands, [event])
            assert stands.stage in (leads or {stage})

    def it_can_be_told_and_kept(self) -> None:
        if not self.case.exists:
            return
        sentence = why_still_here(self.case, day(self.today))
        assert sentence.startswith("Left hospital on") is (self.case.stage in HOME)
        assert heading(self.case)
        next_wakeup(self.case, self.now)
        assert Case.model_validate(self.case.model_dump(mode="json")) == self.case

    @invariant()
    def what_must_hold(self) -> None:
        self.where_it_stands_is_consistent()
        self.every_return_has_its_discharge()
        self.waiting_ends_with_the_stay()
        self.what_is_owed_has_an_owner_and_a_closed_case_owes_nothing()
        self.nobody_sits_in_an_unready_home_unseen()
        self.no_stop_vanishes_without_a_word()
        self.it_moves_only_where_the_table_of_stages_leads()
        self.it_can_be_told_and_kept()

    @rule()
    def it_is_stored_and_read_again(self) -> None:
        """PostgreSQL keeps keys in an order of its own."""
        self.case = SNAPSHOT.read(_shuffled(SNAPSHOT.write(self.case)))

    def teardown(self) -> None:
        stored = [EVENT.read(EVENT.write(event)) for event in self.events]
        assert fold(Case(case_id=CASE), stored) == self.case


def _shuffled(stored: Any) -> Any:
    """The same JSON with its keys by length and letter, as `jsonb` keeps them."""
    if isinstance(stored, dict):
        return {key: _shuffled(stored[key]) for key in sorted(stored, key=lambda key: (len(key), key))}
    return [_shuffled(each) for each in stored] if isinstance(stored, list) else stored


class PeopleAndHospitals(History):
    """Commands of people, and news of stays, in any order."""

    @rule(
        number=st.integers(0, 3),
        status=STATUS,
        came=DAYS,
        stayed=st.integers(0, 6),
        how=st.sampled_from([{}, {}, {"discharge_method": "6"}, {"discharge_destination": "51"}]),
        fit=st.sampled_from([None, True, False]),
    )
    def a_hospital_tells(
        self, number: int, status: str, came: int, stayed: int, how: dict[str, str], fit: bool | None
    ) -> None:
        fit_on = day(self.today) if fit else None
        self.hears(number, status, came, stayed, medically_fit=fit, medically_fit_on=fit_on, **how)

    @rule(number=st.integers(2, 3), status=STATUS, came=DAYS)
    def somebody_joins_a_stay(self, number: int, status: str, came: int) -> None:
        told = {"status": status, "admitted_on": day(self.today + came)}
        if status == "discharged":
            told["discharged_on"] = day(self.today)
        self.says(cmd.JoinSpell(spell=self.spell(number).model_copy(update=told)))

    @precondition(lambda self: may_ask(self.case, "set-criteria-to-reside"))
    @rule(met=st.booleans(), ago=st.integers(0, 1))
    def a_ward_speaks_of_criteria(self, met: bool, ago: int) -> None:
        self.says(cmd.SetCriteriaToReside(met=met), on=self.today - ago)

    @precondition(lambda self: self.case.ready_periods)
    @rule(which=st.integers(0, 3), begins=DAYS, lasts=st.integers(0, 4), gone=st.booleans())
    def a_period_is_corrected(self, which: int, begins: int, lasts: int, gone: bool) -> None:
        period = self.case.ready_periods[which % len(self.case.ready_periods)]
        new = None if gone else day(self.today + begins)
        until = None if gone or period.ended_on is None else day(min(self.today + begins + lasts, self.today))
        self.says(cmd.CorrectReadyPeriod(replaces=period.ready_on, ready_on=new, ended_on=until))

    @precondition(lambda self: may_ask(self.case, "complete-check"))
    @rule(unsafe=st.sets(st.sampled_from(["heating", "water", "safe-address"])))
    def the_home_is_checked(self, unsafe: set[str]) -> None:
        answers = dict.fromkeys(FORM_1.codes, "yes") | dict.fromkeys(unsafe, "no")
        self.says(cmd.CompleteCheck(form=FORM_1.code, answers=answers))  # type: ignore[arg-type]

    @precondition(lambda self: self.case.gate)
    @rule(which=st.integers(0, 30), value=st.sampled_from(["yes", "yes", "no", "unknown"]))
    def an_item_is_confirmed(self, which: int, value: str) -> None:
        codes = sorted(self.case.gate)
        self.says(cmd.ConfirmItem(item=codes[which % len(codes)], value=value))  # type: ignore[arg-type]

    @precondition(lambda self: may_ask(self.case, "start-strand"))
    @rule(item=st.sampled_from(["straight-stairlift", "grab-rails"]), cancel=st.booleans())
    def work_is_ordered_or_cancelled(self, item: str, cancel: bool) -> None:
        if cancel and self.case.open_strands:
            self.says(cmd.CancelStrand(strand=self.case.open_strands[0].key, reason="moving"))
        else:
            self.says(cmd.StartStrand(strand_kind="adaptation", item=item))

    @precondition(lambda self: may_ask(self.case, "confirm-discharge"))
    @rule(
        place=st.sampled_from(["19", "54", "29"]), method=st.sampled_from(["1", "6"]), ago=st.integers(0, 5)
    )
    def somebody_confirms_that_they_left(self, place: str, method: str, ago: int) -> None:
        left = cmd.ConfirmDischarge(
            destination=place, method=method, unready_reason="bed-needed", decided_by_note=uuid5(CASE, "who")
        )
        self.says(left, on=self.today - ago)

    @precondition(lambda self: may_ask(self.case, "cancel-discharge"))
    @rule()
    def somebody_says_that_they_did_not_leave(self) -> None:
        self.says(cmd.CancelDischarge())

    @precondition(lambda self: may_ask(self.case, "record-contact"))
    @rule(
        which=st.integers(0, 5),
        outcome=st.sampled_from(["well", "not-reached", "in-hospital", "needs-help"]),
    )
    def a_contact_is_made(self, which: int, outcome: str) -> None:
        key = list(self.case.follow_ups)[which % len(self.case.follow_ups)]
        problems = ("no-heating",) if outcome == "needs-help" else ()
        self.says(cmd.RecordContact(follow_up=key, outcome=outcome, problems=problems))

    @precondition(lambda self: self.case.open_actions)
    @rule(answer=st.sampled_from(ANSWERS), found=st.sampled_from([row.code for row in RETURN_CAUSES]))
    def an_action_is_answered(self, answer: str, found: str) -> None:
        action = self.case.open_actions[0]
        why = found if action.cause == "unplanned-return" else None
        self.says(cmd.AnswerAction(action=action.key, answer=answer, found=why))

    @rule(ready=st.booleans(), ago=st.integers(0, 3))
    def it_is_referred_again(self, ready: bool, ago: int) -> None:
        ready_on = day(self.today - ago) if ready else None
        self.says(cmd.Refer(person_id=PERSON, organisation_id=TRUST, service_id=SERVICE, ready_on=ready_on))

    @precondition(lambda self: may_ask(self.case, "accept-referral"))
    @rule()
    def it_is_accepted(self) -> None:
        self.says(cmd.AcceptReferral())

    @precondition(lambda self: self.case.exists and not self.case.closed)
    @rule(how=st.integers(0, 20))
    def it_ends(self, how: int) -> None:
        """Mostly it goes on: what ends a case leaves little to play."""
        ends: tuple[cmd.Command, ...] = (
            cmd.ReturnReferral(reason="more-information"),
            cmd.WithdrawReferral(reason="no-longer-needed"),
            cmd.RecordDeath(),
            cmd.NoteMerge(into_case_id=uuid5(CASE, "older")),
            *(cmd.CloseCase(outcome=outcome) for outcome in OUTCOMES),
        )
        if how < len(ends):
            self.says(ends[how])

    @precondition(lambda self: self.case.closed)
    @rule(how=st.integers(0, 2))
    def it_goes_on(self, how: int) -> None:
        self.says((cmd.ReopenCase(reason="new-information"), cmd.WithdrawDeath(), cmd.NoteUnmerge())[how])

    @rule(code=st.sampled_from(["CA10", "HP6"]))
    def a_reason_is_recorded(self, code: str) -> None:
        self.says(cmd.RecordDelayReason(reason_kind="national", code=code, owner_role="ward"))


class HospitalsAlone(History):
    """News of stays in any order, and nobody who says otherwise."""

    @rule(number=st.integers(0, 3), status=STATUS, came=DAYS, stayed=st.integers(0, 6))
    def a_hospital_tells(self, number: int, status: str, came: int, stayed: int) -> None:
        self.hears(number, status, came, stayed)

    @invariant()
    def the_case_is_where_the_last_stay_says(self) -> None:
        live = [each for each in self.case.spells if each.status != "cancelled" and each.admitted_on]
        lying = [each for each in live if each.in_a_bed]
        ended = [each for each in live if each.status == "discharged"]
        if ended and not lying:
            assert self.case.stage in HOME
            assert self.case.discharge is not None
            came, left = max((each.discharged_on, each.admitted_on) for each in ended)[::-1]
            long_after = came > self.case.discharge.discharged_on + timedelta(days=29)
            assert long_after or self._asked("stays-overlap") or self.case.discharge.discharged_on == left
        if lying and self.case.stage in HOME:
            assert self._asked("stays-overlap", "back-later")

    def _asked(self, *causes: str) -> bool:
        return any(action.cause in causes for action in self.case.actions.values())


BUSY = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestPeopleAndHospitals = PeopleAndHospitals.TestCase
TestPeopleAndHospitals.settings = BUSY
TestHospitalsAlone = HospitalsAlone.TestCase
TestHospitalsAlone.settings = BUSY
