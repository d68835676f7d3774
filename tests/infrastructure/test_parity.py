"""The platform on one machine and the one that is planned are the same platform."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from local.functions import Surroundings, function_environment
from local.gateway import backends_of
from local.scheduler import jobs_of
from local.upstreams import Upstreams
from tools.infrastructure.plan import Planned, service_name
from tools.manifests import Manifest, read_manifests

from .plans import Workplace

pytestmark = [pytest.mark.terraform, pytest.mark.xdist_group("planned")]

MANIFESTS = read_manifests()
PORTS = {name: 20_000 + number for number, name in enumerate(MANIFESTS)}
SECRETS = {secret for manifest in MANIFESTS.values() for secret in manifest.secrets}
ONLY_HERE = {
    "PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy",
    "PYTHONPATH", "PYTHONUNBUFFERED", "HOST", "PORT", "NO_PROXY",
    "DB_SOCKET", "DOCUMENTS_FILE", "OIDC_ISSUER", "OIDC_JWKS_URL", "FIREBASE_STAND_IN_URL", "CLOUD_TASKS_URL",
}  # fmt: skip
"""What a process on this machine is told about this machine."""
BY_THE_PLATFORM = {"FUNCTION_TARGET", "CLOUD_RUN_TIMEOUT_SECONDS", "K_SERVICE", "K_REVISION"}
"""What Cloud Run and the buildpack set by themselves."""
ONLY_THERE = {"GOOGLE_CLOUD_PROJECT", "INSTANCE_CONNECTION_NAME", "CORS_ORIGINS"}
"""Where things are in the cloud, and who may call from a browser; here the defaults hold."""


@pytest.fixture(scope="module")
def planned(workplace: Workplace) -> Planned:
    return workplace.planned("prod")


def local_environment(manifest: Manifest) -> Mapping[str, str]:
    around = Surroundings(
        folder=Path("here"),
        logs=Path("here"),
        ports=PORTS,
        gateway_url="http://127.0.0.1:8080",
        google_url="http://127.0.0.1:8081",
        socket="here",
        documents={"DOCUMENTS_FILE": "here"},
        upstreams=Upstreams("sandbox", {}, dict.fromkeys(SECRETS, "sandbox-primary"), None),
        tokens=250,
        revision="1",
    )
    return function_environment(manifest, MANIFESTS, around)


def test_the_gateways_send_every_path_to_the_same_function(planned: Planned) -> None:
    here = {prefix: backend.name for backend in backends_of(MANIFESTS, PORTS) for prefix in backend.prefixes}

    for path, item in planned.gateway()["paths"].items():
        fitting = [prefix for prefix in here if path == prefix or path.startswith(f"{prefix}/")]
        assert {operation["x-google-backend"] for operation in item.values()} == {here[max(fitting, key=len)]}


def test_the_gateways_wait_as_long(planned: Planned) -> None:
    here = {backend.name: backend.timeout_s for backend in backends_of(MANIFESTS, PORTS)}
    there = planned.gateway()["x-google-api-management"]["backends"]

    assert {name: backend["deadline"] for name, backend in there.items()} == here


def test_the_schedules_are_the_same(planned: Planned) -> None:
    here = {job.name: (job.cron, job.deadline) for job in jobs_of(MANIFESTS, PORTS)}
    there = planned.by_key("google_cloud_scheduler_job")

    assert {
        name: (job.after["schedule"], seconds(job.after["attempt_deadline"])) for name, job in there.items()
    } == here


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_secrets_are_the_same(name: str, planned: Planned) -> None:
    here = set(local_environment(MANIFESTS[name])) & SECRETS
    there = {bound["key"] for bound in planned.service(name).get("secret_environment_variables") or ()}

    assert there == here


@pytest.mark.parametrize("name", MANIFESTS)
def test_the_limits_are_the_same(name: str, planned: Planned) -> None:
    here, there = local_environment(MANIFESTS[name]), planned.service(name)

    assert there["timeout_seconds"] == int(here["CLOUD_RUN_TIMEOUT_SECONDS"])
    for setting in (
        "DB_POOL_SIZE",
        "DB_MAX_OVERFLOW",
        "HOT_PATHS",
        "PRIVATE_PATHS",
        "BEHIND_GATEWAY",
        "FUNCTION_USE_ASGI",
        "LOG_EXECUTION_ID",
    ):
        assert there["environment_variables"].get(setting) == here.get(setting)


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_function_is_told_the_same_things(name: str, planned: Planned) -> None:
    here = set(local_environment(MANIFESTS[name])) - ONLY_HERE - BY_THE_PLATFORM - SECRETS
    service = planned.service(name)
    there = set(service["environment_variables"]) | unknown_settings(planned, name)

    assert there - ONLY_THERE == here


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_function_has_the_same_name_and_entry(name: str, planned: Planned) -> None:
    function = planned.functions()[name].after

    assert local_environment(MANIFESTS[name])["FUNCTION_TARGET"] == function["build_config"][0]["entry_point"]
    assert function["name"] == service_name(name)


def unknown_settings(planned: Planned, name: str) -> set[str]:
    """Return settings whose values the cloud decides: addresses below the gateway's."""
    unknown = planned.functions()[name].unknown["service_config"][0].get("environment_variables")
    return set(unknown) if isinstance(unknown, dict) else set()


def seconds(text: str) -> timedelta:
    return timedelta(seconds=float(text.removesuffix("s")))
