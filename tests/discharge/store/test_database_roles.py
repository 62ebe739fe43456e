"""The roles that our processes sign in as."""

from __future__ import annotations

from tests.fixtures.postgres import Database


async def test_no_role_of_ours_may_bypass_a_wall(database: Database) -> None:
    roles = ("homeward_owner", "homeward_api", "homeward_worker")
    with database.server.superuser(database.name) as connection:
        found = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = ANY(%s)",
            (list(roles),),
        ).fetchall()
        members = connection.execute(
            "SELECT count(*) FROM pg_auth_members WHERE member = ANY(%s::regrole[])", (list(roles),)
        ).fetchone()
    assert sorted(found) == [(role, False) for role in sorted(roles)]
    assert members == (0,)
