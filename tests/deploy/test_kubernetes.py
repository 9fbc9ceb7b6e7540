"""The manifests: what they name is there, what they pass on is read, and their parts agree."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.deploy_files import (
    KUBERNETES,
    OWN_VARIABLES,
    compose,
    containers,
    following,
    is_aria,
    kustomizations,
    manifests,
    of_kind,
    pods,
)

PODS = [pytest.param(pod, id=name) for name, pod in pods().items()]
SERVERS = {"web": "--port", "sockets": "-p"}
WORKERS = sorted(path.name for path in (KUBERNETES / "workers").iterdir() if path.name != "base")


def _patch(folder: Path) -> list[dict[str, Any]]:
    (patch,) = kustomizations()[folder]["patches"]
    operations: list[dict[str, Any]] = yaml.safe_load(patch["patch"])
    return operations


def test_each_file_belongs_to_a_kustomization_and_the_other_way_round() -> None:
    named = {
        (folder / resource).resolve()
        for folder, content in kustomizations().items()
        for resource in content["resources"]
    }

    files = {path for path in KUBERNETES.rglob("*.yaml") if path.name != "kustomization.yaml"}

    assert {path for path in named if path.suffix} == files
    assert all((path / "kustomization.yaml").is_file() for path in named if not path.suffix)


def test_the_configuration_holds_variables_that_aria_reads() -> None:
    assert set(of_kind("ConfigMap")["aria"]["data"]) - OWN_VARIABLES == set()


@pytest.mark.parametrize("pod", PODS)
def test_each_variable_of_a_container_is_one_that_it_reads(pod: dict[str, Any]) -> None:
    postgres = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "PGDATA"}

    for container in containers(pod):
        names = {variable["name"] for variable in container.get("env", ())}
        assert names - (OWN_VARIABLES if is_aria(container) else postgres) == set()
        assert all(source["configMapRef"]["name"] == "aria" for source in container.get("envFrom", ()))


@pytest.mark.parametrize("kind", WORKERS)
def test_each_type_of_worker_changes_what_is_there_and_sets_what_aria_reads(kind: str) -> None:
    worker = of_kind("Deployment")["gpu"]

    for operation in _patch(KUBERNETES / "workers" / kind):
        found: Any = worker
        *way, last = operation["path"].strip("/").split("/")
        for step in way:
            found = found[int(step) if step.isdigit() else step]
        assert (last in found) == (operation["op"] == "replace")
        if last == "env":
            assert {variable["name"] for variable in operation["value"]} <= OWN_VARIABLES


@pytest.mark.parametrize("kind", WORKERS)
def test_each_type_of_worker_has_a_name_and_pods_of_its_own(kind: str) -> None:
    content = kustomizations()[KUBERNETES / "workers" / kind]

    assert content["nameSuffix"] == f"-{kind}"
    assert content["labels"] == [{"includeSelectors": True, "pairs": {"gpu": kind}}]


def test_an_installation_counts_workers_that_it_has() -> None:
    content = kustomizations()[KUBERNETES / "production"]

    types = {Path(resource).name for resource in content["resources"] if "/workers/" in resource}

    assert {entry["name"] for entry in content["replicas"]} == {f"gpu-{kind}" for kind in types}
    assert types < set(WORKERS)


@pytest.mark.parametrize("pod", PODS)
def test_each_volume_is_declared_and_each_claim_and_secret_exists(pod: dict[str, Any]) -> None:
    declared = {volume["name"]: volume for volume in pod["spec"].get("volumes", ())}
    templates = [
        claim["metadata"]["name"]
        for stateful in of_kind("StatefulSet").values()
        for claim in stateful["spec"]["volumeClaimTemplates"]
    ]

    mounted = {mount["name"] for container in containers(pod) for mount in container["volumeMounts"]}

    assert set(declared) <= mounted <= {*declared, *templates}
    for volume in declared.values():
        assert volume.get("persistentVolumeClaim", {"claimName": "data"})["claimName"] in of_kind(
            "PersistentVolumeClaim"
        )
        for item in volume.get("secret", {}).get("items", ()):
            assert item["key"] in compose("compose.yaml")["secrets"]


def test_each_file_of_a_secret_is_read_where_it_is_mounted() -> None:
    paths = {value for name, value in of_kind("ConfigMap")["aria"]["data"].items() if name.endswith("_FILE")}

    for name, pod in pods().items():
        mounted = {
            f"/run/secrets/aria/{item['path']}"
            for volume in pod["spec"].get("volumes", ())
            for item in volume.get("secret", {}).get("items", ())
        }
        if any(is_aria(container) for container in containers(pod)):
            assert mounted == paths, name


def test_each_service_leads_to_a_port_of_its_pods() -> None:
    for name, service in of_kind("Service").items():
        pod = pods()[name]
        assert service["spec"]["selector"] == pod["metadata"]["labels"]
        (port,) = service["spec"]["ports"]
        (own,) = pod["spec"]["containers"][0]["ports"]
        assert own["containerPort"] == port["port"]
        assert port["targetPort"] in {own["containerPort"], own.get("name")}


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_servers_listen_where_their_service_and_probes_look(name: str) -> None:
    (container,) = pods()[name]["spec"]["containers"]

    (port,) = container["ports"]

    assert following(container["command"], SERVERS[name]) == str(port["containerPort"])
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["port"] == port["name"]


def test_no_service_has_a_name_from_which_the_cluster_makes_a_variable_that_aria_reads() -> None:
    # A service `aria` would be told to every pod as ARIA_PORT=tcp://…, which is no port.
    made = {f"{name.upper()}_{ending}" for name in of_kind("Service") for ending in ("PORT", "SERVICE_HOST", "HOST")}

    assert made & OWN_VARIABLES == set()


def test_the_ingress_sends_sockets_to_their_own_server_and_all_else_to_the_pages() -> None:
    ingress = of_kind("Ingress")["aria"]["spec"]
    (rule,) = ingress["rules"]

    routes = [(path["path"], path["backend"]["service"]["name"]) for path in rule["http"]["paths"]]

    assert routes == [("/ws/", "sockets"), ("/", "web")]
    hosts = of_kind("ConfigMap")["aria"]["data"]["ARIA_HOSTS"].split(",")
    assert hosts == [rule["host"], "localhost"]
    assert ingress["tls"][0]["hosts"] == [rule["host"]]


def test_probes_ask_for_a_host_that_aria_answers_to_and_over_https() -> None:
    for name in SERVERS:
        (container,) = pods()[name]["spec"]["containers"]
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            headers = {header["name"]: header["value"] for header in container[probe]["httpGet"]["httpHeaders"]}
            assert headers == {"Host": "localhost", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize("pod", PODS)
def test_what_is_long_lived_is_probed(pod: dict[str, Any]) -> None:
    for container in pod["spec"]["containers"]:
        probed = {"livenessProbe", "readinessProbe"} & set(container)
        assert bool(probed) == (container["name"] not in {"beat", "static"})


@pytest.mark.parametrize("pod", [pytest.param(pod, id=n) for n, pod in pods().items() if n != "database"])
def test_nobody_is_root_or_writes_outside_of_volumes(pod: dict[str, Any]) -> None:
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert pod["spec"]["automountServiceAccountToken"] is False
    for container in containers(pod):
        rights = container["securityContext"]
        assert rights["readOnlyRootFilesystem"] is True
        assert rights["capabilities"] == {"drop": ["ALL"]}


def test_beat_is_never_there_twice() -> None:
    beat = of_kind("Deployment")["beat"]["spec"]

    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})


def test_other_images_are_those_of_compose() -> None:
    in_cluster = {one["image"] for pod in pods().values() for one in containers(pod) if not is_aria(one)}

    assert in_cluster <= {service["image"] for service in compose("compose.yaml")["services"].values()}


def test_every_object_has_a_name_that_is_its_own() -> None:
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests()]

    assert len(names) == len(set(names)) > 10
