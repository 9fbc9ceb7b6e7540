"""Installs Aria into .venv from the hashed locks; needs nothing but Python, and does nothing when nothing changed.

`python3 deploy/install.py [--dev]`; `TORCH=cpu` in the environment takes the smaller torch without CUDA.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  old Pythons get here, and a sentence instead of a stack of errors
    version = ".".join(map(str, sys.version_info[:2]))
    sys.exit(f"Aria needs Python 3.11 or newer; this one is {version}. Try: make PYTHON=python3.12 run")

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
VENV_DIR = PROJECT_DIR / ".venv"
PYTHON = VENV_DIR / ("Scripts" if os.name == "nt" else "bin") / "python"
LOCKS = {"run": ("requirements.txt",), "dev": ("requirements.txt", "requirements-dev.txt")}
NEEDED_GIB = {"cpu": 2, "default": 8}
CUDA_ONLY = re.compile(r"^(torch|torchvision|triton|nvidia-|cuda-)", re.IGNORECASE)


def main() -> None:
    """Make .venv as the locks say, unless a stamp says that it is already so."""
    profile = "dev" if "--dev" in sys.argv[1:] else "run"
    torch = os.environ.get("TORCH", "") or "default"
    if torch not in NEEDED_GIB:
        sys.exit(f"TORCH={torch} is not known: leave it out, or set TORCH=cpu.")
    stamp = VENV_DIR / f".stamp-{profile}"
    key = installation_key(LOCKS[profile], torch)
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == key:
        return
    refuse_a_small_disk(NEEDED_GIB[torch])
    make_venv()
    locks = [PROJECT_DIR / name for name in LOCKS[profile]]
    install(locks if torch == "default" else install_cpu_torch(locks))
    stamp.write_text(key)


def installation_key(names: "tuple[str, ...]", torch: str) -> str:
    """What decides whether an installation is still the right one."""
    digest = hashlib.sha256(f"{sys.version} {torch}".encode())
    for name in names:
        digest.update((PROJECT_DIR / name).read_bytes())
    return digest.hexdigest()


def refuse_a_small_disk(needed_gib: int) -> None:
    """End with a sentence where the packages would not fit; a reinstallation needs less and is let through."""
    free_gib = shutil.disk_usage(PROJECT_DIR).free / 2**30
    if free_gib < needed_gib and not PYTHON.exists():
        sys.exit(f"Aria needs about {needed_gib} GB of free disk to install; there are {free_gib:.1f} GB here.")


def make_venv() -> None:
    """Create .venv with pip in it, anew where an old one no longer starts."""
    if PYTHON.exists() and subprocess.call([PYTHON, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0:
        return
    print("Aria makes her own Python environment in .venv ...", flush=True)
    # The folder may be a link into a cache, which `venv --clear` would refuse.
    VENV_DIR.resolve().mkdir(parents=True, exist_ok=True)
    if subprocess.call([sys.executable, "-m", "venv", str(VENV_DIR.resolve())]) != 0:
        sys.exit("Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv")


def install(locks: "list[Path]", *extra: str) -> None:
    """Install the locks with uv; with pip where uv cannot be had or fails. Ends with a sentence when both do."""
    print("Aria installs what she needs. The first time this takes a while ...", flush=True)
    files = [argument for lock in locks for argument in ("-r", str(lock))]
    if bootstrap_uv() and run_uv("pip", "install", "--require-hashes", "--compile-bytecode", *extra, *files):
        return
    print("uv could not do it, so pip installs. This takes some minutes ...", flush=True)
    if subprocess.call([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", *extra, *files]) != 0:
        sys.exit("The packages could not be installed; the lines above say why. `make run` tries again.")


def install_cpu_torch(locks: "list[Path]") -> "list[Path]":
    """Install torch without CUDA from its own index. Returns the locks without torch and what only CUDA needs."""
    pins = re.findall(r"^((?:torch|torchvision)==[\w.]+)", locks[0].read_text(), re.MULTILINE)
    if not bootstrap_uv() or not run_uv("pip", "install", "--torch-backend=cpu", *pins):
        sys.exit("The CPU build of torch could not be installed. Leave TORCH out to install the default build.")
    return [without_cuda(lock) for lock in locks]


def without_cuda(lock: Path) -> Path:
    """Write a copy of the lock, less the packages that come with, or are, torch."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock.read_text(), flags=re.MULTILINE)
    copy = VENV_DIR / f"cpu-{lock.name}"
    copy.write_text("".join(block for block in blocks if not CUDA_ONLY.match(block)))
    return copy


def bootstrap_uv() -> bool:
    """Whether uv is in .venv, after trying to put it there."""
    if subprocess.call([PYTHON, "-c", "import uv"], stderr=subprocess.DEVNULL) == 0:
        return True
    return subprocess.call([PYTHON, "-m", "pip", "install", "--quiet", "uv>=0.9,<1"]) == 0


def run_uv(*arguments: str) -> bool:
    """Run uv on .venv. Returns whether it went well."""
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV_DIR), "UV_NO_PROGRESS": "" if sys.stderr.isatty() else "1"}
    return subprocess.call([PYTHON, "-m", "uv", *arguments, "--quiet"], env=environment) == 0


if __name__ == "__main__":
    main()
