"""Signing in at the OpenID provider, and out of here."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api.looks.notes import who
from api.web.depends import Ready
from api.web.page.templates_environment import Frame, page
from api.web.page.visit import Visitor, home_of
from api.web.services import CALLBACK, SIGNED_OUT, Services
from api.web.sign_in.kept_forms import kept_form
from api.web.sign_in.openid import OpenId
from api.web.sign_in.sessions import STEP_COOKIE, begin_session, end_session, new_session
from discharge.errors import HomewardError, Unavailable
from discharge.store import audit

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
async def sign_in(then: str = "/", kept: str = "") -> Response:
    """The page before signing in; it says when a form that came too late was kept."""
    return page(Frame(), "web/sign_in.html", then=local(then), signed_out=False, kept=bool(kept))


@router.get("/sign-in/start")
async def start(services: Ready, then: str = "/") -> Response:
    """Off to the provider."""
    url, step = await _openid(services).begin(local(then))
    response = RedirectResponse(url, 303)
    services.cookies.write_step(response, step)
    return response


@router.get(CALLBACK)
async def callback(request: Request, services: Ready, state: str = "", code: str = "") -> Response:
    """Back from the provider, with a code or without."""
    step = services.cookies.read_step(request.cookies.get(STEP_COOKIE))
    if step is None or not code:
        raise HomewardError("not-signed-in", detail="sign-in was not begun here")
    signed_in = await _openid(services).finish(step, state, code)
    caller = await services.caller(signed_in.identity, "session")
    opened = new_session()
    async with services.begin(caller) as session:
        await begin_session(session, opened, caller.user_id, signed_in.id_token, services.now())
        await audit.note_write(session, who(caller), "signed in", caller.subject)
    response = RedirectResponse(step.then if step.then != "/" else home_of(caller), 303)
    services.cookies.write(response, opened)
    services.cookies.end_step(response)
    return response


@router.get("/kept-forms/{kept}")
async def show_kept(visit: Visitor, kept: UUID) -> Response:
    """What somebody sent after their session had ended, where no form can show it filled in again."""
    async with visit.services.begin(visit.caller) as session:
        typed = await kept_form(session, kept, visit.services.cookies.kept_forms)
    if typed is None:
        raise HomewardError("not-found")
    return visit.page("web/kept_form.html", typed=typed)


@router.post("/sign-out")
async def sign_out(visit: Visitor) -> Response:
    """End the session here, for every window of this browser, and then the provider's own. What a device
    keeps under a PIN is wiped, unless the form says that unsent answers stay.
    """
    sent = await visit.form()
    services = visit.services
    async with services.begin(visit.caller) as session:
        id_token = await end_session(session, visit.session, services.now())
        await audit.note_write(session, who(visit.caller), "signed out", visit.caller.subject)
    elsewhere = await services.openid.sign_out(id_token) if services.openid else None
    response = RedirectResponse(elsewhere or SIGNED_OUT, 303)
    services.cookies.end(response, keep_unsent=bool(sent.get("keep_unsent")))
    return response


@router.get(SIGNED_OUT)
async def signed_out() -> Response:
    """The page after signing out."""
    return page(Frame(), "web/sign_in.html", then="/", signed_out=True, kept=False)


@router.get("/")
async def begin(visit: Visitor) -> Response:
    """Where each role begins."""
    return visit.to(home_of(visit.caller))


def local(path: str) -> str:
    """A path of ours, never another site's."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if safe and "\n" not in path and "\r" not in path else "/"


def _openid(services: Services) -> OpenId:
    if services.openid is None:
        raise Unavailable("sign-in-unavailable", detail="no provider is set")
    return services.openid
