"""How every program of ours reaches Temporal, from the settings; a file that cannot be used is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.settings import Settings
from deploy.tls_files import authorities, own_pair

if TYPE_CHECKING:
    from temporalio.service import TLSConfig

    from workflows.connection import TemporalAccess

CA, CERTIFICATE, KEY = "temporal_tls_ca", "temporal_tls_certificate", "temporal_tls_key"


def temporal_access(settings: Settings) -> TemporalAccess:
    """Raises MissingSetting, or WrongSetting with the variable whose file is no good."""
    from workflows.connection import TemporalAccess

    api_key = settings.temporal_api_key
    return TemporalAccess(
        address=settings.need("temporal_address"),
        namespace=settings.temporal_namespace,
        tls=_tls(settings),
        api_key=api_key.get_secret_value() if api_key else None,
    )


def _tls(settings: Settings) -> TLSConfig | None:
    """TLS where anything is set that has to do with it; an API key never travels without."""
    from temporalio.service import TLSConfig

    of_tls = (CA, CERTIFICATE, KEY, "temporal_tls_server_name", "temporal_api_key")
    if not settings.temporal_tls and not any(getattr(settings, name) for name in of_tls):
        return None
    ca, pair = authorities(settings, CA), own_pair(settings, CERTIFICATE, KEY)
    return TLSConfig(
        server_root_ca_cert=ca.encode() if ca else None,
        domain=settings.temporal_tls_server_name,
        client_cert=pair[0].encode() if pair else None,
        client_private_key=pair[1].encode() if pair else None,
    )
