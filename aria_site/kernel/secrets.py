"""Secrets that Aria makes for herself and keeps in her data folder."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The secret stored at `path`, made on first use. Of two first starts at once, both get the same secret."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    return _keep(path, secrets.token_urlsafe(50))


def _keep(path: Path, secret: str) -> str:
    """Store a secret readable by its owner alone, complete or not at all; the first one stored wins."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    draft.write_text(secret)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
