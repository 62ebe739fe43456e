"""Taking on a referral that waits, as the coordinator does, unless its stay arrives and it goes on."""

from __future__ import annotations

from tests.scenarios.stack import Party, WholeStack, until

COORDINATOR: Party = ("coordinator", "HHP")
WARD: Party = ("discharge-team", "RXH")


def taken_on(stack: WholeStack, request_id: str) -> str:
    """The case that a request of the ward's opened or joined."""
    return until(lambda: _case_of(stack, request_id), f"referral request {request_id} is taken on", 60)


def _case_of(stack: WholeStack, request_id: str) -> str | None:
    place = f"/api/v1/referral-requests/{request_id}"
    request = stack.get(COORDINATOR, place).json()
    if request["case_id"] is None:
        meant = request["candidates"]
        person = meant[0]["person_id"] if meant else "new"
        body = {"decision": "take-on", "person": person, "basis": "consent"}
        stack.post(COORDINATOR, f"{place}/decision", body)
    case_id = stack.get(WARD, f"/api/v1/commands/{request_id}").json()["case_id"]
    there = case_id and stack.get(COORDINATOR, f"/api/v1/cases/{case_id}").is_success
    return str(case_id) if there else None
