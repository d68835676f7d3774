"""The way in."""

import base64
import hashlib
from collections.abc import Iterable

import yaml

from tools.gateway.public import GatewayError, owner_of
from tools.infrastructure.plan import Planned


def every_route_has_its_path(planned: Planned) -> Iterable[str]:
    """Each prefix of an API function has a path at the gateway, and each path leads to the function it belongs to."""
    paths = planned.gateway()["paths"]
    for manifest in planned.of_kind("api"):
        for prefix in manifest.routes:
            if not any(path == prefix or path.startswith(f"{prefix}/") for path in paths):
                yield f"nothing of {manifest.name} below {prefix} is at the gateway"
    for path, item in paths.items():
        try:
            owner = owner_of(path, planned.manifests)
        except GatewayError as error:
            yield str(error)
            continue
        strays = {operation["x-google-backend"] for operation in item.values()} - {owner}
        if strays:
            yield f"{path} of {owner} is sent to {', '.join(sorted(strays))}"


def backends_are_the_functions(planned: Planned) -> Iterable[str]:
    """Each backend is a function's own address, asked with a token for it, the path kept, as long as it may take."""
    for name, backend in planned.gateway()["x-google-api-management"]["backends"].items():
        if backend["address"] != planned.url(name) or backend["jwtAudience"] != planned.url(name):
            yield f"{name} is asked at {backend['address']} for {backend['jwtAudience']}"
        if backend["pathTranslation"] != "APPEND_PATH_TO_ADDRESS":
            yield f"{name} is asked without the path"
        if backend["deadline"] != planned.manifests[name].timeout_s:
            yield f"{name} is given {backend['deadline']} s"


def preflights_are_answered(planned: Planned) -> Iterable[str]:
    """Browsers ask with OPTIONS and without a key before they call; the gateway answers nothing by itself."""
    spec = planned.gateway()
    if not spec["servers"][0].get("x-google-endpoint", {}).get("allowCors"):
        yield "the gateway does not let preflights through"
    for path, item in spec["paths"].items():
        if "options" not in item or item["options"].get("security"):
            yield f"{path} does not answer preflights"


def configs_are_named_by_content(planned: Planned) -> Iterable[str]:
    """A config cannot be changed: its name is its content's, the new one is made first and the old one kept."""
    config = planned.one("google_api_gateway_api_config")
    content = config.after["openapi_documents"][0]["document"][0]["contents"]
    digest = hashlib.sha256(base64.b64decode(content)).hexdigest()[:12]
    if config.after["api_config_id"] != f"cryptoprism-{digest}":
        yield f"the config is called {config.after['api_config_id']}, its content says {digest}"
    if config.after.get("deletion_policy") != "ABANDON":
        yield "the config that a rollback returns to is deleted"


def the_gateway_calls_as_itself(planned: Planned) -> Iterable[str]:
    """Functions know the gateway by its account."""
    config = planned.one("google_api_gateway_api_config")
    account = config.after["gateway_config"][0]["backend_config"][0]["google_service_account"]
    if account != planned.email("gateway"):
        yield f"the gateway calls as {account}"


def the_managed_service_is_enabled(planned: Planned) -> Iterable[str]:
    """Otherwise every API key is answered 403."""
    # Its name is Google's, so a plan for an empty project cannot know it: a name that it knows is another's.
    if not any("service" in each.unknown for each in planned.of("google_project_service", "gateway")):
        yield "the API's own service is not enabled"


def documents_are_yaml(planned: Planned) -> Iterable[str]:
    """Google tells the format by the file's name."""
    document = planned.one("google_api_gateway_api_config").after["openapi_documents"][0]["document"][0]
    if not document["path"].endswith(".yaml"):
        yield f"the config's file is called {document['path']}"
    try:
        planned.gateway()["paths"]
    except (yaml.YAMLError, KeyError, ValueError) as error:
        yield f"the config cannot be read: {error}"


CHECKS = (
    documents_are_yaml,
    every_route_has_its_path,
    backends_are_the_functions,
    preflights_are_answered,
    configs_are_named_by_content,
    the_gateway_calls_as_itself,
    the_managed_service_is_enabled,
)
