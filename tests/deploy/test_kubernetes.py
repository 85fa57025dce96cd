"""deploy/kubernetes: every process, bounded, probed, alone on its network, and no secret in any file."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from services.cli.broker_config import EVERYONE, password_variable
from services.cli.configuration import SECRETS
from shared.permissions import ADMIN
from tests.deploy.files import (
    KUBERNETES,
    OF_ONE_MACHINE,
    OTHERS,
    PROCESSES,
    ROOT,
    SETTINGS,
    documents,
    in_image,
    manifests,
    of_kind,
    variables,
)

EXAMPLE = KUBERNETES / "example"
DEPLOYMENTS = of_kind("Deployment")
COMMON: dict[str, Any] = documents(KUBERNETES / "base" / "process.yaml")[0]["spec"]
DOOR: dict[str, Any] = documents(KUBERNETES / "base" / "door.yaml")[0]["spec"]
OVERLAY: dict[str, Any] = documents(EXAMPLE / "kustomization.yaml")[0]


def container(spec: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = spec["template"]["spec"]["containers"][0]
    return found


def told(process: str) -> dict[str, str]:
    """The variables of a process's Secret."""
    return variables(EXAMPLE / "secrets" / f"{process}.env")


def test_every_process_is_a_deployment_of_its_own() -> None:
    assert {name: container(d["spec"])["args"] for name, d in DEPLOYMENTS.items()} == {n: [n] for n in PROCESSES}
    for name, deployment in DEPLOYMENTS.items():
        assert container(deployment["spec"])["name"] == "process"  # what process.yaml is laid over
        assert deployment["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] == name


def test_what_serves_requests_is_scaled_and_never_taken_away_whole() -> None:
    scaled = PROCESSES - {"streams"}
    targets = {s["spec"]["scaleTargetRef"]["name"]: s["spec"] for s in of_kind("HorizontalPodAutoscaler").values()}
    assert targets.keys() == scaled
    assert all(spec["minReplicas"] >= 2 for spec in targets.values())
    assert of_kind("PodDisruptionBudget").keys() == scaled
    assert [name for name in scaled if "replicas" in DEPLOYMENTS[name]["spec"]] == []
    assert COMMON["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_every_process_is_bounded_and_without_privilege() -> None:
    for name, deployment in DEPLOYMENTS.items():
        resources = container(deployment["spec"])["resources"]
        assert {"cpu", "memory"} <= resources["requests"].keys(), name
        assert "memory" in resources["limits"], name
    pod, process = COMMON["template"]["spec"], container(COMMON)
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert process["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    written = {mount["mountPath"] for mount in process["volumeMounts"]}
    assert written == {in_image()["DOSSIER_DATA"], "/tmp"}  # noqa: S108
    assert in_image()["DOSSIER_HEARTBEAT"].startswith("/tmp/")  # noqa: S108


def test_probes_ask_what_exists() -> None:
    healthy = {tuple(container(COMMON)[probe]["exec"]["command"]) for probe in ("startupProbe", "livenessProbe")}
    assert healthy == {("healthy", "alive")}
    assert container(COMMON)["readinessProbe"]["exec"]["command"] == ["healthy", "ready"]
    routes = (ROOT / "services" / "gateway" / "http" / "routes.py").read_text()
    for probe in ("livenessProbe", "readinessProbe"):
        asked = container(DOOR)[probe]["httpGet"]
        assert f'"{asked["path"]}"' in routes
        assert asked["port"] == container(DOOR)["ports"][0]["name"]
    assert container(DOOR)["ports"][0]["containerPort"] == 8080  # the default of DOSSIER_PORT


def test_settings_and_secrets_exist_and_are_complete() -> None:
    settings = variables(EXAMPLE / "settings.env")
    secrets = {variable for process in (*PROCESSES, "operator") for variable in told(process)}
    named = set(settings) | secrets | set(in_image())
    assert sorted(v for v in named - SETTINGS if not OTHERS.fullmatch(v) and v in settings) == []
    assert sorted({v for v in named if v.startswith("DOSSIER_")} - SETTINGS) == []
    assert sorted(SETTINGS - named - OF_ONE_MACHINE - {"DOSSIER_PORT"}) == []
    assert settings.keys().isdisjoint(SECRETS), "a secret among the settings of all"


@pytest.mark.parametrize("process", sorted(PROCESSES))
def test_a_process_is_told_its_own_secrets_and_no_value_stands_in_the_example(process: str) -> None:
    user = ADMIN if process == "streams" else process
    given = told(process)
    assert given.pop("DOSSIER_NATS_USER") == user
    assert set(given.values()) == {""}
    for secret, entitled in SECRETS.items():
        assert secret not in given or not entitled or process in entitled, secret
    assert ("DOSSIER_KEYS_URL" in given) == (process == "contacts")
    refs = [source["secretRef"]["name"] for source in container(DEPLOYMENTS[process]["spec"])["envFrom"][1:]]
    assert refs == [f"dossier-{process}"]
    assert f"dossier-{process}" in {generator["name"] for generator in OVERLAY["secretGenerator"]}


def test_no_manifest_holds_a_secret_and_images_have_versions() -> None:
    assert of_kind("Secret") == {}
    assert not [path for path in KUBERNETES.rglob("*.yaml") if re.search(r"^kind: Secret$", path.read_text(), re.M)]
    images = [image["newTag"] for image in OVERLAY["images"]]
    assert images
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", tag) for tag in images)


def test_everybody_is_shut_off_and_reaches_only_the_engines_it_uses() -> None:
    policies = of_kind("NetworkPolicy")
    assert policies["nothing"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert not policies["nothing"]["spec"].keys() & {"ingress", "egress"}
    ways_in = [name for name, p in policies.items() if "Ingress" in p["spec"]["policyTypes"]]
    assert sorted(ways_in) == ["broker", "nothing", "to-gateway"]
    reached = {
        name: {
            label.removeprefix("reaches/")
            for label in d["spec"]["template"]["metadata"]["labels"]
            if "reaches/" in label
        }
        for name, d in DEPLOYMENTS.items()
    }
    for process, engines in reached.items():
        assert ("postgres" in engines) == ("DOSSIER_EVENTS_URL" in told(process)), process
        assert ("mongo" in engines) == ("DOSSIER_READ_URL" in told(process)), process
        assert ("blobs" in engines) == ("DOSSIER_BLOBS_SECRET_KEY" in told(process)), process
        assert ("smtp" in engines) == ("DOSSIER_SMTP_PASSWORD" in told(process)), process
        assert {f"to-{engine}" for engine in engines} <= policies.keys()


def test_the_broker_is_a_cluster_that_knows_everybodys_password() -> None:
    values = documents(KUBERNETES / "nats-values.yaml")[0]
    assert values["config"]["cluster"]["replicas"] == int(variables(EXAMPLE / "settings.env")["DOSSIER_NATS_REPLICAS"])
    assert values["config"]["jetstream"]["merge"]["sync_interval"] == "always"
    for where in ("container", "reloader"):  # the reloader reads the configuration too
        asked = {
            name: how["valueFrom"]["secretKeyRef"]
            for name, how in values[where]["env"].items()
            if isinstance(how, dict)
        }
        assert asked == {
            password_variable(u): {"name": "dossier-broker", "key": password_variable(u)} for u in EVERYONE
        }
    given = variables(EXAMPLE / "secrets" / "broker.env")
    assert given == {password_variable(user): "" for user in EVERYONE}
    assert re.fullmatch(r"\d+\.\d+\.\d+-alpine", values["container"]["image"]["tag"])


def test_every_file_is_used() -> None:
    listed = {
        KUBERNETES / folder / name
        for folder in ("base", "example")
        for entry in documents(KUBERNETES / folder / "kustomization.yaml")[:1]
        for name in (*entry["resources"], *(patch["path"] for patch in entry["patches"]))
    }
    there = {path for folder in ("base", "example") for path in (KUBERNETES / folder).glob("*.yaml")}
    assert {path for path in there - listed if path.name != "kustomization.yaml"} == set()
    assert {path.name for path in listed - there} == {"base", "backup"}
    assert manifests()


def test_kustomize_puts_it_together() -> None:
    if (kubectl := shutil.which("kubectl")) is None:
        pytest.skip("kubectl is not installed")
    made = subprocess.run([kubectl, "kustomize", EXAMPLE], capture_output=True, text=True, check=True).stdout
    deployments = [d for d in yaml.safe_load_all(made) if d["kind"] == "Deployment"]
    assert {d["metadata"]["name"] for d in deployments} == PROCESSES
    for deployment in deployments:
        spec = deployment["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        process = container(deployment["spec"])
        assert process["image"].startswith("registry.example.org/dossier:")
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            assert len(process[probe].keys() & {"exec", "httpGet"}) == 1, (deployment["metadata"]["name"], probe)
