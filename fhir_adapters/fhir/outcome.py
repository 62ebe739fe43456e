"""Errors as OperationOutcome: the same table of errors, in FHIR's own words.

Every issue carries the required issue type, our own code, and the code of the NHS list of HTTP errors that
fits the status (prefix REC_: we are the receiver; source: Booking and Referral Standard, error catalogue).
A fault in a resource has its place as FHIRPath (`expression`), one in a header or a parameter its name
(`location`, as R4 says: "http." and the name).
"""

from __future__ import annotations

from typing import Any

from discharge.errors import ERRORS, HomewardError
from fhir_adapters.fhir import systems
from fhir_adapters.fhir.expressions import expression
from fhir_adapters.fhir.problems import Problem, problems_of

HTTP_NAMES = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    408: "TIMEOUT",
    409: "CONFLICT",
    422: "UNPROCESSABLE_ENTITY",
    429: "TOO_MANY_REQUESTS",
    500: "SERVER_ERROR",
    501: "NOT_IMPLEMENTED",
    503: "SERVICE_UNAVAILABLE",
}


def operation_outcome(error: HomewardError, reference: str = "") -> dict[str, Any]:
    """The error as a resource; `reference` finds it in the log."""
    issues = [_issue(problem, reference) for problem in problems_of(error)]
    return {"resourceType": "OperationOutcome", "issue": issues}


def information(code: str, detail: str = "") -> dict[str, Any]:
    """Something told that is no error, for instance that a request was taken and is not done yet."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(Problem(code, detail, ""), "")]}


def _issue(problem: Problem, reference: str) -> dict[str, Any]:
    row = ERRORS[problem.code]
    codings = [{"system": systems.ERROR_CODES, "code": row.code, "display": row.title}]
    if row.http in HTTP_NAMES:
        codings.insert(0, {"system": systems.HTTP_ERRORS, "code": f"REC_{HTTP_NAMES[row.http]}"})
    issue: dict[str, Any] = {
        "severity": "information" if row.http < 300 else "error",
        "code": row.issue,
        "details": {"coding": codings, "text": row.words},
    }
    diagnostics = "; ".join(filter(None, (problem.detail, f"reference {reference}" if reference else "")))
    if diagnostics:
        issue["diagnostics"] = diagnostics
    if place := expression(problem.where):
        issue["expression"] = [place]
    elif problem.where:
        issue["location"] = [f"http.{problem.where}"]
    return issue
