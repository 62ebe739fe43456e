"""An answer about the building is held against where the person goes: an asker who saw them go to another
home may have answered about that one.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.changes.queries import changes_since
from api.commands.asked import AskedCommand
from api.web.principals import Principal
from api.web.refusals import CaseChanged
from discharge.cases.commands import ConfirmItem
from discharge.cases.model import Case
from discharge.errors import HomewardError
from discharge.store.changes import case_at
from housing_checks.checks.former_building import building_item, moved_to


async def require_same_building(
    session: AsyncSession, caller: Principal, case: Case, asked: AskedCommand
) -> None:
    """Refuse an answer about the building whose asker saw the person go to another one. Raises CaseChanged,
    which says where they go now.
    """
    command, seen = asked.command, asked.seen_version
    if seen is None or seen >= case.version or not isinstance(command, ConfirmItem):
        return
    if not moved_to(await case_at(session, case.case_id, seen), case, command.item):
        return
    parts = (f"item:{building_item(case)}",)
    changes = await changes_since(session, caller, case.case_id, seen, parts)
    raise CaseChanged(HomewardError("case-changed", detail=", ".join(parts)), changes, frozenset())
