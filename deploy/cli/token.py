"""`homeward token`: a bearer token for scripts that talk to an embedded stack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from deploy.cli.options import DEFAULT_DATA, CannotGoOn, Data, PortOffset, plainly

_TRUST, _PARTNERSHIP = "RXH", "HHP"
_USUAL_ORGANISATION = {"coordinator": _PARTNERSHIP, "admin": _PARTNERSHIP}


@plainly
def token(
    role: Annotated[str, typer.Argument(help="A role of the permission table, for instance discharge-team.")],
    org: Annotated[str | None, typer.Option(help="Code of the organisation to act for.")] = None,
    hours: Annotated[int, typer.Option(min=1, max=12, help="How long it is valid.")] = 12,
    data: Data = DEFAULT_DATA,
    port_offset: PortOffset = None,  # noqa: ARG001 -- every command that concerns a stack takes it
) -> None:
    """Print a bearer token, valid for /api/v1 and /fhir/R4 of the stack in --data."""
    from api.web.sign_in.tokens import Claims, sign
    from deploy.cli.stack_access import require_stack
    from deploy.embedded.keys import Keys
    from discharge.roles import ROLES

    if role not in ROLES:
        raise CannotGoOn(f"There is no role {role}. There are: {', '.join(ROLES)}.")
    require_stack(data)
    organisation = org or _USUAL_ORGANISATION.get(role, _TRUST)
    claims = Claims(f"token-{role}-{organisation}", f"Script ({role}, {organisation})", role, organisation)
    typer.echo(
        sign(claims, Keys(data / "keys").token_signing_key(), datetime.now(UTC), timedelta(hours=hours))
    )
