"""What a hazard's door fills in: the nation of the home, where its address tells it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from api.cases.queries import home_address
from discharge.cases.commands import Command, RecordHazard
from discharge.cases.model import Case
from discharge.store.tables import Person
from housing_checks.hazards.nations import nation_of


async def with_nation(session: AsyncSession, case: Case, command: Command, on: date) -> Command:
    """The command with the nation of the person's address, where nobody typed one. Of somebody whose
    whereabouts are hidden no address is read.
    """
    if not isinstance(command, RecordHazard) or command.nation is not None or case.person_id is None:
        return command
    person = await session.get(Person, case.person_id)
    home = await home_address(session, person) if person is not None else None
    found = nation_of(home.postcode, on) if home is not None else None
    return command.model_copy(update={"address_nation": found})
