"""The NHS design system's macros as functions, kept apart from our own strict templates.

Their macros are written for an undefined that may be chained; ours must fail on a typing error. So they
live in an environment of their own and come into ours as plain functions. They print `html` parameters as
they are: only markup made by a template may be passed there, text must go into `text`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import ChainableUndefined, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

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
