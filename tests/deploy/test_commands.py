"""Every program, module and command that the deployment files start is there, and is what a studio starts."""

import importlib
import json
import re
from importlib.util import find_spec

import pytest
from django.core.management import get_commands
from django.urls import resolve

from aria_site import health
from aria_site.environment import PROJECT_DIR
from tests.support.deploy_files import (
    DEPLOY,
    compose,
    containers,
    docker_instructions,
    is_aria,
    pods,
    services,
    studio_commands,
)


def _lines() -> list[str]:
    """Every command line of Aria's containers, health checks and probes included."""
    own = [service for _, _, service in services() if is_aria(service)]
    own += [container for pod in pods().values() for container in containers(pod) if is_aria(container)]
    commands = [container["command"] for container in own]
    commands += [check["test"][1:] for one in own if "test" in (check := one.get("healthcheck", {}))]
    probes = [
        one[probe] for one in own for probe in ("startupProbe", "livenessProbe", "readinessProbe") if probe in one
    ]
    commands += [probe["exec"]["command"] for probe in probes if "exec" in probe]
    commands += [json.loads(line) for line in docker_instructions("CMD")]
    commands += [json.loads(line) for line in re.findall(r"HEALTHCHECK .* CMD (\[.+\])", "\n".join(_health_lines()))]
    return sorted({" ".join(command) for command in commands})


def _health_lines() -> list[str]:
    return [f"HEALTHCHECK {line}" for line in docker_instructions("HEALTHCHECK")]


def _found(pattern: str) -> list[str]:
    return sorted({hit for line in _lines() for hit in re.findall(pattern, line)})


def test_all_kinds_of_command_lines_are_found() -> None:
    assert _found(r"python -m (\w+)") == ["celery", "daphne", "granian"]
    assert _found(r"manage\.py (\w+)") == ["collectstatic", "migrate"]
    assert _found(r"python (deploy/\S+)") == ["deploy/probe.py"]


@pytest.mark.parametrize("module", _found(r"python -m (\w+)"))
def test_each_module_is_installed_in_an_image(module: str) -> None:
    server = (PROJECT_DIR / "requirements-server.txt").read_text()

    assert find_spec(module) or re.search(rf"^{module}==", server, re.MULTILINE)


@pytest.mark.parametrize("command", _found(r"manage\.py (\w+)"))
def test_each_management_command_exists(command: str) -> None:
    assert command in get_commands()


@pytest.mark.parametrize("application", _found(r"[\w.]+:application"))
def test_each_application_can_be_imported(application: str) -> None:
    module, name = application.split(":")

    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("path", _found(r"python (deploy/\S+)"))
def test_each_program_of_the_project_is_there(path: str) -> None:
    assert (PROJECT_DIR / path).is_file()


@pytest.mark.parametrize("part", ["gpu", "cpu", "io", "beat"])
@pytest.mark.parametrize("file", ["compose.yaml", "compose.dev.yaml"])
def test_workers_in_containers_are_started_as_in_a_studio(file: str, part: str) -> None:
    found = compose(file)["services"]
    roles = studio_commands()

    if part not in found:
        assert (file, part) == ("compose.dev.yaml", "gpu")
    else:
        assert found[part]["command"] == roles[{"gpu": "gpu0", "cpu": "gpu0"}.get(part, part)]


@pytest.mark.parametrize(("part", "role"), [("gpu", "gpu0"), ("io", "io"), ("beat", "beat")])
def test_workers_in_a_cluster_are_started_as_in_a_studio(part: str, role: str) -> None:
    (container,) = pods()[part]["spec"]["containers"]

    assert container["command"] == studio_commands()[role]


def test_the_image_that_paints_starts_a_worker_as_a_studio_does() -> None:
    assert json.loads(docker_instructions("CMD")[1]) == studio_commands()["gpu0"]


def test_pages_are_served_by_one_command_line_everywhere() -> None:
    in_compose = compose("compose.yaml")["services"]["web"]["command"]
    (in_cluster,) = pods()["web"]["spec"]["containers"]

    assert json.loads(docker_instructions("CMD")[0]) == in_compose == in_cluster["command"]


def test_sockets_are_served_by_one_command_line_everywhere() -> None:
    (in_cluster,) = pods()["sockets"]["spec"]["containers"]

    assert compose("compose.yaml")["services"]["sockets"]["command"] == in_cluster["command"]


def test_health_is_asked_at_the_address_that_tells_of_one_process() -> None:
    texts = [path.read_text() for path in (DEPLOY / "Dockerfile", *DEPLOY.rglob("*.yaml"))]
    # Comments may speak of the other one.
    lines = [line for text in texts for line in text.splitlines() if not line.lstrip().startswith("#")]

    asked = {path for line in lines for path in re.findall(r"/health/\w+", line)}

    assert asked == {"/health/live"}
    assert resolve("/health/live").func is health.live


def test_a_worker_is_pinged_under_the_name_it_was_given() -> None:
    names = set(_found(r"-n (\w+)@%h"))

    assert {ping for line in _lines() for ping in re.findall(r"inspect ping -d (\w+)@", line)} == names
