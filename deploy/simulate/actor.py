"""How people act: they look at the case until it is time, ask at their door, and remember what they were
told.

`ACTS` names what needs more than its details: the rest of the acts are commands of that name, as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.places import organisation_id
from deploy.simulate import referrals
from deploy.simulate.http_clients import Doors, Reply
from deploy.simulate.journeys import Step
from deploy.simulate.ledger import Ledger
from deploy.simulate.pace import Pace
from deploy.simulate.people import SimPerson
from deploy.simulate.safety_adviser import SAFETY
from deploy.simulate.scenes import PARTIES
from discharge.cases.command_stages import ALLOWED
from discharge.clocks import london_date
from housing_checks.checks.all_well import answers_when_well, safe_answer, said_on
from housing_checks.checks.form import form_in_force, form_of
from housing_checks.checks.model import CheckItem
from housing_checks.store.safety import SAFETY_ITEM

LOOKS, LOOK_SECONDS = 100, 0.6
"""How often somebody looks whether the case is ready for them, and how long they wait in between."""

DAYS_TO_ANSWER = 5
"""How long an offer stays open, from the day on which it is really made."""

ORGANISATIONS = {"partner": "partner_id", "council": "council_id", "organisation": "organisation_id"}
"""Particulars of a story that are codes of organisations, and the fields that take their ids."""

NOTHING_SINCE = "Asked alone on the ward; nothing has changed since"
UNSAID = frozenset({"refused", "repeats", "due_in", *ORGANISATIONS})
"""Particulars that are not sent as they are."""

Case = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """One request as it was made, so that it can be made again."""

    path: str
    body: Mapping[str, Any]
    key: str
    kind: str
    door: str = "http"


class Person:
    """Those around one simulated person: what they know of the case, and how they ask."""

    def __init__(self, person: SimPerson, run: str, pace: Pace, doors: Doors, ledger: Ledger) -> None:
        self.person = person
        self.case_id: str | None = None
        self._run = run
        self._pace = pace
        self._doors = doors
        self._ledger = ledger
        self._made: dict[int, list[Request]] = {}

    async def act(self, step: Step) -> None:
        """Do one step."""
        special = ACTS.get(step.act)
        if step.act == "repeat":
            for request in self._made.get(step.details["repeats"], []):
                await self._ask(step, request)
        elif special:
            await special(self, step)
        else:
            await self.command(step, step.act, self._details(step))

    async def command(
        self, step: Step, kind: str, details: Mapping[str, Any], extra: str = ""
    ) -> Reply | None:
        """Give a command once the case is ready for it; None where it never was."""
        if not await self.ready(step, kind):
            self._ledger.note("gave-up", step=step.key, kind=kind)
            return None
        body = {"kind": kind, "effective_on": str(self._day(step)), **details}
        return await self._ask(step, Request(f"{self._path}/commands", body, self._key(step, extra), kind))

    async def _ask(self, step: Step, request: Request) -> Reply:
        self._made.setdefault(step.number, []).append(request)
        return await self._doors.ask(
            PARTIES[step.who],
            request.path,
            request.body,
            request.key,
            door=request.door,
            step=step.key,
            kind=request.kind,
        )

    def _key(self, step: Step, extra: str = "") -> str:
        """The request's own key: the same for the same step, whenever it is sent."""
        return str(uuid5(NAMESPACE_URL, f"homeward-simulation/{self._run}/{step.key}/{extra}"))

    async def ready(self, step: Step, kind: str) -> bool:
        """Look at the case until its stage allows the command, as somebody does who waits for a button."""
        if step.details.get("refused"):
            return self.case_id is not None
        return bool(await self._seen(lambda case: case.get("stage") in ALLOWED[kind]))

    async def _seen(self, wanted: Callable[[Case], Any]) -> Any:
        """Look at the case until there is what is wanted; None when it never was, or the case is closed."""
        for _ in range(LOOKS if self.case_id else 0):
            case = await self.case()
            found = wanted(case)
            if found or case.get("stage") == "closed":
                return found
            await asyncio.sleep(LOOK_SECONDS)
        return None

    async def case(self) -> Case:
        """The case as its coordinator sees it; empty while there is none."""
        if self.case_id is None:
            return {}
        reply = await self._doors.read(PARTIES["coordinator"], self._path)
        if not reply.done:
            return {}
        return {**reply.body["case"], **{name: reply.body[name] for name in ("stage", "safety")}}

    @property
    def _path(self) -> str:
        return f"/api/v1/cases/{self.case_id}"

    def _day(self, step: Step) -> Any:
        return london_date(self._pace.instant(step.at))

    def _details(self, step: Step) -> dict[str, Any]:
        """A story's particulars in the words of the interface: organisations by id, days as dates."""
        details = {name: value for name, value in step.details.items() if name not in UNSAID}
        for name, field in ORGANISATIONS.items():
            if name in step.details:
                details[field] = str(organisation_id(step.details[name]))
        if "due_in" in step.details:
            details["due_on"] = str(self._day(step) + timedelta(days=step.details["due_in"]))
        return details

    async def refer(self, step: Step) -> None:
        """The ward refers, as JSON or as a FHIR ServiceRequest."""
        fhir = step.act == "refer-fhir"
        write = referrals.fhir if fhir else referrals.json_body
        key = self._key(step)
        body = write(self.person, self._details(step), self._day(step), key)
        path = "/fhir/R4/ServiceRequest" if fhir else "/api/v1/referrals"
        reply = await self._ask(step, Request(path, body, key, "refer"))
        self.case_id = await self._case_of(step, reply) or self.case_id

    async def _case_of(self, step: Step, reply: Reply) -> str | None:
        """The case that a referral opened or joined; a request is taken on by the coordinator first."""
        case_id, request_id = referrals.case_id(reply), referrals.request_id(reply)
        if case_id or request_id is None:
            return case_id
        place = f"/api/v1/referral-requests/{request_id}"
        for _ in range(LOOKS):
            found = await self._doors.read(PARTIES["coordinator"], place)
            if found.case_id:  # the stay has come meanwhile, and the request went on by itself
                return found.case_id
            meant = found.body.get("candidates") or [{"person_id": referrals.SOMEBODY_NEW}]
            person = meant[0]["person_id"]
            body = {"decision": "take-on", "person": person, "basis": "consent"}
            key = self._key(step, f"take-on/{person}")
            taken = await self._doors.ask(
                PARTIES["coordinator"], f"{place}/decision", body, key, step=step.key, kind="take-on"
            )
            if taken.done:
                return referrals.case_id(taken)
            await asyncio.sleep(LOOK_SECONDS)
        return None

    async def start_check(self, step: Step) -> None:
        """Begin the check on the form in force."""
        await self.command(step, "start-check", {"form": form_in_force(self._day(step)).code})

    async def complete_check(self, step: Step) -> None:
        """Answer every item that is asked: all is well, except where the story says otherwise."""
        if not await self.ready(step, "complete-check"):
            self._ledger.note("gave-up", step=step.key, kind="complete-check")
            return
        asked = (await self._doors.read(PARTIES["coordinator"], f"{self._path}/check/items")).body
        under_way = asked.get("started_on") and not asked["completed_on"]
        form = form_of(asked["form"]) if under_way else form_in_force(self._day(step))
        said = said_on(form, step.details.get("answers", {})) | await self._safety()
        answers = answers_when_well(form, said, asked.get("facts", {}))
        await self.command(step, "complete-check", {"form": form.code, "answers": answers})

    async def check_new_home(self, step: Step) -> None:
        """Check the home that was let; none, where nobody got one."""
        strands = (await self.case()).get("strands", {}).values()
        if any(each.get("property_id") and each["status"] != "cancelled" for each in strands):
            await self.complete_check(step)

    async def close_case(self, step: Step) -> None:
        """Make the contacts that are still owed, answer what they found, and close the case."""
        if await self.ready(step, "close-case") and not step.details.get("refused"):
            for key, contact in sorted((await self.case()).get("follow_ups", {}).items()):
                if not contact["outcome"]:
                    details = {"follow_up": key, "outcome": "well"}
                    await self.command(step, "record-contact", details, extra=key)
            await self.answer_actions(step)
        await self.command(step, "close-case", self._details(step))

    async def _safety(self) -> dict[str, str]:
        """What the check may say of safety: confirmed by a named person, or not known."""
        confirmed = (await self.case()).get("safety", {}).get("confirmed")
        return {} if confirmed else {SAFETY_ITEM: "unknown"}

    async def settle_gate(self, step: Step) -> None:
        """See to every gated item that is not safe yet: what work has made safe is confirmed. Of safety only
        the adviser says so.
        """
        if not await self.ready(step, "confirm-item"):
            return
        seen_to = {SAFETY_ITEM}
        while item := _next_open(await self.case(), seen_to):
            seen_to.add(item.code)
            details = {"item": item.code, "value": safe_answer(item)}
            await self.command(step, "confirm-item", details, extra=item.code)

    async def ask_safety(self, step: Step) -> None:
        """Ask the person alone about abuse, and record what they say."""
        answers = {"asked": "alone", "asked_on": str(self._day(step)), **self._details(step)}
        await self._in_annex(step, {"kind": "questions-answered", "answers": answers})

    async def confirm_safety(self, step: Step) -> None:
        """Confirm that the person is safe, as somebody named on the annex; the words are asked for where days
        pass so fast that the questions were asked long ago.
        """
        await self._in_annex(step, {"kind": "safety-confirmed"}, reason=NOTHING_SINCE)

    async def _in_annex(self, step: Step, event: Mapping[str, Any], **words: str) -> None:
        kind = event["kind"]
        if not await self._seen(lambda case: case.get("stage")):
            self._ledger.note("gave-up", step=step.key, kind=kind)
            return
        await self._ask(
            step,
            Request(f"{self._path}/safety", {"event": event, "words": words}, self._key(step), kind, SAFETY),
        )

    async def acknowledge(self, step: Step) -> None:
        """Take on the alerts that nobody has taken on; there may be none."""
        for alert_id, alert in sorted((await self.case()).get("alerts", {}).items()):
            if not alert["acknowledged_at"] and not alert["cleared_at"]:
                await self.command(step, "acknowledge-alert", {"alert_id": alert_id}, extra=alert_id)

    async def answer_actions(self, step: Step) -> None:
        """Answer a problem or a missed contact after the discharge; there may be nothing."""
        for key, action in sorted((await self.case()).get("actions", {}).items()):
            if not action["answered_at"]:
                found = {"found": "medical"} if action["cause"] == "unplanned-return" else {}
                details = {"action": key, "answer": "put-right", **found}
                await self.command(step, "answer-action", details, extra=key)

    async def offer(self, step: Step) -> None:
        """Offer the best proposal that was not offered before; the next one where somebody else has it."""
        found = await self._seen(lambda case: _unoffered(_strand(case, step)))
        if not found:
            self._ledger.note("gave-up", step=step.key, kind="offer-property")
            return
        answer_by = max(self._day(step), london_date(self._pace.case_now())) + timedelta(days=DAYS_TO_ANSWER)
        for home in found:
            details = {**self._details(step), "property_id": home, "respond_by": str(answer_by)}
            reply = await self.command(step, "offer-property", details, extra=home)
            if reply is None or reply.done:
                return

    async def answer(self, step: Step) -> None:
        """Record the person's answer to the offer that is open."""
        found = await self._seen(lambda case: _open_offers(_strand(case, step)))
        if not found:
            self._ledger.note("gave-up", step=step.key, kind="answer-offer")
            return
        details = {**self._details(step), "offer_id": found[0]}
        await self.command(step, "answer-offer", details)


def _next_open(case: Case, seen_to: Set[str]) -> CheckItem | None:
    """The first gated item that is not safe yet; an answer to one may leave out another."""
    form, gate = form_of((case.get("check") or {}).get("form")), case.get("gate", {})
    still = {code for code, each in gate.items() if each["value"] != "yes" and not each.get("mitigation")}
    return next((item for item in form.items if item.code in still - seen_to), None)


def _strand(case: Case, step: Step) -> Case:
    found: Case = case.get("strands", {}).get(step.details["strand"], {})
    return found


def _open_offers(strand: Case) -> list[str]:
    return [offer["offer_id"] for offer in strand.get("offers", []) if not offer["answer"]]


def _unoffered(strand: Case) -> list[str]:
    offered = {offer["property_id"] for offer in strand.get("offers", [])}
    return [one for one in strand.get("proposals", []) if one not in offered]


ACTS: Mapping[str, Callable[[Person, Step], Awaitable[None]]] = {
    "refer": Person.refer,
    "refer-fhir": Person.refer,
    "start-check": Person.start_check,
    "complete-check": Person.complete_check,
    "check-new-home": Person.check_new_home,
    "close-case": Person.close_case,
    "settle-gate": Person.settle_gate,
    "ask-safety": Person.ask_safety,
    "confirm-safety": Person.confirm_safety,
    "acknowledge-alerts": Person.acknowledge,
    "answer-actions": Person.answer_actions,
    "offer-property": Person.offer,
    "answer-offer": Person.answer,
}
"""What takes more than asking."""
