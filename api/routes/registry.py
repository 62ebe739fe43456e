"""Every interface for programs."""

from __future__ import annotations

from api.routes import cases, fhir, health, lists, referrals, reports

ROUTERS = (
    health.router,
    referrals.router,
    cases.router,
    lists.router,
    reports.router,
    fhir.router,
)
