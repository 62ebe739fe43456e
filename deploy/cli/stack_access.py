"""How commands reach a running stack: by its data directory, or by `HOMEWARD_*` where no data directory is
used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.cli.options import CannotGoOn

if TYPE_CHECKING:
    from httpx import Response


ANSWER_SECONDS = 150
"""A report may ask PostgreSQL for two minutes."""
MOST_ROWS = "500"
"""So many rows are asked for at once; a list that has more goes on."""


def require_stack(data: Path) -> None:
    """Raises CannotGoOn where no stack was ever started."""
    if not (data / "keys").is_dir():
        raise CannotGoOn(
            f"No stack has been started in {data} yet. Start one with `homeward up`, or give --data."
        )


def database_url(data: Path, port_offset: int | None) -> str:
    """The record as the worker sees it: HOMEWARD_DATABASE_URL, else that of the stack in `data`."""
    from deploy.settings import Settings, driver_url

    given = Settings().database_url
    if given:
        return driver_url(given.get_secret_value())
    from deploy.embedded import address, postgres
    from deploy.embedded.keys import Keys

    require_stack(data)
    return postgres.url(postgres.WORKER, Keys(data / "keys"), address.read(data, port_offset).ports.postgres)


def pages_of(data: Path, port_offset: int | None) -> str:
    """Where the pages and the interface of the stack in `data` are."""
    from deploy.embedded import address

    return address.read(data, port_offset).pages


def bearer(data: Path, role: str, organisation: str) -> str:
    """A bearer token for a moment's work."""
    from datetime import UTC, datetime, timedelta

    from api.web.sign_in.tokens import Claims, sign
    from deploy.embedded.keys import Keys

    require_stack(data)
    claims = Claims(f"command-{role}-{organisation}", "homeward command", role, organisation)
    return sign(claims, Keys(data / "keys").token_signing_key(), datetime.now(UTC), timedelta(minutes=5))


def ask(
    url: str, token: str, query: dict[str, str] | None = None, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What a running stack answers at its public door, to a question or a `body`. Raises CannotGoOn."""
    told: dict[str, Any] = _answer(url, token, query, body).json()
    return told


def ask_all(url: str, token: str, name: str) -> dict[str, Any]:
    """A list that a running stack answers, with what is called `name` of all its pages. Raises CannotGoOn."""
    body = ask(url, token, {"size": MOST_ROWS})
    while body["next"] is not None:
        more = ask(url, token, {"size": MOST_ROWS, "after": body["next"]})
        body = more | {name: [*body[name], *more[name]]}
    return body


def tell(url: str, token: str, body: dict[str, Any]) -> None:
    """Have a running stack do what a `body` says. Raises CannotGoOn."""
    _answer(url, token, None, body)


def fetch(url: str, token: str) -> bytes:
    """A file from a running stack. Raises CannotGoOn."""
    return _answer(url, token, None, None).content


def _answer(url: str, token: str, query: dict[str, str] | None, body: dict[str, Any] | None) -> Response:
    import httpx

    headers = {"Authorization": f"Bearer {token}"}
    try:
        if body is None:
            answer = httpx.get(url, params=query, headers=headers, timeout=ANSWER_SECONDS, trust_env=False)
        else:
            answer = httpx.post(url, json=body, headers=headers, timeout=ANSWER_SECONDS, trust_env=False)
    except httpx.TransportError:
        raise CannotGoOn(f"Nothing answers at {url}. Is the stack up, and this its --data?") from None
    if not answer.is_success:
        told = answer.json()
        raise CannotGoOn(f"{told.get('title', 'Refused')}: {told.get('detail', told.get('code', ''))}")
    return answer
