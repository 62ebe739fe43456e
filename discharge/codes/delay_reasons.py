"""Why a night was spent waiting: the 37 national reasons, and our local ones that each point to a national
one.

Each person carries one national reason at a time, so housing disappears behind any other that is chosen.
Hence the local list: several at once, finer, and each says which national reason it counts under.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from discharge.codes.by_edition import ListByEdition
from discharge.codes.casework import OWNER_ROLES
from discharge.codes.model import Code
from discharge.reference.faults import nearest
from discharge.reference.kind import Kind

Group = Literal["hospital", "wellbeing", "hub", "interface", "capacity"]
Pathway = Literal["0", "1", "2", "3"]
Housing = Literal["yes", "partly", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalDelayReason(Code):
    """One of the 37 reasons; the codes are ours, because no national short codes are published.

    `housing` is "yes", "partly" (the reason also covers things outside the home) or "no".
    """

    group: Group
    pathways: tuple[Pathway, ...] = ()
    housing: Housing = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDelayReason(Code):
    """A local reason: the national one it counts under and the role that usually has to act."""

    national: str
    usual_owner: str


def _counted_nowhere(rows: Mapping[str, LocalDelayReason]) -> Iterator[str]:
    for code, row in rows.items():
        if not NATIONAL_DELAY_REASONS.known(row.national):
            yield f"{code}.national: {row.national!r} is not a national reason - name one, such as CA10"
        if not OWNER_ROLES.known(row.usual_owner):
            mend = nearest(row.usual_owner, (owner.code for owner in OWNER_ROLES), "name an owner's role")
            yield f"{code}.usual_owner: {row.usual_owner!r} is not a role - {mend}"


HERE = Path(__file__).parent
NATIONAL = Kind("national-delay-reasons", NationalDelayReason, HERE / "national_delay_reasons.yaml")
NATIONAL_DELAY_REASONS = ListByEdition(NATIONAL)
LOCAL = Kind(
    "local-delay-reasons", LocalDelayReason, HERE / "local_delay_reasons.yaml", check=_counted_nowhere
)
LOCAL_DELAY_REASONS = ListByEdition(LOCAL)


def delay_reason_label(code: str) -> str:
    """Return the label of a national or local reason."""
    return (
        LOCAL_DELAY_REASONS.label(code)
        if LOCAL_DELAY_REASONS.known(code)
        else NATIONAL_DELAY_REASONS.label(code)
    )


def national_reason(code: str) -> str | None:
    """Return the national reason under which a local one counts; None for a code that was never in the
    list.
    """
    return next((row.national for row in LOCAL_DELAY_REASONS if row.code == code), None)
