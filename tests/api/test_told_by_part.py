"""Whoever has a part in a case reads on every door what the housing lead reads, or nothing: what a
landlord, a supplier or a council does not see is never told as if it were not there.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from tests.api.conftest import ALL_THE_SAME, Door
from tests.api.signing_in import sign_in
from tests.api.test_attack import Scene, scene  # noqa: F401
from tests.fhir_adapters.hl7v2.conftest import intake  # noqa: F401 - a feed of the trust

OWN_WORDS = "why_still_here"
CASE_HEADINGS = ("Nights waiting", "Expected to leave", "Sharing with partners", "Owner", "NHS number")


def differences(lead: Any, told: Any, path: str = "") -> list[str]:
    """Where somebody is told other than the housing lead; null and what is left out tell nothing."""
    if told is None or path.endswith((OWN_WORDS, "location_hidden")):
        return []
    if isinstance(told, dict) and isinstance(lead, dict):
        return [each for key in told for each in differences(lead.get(key), told[key], f"{path}.{key}")]
    if isinstance(told, list) and isinstance(lead, list) and path.startswith(".case."):
        return [f"{path}: {each}" for each in told if each not in lead]
    return [] if told == lead else [f"{path}: {told!r}, not {lead!r}"]


async def read(door: Door, case_id: UUID, org: str | None) -> tuple[dict[str, Any], dict[str, Any], str, str]:
    """The case and its line on the worklist, in JSON and on the page."""
    detail = (await door.get(f"/api/v1/cases/{case_id}", "coordinator", org)).json()
    listed: list[dict[str, Any]] = []
    for view in ("open", "closed"):
        listed += (await door.get(f"/api/v1/cases?view={view}", "coordinator", org)).json()["cases"]
    [line] = [each for each in listed if each["case_id"] == str(case_id)]
    sign_in(door, "coordinator", org or "HOUSING")
    page = (await door.client.get(f"/cases/{case_id}")).text
    worklist = (await door.client.get("/worklist")).text
    return detail, line, page, worklist


async def test_given_a_case_that_waits_and_then_left_then_no_part_in_it_is_told_what_is_not_so(
    scene: Scene,  # noqa: F811
) -> None:
    door, case_id = scene.door, scene.case_id
    await door.asked(case_id, "set-criteria-to-reside", "discharge-team", met=False)
    await door.asked(
        case_id, "set-expected-discharge-date", "discharge-team", expected_discharge_on="2026-03-09"
    )
    await none_is_misled(door, case_id)
    await door.asked(case_id, "confirm-discharge", "discharge-team", destination="19", **ALL_THE_SAME)
    await none_is_misled(door, case_id)
    detail, *_ = await read(door, case_id, "SUPPLIER")
    assert detail[OWN_WORDS].startswith("The person has left hospital; your open work: ")


async def none_is_misled(door: Door, case_id: UUID) -> None:
    lead = await read(door, case_id, None)
    for org in ("COUNCIL", "LANDLORD", "SUPPLIER"):
        detail, line, page, worklist = await read(door, case_id, org)
        assert differences(lead[0], detail) == []
        assert differences(lead[1], line) == []
        for shown in (page, worklist):
            assert detail[OWN_WORDS] in shown.replace("&#39;", "'")
        if org != "COUNCIL":
            part_holder_is_told_own_work(detail, line, page)


def part_holder_is_told_own_work(detail: dict[str, Any], line: dict[str, Any], page: str) -> None:
    for name in (
        "next_action",
        "waiting",
        "blocking",
        "suggested_strands",
        "suggested_outcome",
        "discharges",
    ):
        assert detail[name] is None, name
    for name in ("waiting", "alerts", "home_not_ready", "open_actions", "awaiting_spell"):
        assert line[name] is None, name
    assert line[OWN_WORDS] == detail[OWN_WORDS]
    assert "our open work: " in detail[OWN_WORDS]
    assert set(detail["case"]) <= {
        "person_id",
        "participants",
        "strands",
        "hazards",
        "stay_notices",
        "evidence",
        "closed_on",
        "referral",
        "needed_by",
    }
    assert "What is your part in this case?" in page
    assert "Next: " not in page
    for heading in CASE_HEADINGS:
        assert not re.search(rf"<dt[^>]*>\s*{heading}\s*</dt>", page), heading
