"""Somebody looks at who joins a case after the person said who may know."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

from discharge.cases import commands as cmd
from discharge.cases.evolve import fold
from discharge.cases.model import Alert
from discharge.clocks import london_midnight
from discharge.risk.alerts import judge
from housing_checks.facts import JOINED_LATER
from tests.discharge.cases.stories import CASE
from tests.housing_checks.paper import BEGINS, WARD, PaperCase, Told

COUNCIL, LANDLORD = uuid5(CASE, "a council"), uuid5(CASE, "a landlord")
OTHER_WARD = uuid5(CASE, "another service that works on the case")


class Asked(Told):
    """A case on form 2 whose person said who may know, or was not asked."""

    def __init__(self, value: str = "unknown") -> None:
        super().__init__(PaperCase(number=0, told="", referral={}, answers={}, blocks={}))
        self.ask(cmd.RecordSharingBasis(basis="consent"))
        if value != "unknown":
            self.says(value)

    def says(self, value: str = "written", on: int = 0) -> Asked:
        words = {"who-to-tell": uuid5(CASE, f"{value} {on}")} if value == "written" else {}
        self.ask(cmd.ConfirmItem(item="who-to-tell", value=value, text_notes=words), on=on)
        return self

    def joins(self, who: UUID = LANDLORD, role: str = "landlord", on: int = 2) -> Asked:
        self.ask(cmd.AddParticipant(organisation_id=who, role=role), WARD, on=on)
        return self

    @property
    def told(self) -> Alert | None:
        """The alert that is open."""
        return next((each for each in self.case.open_alerts if each.rule == JOINED_LATER), None)

    def accepted(self) -> Asked:
        assert self.told is not None
        self.ask(cmd.AcknowledgeAlert(alert_id=self.told.alert_id))
        return self

    def looked(self, on: int) -> Asked:
        at = london_midnight(BEGINS + timedelta(days=on))
        self.case = fold(self.case, judge(self.case, at))
        return self


def test_given_a_landlord_that_joins_after_the_person_said_who_may_know_then_it_is_told() -> None:
    told = Asked("written").joins().told
    assert told is not None
    assert (told.level, told.owner_role) == ("AMBER", "coordinator")
    assert told.fact == (
        "Takes part since the person said who may know (Thu 5 Nov 2026): the landlord, since Sat 7 Nov 2026."
    )


def test_given_another_one_that_joins_then_the_same_alert_names_both_and_rings_again() -> None:
    case = Asked("written").joins().accepted()
    assert case.told is not None
    assert case.told.acknowledged_at is not None
    case.joins(COUNCIL, "council", on=3)
    assert case.told.acknowledged_at is None
    assert "the landlord, since Sat 7 Nov 2026; the council, since Sun 8 Nov 2026." in case.told.fact


def test_given_a_person_of_whom_nobody_knows_who_may_know_then_nobody_is_told() -> None:
    assert Asked().joins().told is None


def test_given_an_organisation_that_took_part_before_then_nobody_is_told() -> None:
    assert Asked().joins(on=1).says(on=2).told is None


def test_given_somebody_who_works_on_the_case_for_it_then_nobody_is_told() -> None:
    assert Asked("written").joins(OTHER_WARD, "referrer").told is None


def test_given_a_person_who_is_asked_again_on_the_same_day_then_it_is_settled() -> None:
    case = Asked("written").joins(on=2).says(on=2)
    assert case.told is not None, "nobody can tell which came first"
    assert case.accepted().told is None
    assert Asked("written").joins(on=2).says(on=3).told is None


def test_given_the_part_of_the_organisation_ends_then_it_is_settled() -> None:
    case = Asked("written").joins(on=2)
    case.ask(cmd.EndParticipation(organisation_id=LANDLORD), WARD, on=3)
    assert case.told is None


def test_given_one_that_joins_on_the_day_itself_then_it_is_told_until_somebody_accepted_it() -> None:
    case = Asked("written").joins(on=0)
    assert case.told is not None
    assert case.looked(3).told is not None
    assert case.accepted().told is None
    assert case.looked(9).told is None


def test_given_one_of_a_later_day_when_accepted_then_it_stays_until_the_person_is_asked() -> None:
    case = Asked("written").joins(on=2).accepted()
    assert case.looked(9).told is not None
    assert case.says(on=9).told is None


def test_given_a_case_that_ended_then_nobody_is_told() -> None:
    case = Asked("written").joins(on=2)
    case.ask(cmd.WithdrawReferral(reason="person-declined"), WARD, on=3)
    assert case.case.closed
    assert case.told is None
