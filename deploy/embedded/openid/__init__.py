"""The demo's OpenID provider: `provider.mjs` on Node, with the invented people of `people.json`.

It is strict (code with PKCE, a client secret, exact redirect addresses), so that what signs in here signs in
elsewhere.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.embedded.failures import NotInstalled
from deploy.embedded.keys import Keys
from deploy.embedded.part import Part

FOLDER = Path(__file__).resolve().parent
CLIENT_ID = "homeward"
CALLBACK = "/sign-in/callback"
SIGNED_OUT = "/signed-out"


@dataclass(frozen=True)
class Person:
    """One of the invented people, with the role and the organisation that the provider vouches for."""

    sub: str
    name: str
    email: str
    homeward_role: str
    homeward_org: str
    words: str


def people() -> list[Person]:
    """Whom one can sign in as."""
    listed = json.loads((FOLDER / "people.json").read_text(encoding="utf-8"))["people"]
    return [Person(**person) for person in listed]


def issuer(host: str, port: int) -> str:
    """The provider's address, as the API must know it."""
    return f"http://{host}:{port}"


def part(keys: Keys, listen: str, address: str, port: int, public_url: str, password: str) -> Part:
    """The provider as a part of the stack. Without a `password`, whoever reaches it may be anybody in the
    demo.
    """
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "NODE_ENV": "production",
        "OPENID_HOST": listen,
        "OPENID_PORT": str(port),
        "OPENID_ISSUER": issuer(address, port),
        "OPENID_CLIENT_ID": CLIENT_ID,
        "OPENID_CLIENT_SECRET": keys.secret("openid-client"),
        "OPENID_REDIRECT_URIS": public_url + CALLBACK,
        "OPENID_SIGNED_OUT_URIS": public_url + SIGNED_OUT,
        "OPENID_KEYS": keys.openid_keys(),
        "OPENID_COOKIE_KEY": keys.secret("openid-cookie"),
        "OPENID_PASSWORD": password,
    }

    async def ready() -> bool:
        return await _answers(f"http://{listen}:{port}/.well-known/openid-configuration")

    return Part(
        name="openid",
        title="OpenID provider",
        command=[_node(), str(FOLDER / "provider.mjs")],
        environment=environment,
        ready=ready,
    )


async def _answers(address: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            return (await client.get(address)).is_success
    except httpx.HTTPError:
        return False


def _node() -> str:
    """Node, if it and the provider are here. Raises NotInstalled."""
    node = shutil.which("node")
    installed = any((folder / "node_modules" / "oidc-provider").is_dir() for folder in FOLDER.parents)
    if node is None or not installed:
        raise NotInstalled(
            "The demo's OpenID provider needs Node 20 or later, and `make setup` in a checkout. "
            "To sign in elsewhere set HOMEWARD_OPENID_ISSUER, _CLIENT_ID and _CLIENT_SECRET."
        )
    return node
