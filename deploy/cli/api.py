"""`homeward api`: the pages, the JSON API and the FHIR endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.cli.options import plainly
from deploy.cli.start import begin

if TYPE_CHECKING:
    from api.web.limits import Rate
    from api.web.settings import ApiSettings
    from deploy.settings import Settings


@plainly
def api() -> None:
    """Serve pages and APIs until stopped."""
    settings = begin()
    from api.web.app import create_app
    from deploy.collector import leave_out_what_is_loaded
    from deploy.http_server import serve

    app = create_app(api_settings(settings))
    leave_out_what_is_loaded()
    serve(app, settings.http_host, settings.http_port, settings.http_connections)


def api_settings(settings: Settings) -> ApiSettings:
    """What the API needs, as plain values. Raises MissingSetting."""
    from datetime import timedelta

    from api.web.settings import ApiSettings, AskingLimits, FileLimits, OpenIdSettings
    from deploy.settings import driver_url
    from deploy.temporal_access import temporal_access

    openid = None
    if settings.openid_issuer:
        secret = settings.need("openid_client_secret")
        openid = OpenIdSettings(settings.openid_issuer, settings.openid_client_id, secret)
    return ApiSettings(
        database_url=driver_url(settings.need("database_url")),
        temporal=temporal_access(settings),
        payload_keys=settings.need("payload_keys"),
        public_url=settings.public_url.rstrip("/"),
        session_secret=settings.need("session_secret"),
        token_keys=settings.need("token_keys"),
        bearer_issuer=settings.token_issuer,
        openid=openid,
        feed_profiles=settings.feed_profiles,
        reference_data=settings.reference_data,
        shadow_mappings=settings.shadow_mappings,
        bearer_longest=timedelta(hours=settings.token_hours),
        session_idle_seconds=int(settings.session_idle_minutes * 60),
        session_longest_seconds=int(settings.session_hours * 3600),
        open_metrics=settings.open_metrics,
        open_description=settings.open_description,
        body_seconds=settings.http_body_seconds,
        files=FileLimits(
            settings.evidence_file_bytes, settings.evidence_case_bytes, settings.evidence_day_bytes
        ),
        database=settings.database_times(settings.http_statement_seconds),
        limits=AskingLimits(
            address=_rate(settings.http_requests_per_second_address),
            client=_rate(settings.http_requests_per_second_client),
            person=_rate(settings.http_requests_per_second_person),
            at_once=settings.http_requests_at_once,
            statement_seconds=settings.http_statement_seconds,
            report_seconds=settings.http_report_seconds,
        ),
    )


def _rate(per_second: float) -> Rate:
    """A rate with what ten seconds let through at once: a page asks for several things together."""
    from api.web.limits import Rate

    return Rate(per_second, burst=10 * per_second)
