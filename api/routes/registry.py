"""Every interface for programs."""

from __future__ import annotations

from api.fhir import routes as fhir_routes
from api.routes import (
    cases,
    check_forms,
    clock,
    codes,
    documents,
    duplicates,
    failed_commands,
    health,
    hidings,
    homes,
    lists,
    messages,
    people,
    place_readers,
    referral_requests,
    referrals,
    reports,
    shadow,
)

ROUTERS = (
    health.router,
    clock.router,
    check_forms.router,
    codes.router,
    referrals.router,
    referral_requests.router,
    cases.router,
    place_readers.router,
    documents.router,
    lists.router,
    failed_commands.router,
    hidings.router,
    homes.router,
    duplicates.router,
    messages.router,
    people.router,
    reports.router,
    shadow.router,
    fhir_routes.router,
)
