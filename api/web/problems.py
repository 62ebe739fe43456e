"""Every error in the shape its asker reads: OperationOutcome, RFC 9457 problem, or a page; one table behind
all.

The shape follows the address: `/fhir/` and `/api/` are for programs, everything else is for people.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import RedirectResponse, Response

from api.changes.json_views import changes_json
from api.commands.schemas import REQUESTS, CommandRequest
from api.contract.code_fields import code_faults
from api.looks.refused import note_refused_look
from api.web.body_faults import BodyInvalid, faults_of, refusal_fault
from api.web.page.templates_environment import error_page
from api.web.page.typed_text import read_typed
from api.web.paging import BeyondTheEnd
from api.web.problem_bodies import BodyFault, ListLineFault, Problem
from api.web.refusals import CaseChanged, Contradicted, ListRefused, ParametersRefused
from api.web.sign_in.kept_forms import keep_form
from discharge.errors import HomewardError
from fhir_adapters.fhir.outcome import operation_outcome
from fhir_adapters.fhir.problems import FhirRefused

FHIR_JSON = "application/fhir+json"
PROBLEM_JSON = "application/problem+json"
TYPE_BASE = "https://homeward.example/problems/"
RETRY_SECONDS = 5
FOR_PROGRAMS = ("/fhir/", "/api/")

BY_STATUS = {
    401: "not-signed-in",
    403: "role-not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "message-too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
}
"""The code for an HTTP status that the framework raises by itself."""

_log = logging.getLogger("homeward.api")


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every exception in the right shape."""

    @app.exception_handler(HomewardError)
    async def coded(request: Request, error: HomewardError) -> Response:
        if not request.url.path.startswith(FOR_PROGRAMS):
            await read_typed(request)
        await note_refused_look(request, error)
        if error.code == "not-signed-in" and (place := await keep_form(request)):
            return RedirectResponse(f"/sign-in?{urlencode({'then': place, 'kept': 'yes'})}", 303)
        return answer(request, error)

    @app.exception_handler(BeyondTheEnd)
    async def led_back(request: Request, error: BeyondTheEnd) -> Response:
        at = request.url.include_query_params(page=error.last)
        return RedirectResponse(f"{at.path}?{at.query}", 303)

    @app.exception_handler(RequestValidationError)
    async def misfit(request: Request, error: RequestValidationError) -> Response:
        faults = faults_of(error.errors())
        told = {each.pointer for each in faults}
        codes = (each for each in _code_faults(request, error.body) if each.pointer not in told)
        return answer(request, BodyInvalid([*faults, *codes]))

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        return answer(
            request, unreadable(error) or HomewardError(BY_STATUS.get(error.status_code, "internal"))
        )


def _code_faults(request: Request, body: Any) -> Iterator[BodyFault]:
    """Codes in a body that are of no list, by the schema that its route reads it with."""
    route = request.scope.get("route")
    field = route.body_field if isinstance(route, APIRoute) else None
    if field is None or not isinstance(body, Mapping):
        return iter(())
    command = REQUESTS.get(str(body.get("kind", "")))
    model = (
        command if command and field.field_info.annotation is CommandRequest else field.field_info.annotation
    )
    return code_faults(getattr(model, "__name__", ""), body)


def unreadable(error: HTTPException) -> HomewardError | None:
    """Why the framework could not read a body; it repeats nothing of it."""
    if error.status_code != 400:
        return None
    cause = error.__cause__ or error.__context__
    match cause:
        case UnicodeDecodeError():
            return HomewardError("not-utf8", detail=f"byte {cause.start}", where="body")
        case RecursionError():
            return HomewardError("limits", detail="nested too deeply", where="body")
        case MultiPartException():
            return HomewardError("limits", detail="parts of a form", where="body")
        case ValueError():
            return HomewardError("limits", detail="a number has too many digits", where="body")
        case _:
            return HomewardError("invalid-body", where="body")


class Unexpected(HomewardError):
    """A fault of ours. `reference` finds it in the log and says nothing else."""

    def __init__(self, reference: str) -> None:
        super().__init__("internal", detail=f"reference {reference}")
        self.reference = reference


def answer(request: Request, error: HomewardError) -> Response:
    """The error as its asker reads it."""
    headers = _headers(error)
    path = request.url.path
    if path.startswith("/fhir/"):
        return _json(operation_outcome(error), error.row.http, FHIR_JSON, headers)
    if path.startswith("/api/"):
        return _json(problem_body(error, path), error.row.http, PROBLEM_JSON, headers)
    if error.code == "not-signed-in" and request.method == "GET" and not path.startswith("/sign-in"):
        return RedirectResponse(f"/sign-in?{urlencode({'then': _asked_for(request)})}", 303)
    return error_page(request, error, headers)


def _asked_for(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def problem_body(error: HomewardError, path: str) -> dict[str, Any]:
    """The problem as it is sent: what it does not say is left out."""
    return problem(error, path).model_dump(mode="json", exclude_unset=True)


def problem(error: HomewardError, path: str) -> Problem:
    """The error as RFC 9457, with our code, and each fault's place where there are several."""
    row = error.row
    return Problem(
        type=TYPE_BASE + row.code,
        title=row.title,
        status=row.http,
        detail=row.words,
        instance=path,
        code=row.code,
        retryable=row.retryable,
        fault=row.fault,
        **({"reason": error.detail} if error.detail else {}),
        **({"where": error.where} if error.where else {}),
        **(_together(error) | _more(error)),
    )


def _together(error: HomewardError) -> dict[str, Any]:
    """Everything that refuses, each with the field that it is about."""
    if not error.others and not error.where:
        return {}
    return {"problems": [refusal_fault(each) for each in (error, *error.others)]}


def _more(error: HomewardError) -> dict[str, Any]:
    """What some refusals say beside their code."""
    match error:
        case BodyInvalid() | ParametersRefused():
            return {"problems": list(error.faults)}
        case ListRefused():
            return {"problems": [ListLineFault(**asdict(fault)) for fault in error.faults]}
        case CaseChanged():
            return {"version": error.changes.version, "changes": changes_json(error.changes)}
        case Contradicted():
            codes = [each.code for each in error.questions]
            return {"questions": list(error.questions), "confirm": codes}
        case FhirRefused():
            faults = error.problems
            return {
                "problems": [
                    BodyFault(code=each.code, reason=each.detail, where=each.where) for each in faults
                ]
            }
        case _:
            return {}


def _headers(error: HomewardError) -> dict[str, str]:
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if error.row.retryable:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if error.code == "not-signed-in":
        headers["WWW-Authenticate"] = 'Bearer realm="homeward"'
    return headers


def _json(body: dict[str, Any], status: int, media_type: str, headers: dict[str, str]) -> Response:
    return Response(json.dumps(body), status, headers, media_type)


def logged(error: Exception) -> Unexpected:
    """Log where it happened, never what it said: a message may repeat somebody's data."""
    reference = secrets.token_hex(4)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    _log.error("unexpected %s at %s, reference %s", type(error).__name__, place, reference)
    return Unexpected(reference)
