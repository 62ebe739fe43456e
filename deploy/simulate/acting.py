"""How people act: they look at the case until it is time, ask at their door, and remember what they were
told.

`ACTS` names what needs more than its details: the rest of the acts are commands of that name, as they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from deploy.places import organisation_id
from deploy.simulate import referrals
from deploy.simulate.doors import Doors, Reply
from deploy.simulate.journeys import Step
from deploy.simulate.ledger import Ledger
from deploy.simulate.pacing import Pace, attempts
from deploy.simulate.people import SimPerson
from deploy.simulate.scenes import PARTIES
from discharge.cases.stages import ALLOWED
from discharge.clocks import london_date
from housing_checks.checks.form import form_in_force

LOOKS = 25
"""How often somebody looks whether the case is ready for them, before they give up."""

Case = Mapping[str, Any]


class Person:
    """Those around one simulated person: what they know of the case, and how they ask."""

    def __init__(self, person: SimPerson, run: str, pace: Pace, doors: Doors, ledger: Ledger) -> None:
        self.person = person
        self.case_id: str | None = None
        self._run = run
        self._pace = pace
        self._doors = doors
        self._ledger = ledger

    def key(self, step: Step, extra: str = "") -> str:
        """The request's own key: the same for the same step, whoever sends it again."""
        number = step.details.get("repeats", step.number)
        return str(uuid5(NAMESPACE_URL, f"homeward-simulation/{self._run}/{step.person}/{number}/{extra}"))

    async def act(self, step: Step) -> None:
        """Do one step."""
        name = step.details.get("of", step.act)
        special = ACTS.get(name)
        if special:
            await special(self, step)
        else:
            await self.command(step, name, self._details(step))

    async def command(
        self, step: Step, kind: str, details: Mapping[str, Any], extra: str = ""
    ) -> Reply | None:
        """Give a command once the case is ready for it; None when it never was."""
        if not await self.ready(step, kind):
            self._ledger.note("gave-up", step=step.key, kind=kind)
            return None
        body = {"kind": kind, "effective_on": str(self._day(step)), **details}
        path = f"/api/v1/cases/{self.case_id}/commands"
        return await self._doors.ask(
            PARTIES[step.who],
            path,
            body,
            self.key(step, extra),
            step=step.key,
            kind=kind,
            story_person=step.person,
        )

    async def ready(self, step: Step, kind: str) -> bool:
        """Look at the case until its stage allows the command, as somebody does who waits for a button."""
        if step.details.get("refused") or step.act == "repeat":
            return self.case_id is not None
        looks = 0
        async for _ in attempts():
            case = await self.case()
            if case and case.get("stage") in ALLOWED[kind]:
                return True
            looks += 1
            if self.case_id is None or looks > LOOKS:
                return False
        return False

    async def case(self) -> Case:
        """The case as its coordinator sees it; empty while there is none."""
        if self.case_id is None:
            return {}
        reply = await self._doors.read(PARTIES["coordinator"], f"/api/v1/cases/{self.case_id}")
        return reply.body if reply.done else {}

    def _day(self, step: Step) -> Any:
        return london_date(self._pace.instant(step.at))

    def _details(self, step: Step) -> dict[str, Any]:
        """A story's particulars in the words of the interface: organisations by id, days as dates."""
        hidden = ("refused", "repeats", "of", "partner", "due_in", "council")
        details = {name: value for name, value in step.details.items() if name not in hidden}
        if "partner" in step.details:
            details["partner_id"] = str(organisation_id(step.details["partner"]))
        if "council" in step.details:
            details["council_id"] = str(organisation_id(step.details["council"]))
        if "due_in" in step.details:
            details["due_on"] = str(self._day(step) + timedelta(days=step.details["due_in"]))
        return details

    async def refer(self, step: Step) -> None:
        """The ward refers, as JSON or as a FHIR ServiceRequest."""
        fhir = step.details.get("of", step.act) == "refer-fhir"
        write = referrals.fhir if fhir else referrals.json_body
        path = "/fhir/R4/ServiceRequest" if fhir else "/api/v1/referrals"
        body = write(self.person, self._details(step), self._day(step), self.key(step))
        reply = await self._doors.ask(
            PARTIES[step.who],
            path,
            body,
            self.key(step),
            step=step.key,
            kind="refer",
            story_person=step.person,
        )
        self.case_id = referrals.case_id(reply) or self.case_id

    async def start_check(self, step: Step) -> None:
        """Begin the check on the form in force."""
        await self.command(step, "start-check", {"form": form_in_force(self._day(step)).code})

    async def complete_check(self, step: Step) -> None:
        """Answer every item: yes, except where the story says otherwise."""
        form = form_in_force(self._day(step))
        answers = dict.fromkeys(form.codes, "yes") | dict(step.details.get("answers", {}))
        await self.command(step, "complete-check", {"form": form.code, "answers": answers})

    async def settle_gate(self, step: Step) -> None:
        """See to every gated item that is not safe yet: what work has made safe is confirmed."""
        if not await self.ready(step, "confirm-item"):
            return
        for code, item in sorted((await self.case()).get("gate", {}).items()):
            if item["value"] != "yes" and not item.get("mitigation"):
                await self.command(step, "confirm-item", {"item": code, "value": "yes"}, extra=code)

    async def offer(self, step: Step) -> None:
        """Offer the best proposal that was not offered before."""
        strand = await self._strand(step, lambda one: bool(_unoffered(one)))
        if strand is None:
            self._ledger.note("gave-up", step=step.key, kind="offer-property")
            return
        details = {"strand": step.details["strand"], "property_id": _unoffered(strand)[0]}
        await self.command(step, "offer-property", details)

    async def answer(self, step: Step) -> None:
        """Record the person's answer to the offer that is open."""
        strand = await self._strand(step, lambda one: any(not offer["answer"] for offer in one["offers"]))
        if strand is None:
            self._ledger.note("gave-up", step=step.key, kind="answer-offer")
            return
        open_offer = next(offer for offer in strand["offers"] if not offer["answer"])
        details = {**self._details(step), "offer_id": open_offer["offer_id"]}
        await self.command(step, "answer-offer", details)

    async def _strand(self, step: Step, wanted: Callable[[Case], bool]) -> Case | None:
        """Look at a strand until it is as wanted."""
        looks = 0
        async for _ in attempts():
            strand: Case | None = (await self.case()).get("strands", {}).get(step.details["strand"])
            if strand and wanted(strand):
                return strand
            looks += 1
            if looks > LOOKS:
                return None
        return None


def _unoffered(strand: Case) -> list[str]:
    offered = {offer["property_id"] for offer in strand["offers"]}
    return [one for one in strand["proposals"] if one not in offered]


ACTS: Mapping[str, Callable[[Person, Step], Awaitable[None]]] = {
    "refer": Person.refer,
    "refer-fhir": Person.refer,
    "start-check": Person.start_check,
    "complete-check": Person.complete_check,
    "settle-gate": Person.settle_gate,
    "offer-property": Person.offer,
    "answer-offer": Person.answer,
}
"""What takes more than asking."""
