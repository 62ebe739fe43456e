"""`homeward api`: the pages, the JSON API and the FHIR endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.cli.options import plainly

if TYPE_CHECKING:
    from api.settings import ApiSettings
    from deploy.settings import Settings


@plainly
def api() -> None:
    """Serve pages and APIs until told to stop."""
    import uvicorn

    from api.app import create_app
    from deploy.settings import Settings
    from workflows import logs

    settings = Settings()
    app = create_app(api_settings(settings))
    logs.configure(settings.log_level)
    uvicorn.run(
        app,
        loop="asyncio",
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,  # paths hold case ids, and the audit already knows who asked for what
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def api_settings(settings: Settings) -> ApiSettings:
    """What the API needs, as plain values. Raises MissingSetting."""
    from datetime import timedelta

    from api.settings import ApiSettings, OpenIdSettings
    from deploy.settings import driver_url

    openid = None
    if settings.openid_issuer:
        secret = settings.need("openid_client_secret")
        openid = OpenIdSettings(settings.openid_issuer, settings.openid_client_id, secret)
    return ApiSettings(
        database_url=driver_url(settings.need("database_url")),
        temporal_address=settings.need("temporal_address"),
        temporal_namespace=settings.temporal_namespace,
        payload_keys=settings.need("payload_keys"),
        public_url=settings.public_url.rstrip("/"),
        session_secret=settings.need("session_secret"),
        token_keys=settings.need("token_keys"),
        bearer_issuer=settings.token_issuer,
        openid=openid,
        feed_profiles=settings.feed_profiles,
        shadow_mappings=settings.shadow_mappings,
        bearer_longest=timedelta(hours=settings.token_hours),
        session_idle_seconds=int(settings.session_idle_minutes * 60),
        session_longest_seconds=int(settings.session_hours * 3600),
        open_metrics=settings.open_metrics,
        open_description=settings.open_description,
    )
