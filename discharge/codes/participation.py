"""As what an organisation takes part in a case, which relation to the case that gives it, and which kinds of
partners may be told on which bases.

The stored code of a participation decides access, so a code that this list does not know gives the least.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from discharge.codes.by_edition import code_list
from discharge.codes.casework import SHARING_BASES, partner_bases
from discharge.codes.model import Code
from discharge.roles import Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRole(Code):
    """One way to take part. `named` says that people choose it; the others are given by what happened."""

    relation: Relation
    named: bool = True


PARTICIPANT_ROLES = code_list("participant-roles", ParticipantRole)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerKind(Code):
    """One kind of partner: the bases on which it may be told, and whether it needs to know where to go."""

    needs_address: bool
    bases: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()

    def may_be_told(self, on: date) -> frozenset[str]:
        """The bases on which it may be told, as they were on the day of the record."""
        return frozenset(self.bases or partner_bases(on)) | frozenset(self.besides)


def _unknown_bases(rows: Mapping[str, PartnerKind]) -> Iterator[str]:
    for code, row in rows.items():
        for basis in (*row.bases, *row.besides):
            if not SHARING_BASES.known(basis):
                yield f"{code}: {basis!r} is not a basis for sharing - choose from {SHARING_BASES.name}"


PARTNER_KINDS = code_list("partner-kinds", PartnerKind, check=_unknown_bases)
