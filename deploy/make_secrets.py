"""Makes the secrets that deploy/compose.yaml mounts, once: `python3 deploy/make_secrets.py`. Needs nothing but Python.

What is there is kept. The folder is for its owner alone; the files in it can be read by whoever they are mounted for,
because a container's person has another number than the one who made them.
"""

import secrets
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
DATABASE = "postgresql://aria:{password}@database:5432/aria"


def main(folder: Path = FOLDER) -> int:
    """Write what is missing, and say what was written."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    keep(folder / "secret_key", secrets.token_urlsafe(50))
    password = keep(folder / "database_password", secrets.token_urlsafe(32))
    keep(folder / "database_url", DATABASE.format(password=password))
    return 0


def keep(path: Path, value: str) -> str:
    """The secret kept at `path`, which is `value` where there was none."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(value)
        path.chmod(0o644)
        print(f"wrote {path.name}")
    return path.read_text()


if __name__ == "__main__":
    sys.exit(main())
