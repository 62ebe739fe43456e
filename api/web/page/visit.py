"""A visit of a signed-in person: who they are, what surrounds every page, and how a page or redirect
leaves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from api.alerts.queries import count_alerts
from api.hidings import service as hiding_service
from api.referral_requests.queries import count_waiting
from api.web.depends import Ready
from api.web.page.templates_environment import Frame, NavigationItem, page
from api.web.page.typed_text import keep_typed
from api.web.page.words import case_time_words
from api.web.parameters import check_for_page
from api.web.principals import Principal
from api.web.request_keys import KeyedWrite, by_form
from api.web.services import Services
from api.web.sign_in.kept_forms import as_sent, kept_form
from api.web.sign_in.sessions import COOKIE, Session
from discharge.clocks import CaseClock, london_date
from discharge.errors import HomewardError
from discharge.roles import ROLE_WORDS
from housing_checks.store import safety_advisers

MENU: tuple[tuple[str, str, str], ...] = (
    ("case.list", "Worklist", "/worklist"),
    ("refer", "New referral", "/referrals/new"),
    ("referral-requests.read", "Referral requests", "/referral-requests"),
    ("alerts.read", "Alerts", "/alerts"),
    ("safety.ask", "Safety", "/safety"),
    ("safety.advisers", "Safety advisers", "/safety/advisers"),
    ("hidings.read", "Hidden on request", "/hidings"),
    ("reports.read", "Bed days", "/reports/bed-days"),
    ("properties.read", "Homes", "/homes"),
    ("messages.read", "Messages", "/messages"),
    ("messages.read", "Feeds", "/feeds"),
    ("duplicates.read", "Who is who", "/duplicates"),
    ("deadletters.read", "Refused items", "/dead-letters"),
    ("failed-commands.read", "Failed requests", "/failed-requests"),
    ("shadow.read", "Own list", "/shadow"),
    ("command.read", "Your requests", "/requests"),
)
"""Permission, words and address of each entry of the menu."""


DANGER_HINT = (
    "Then it is not on the case. Only the people named for safety read it. "
    "What you wrote, you find under Safety."
)
DANGER_UNREAD = (
    "Then it is not on the case. Your organisation has named nobody for safety: nobody but you reads it, "
    "unless the trust or the housing service has named somebody. Ring your safeguarding lead now. "
    "What you wrote, you find under Safety."
)


@dataclass(frozen=True)
class Visit:
    """One request of somebody who is signed in."""

    request: Request
    services: Services
    caller: Principal
    session: Session
    clock: CaseClock
    frame: Frame

    @property
    def now(self) -> datetime:
        """Case time."""
        return self.clock.case_time(self.services.now())

    @property
    def today(self) -> date:
        """Today in case time, in London."""
        return london_date(self.now)

    def page(self, template: str, /, status: int = 200, **values: Any) -> Response:
        """A page."""
        return page(self.frame, template, status, **values)

    def to(self, path: str) -> Response:
        """A redirect after a form, so that reloading sends nothing again."""
        return RedirectResponse(path, 303)

    async def form(self) -> FormData:
        """What was sent with a form of ours. Raises form-expired for a form of anybody else."""
        form = await self.request.form()
        if any("\x00" in text for text in form.values() if isinstance(text, str)):
            raise HomewardError("invalid-body", detail="a text holds a NUL")
        keep_typed(self.request, form)
        if not self.services.cookies.form_is_ours(self.session, str(form.get("form_token", ""))):
            raise HomewardError("form-expired")
        return form

    async def keyed(self, form: FormData) -> KeyedWrite:
        """The change that a form asks for, done once however often the form is sent."""
        return await by_form(self.request, self.caller, form)

    async def kept_form(self) -> FormData | None:
        """The form that `kept` in the address names: what this person sent after their session had ended."""
        kept = self.request.query_params.get("kept", "")
        try:
            wanted = UUID(kept)
        except ValueError:
            return None
        async with self.services.begin(self.caller) as session:
            typed = await kept_form(session, wanted, self.services.cookies.kept_forms)
        self.frame.kept = typed is not None
        return as_sent(typed) if typed else None


async def visit(request: Request, services: Ready) -> AsyncIterator[Visit]:
    """The visit behind a request. Raises not-signed-in, which a browser sees as the sign-in page,
    too-many-requests, and unknown-parameter.
    """
    session = services.cookies.read(request.cookies.get(COOKIE))
    caller = await services.session_caller(session) if session else None
    if session is None or caller is None:
        raise HomewardError("not-signed-in")
    request.state.caller = caller
    async with services.turn(caller):
        clock = await services.clock()
        frame = await _frame(request, services, caller, session, clock)
        request.state.frame = frame
        check_for_page(request)
        yield Visit(request, services, caller, session, clock, frame)


Visitor = Annotated[Visit, Depends(visit)]


async def _frame(
    request: Request, services: Services, caller: Principal, session: Session, clock: CaseClock
) -> Frame:
    waiting: dict[str, int] = {}
    async with services.begin(caller) as transaction:
        named = await safety_advisers.advisers(transaction, caller.organisation_id)
        if caller.may("alerts.read"):
            waiting["/alerts"] = await count_alerts(transaction, caller.role)
        if caller.may("referral-requests.answer"):
            waiting["/referral-requests"] = await count_waiting(transaction, caller)
        if caller.may("hidings.answer"):
            waiting["/hidings"] = await hiding_service.count_waiting(transaction)
    path = request.url.path
    return Frame(
        name=caller.name,
        role=ROLE_WORDS.get(caller.role, caller.role),  # type: ignore[call-overload]
        organisation=caller.organisation_name,
        navigation=tuple(
            NavigationItem(text, href, path.startswith(href))
            for action, text, href in MENU
            if caller.may(action)
        ),
        case_time=case_time_words(clock, services.now()),
        form_token=services.cookies.form_token(session),
        waiting=waiting,
        owner=services.cookies.device_owner(caller.user_id),
        danger_hint=DANGER_HINT if named else DANGER_UNREAD,
    )


def home_of(caller: Principal) -> str:
    """Where somebody begins: the first entry of their menu."""
    return next((href for action, _, href in MENU if caller.may(action)), "/requests")
