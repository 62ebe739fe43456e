"""How a page is made: our templates, strict about what they are given, and what every page knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.web.page import words
from api.web.page.components import components
from api.web.page.typed_text import typed_of
from discharge.errors import HomewardError

API = Path(__file__).resolve().parents[2]
FOLDERS = {folder.parent.name: FileSystemLoader(folder) for folder in sorted(API.glob("*/templates"))}
"""Templates stand beside their noun: `cases/case.html` is `case.html` among the templates of `api/cases`."""


@dataclass(frozen=True)
class NavigationItem:
    """One entry of the menu."""

    text: str
    href: str
    current: bool


@dataclass
class Frame:
    """What surrounds every page: who is signed in, the menu, how much waits at each of its addresses, and the
    case time when it is not the real time; `kept`: the form on it is one that was kept.
    """

    name: str = ""
    role: str = ""
    organisation: str = ""
    navigation: tuple[NavigationItem, ...] = ()
    case_time: str = ""
    form_token: str = ""
    waiting: Mapping[str, int] = field(default_factory=dict)
    kept: bool = False

    @property
    def new_key(self) -> str:
        """A key for one form of the page, so that pressing its button twice asks once."""
        return str(uuid4())


@cache
def environment() -> Environment:
    """Our templates. Whatever a template names and is not given is an error."""
    env = Environment(
        loader=PrefixLoader(FOLDERS),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update({"nhsuk": _Namespace(components())})
    env.filters.update(words.FILTERS)
    return env


class _Namespace:
    """The components under one name in templates; a wrong name is an error."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        self.__dict__.update(members)


def render(name: str, /, **values: Any) -> str:
    """A template filled in."""
    return environment().get_template(name).render(**values)


def page(frame: Frame, name: str, /, status: int = 200, **values: Any) -> HTMLResponse:
    """A page as an answer."""
    return HTMLResponse(render(name, frame=frame, **values), status)


def error_page(request: Request, error: HomewardError, headers: Mapping[str, str]) -> Response:
    """An error in words for a person, with what they typed. Somebody who is not signed in is offered to."""
    frame = getattr(request.state, "frame", None) or Frame()
    html = render("web/error.html", frame=frame, row=error.row, detail=error.detail, typed=typed_of(request))
    return HTMLResponse(html, error.row.http, headers)
