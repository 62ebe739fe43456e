"""How a page is made: our templates, strict about what they are given, and what every page knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.web.page import words
from api.web.page.typed_text import typed_of
from api.web.paging import COUNTED_TO
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
    case time when it is not the real time; `kept`: the form on it is one that was kept; `owner`: a tag that
    names nobody, by which a device knows whose work it keeps; `danger_hint`: who reads a note about danger.
    """

    name: str = ""
    role: str = ""
    organisation: str = ""
    navigation: tuple[NavigationItem, ...] = ()
    case_time: str = ""
    form_token: str = ""
    waiting: Mapping[str, int] = field(default_factory=dict)
    kept: bool = False
    owner: str = ""
    danger_hint: str = ""

    def waiting_words(self, href: str) -> str:
        """How much waits at an address of the menu."""
        number = self.waiting.get(href, 0)
        return f"{number}" if number <= COUNTED_TO else f"{COUNTED_TO}+"

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


# The NHS design system's macros as functions, kept apart from our own strict templates: they are written for
# an undefined that may be chained, ours must fail on a typing error. They print `html` parameters as they
# are: only markup made by a template may be passed there, text must go into `text`.

MACROS: dict[str, tuple[str, str]] = {
    "back_link": ("back-link", "backLink"),
    "button": ("button", "button"),
    "checkboxes": ("checkboxes", "checkboxes"),
    "date_input": ("date-input", "dateInput"),
    "details": ("details", "details"),
    "error_summary": ("error-summary", "errorSummary"),
    "file_upload": ("file-upload", "fileUpload"),
    "input": ("input", "input"),
    "inset_text": ("inset-text", "insetText"),
    "notification_banner": ("notification-banner", "notificationBanner"),
    "pagination": ("pagination", "pagination"),
    "radios": ("radios", "radios"),
    "select": ("select", "select"),
    "summary_list": ("summary-list", "summaryList"),
    "tag": ("tag", "tag"),
    "task_list": ("task-list", "taskList"),
    "textarea": ("textarea", "textarea"),
    "warning_callout": ("warning-callout", "warningCallout"),
}
"""Our name -> folder and macro of the library."""

Component = Callable[..., Markup]


class UnescapedHtml(TypeError):
    """Plain text was passed where the library would print it unescaped."""


@cache
def _library() -> Environment:
    return Environment(
        loader=PackageLoader("nhsuk_frontend_jinja"),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def components() -> dict[str, Component]:
    """Every macro by our name for it."""
    return {name: _component(folder, macro) for name, (folder, macro) in MACROS.items()}


def _component(folder: str, macro: str) -> Component:
    @cache
    def loaded() -> Any:
        module = _library().get_template(f"nhsuk/components/{folder}/macro.jinja").module
        return getattr(module, macro)

    def render(params: Mapping[str, Any], **keywords: Any) -> Markup:
        _require_safe(params)
        return Markup(loaded()(params, **keywords))  # noqa: S704 - the library escapes its text parameters

    return render


def _require_safe(value: Any, name: str = "") -> None:
    """Refuse an undefined anywhere, and text under a name that is printed as it is."""
    if isinstance(value, StrictUndefined):
        str(value)  # raises, naming what is undefined
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _require_safe(inner, str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            _require_safe(inner)
    elif name.lower().endswith("html") and value and not isinstance(value, Markup):
        raise UnescapedHtml(name)
