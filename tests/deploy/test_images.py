"""The images: what is copied into them is let through, and nobody in them is root."""

import re

import pytest

from aria_site.environment import PROJECT_DIR
from tests.support.deploy_files import DEPLOY, OWN_VARIABLES, compose, docker_instructions

READ_BY_OTHERS = {
    "HOME",
    "PATH",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "UV_LINK_MODE",
    "NVIDIA_VISIBLE_DEVICES",
    "NVIDIA_DRIVER_CAPABILITIES",
}
LET_THROUGH = {line[1:] for line in (PROJECT_DIR / ".dockerignore").read_text().splitlines() if line.startswith("!")}


def test_each_variable_of_the_images_is_read_by_somebody() -> None:
    names = {name for line in docker_instructions("ENV") for name in re.findall(r"(\w+)=", line)}

    assert names - OWN_VARIABLES - READ_BY_OTHERS == set()


def test_each_file_that_is_let_into_an_image_is_there() -> None:
    assert [name for name in sorted(LET_THROUGH) if not (PROJECT_DIR / name).exists()] == []


@pytest.mark.parametrize("package", ["aria_site", "gallery", "generation", "personas", "starter"])
def test_each_app_is_let_into_the_images(package: str) -> None:
    assert package in LET_THROUGH


def test_each_file_that_is_copied_is_let_through() -> None:
    copies = [line.split()[:-1] for line in docker_instructions("COPY") if not line.startswith("--from")]

    assert {name for names in copies for name in names} - {"."} <= LET_THROUGH


def test_secrets_and_data_stay_out_of_the_images() -> None:
    assert LET_THROUGH & {".env", "var", "deploy", "deploy/secrets", ".git"} == set()


def test_both_images_end_as_somebody_who_is_not_root() -> None:
    assert docker_instructions("USER") == ["10001:10001", "10001:10001"]


def test_each_image_has_a_health_check() -> None:
    assert len(docker_instructions("HEALTHCHECK")) == 2


def test_compose_builds_targets_that_the_dockerfile_has() -> None:
    targets = {line.rsplit(" AS ", 1)[1] for line in docker_instructions("FROM")}

    built = {one["build"]["target"] for one in compose("compose.yaml")["services"].values() if "build" in one}

    assert built == {"cpu", "cuda"}
    assert built <= targets


def test_packages_are_installed_with_their_hashes_alone() -> None:
    installs = [line for line in docker_instructions("RUN") if "pip install" in line]

    assert len(installs) == 2
    assert all("--require-hashes -r requirements-server.txt" in line for line in installs)


def test_the_images_hold_the_programs_of_the_databases_version_for_backups() -> None:
    (client,) = re.findall(r"postgresql-client-(\d+)", "\n".join(docker_instructions("RUN")))
    texts = [path.read_text() for path in DEPLOY.rglob("*.yaml")]

    servers = {version for text in texts for version in re.findall(r"image: postgres:(\d+)", text)}

    assert servers == {client}
