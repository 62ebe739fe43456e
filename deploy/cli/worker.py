"""`homeward worker`: carries cases on. Any number of them may share one database and one Temporal."""

from __future__ import annotations

from deploy.cli.options import CannotGoOn, plainly
from deploy.cli.start import begin


@plainly
def worker() -> None:
    """Run workflows, deliver to partners and interpret messages, until stopped."""
    settings = begin()
    import uvloop
    from prometheus_client import REGISTRY

    from deploy.collector import leave_out_what_is_loaded
    from deploy.health_server import HealthDoor
    from deploy.settings import driver_url
    from deploy.temporal_access import temporal_access
    from discharge.clocks import parse_day_length
    from workflows.codec import PayloadKeys
    from workflows.worker import run_worker

    try:
        keys = PayloadKeys.parse(settings.need("payload_keys"))
    except ValueError as error:
        raise CannotGoOn(f"HOMEWARD_PAYLOAD_KEYS cannot be used: {error}.") from None
    door = HealthDoor.of(settings, "worker_health_port")
    leave_out_what_is_loaded()
    uvloop.run(
        run_worker(
            database_url=driver_url(settings.need("database_url")),
            temporal=temporal_access(settings),
            keys=keys,
            factor=parse_day_length(settings.day_length),
            feed_profiles=settings.feed_profiles,
            reference_data=settings.reference_data,
            partner_secrets=settings.partner_secrets,
            times=settings.database_times(settings.worker_statement_seconds),
            commit=settings.build,
            show=lambda ready: door.serve(ready, REGISTRY),
        )
    )
