"""Certificates and keys that settings name, looked at when a program starts: what cannot be used is named."""

from __future__ import annotations

import ssl
from pathlib import Path

from deploy.secret_files import WrongSetting, content
from deploy.settings import Settings, variable


def authorities(settings: Settings, name: str) -> str | None:
    """The certificates of authorities (PEM) of a setting. Raises WrongSetting."""
    path: Path | None = getattr(settings, name)
    if path is None:
        return None
    text = content(variable(name), path)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        raise WrongSetting(f"{variable(name)} names {path}, which holds no certificate (PEM).") from None
    return text


def own_pair(settings: Settings, certificate: str, key: str) -> tuple[str, str] | None:
    """Our certificate and its key (PEM), both or none. Raises MissingSetting, or WrongSetting."""
    if getattr(settings, certificate) is None and getattr(settings, key) is None:
        return None
    paths = Path(settings.need(certificate)), Path(settings.need(key))
    texts = content(variable(certificate), paths[0]), content(variable(key), paths[1])
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(*paths, password=_no_password)
    except (ssl.SSLError, ValueError):
        raise WrongSetting(
            f"{variable(certificate)} and {variable(key)} name {paths[0]} and {paths[1]}, which are no "
            "certificate (PEM) and its own key without a password."
        ) from None
    return texts


def _no_password() -> str:
    raise ValueError("a key with a password would ask for it on the terminal")
