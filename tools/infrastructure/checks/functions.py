"""Each function as its manifest describes it."""

import re
from collections.abc import Iterable

from tools.infrastructure.plan import Planned, service_name
from tools.manifests import Manifest

_RUNTIMES = ("python311", "python312", "python313")
"""Those that the locks are made for."""


def every_manifest_has_its_function(planned: Planned) -> Iterable[str]:
    """One function for each manifest, named like its folder in kebab-case, and no other."""
    functions = planned.functions()
    for name in sorted(set(planned.manifests) ^ set(functions)):
        yield f"{name} has {'a function and no manifest' if name in functions else 'a manifest and no function'}"
    for name, function in functions.items():
        if function.after["name"] != service_name(name):
            yield f"{name} is called {function.after['name']}"
        if function.after["build_config"][0]["entry_point"] != name:
            yield f"{name} is entered at {function.after['build_config'][0]['entry_point']}"


def limits_are_those_of_the_manifest(planned: Planned) -> Iterable[str]:
    """Memory, processors, timeout, concurrency and instances."""
    for name, manifest in planned.manifests.items():
        service = planned.service(name)
        instances = manifest.instances[planned.environment]
        wanted = {
            "available_memory": f"{manifest.memory_mb}Mi",
            "available_cpu": f"{manifest.cpu:g}",
            "timeout_seconds": manifest.timeout_s,
            "max_instance_request_concurrency": manifest.concurrency,
            "min_instance_count": instances.minimum,
            "max_instance_count": instances.maximum,
        }
        for key, value in wanted.items():
            if service[key] != value:
                yield f"{name}: {key} is {service[key]}, the manifest says {value}"


def concurrency_has_its_processor(planned: Planned) -> Iterable[str]:
    """More than one request at a time needs a whole processor."""
    for name in planned.manifests:
        service = planned.service(name)
        if service["max_instance_request_concurrency"] > 1 and float(service["available_cpu"]) < 1:
            yield f"{name} works on several requests with {service['available_cpu']} processors"


def runtimes_are_locked_for(planned: Planned) -> Iterable[str]:
    """Python is one that the locks hold packages for."""
    for name, function in planned.functions().items():
        if function.after["build_config"][0]["runtime"] not in _RUNTIMES:
            yield f"{name} runs on {function.after['build_config'][0]['runtime']}"


def traffic_is_not_on_latest(planned: Planned) -> Iterable[str]:
    """A new revision starts without traffic."""
    for name in planned.manifests:
        if planned.service(name)["all_traffic_on_latest_revision"] is not False:
            yield f"{name} moves all traffic to a new revision"


def bundles_are_named_by_content(planned: Planned) -> Iterable[str]:
    """A function is built anew when its content changed, and only then."""
    objects = planned.by_key("google_storage_bucket_object")
    for name, function in planned.functions().items():
        wanted = rf"functions/{name}/{name}-[0-9a-f]{{64}}\.zip"
        held = objects[name].after["name"] if name in objects else ""
        deployed = function.after["build_config"][0]["source"][0]["storage_source"][0]["object"]
        if not re.fullmatch(wanted, held) or deployed != held:
            yield f"{name} is made of {deployed or 'nothing'}"


def only_database_functions_enter_the_network(planned: Planned) -> Iterable[str]:
    """Direct VPC delays an instance's start: functions without a database stay outside, and no traffic goes out through it."""
    for name, manifest in planned.manifests.items():
        service = planned.service(name)
        inside = bool(service.get("direct_vpc_network_interface"))
        if inside != (manifest.database != "none"):
            yield f"{name} with database {manifest.database} is {'inside' if inside else 'outside'} the network"
        if inside and service.get("direct_vpc_egress") != "VPC_EGRESS_PRIVATE_RANGES_ONLY":
            yield f"{name} sends everything through the network"


def functions_are_reached_from_outside(planned: Planned) -> Iterable[str]:
    """The gateway and the scheduler are no part of the network; accounts decide who may call."""
    for name in planned.manifests:
        if planned.service(name)["ingress_settings"] != "ALLOW_ALL":
            yield f"{name} takes {planned.service(name)['ingress_settings']}"


def settings_are_complete(planned: Planned) -> Iterable[str]:
    """What `shared/core/settings.py` needs of each kind of function."""
    for name, manifest in planned.manifests.items():
        given = planned.service(name)["environment_variables"] or {}
        for setting, value in _wanted_settings(planned, manifest).items():
            if given.get(setting) != value:
                yield f"{name}: {setting} is {given.get(setting)!r} instead of {value!r}"


def _wanted_settings(planned: Planned, manifest: Manifest) -> dict[str, str]:
    project, region = planned.variables["project_id"], planned.variables["region"]
    wanted = {
        "GOOGLE_CLOUD_PROJECT": project,
        "DATA_SOURCE": "live",
        "LOG_EXECUTION_ID": "false",
        "HOT_PATHS": ",".join(manifest.hot),
        "PRIVATE_PATHS": ",".join(manifest.private),
    }
    if manifest.database != "none":
        wanted |= {
            "INSTANCE_CONNECTION_NAME": f"{project}:{region}:cryptoprism-{planned.environment}",
            "DB_USER": planned.function_email(manifest.name).removesuffix(".gserviceaccount.com"),
            "DB_POOL_SIZE": str(manifest.pool.size),
            "DB_MAX_OVERFLOW": str(manifest.pool.overflow),
        }
    if manifest.kind != "api":
        wanted |= {
            "SCHEDULER_ACCOUNT": planned.email("scheduler"),
            "SCHEDULER_AUDIENCE": planned.url(manifest.name),
        }
    return wanted


CHECKS = (
    every_manifest_has_its_function,
    limits_are_those_of_the_manifest,
    concurrency_has_its_processor,
    runtimes_are_locked_for,
    traffic_is_not_on_latest,
    bundles_are_named_by_content,
    only_database_functions_enter_the_network,
    functions_are_reached_from_outside,
    settings_are_complete,
)
