"""The trust's safety adviser: named by its administrator before anybody is asked, as the guide says."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from deploy.simulate.bearers import display_name
from deploy.simulate.http_clients import Doors
from deploy.simulate.scenes import PARTIES

SAFETY = "safety"
"""The door of the annex: what was recorded there is kept beside the commands."""
LISTED = 200
ADVISERS = "/api/v1/safety/advisers"


async def name_adviser(doors: Doors) -> None:
    """Have the administrator name the adviser, who has signed in; once named they stay so."""
    role, organisation = PARTIES["adviser"]
    administrator = ("admin", organisation)
    await doors.read(PARTIES["adviser"], "/api/v1/cases", size=1)
    listed = await doors.read(administrator, "/api/v1/users", size=LISTED)
    name = display_name(role, organisation)
    found = next((each["user_id"] for each in listed.body.get("users", ()) if each["name"] == name), None)
    if found is None:
        raise LookupError(f"{name} is not among the people of {organisation}")
    body = {"user_id": found, "kind": "adviser"}
    key = str(uuid5(NAMESPACE_URL, f"homeward-simulation/adviser/{found}"))
    await doors.ask(administrator, ADVISERS, body, key, door=SAFETY, step="begin", kind="name-adviser")
