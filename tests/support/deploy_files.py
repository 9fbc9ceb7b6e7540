"""Reads what lies in deploy/: compose files, manifests, the Dockerfile and the proxy's configuration."""

import re
import runpy
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from aria_site.environment import PROJECT_DIR, Environment
from aria_site.studio.roles import gpu_roles, other_roles
from generation.engine.discovery import FoundDevice

DEPLOY = PROJECT_DIR / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE = ("compose.yaml", "compose.dev.yaml")
OWN_VARIABLES = {f"{name.upper()}{ending}" for name in Environment.model_fields for ending in ("", "_FILE")}


def compose(name: str) -> dict[str, Any]:
    """A compose file with its anchors filled in."""
    content: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return content


def services() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every service of every compose file, with the file and its name."""
    for file in COMPOSE:
        for name, service in compose(file)["services"].items():
            yield file, name, service


def is_aria(container: dict[str, Any]) -> bool:
    """Whether it runs one of Aria's own images."""
    return str(container["image"]).startswith("aria:")


def manifests() -> list[dict[str, Any]]:
    """Every Kubernetes object, leaving out what only kustomize reads."""
    files = sorted(path for path in KUBERNETES.rglob("*.yaml") if path.name != "kustomization.yaml")
    return [document for path in files for document in yaml.safe_load_all(path.read_text())]


def kustomizations() -> dict[Path, dict[str, Any]]:
    """Every kustomization by its folder."""
    return {path.parent: yaml.safe_load(path.read_text()) for path in sorted(KUBERNETES.rglob("kustomization.yaml"))}


def of_kind(*kinds: str) -> dict[str, dict[str, Any]]:
    """Manifests of these kinds by their name."""
    return {manifest["metadata"]["name"]: manifest for manifest in manifests() if manifest["kind"] in kinds}


def pods() -> dict[str, dict[str, Any]]:
    """The pod template of everything that runs, by its name."""
    running = of_kind("Deployment", "StatefulSet", "Job")
    return {name: manifest["spec"]["template"] for name, manifest in running.items()}


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """All containers of a pod, those that prepare it first."""
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def studio_commands() -> dict[str, list[str]]:
    """What a studio starts as its workers, as it would be written for any machine."""
    roles = [*gpu_roles([FoundDevice(device="cuda:0", kind="cuda")]), *other_roles()]
    return {role.name: _anywhere(role.command) for role in roles}


def _anywhere(command: tuple[str, ...]) -> list[str]:
    start = command.index(sys.executable)
    return ["python", *(part.replace(f"@{socket.gethostname()}", "@%h") for part in command[start + 1 :])]


def following(command: list[str], option: str) -> str:
    """The value of a command's option."""
    return command[command.index(option) + 1]


def docker_instructions(kind: str) -> list[str]:
    """The arguments of every such instruction of the Dockerfile, each on one line."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return re.findall(rf"^{kind} (.+)$", text, re.MULTILINE)


def program(name: str) -> dict[str, Any]:
    """What a program of deploy/ defines."""
    return runpy.run_path(str(DEPLOY / name))
