"""The API as a process of its own, as in a running stack, and somebody signed in to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx

from api.web.sign_in.tokens import Claims, sign
from deploy.bench.scratch import HOST, Scratch, free_port
from deploy.embedded import postgres
from deploy.embedded.readiness_probe import successful

OFTEN = "1000"
"""Requests a second: what is measured must not be told to wait."""
PATIENCE_SECONDS = 60


async def start_api(place: Scratch) -> str:
    """Start the API, and give its address once it is ready. Raises PartFailed."""
    port = free_port()
    address = f"http://{HOST}:{port}"
    environment = {
        "HOMEWARD_HTTP_HOST": HOST,
        "HOMEWARD_HTTP_PORT": str(port),
        "HOMEWARD_HTTP_REQUESTS_PER_SECOND_PERSON": OFTEN,
        "HOMEWARD_PUBLIC_URL": address,
        "HOMEWARD_TEMPORAL_ADDRESS": f"{HOST}:{free_port()}",
        "HOMEWARD_PAYLOAD_KEYS": place.keys.payload_keys(),
        "HOMEWARD_SESSION_SECRET": place.keys.secret("session"),
        "HOMEWARD_TOKEN_KEYS": place.keys.token_keys(),
    }
    program = place.program("api", ("deploy.cli.main", "api"), postgres.API, environment)
    await place.start(replace(program, ready=successful(f"{address}/readyz")))
    return address


def signed_in(place: Scratch, address: str, role: str, organisation: str) -> httpx.AsyncClient:
    """A client with a bearer token of a role."""
    claims = Claims(f"bench {role}", f"homeward bench, {role}", role, organisation)
    token = sign(claims, place.keys.token_signing_key(), datetime.now(UTC), timedelta(minutes=60))
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=address, headers=headers, trust_env=False, timeout=PATIENCE_SECONDS)
