"""A PostgreSQL of somebody else's, given to `homeward up` by the owner's URL in HOMEWARD_DATABASE_URL.

The owner migrates. The other programs sign in as the owner too and at once become their own role, which sees
less. A process that is started by itself (`homeward api`) takes its URL as it is: there a role signs in by
its own name.
"""

from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from deploy.embedded.failures import CannotRun
from deploy.settings import driver_url


def acting_as(owner_url: str, role: str) -> str:
    """The owner's URL, for a session that acts as `role` from its first statement."""
    url = make_url(driver_url(owner_url))
    given = url.query.get("options", "")
    options = f"{given} -c role={role}".strip()
    whole = url.update_query_dict({"options": options}).render_as_string(hide_password=False)
    address, _, query = whole.partition("?")
    return f"{address}?{query.replace('+', '%20')}"  # libpq takes a plus sign as it is


def let_owner_act_as(owner_url: str, roles: tuple[str, ...]) -> None:
    """Make the owner a member of the roles that the migration made. Raises CannotRun."""
    try:
        url = driver_url(owner_url).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            for role in roles:
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))
    except psycopg.Error as error:
        reason = error.diag.message_primary or "it does not answer"
        raise CannotRun(
            f"The database of HOMEWARD_DATABASE_URL cannot be used here: {reason}. "
            f"Its owner must be able to act as {' and '.join(roles)}."
        ) from None
