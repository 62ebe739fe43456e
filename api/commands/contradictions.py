"""Contradictions at the doors: who asks sees the questions, and confirms each by its code with a reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from api.web.refusals import Contradicted
from discharge.cases.commands import Command, OfferProperty
from discharge.cases.model import Case
from discharge.codes.model import not_listed
from discharge.errors import refuse_all
from housing_checks.contradictions import DOES_NOT_FIT, Contradiction, contradictions, known_codes
from housing_checks.store.tables import PropertyRow, property_of
from housing_checks.strands.rehousing.match import Reason
from housing_checks.strands.rehousing.need_profiles import unmet


def require_known(confirmed: Sequence[str]) -> None:
    """Refuse every code that confirms nothing that is ever asked, by its place."""
    known = known_codes()
    refuse_all(
        [
            not_listed("contradictions", code, known, f"confirm[{number}]")
            for number, code in enumerate(confirmed)
            if code not in known
        ]
    )


def require_no_contradiction(
    asked_about: Collection[Contradiction], confirmed: Collection[str], explained: bool
) -> None:
    """Raise Contradicted for what nobody confirmed, and for what was confirmed without a reason."""
    open_ones = tuple(each for each in asked_about if each.code not in confirmed)
    if open_ones:
        raise Contradicted(open_ones)
    if asked_about and not explained:
        raise Contradicted(tuple(asked_about), "reason-needed", where="reason")


async def questions(
    session: AsyncSession, case: Case, command: Command, today: date
) -> tuple[Contradiction, ...]:
    """Everything to ask about a command before it is saved."""
    asked = contradictions(case, command, today)
    failures = await _failures(session, case, command)
    if not failures:
        return asked
    words = "; ".join(f"{each.words[:1].lower()}{each.words[1:]}" for each in failures)
    fit = f"The home does not fit what the person needs: {words}. Do you still want to offer it?"
    return (*asked, Contradiction(code=DOES_NOT_FIT, question=fit))


async def with_despite(
    session: AsyncSession, case: Case, command: Command, confirmed: Collection[str]
) -> Command:
    """An offer that was confirmed names every criterion that its home fails; the record holds it to them."""
    if not isinstance(command, OfferProperty) or DOES_NOT_FIT not in confirmed:
        return command
    failures = await _failures(session, case, command)
    return command.model_copy(update={"despite": tuple(each.code for each in failures)})


async def _failures(session: AsyncSession, case: Case, command: Command) -> tuple[Reason, ...]:
    if not isinstance(command, OfferProperty) or command.strand not in case.strands:
        return ()
    home = await session.get(PropertyRow, command.property_id)
    if home is None or home.withdrawn_on is not None:  # the record says so in its own words
        return ()
    strand = case.strands[command.strand]
    failures = unmet(case, strand, property_of(home))
    return tuple(each for each in failures if each.code not in command.despite)
