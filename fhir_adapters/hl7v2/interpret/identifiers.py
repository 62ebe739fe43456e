"""Numbers for a person in CX fields (PID-2, 3, 4, 18, 19 and MRG-1), by the profile's patterns."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import NamedTuple

from fhir_adapters.feeds.profile import IdentifierPattern, Profile
from fhir_adapters.hl7v2.facts import Identifier
from fhir_adapters.hl7v2.interpret.fields import CX, validity
from fhir_adapters.hl7v2.parse.segments import DELETED, Repetition, Segment
from fhir_adapters.people.nhs_numbers import (
    check_number,
    may_find,
    split_glued_status,
    tracing_status,
)


class Numbered(NamedTuple):
    """A number as it stands in a field of PID: authority and type as the patterns compare them, empty where
    absent, and the tracing status where it is glued to the type.
    """

    field: int
    cx: Repetition
    authority: str
    type: str
    status: str | None

    @property
    def written(self) -> tuple[str, str]:
        """Authority and type."""
        return self.authority, self.type


_TEN_DIGITS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}")


def _authority(cx: Repetition) -> str:
    name = cx(4, 1)
    if name in ("", DELETED):
        name = cx(4, 2)
    return "" if name == DELETED else name


def numbered(field: int, cx: Repetition) -> Numbered:
    """A number that stands in this field of PID, or in one of its kind."""
    code, status = split_glued_status(cx(5))
    return Numbered(field, cx, _authority(cx), "" if code == DELETED else code, status)


def _fits(pattern: IdentifierPattern, held: Numbered) -> bool:
    return pattern.field == held.field and pattern.fits(held.authority, held.type)


def _fits_nhs(pattern: IdentifierPattern, held: Numbered) -> bool:
    """Whether it is an NHS number by this pattern; a bare one must look like one."""
    return _fits(pattern, held) and (not pattern.bare or bool(_TEN_DIGITS.fullmatch(held.cx(1))))


def _nhs(held: Numbered, status: str | None, identity_unknown: bool) -> Identifier:
    check = check_number(held.cx(1))
    status = tracing_status((held.status,)) if held.status else status
    return Identifier(
        kind="nhs",
        value=check.value,
        authority="NHS",
        status=status,
        usable=check.usable and may_find(status, identity_unknown=identity_unknown),
    )


def _local(profile: Profile, pattern: IdentifierPattern, held: Numbered) -> Identifier:
    named = pattern.system or held.authority or profile.identifiers.bare_authority
    authority = named or held.type or profile.name
    return Identifier(kind="local", value=held.cx(1), authority=authority.upper())


def read_identifiers(
    numbers: Iterable[Numbered],
    profile: Profile,
    status: str | None,
    *,
    identity_unknown: bool = False,
    day: date | None = None,
) -> tuple[Identifier, ...]:
    """NHS numbers first, then local numbers by the profile's order; each once. `status` is the tracing
    status; `identity_unknown` is PID-31. What had ended by `day` comes last, and finds nobody while another
    number can.
    """
    held = [each for each in numbers if each.cx(1) not in ("", DELETED)]
    over = [each for each in held if day and not validity(each.cx, CX, profile.zoneinfo).in_force(day)]
    found = _read([each for each in held if each not in over], profile, status, identity_unknown)
    if not over:
        return found
    known = {(one.kind, one.value) for one in found}
    ended = _read(over, profile, status, identity_unknown)
    alone = not usable(found)
    return found + tuple(
        one.model_copy(update={"ended": True, "usable": one.usable and alone})
        for one in ended
        if (one.kind, one.value) not in known
    )


def _read(
    held: list[Numbered], profile: Profile, status: str | None, identity_unknown: bool
) -> tuple[Identifier, ...]:
    patterns = profile.identifiers
    nhs, rest = [], []
    for each in held:
        if any(_fits_nhs(pattern, each) for pattern in patterns.nhs_number):
            nhs.append(_nhs(each, status, identity_unknown))
        else:
            rest.append(each)
    local = [
        _local(profile, pattern, each) for pattern in patterns.local for each in rest if _fits(pattern, each)
    ]
    by_number = {(found.kind, found.value): found for found in reversed([*nhs, *local])}
    return tuple(reversed(by_number.values()))


def pid_numbers(pid: Segment) -> list[Numbered]:
    """Every repetition of the PID fields that may hold a number."""
    return [numbered(field, cx) for field in (3, 2, 4, 18, 19) for cx in pid.repetitions(field)]


def usable(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """The identifiers that may match a person."""
    return tuple(found for found in identifiers if found.usable)


def taken_by(held: Numbered, profile: Profile) -> tuple[str, IdentifierPattern] | None:
    """Which pattern takes a number, and as what (`nhs` or `local`); None where no pattern does."""
    patterns = profile.identifiers
    nhs = (("nhs", pattern) for pattern in patterns.nhs_number if _fits_nhs(pattern, held))
    local = (("local", pattern) for pattern in patterns.local if _fits(pattern, held))
    return next(chain(nhs, local), None)
