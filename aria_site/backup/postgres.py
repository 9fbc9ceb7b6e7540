"""PostgreSQL through its own programs: pg_dump reads the moment that the counts are of, psql writes one transaction."""

import re
import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from aria_site.backup.errors import BackupError
from aria_site.backup.snapshot import Snapshot, snapshot_read
from aria_site.environment import inherited_with

PROGRAM_FOLDERS = Path("/usr/lib/postgresql")
"""Where Debian and Ubuntu keep the programs of every version, whatever is first on the path."""


class PostgresDatabase:
    """The PostgreSQL database of the settings."""

    engine = "postgresql"
    file_name = "database.pgdump"

    def size(self) -> int:
        """What the database takes on its server, indexes included: a dump is smaller."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            (size,) = cursor.fetchone() or (0,)
        return int(size)

    def dump(self, target: Path) -> Snapshot:
        """Let pg_dump read the very moment in which rows are counted here."""
        program = _program("pg_dump")
        target.touch(mode=0o600)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            (moment,) = cursor.fetchone() or ("",)
            snapshot = snapshot_read(cursor, _tables())
            options = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={moment}")
            _run(program, *options, f"--file={target}", _where())
        return snapshot

    def load(self, source: Path) -> None:
        """Drop what is there and write the dump, in one transaction."""
        psql, script = _program("psql"), Path(settings.DATA_DIR) / f".{source.name}.sql"
        tables = [f'"{name}"' for name in _tables()]
        drop = ("--command", f"DROP TABLE {', '.join(tables)} CASCADE") if tables else ()
        where, restore = _where(), _program("pg_restore")
        connection.close()
        script.touch(mode=0o600)
        try:
            _run(restore, "--no-owner", "--no-privileges", f"--file={script}", str(source))
            options = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
            _run(psql, *options, *drop, "--file", str(script), where)
        finally:
            script.unlink()


def _tables() -> list[str]:
    return sorted(connection.introspection.table_names())


def _program(name: str) -> str:
    """The oldest of the installed programs that is not older than the server. Raises BackupError."""
    server = connection.cursor().connection.info.server_version // 10000
    on_path = [Path(found)] if (found := shutil.which(name)) else []
    candidates = [*on_path, *PROGRAM_FOLDERS.glob(f"*/bin/{name}")]
    fitting = sorted((version, str(path)) for path in candidates if (version := _version(path)) >= server)
    if not fitting:
        raise BackupError(
            f"{name} of PostgreSQL {server} or newer is not installed here: install its client programs, "
            f"on Debian with `apt install postgresql-client-{server}`."
        )
    return fitting[0][1]


def _version(program: Path) -> int:
    found = re.search(r"(\d+)", _run(str(program), "--version"))
    return int(found[1]) if found else 0


def _where() -> str:
    """The argument that names the database, as this very connection reached it; without the password."""
    info = connection.cursor().connection.info
    return f"--dbname={make_conninfo('', **info.get_parameters())}"


def _run(program: str, *arguments: str) -> str:
    """What the program prints; the password goes through the environment. Raises BackupError with its last words."""
    secrets = {"PGPASSWORD": str(connection.settings_dict["PASSWORD"])} if connection.settings_dict["PASSWORD"] else {}
    ended = subprocess.run(  # noqa: S603  programs of PostgreSQL, with the database of the settings
        [program, *arguments], env=inherited_with(secrets), capture_output=True, text=True, check=False
    )
    if ended.returncode:
        words = ended.stderr.strip().splitlines()
        raise BackupError(f"{Path(program).name} failed: {words[-1] if words else f'exit code {ended.returncode}'}")
    return ended.stdout
