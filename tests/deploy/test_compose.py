"""The compose files: what they name is declared, what they pass on is read, and their parts agree."""

import re
from pathlib import Path
from typing import Any

import pytest

from aria_site.kernel.uploads import UPLOAD_LIMIT
from tests.support.deploy_files import COMPOSE, DEPLOY, OWN_VARIABLES, compose, following, is_aria, program, services

NAMED = [pytest.param(service, id=f"{file}:{name}") for file, name, service in services()]
READ_BY_POSTGRES = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"}
CADDYFILE = (DEPLOY / "Caddyfile").read_text()


def _readable_by(image: str) -> set[str]:
    if image.startswith("aria:"):
        return OWN_VARIABLES
    return {"postgres": READ_BY_POSTGRES, "caddy": set(re.findall(r"\{\$([A-Z_]+)", CADDYFILE))}.get(
        re.split(r"[:/]", image)[0], set()
    )


@pytest.mark.parametrize("service", NAMED)
def test_each_variable_is_one_that_the_service_reads(service: dict[str, Any]) -> None:
    assert set(service.get("environment", {})) - _readable_by(service["image"]) == set()


@pytest.mark.parametrize("file", COMPOSE)
def test_each_volume_that_is_mounted_is_declared_and_the_other_way_round(file: str) -> None:
    mounts = [mount for service in compose(file)["services"].values() for mount in service.get("volumes", ())]

    named = {mount.split(":")[0] for mount in mounts if not mount.startswith(".")}

    assert named == set(compose(file)["volumes"])
    for mount in mounts:
        if mount.startswith("."):
            assert (DEPLOY / mount.split(":")[0]).exists()


@pytest.mark.parametrize("file", COMPOSE)
def test_each_network_that_is_joined_is_declared_and_the_other_way_round(file: str) -> None:
    joined = {network for service in compose(file)["services"].values() for network in service.get("networks", ())}

    assert joined == set(compose(file).get("networks", ()))


@pytest.mark.parametrize("file", COMPOSE)
def test_a_service_waits_for_those_that_can_say_when_they_are_ready(file: str) -> None:
    found = compose(file)["services"]

    for service in found.values():
        for name, wait in service.get("depends_on", {}).items():
            if wait["condition"] == "service_healthy":
                assert "test" in found[name]["healthcheck"]
            else:
                assert found[name].get("restart", "no") == "no"


def test_each_secret_is_declared_made_and_mounted_where_it_is_read() -> None:
    content = compose("compose.yaml")

    for service in content["services"].values():
        paths = [value for name, value in service.get("environment", {}).items() if name.endswith("_FILE")]
        assert sorted(paths) == sorted(f"/run/secrets/{name}" for name in service.get("secrets", ()))
    mounted = {name for service in content["services"].values() for name in service.get("secrets", ())}
    assert mounted == set(content["secrets"])
    assert {secret["file"] for secret in content["secrets"].values()} == {f"./secrets/{name}" for name in mounted}


def test_secrets_are_made_once_and_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make = program("make_secrets.py")["main"]

    make(tmp_path / "secrets")
    first = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    make(tmp_path / "secrets")

    assert set(first) == set(compose("compose.yaml")["secrets"])
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == first
    assert first["database_url"] == f"postgresql://aria:{first['database_password']}@database:5432/aria"
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert capsys.readouterr().out.count("wrote ") == 3


def test_each_value_left_open_is_explained_in_the_example_and_the_other_way_round() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    example = (DEPLOY / "compose.env.example").read_text()

    profiles = {
        name for service in compose("compose.yaml")["services"].values() for name in service.get("profiles", ())
    }
    asked = {*re.findall(r"\$\{([A-Z_]+)", text), *(["COMPOSE_PROFILES"] if profiles else [])}

    assert asked == set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE))
    assert re.findall(r"^COMPOSE_PROFILES=(\w+)", example, re.MULTILINE)[0] in profiles


def test_the_proxy_asks_each_server_at_the_port_it_listens_on() -> None:
    found = compose("compose.yaml")["services"]
    ports = {name: following(found[name]["command"], flag) for name, flag in (("web", "--port"), ("sockets", "-p"))}

    upstreams = dict(re.findall(r"_UPSTREAM:(\w+):(\d+)\}", CADDYFILE))

    assert upstreams == ports
    assert {name: found[name]["healthcheck"]["test"][3] for name in ports} == ports


def test_the_proxy_sends_sockets_to_their_own_server_and_all_else_to_the_pages() -> None:
    routes = re.findall(r"handle (\S+ )?\{\s+reverse_proxy \{\$(\w+)", CADDYFILE)

    assert routes == [("/ws/* ", "SOCKETS_UPSTREAM"), ("", "WEB_UPSTREAM")]


def test_the_proxy_serves_and_keeps_no_files_so_that_each_picture_is_asked_for() -> None:
    assert re.findall(r"^\s*(file_server|root|cache)\b", CADDYFILE, re.MULTILINE) == []


def test_the_proxy_lets_the_largest_upload_through() -> None:
    (limit,) = re.findall(r"max_size (\d+)MB", CADDYFILE)

    assert UPLOAD_LIMIT < int(limit) * 10**6 < 1.1 * UPLOAD_LIMIT


def test_the_proxy_is_asked_for_its_health_where_it_answers() -> None:
    (url,) = [part for part in compose("compose.yaml")["services"]["proxy"]["healthcheck"]["test"] if "://" in part]

    assert url == "http://127.0.0.1:2020/"
    assert re.search(r"^http://:2020 \{\s+bind 127\.0\.0\.1\s+respond 204\s+\}", CADDYFILE, re.MULTILINE)


def test_only_the_proxy_is_reached_from_outside() -> None:
    found = compose("compose.yaml")

    assert [name for name, service in found["services"].items() if "ports" in service] == ["proxy"]
    assert found["networks"]["inside"] == {"internal": True}


def test_development_is_reached_from_this_machine_alone() -> None:
    ports = [port for service in compose("compose.dev.yaml")["services"].values() for port in service.get("ports", ())]

    assert ports == ["127.0.0.1:8000:8000"]


def test_production_containers_of_aria_can_write_to_their_data_alone() -> None:
    own = [service for service in compose("compose.yaml")["services"].values() if is_aria(service)]

    assert len(own) == 7
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in own)
    assert {tuple(service["volumes"]) for service in own} == {("data:/data",)}


@pytest.mark.parametrize("service", NAMED)
def test_each_service_has_a_health_check_or_says_that_it_has_none(service: dict[str, Any]) -> None:
    check = service["healthcheck"]

    assert ("test" in check) != check.get("disable", False)


@pytest.mark.parametrize("service", NAMED)
def test_each_image_is_named_with_its_version(service: dict[str, Any]) -> None:
    assert re.search(r":[\w.${}:-]+$", service["image"])
    assert not service["image"].endswith(":latest")
