"""Numbers for a person in CX fields (PID-2, 3, 4, 18, 19 and MRG-1), by the profile's patterns."""

import re
from collections.abc import Iterable
from datetime import date
from itertools import chain

from fhir_adapters.feeds.profile import IdentifierPattern, Profile
from fhir_adapters.hl7v2.facts import Identifier
from fhir_adapters.hl7v2.interpret.validity import CX, validity
from fhir_adapters.hl7v2.reading import DELETED, Repetition, Segment
from fhir_adapters.people.nhs_numbers import (
    check_number,
    may_find,
    split_glued_status,
    tracing_status,
)

Numbered = tuple[int, Repetition]
"""A PID field number with one repetition of it."""

_TEN_DIGITS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}")


def _authority(cx: Repetition) -> str:
    name = cx(4, 1)
    if name in ("", DELETED):
        name = cx(4, 2)
    return "" if name == DELETED else name


def _type(cx: Repetition) -> tuple[str, str | None]:
    code, status = split_glued_status(cx(5))
    return ("" if code == DELETED else code), status


def _fits(pattern: IdentifierPattern, number: int, cx: Repetition) -> bool:
    return pattern.field == number and pattern.fits(_authority(cx), _type(cx)[0])


def _fits_nhs(pattern: IdentifierPattern, number: int, cx: Repetition) -> bool:
    """Whether it is an NHS number by this pattern; a bare one must look like one."""
    return _fits(pattern, number, cx) and (not pattern.bare or bool(_TEN_DIGITS.fullmatch(cx(1))))


def _is_nhs(profile: Profile, number: int, cx: Repetition) -> bool:
    return any(_fits_nhs(pattern, number, cx) for pattern in profile.identifiers.nhs_number)


def _nhs(cx: Repetition, status: str | None, identity_unknown: bool) -> Identifier:
    check = check_number(cx(1))
    glued = _type(cx)[1]
    status = tracing_status((glued,)) if glued else status
    return Identifier(
        kind="nhs",
        value=check.value,
        authority="NHS",
        status=status,
        usable=check.usable and may_find(status, identity_unknown=identity_unknown),
    )


def _local(profile: Profile, pattern: IdentifierPattern, cx: Repetition) -> Identifier:
    named = pattern.system or _authority(cx) or profile.identifiers.bare_authority
    authority = named or _type(cx)[0] or profile.name
    return Identifier(kind="local", value=cx(1), authority=authority.upper())


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
    held = [(number, cx) for number, cx in numbers if cx(1) not in ("", DELETED)]
    over = [each for each in held if day and not validity(each[1], CX, profile.zoneinfo).in_force(day)]
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
    nhs, rest = [], []
    for number, cx in held:
        if _is_nhs(profile, number, cx):
            nhs.append(_nhs(cx, status, identity_unknown))
        else:
            rest.append((number, cx))
    local = [
        _local(profile, pattern, cx)
        for pattern in profile.identifiers.local
        for number, cx in rest
        if _fits(pattern, number, cx)
    ]
    by_number = {(found.kind, found.value): found for found in reversed([*nhs, *local])}
    return tuple(reversed(by_number.values()))


def pid_numbers(pid: Segment) -> list[Numbered]:
    """Every repetition of the PID fields that may hold a number."""
    return [(number, cx) for number in (3, 2, 4, 18, 19) for cx in pid.repetitions(number)]


def usable(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """The identifiers that may match a person."""
    return tuple(found for found in identifiers if found.usable)


def written(cx: Repetition) -> tuple[str, str]:
    """Authority and type of a number as the patterns compare them; empty where absent."""
    return _authority(cx), _type(cx)[0]


def taken_by(number: int, cx: Repetition, profile: Profile) -> tuple[str, IdentifierPattern] | None:
    """Which pattern takes a number, and as what (`nhs` or `local`); None where no pattern does."""
    patterns = profile.identifiers
    nhs = (("nhs", pattern) for pattern in patterns.nhs_number if _fits_nhs(pattern, number, cx))
    local = (("local", pattern) for pattern in patterns.local if _fits(pattern, number, cx))
    return next(chain(nhs, local), None)
