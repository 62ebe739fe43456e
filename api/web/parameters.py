"""Parameters of an address: one that its route does not know, or that is given twice, is refused by name.

One that is passed over answers a question that nobody asked: a list that was to be short is long. What a
route knows is what it declares, so that this and the description of the interface say the same. FHIR searches
have their own names (`api.fhir.search`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from api.web.problem_bodies import BodyFault
from api.web.refusals import ParametersRefused

FOR_ALL_PAGES = frozenset({"kept"})
"""What any page may find in its address: the form that was kept while somebody signed in."""

_TRACKING = re.compile(r"utm_\w+|_ga|_gl|[a-z]*clid|mc_[ce]id")
"""What mail programs and search engines add to the address of a page."""
_SAFE = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")


def check_for_program(request: Request) -> None:
    """Raise ParametersRefused for a parameter that this route of an interface does not declare."""
    if not request.url.path.startswith("/fhir/"):
        _check(request, declared(_dependant(request)))


def check_for_page(request: Request) -> None:
    """The same for a page that declares any. One that declares none has no filter that could be missed, or
    checks its own.
    """
    if known := declared(_dependant(request)):
        check_names(request, known)


def check_names(request: Request, known: Collection[str]) -> None:
    """The same for a page that knows these names."""
    _check(request, {*known, *FOR_ALL_PAGES}, ignored=_TRACKING)


def declared(dependant: Dependant) -> frozenset[str]:
    """The names of all parameters that a route, or what it depends on, reads from the address."""
    fields = dependant.query_params
    own = frozenset(name for each in fields for name in _names(each.alias, each.field_info))
    return own.union(*(declared(each) for each in dependant.dependencies))


def _names(alias: str, info: FieldInfo) -> Iterator[str]:
    """A model stands for each of its fields."""
    kind = info.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from (each.alias or name for name, each in kind.model_fields.items())
    else:
        yield alias


def _dependant(request: Request) -> Dependant:
    route = request.scope.get("route")
    return route.dependant if isinstance(route, APIRoute) else Dependant()


def _check(request: Request, known: Collection[str], ignored: re.Pattern[str] | None = None) -> None:
    given = Counter(name for name, _ in request.query_params.multi_items())
    faults = tuple(
        _fault(name, sorted(known))
        for name, times in given.items()
        if (name not in known or times > 1) and not (ignored and ignored.fullmatch(name))
    )
    if faults:
        raise ParametersRefused(faults)


def one_of(name: str, value: str, choices: Collection[str]) -> str:
    """The value of a filter, which may be empty. Raises ParametersRefused for one that is no choice."""
    if value and value not in choices:
        raise unusable(name, f"has no such value; {_meant(value, choices)}")
    return value


def unusable(name: str, words: str) -> ParametersRefused:
    """What refuses the value of a parameter."""
    return ParametersRefused((_told("unknown-value", name, words),))


def _fault(name: str, known: Sequence[str]) -> BodyFault:
    shown = name if _SAFE.fullmatch(name) else "parameter"
    if name in known:
        return _told("given-twice", shown, "is given more than once")
    hint = _meant(name, known) if known else "this address has no parameters"
    return _told("unknown-parameter", shown, f"is not known here; {hint}")


def _told(code: str, where: str, words: str) -> BodyFault:
    return BodyFault(code=code, where=where, reason=f"{where} {words}")


def _meant(name: str, known: Collection[str]) -> str:
    """The nearest that is known, or all of them where none is near."""
    by_letters = {each.lower(): each for each in sorted(known)}
    near = get_close_matches(name.lower(), by_letters, n=1)
    return f"the nearest is {by_letters[near[0]]}" if near else f"known are: {', '.join(known)}"
