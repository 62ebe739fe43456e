"""What scenarios look at: the case by the public interface, the partners' log, and the record itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from deploy.places import organisation_id
from deploy.simulate.people import SimPerson
from deploy.simulate.scenes import PARTIES, Who
from tests.scenarios.stack import Party, Row, WholeStack, until

LOOKERS: tuple[Who, ...] = ("ward", "coordinator")


class Seen:
    """One person's case as others see it; a day is counted from the first day of the story."""

    def __init__(self, stack: WholeStack, person: SimPerson, began_days_ago: int) -> None:
        self.stack = stack
        self.person = person
        self.case_id = ""
        self.first_day = stack.today() - timedelta(days=began_days_ago)
        self.sent: list[bytes] = []

    def today(self) -> int:
        """Today as a day of the story."""
        return (self.stack.today() - self.first_day).days

    def day(self, number: int) -> date:
        """The date of a day of the story."""
        return self.first_day + timedelta(days=number)

    def case(self, who: Who = "coordinator") -> Row:
        """The case as somebody sees it."""
        answer = self.stack.get(PARTIES[who], f"/api/v1/cases/{self.case_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def coded(self) -> Row:
        """The coded case."""
        return dict(self.case()["case"])

    def then_the_case_is(self, stage: str) -> Row:
        """The case comes to a stage."""
        return until(lambda: self._at_stage(stage), f"{stage}, is {self.case()['stage']}")

    def _at_stage(self, stage: str) -> Row | None:
        found = self.case()
        return found if found["stage"] == stage else None

    def then_the_case_leaves(self, stage: str) -> None:
        """The case goes on from a stage."""
        until(lambda: self.case()["stage"] != stage, f"no longer {stage}")

    def then_is_still_here_because(self, words: str) -> None:
        """The case says in words why the person is still here."""
        why = self.case()["why_still_here"]
        assert words.casefold() in why.casefold(), why

    def then_strand_is(self, key: str, status: str) -> None:
        """A strand comes to its end, or goes on."""
        until(lambda: self.coded()["strands"][key]["status"] == status, f"{key} is {status}")

    def then_the_stay_has_joined(self, ward: str) -> None:
        """The case knows the stay and the ward."""
        until(lambda: [each["ward"] for each in self.coded()["spells"]] == [ward], f"the stay in {ward}")
        assert not self.coded()["referral"]["awaiting_spell"]

    def then_ready_periods_are(self, *periods: tuple[int, int | None]) -> None:
        """The nights for which a bed was not needed, by days of the story."""
        wanted = [
            (str(self.day(first)), None if last is None else str(self.day(last))) for first, last in periods
        ]

        def found() -> list[tuple[str, str | None]]:
            return [(each["ready_on"], each["ended_on"]) for each in self.coded()["ready_periods"]]

        until(lambda: found() == wanted, f"ready periods {wanted}, not {found()}")

    def then_a_home_is_proposed(self, strand: str, other_than: str = "") -> str:
        """A home that fits and was not offered yet."""

        def proposed() -> str | None:
            found = self.coded()["strands"][strand]["proposals"]
            return next((each for each in found if each != other_than), None)

        return until(proposed, f"a home for {strand}")

    def then_the_home_is_let(self, home: str) -> None:
        """The list of homes says so."""
        homes = self.stack.get(PARTIES["coordinator"], "/api/v1/properties", size=500).json()["properties"]
        assert [each["let"] for each in homes if each["property_id"] == home] == [True]

    def then_is_held_back(self, organisation: str, kind: str) -> None:
        """Something for a partner waits for a lawful basis."""
        query = (
            "SELECT count(*) AS held FROM outbox JOIN partners ON partners.id = partner_id"
            " WHERE case_id = %(case)s AND state = 'held' AND outbox.kind = %(kind)s"
            " AND partners.organisation_id = %(organisation)s"
        )
        named = {"case": self.case_id, "kind": kind, "organisation": organisation_id(organisation)}
        until(lambda: self.stack.sql(query, **named)[0]["held"], f"{kind} for {organisation} is held")

    def then_item_is(self, organisation: str, state: str) -> None:
        """What a partner is to be told comes to a state."""
        query = (
            "SELECT outbox.state FROM outbox JOIN partners ON partners.id = partner_id"
            " WHERE case_id = %(case)s AND partners.organisation_id = %(organisation)s"
        )
        named = {"case": self.case_id, "organisation": organisation_id(organisation)}

        def all_so() -> bool:
            rows = self.stack.sql(query, **named)
            return bool(rows) and all(row["state"] == state for row in rows)

        until(all_so, f"everything for {organisation} is {state}")

    def then_partner_was_asked(self, organisation: str) -> None:
        """A request about this case reached a partner, whatever became of it."""
        query = (
            "SELECT key FROM outbox JOIN partners ON partners.id = partner_id"
            " WHERE case_id = %(case)s AND partners.organisation_id = %(organisation)s"
        )
        named = {"case": self.case_id, "organisation": organisation_id(organisation)}

        def asked() -> bool:
            keys = {str(row["key"]) for row in self.stack.sql(query, **named)}
            return any(row["key"] in keys for row in self.stack.received_by(organisation))

        until(asked, f"{organisation} was asked")

    def then_cannot_be_seen_by(self, who: Who) -> None:
        """Somebody who takes no part finds nothing."""
        self.then_cannot_be_seen_by_party(PARTIES[who])

    def then_cannot_be_seen_by_party(self, party: Party) -> None:
        """The case does not exist for them, by any door."""
        for path in (
            f"/api/v1/cases/{self.case_id}",
            f"/api/v1/cases/{self.case_id}/timeline",
            f"/fhir/R4/ServiceRequest/{self.case_id}",
            f"/fhir/R4/Task/{self.case_id}",
        ):
            assert self.stack.get(party, path).status_code == 404, (party, path)
        found = self.stack.get(party, "/api/v1/cases", text=self.person.nhs_number)
        if found.status_code == 403:  # they see nobody's number
            assert found.json()["code"] == "filter-not-seen"
        else:
            assert found.json()["cases"] == []
        listed = self.stack.get(party, "/api/v1/cases", size=100).json()["cases"]
        assert self.case_id not in [each["case_id"] for each in listed]

    def then_the_address_appears_nowhere(self) -> None:
        """Neither on an interface or page, nor with a partner, nor in a log or in what Temporal keeps."""
        hidden = (self.person.line, self.person.postcode, self.person.phone)
        for place, text in self._everywhere():
            assert not [each for each in hidden if each in text], place

    def _everywhere(self) -> Iterator[tuple[str, str]]:
        person = self.case()["person"]["person_id"]
        for who in LOOKERS:
            for path in (
                f"/api/v1/cases/{self.case_id}",
                f"/api/v1/cases/{self.case_id}/timeline",
                f"/api/v1/cases?text={self.person.nhs_number}",
                f"/fhir/R4/ServiceRequest/{self.case_id}",
                f"/fhir/R4/Patient/{person}",
            ):
                answer = self.stack.get(PARTIES[who], path)
                assert answer.status_code == 200, (path, answer.text)
                yield path, answer.text
        yield from self._pages()
        for organisation in ("RXH", "HVC", "HVE"):
            yield organisation, "".join(row["body"] for row in self.told_to(organisation))
        for file in (*self.stack.data.glob("logs/*.log"), *self.stack.data.glob("temporal/*.db*")):
            yield file.name, file.read_bytes().decode("latin-1")

    def _pages(self) -> Iterator[tuple[str, str]]:
        """What people's browsers show of this person, and an operator's of the messages about them."""
        of_case = (
            f"/cases/{self.case_id}",
            f"/cases/{self.case_id}/told",
            f"/worklist?text={self.person.nhs_number}",
        )
        names = ", ".join(f"'{field_of(message, 'MSH', 10)}'" for message in self.sent)
        rows = self.stack.sql(f"SELECT id FROM inbox WHERE message_id IN ({names})")
        of_messages = tuple(f"/messages/{row['id']}" for row in rows)
        for person, paths in (
            ("demo-discharge-team", (*of_case, f"/referrals/new?text={self.person.nhs_number}")),
            ("demo-coordinator", of_case),
            ("demo-operator", of_messages),
        ):
            with self.stack.browser_of(person) as browser:
                for path in paths:
                    answer = browser.get(path)
                    assert answer.status_code == 200, (path, answer.status_code)
                    yield path, answer.text

    def who_looked(self) -> list[Row]:
        """Who read this person's record, newest first."""
        answer = self.stack.get(PARTIES["coordinator"], f"/api/v1/cases/{self.case_id}/who-looked", size=500)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["looks"])

    def then_somebody_is_warned(self, rule: str) -> Row:
        """An alert of a rule is open; returns it."""
        return until(lambda: self._warning(rule), f"a warning: {rule}")

    def then_the_warning_grows_louder(self, rule: str) -> None:
        """Nobody took the alert on, so somebody else is told."""
        until(lambda: (self._warning(rule) or {}).get("escalations"), f"{rule} escalates")

    def then_the_warning_ends(self, rule: str) -> None:
        """The cause of an alert is gone."""
        until(lambda: self._warning(rule) is None, f"{rule} is over")

    def _warning(self, rule: str) -> Row | None:
        alerts = self.coded()["alerts"].values()
        return next((one for one in alerts if one["rule"] == rule and not one["cleared_at"]), None)

    def then_nobody_is_warned(self) -> None:
        """No alert about this person is open."""
        open_ones = [each for each in self.coded()["alerts"].values() if not each["cleared_at"]]
        assert open_ones == []

    def then_the_hospital_message_was_used(self) -> None:
        """The last message is interpreted, not parked."""
        name = field_of(self.sent[-1], "MSH", 10)
        query = "SELECT state FROM inbox WHERE message_id = %(name)s"
        until(lambda: self.stack.sql(query, name=name)[0]["state"] != "stored", f"{name} is drained")
        assert self.stack.sql(query, name=name) == [{"state": "interpreted"}]

    def then_nothing_new_happens(self) -> None:
        """What was sent last is used, and changes nothing of the case."""
        before = self.events()
        self.then_the_hospital_message_was_used()
        until(self._told_everything, "the case was told all")
        assert self.events() == before

    def _told_everything(self) -> bool:
        query = (
            "SELECT count(*) AS waiting FROM outbox"
            " WHERE channel = 'case-signal' AND case_id = %(case)s AND state = 'pending'"
        )
        return bool(self.stack.sql(query, case=self.case_id)[0]["waiting"] == 0)

    def then_waiting_is(self, published: int, true: int) -> None:
        """The delay by both ways of counting."""
        waiting = self.case()["waiting"]
        assert (waiting["published_delay_days"], waiting["true_delay_days"]) == (published, true), waiting

    def events(self) -> list[str]:
        """What happened, oldest first."""
        answer = self.stack.get(PARTIES["coordinator"], f"/api/v1/cases/{self.case_id}/timeline")
        return [event["kind"] for event in reversed(answer.json()["events"])]

    def then_partner_has(self, organisation: str, count: int = 1, **wanted: str) -> list[Row]:
        """A partner received so many messages about this case that say what is wanted, and no more."""

        def enough() -> list[Row] | None:
            found = [row for row in self.told_to(organisation) if says(row, wanted)]
            return found if len(found) >= count else None

        found = until(enough, f"{organisation} is told {wanted}")
        assert len(found) == count, found
        return found

    def told_to(self, organisation: str) -> list[Row]:
        """What a partner took in about this case, each once."""
        return [
            row
            for row in self.stack.received_by(organisation)
            if row["effect"] and (self.case_id in row["body"] or self.person.nhs_number in row["body"])
        ]


def says(receipt: Row, wanted: Mapping[str, str]) -> bool:
    """Whether the body of a message holds each of the wanted texts in the wanted element."""
    body = json.loads(receipt["body"])
    return all(wanted_text in json.dumps(body.get(name)) for name, wanted_text in wanted.items())


def field_of(message: bytes, segment: str, number: int) -> str:
    """A field of the first such segment, by its HL7 number."""
    fields = next(line for line in message.decode().split("\r") if line.startswith(segment)).split("|")
    return fields[number - 1 if segment == "MSH" else number]
