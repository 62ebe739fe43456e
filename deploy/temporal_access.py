"""How every program of ours reaches Temporal, from the settings; a file that cannot be used is named."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from deploy.secret_files import WrongSetting, content
from deploy.settings import Settings, variable

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
    certificate, key = _pair(settings)
    return TLSConfig(
        server_root_ca_cert=_authority(settings),
        domain=settings.temporal_tls_server_name,
        client_cert=certificate,
        client_private_key=key,
    )


def _authority(settings: Settings) -> bytes | None:
    path = settings.temporal_tls_ca
    if path is None:
        return None
    text = content(variable(CA), path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise WrongSetting(f"{variable(CA)} names {path}, which holds no certificate (PEM).") from None
    return text.encode()


def _pair(settings: Settings) -> tuple[bytes | None, bytes | None]:
    """Our certificate and its key, both or none."""
    certificate, key = settings.temporal_tls_certificate, settings.temporal_tls_key
    if certificate is None and key is None:
        return None, None
    settings.need(CERTIFICATE)
    settings.need(KEY)
    assert certificate is not None and key is not None  # noqa: PT018, S101 -- `need` has seen to it
    texts = content(variable(CERTIFICATE), certificate), content(variable(KEY), key)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError):
        raise WrongSetting(
            f"{variable(CERTIFICATE)} and {variable(KEY)} name {certificate} and {key}, which are no "
            "certificate (PEM) and its own key without a password."
        ) from None
    return texts[0].encode(), texts[1].encode()


def _no_password() -> str:
    raise ValueError("a key with a password would ask for it on the terminal")
