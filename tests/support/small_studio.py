"""A studio of small commands under the real supervisor. Run as `small_studio.py FOLDER ROLES`, the roles as JSON."""

import json
import sys
from functools import partial
from pathlib import Path

from aria_site.studio.role import Role
from aria_site.studio.supervisor import Supervisor


def main(folder: Path, roles: dict[str, list[str]]) -> None:
    """Supervise the commands until somebody ends it; after each death a file `<name>.mourned` gets a letter."""
    supervisor = Supervisor(run_folder=folder, log_folder=folder, say=partial(print, flush=True))
    supervisor.listen_to_signals()
    for name, command in roles.items():
        mourn = partial(_append, folder / f"{name}.mourned")
        supervisor.start(Role(name=name, command=tuple(command), niceness=3, after_death=mourn))
    print("started", flush=True)
    supervisor.tend_until(lambda: False)
    supervisor.stop()


def _append(path: Path) -> None:
    with path.open("a") as stream:
        stream.write("x")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
