import pytest
import yaml

from shared.http.openapi import SECURITY
from tools.gateway.api_gateway import api_gateway_config
from tools.gateway.envoy import Backend, envoy_config
from tools.gateway.public import GatewayError, owner_of
from tools.manifests import read_manifests

MANIFESTS = read_manifests()
PUBLIC = {
    "info": {"version": "1"},
    "paths": {
        "/api/v1/prices/{token_id}/at": {"get": {"operationId": "at", "summary": "Costs ${x} %{y}"}},
        "/api/v1/market": {"get": {"operationId": "market"}, "post": {"operationId": "post_market"}},
    },
}


def test_every_path_has_its_backend_its_parameters_and_a_preflight() -> None:
    paths = api_gateway_config(PUBLIC, MANIFESTS)["paths"]

    at = paths["/api/v1/prices/{token_id}/at"]
    assert list(at) == ["get", "options"]
    assert [operation["x-google-backend"] for operation in at.values()] == ["prices", "prices"]
    assert [parameter["name"] for parameter in at["options"]["parameters"]] == ["token_id"]
    assert list(paths["/api/v1/market"]) == ["get", "post", "options"]


def test_backends_keep_the_path_and_the_manifests_deadline() -> None:
    backends = api_gateway_config(PUBLIC, MANIFESTS)["x-google-api-management"]["backends"]

    assert list(backends) == ["market", "prices"]
    assert backends["prices"] == {
        "address": "${prices_url}",
        "jwtAudience": "${prices_url}",
        "pathTranslation": "APPEND_PATH_TO_ADDRESS",
        "protocol": "http/1.1",
        "deadline": float(MANIFESTS["prices"].timeout_s),
    }


def test_only_addresses_are_placeholders() -> None:
    text = yaml.safe_dump(api_gateway_config(PUBLIC, MANIFESTS))

    assert "Costs $${x} %%{y}" in text


def test_operation_names_are_unique() -> None:
    paths = api_gateway_config(PUBLIC, MANIFESTS)["paths"]
    names = [operation["operationId"] for item in paths.values() for operation in item.values()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/api/v1/prices", "prices"),
        ("/api/v1/prices/bitcoin/history", "prices"),
        ("/api/market/ohlc", "market"),
        ("/health/ready", "system"),
    ],
)
def test_a_path_belongs_to_the_longest_prefix(path: str, owner: str) -> None:
    assert owner_of(path, MANIFESTS) == owner


@pytest.mark.parametrize("path", ["/api/v1/pricesx", "/healthz", "/"])
def test_a_path_that_nobody_serves_is_an_error(path: str) -> None:
    with pytest.raises(GatewayError, match="no manifest"):
        owner_of(path, MANIFESTS)


def test_envoy_tries_longer_prefixes_first() -> None:
    backends = [Backend("a", ["/api", "/api/v1/thing"], 1, 30), Backend("b", ["/api/v1"], 2, 30)]

    (listener,) = envoy_config(backends, host="127.0.0.1", port=8080)["static_resources"]["listeners"]

    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    routes = manager["route_config"]["virtual_hosts"][0]["routes"]
    assert [route["match"]["path_separated_prefix"] for route in routes] == ["/api/v1/thing", "/api/v1", "/api"]


def test_envoy_listens_on_this_machine_only() -> None:
    config = envoy_config([Backend("a", ["/api"], 1, 30)], host="127.0.0.1", port=8080)["static_resources"]

    assert config["listeners"][0]["address"]["socket_address"] == {"address": "127.0.0.1", "port_value": 8080}


def test_the_gateway_demands_a_token_where_only_a_person_will_do() -> None:
    paths = {
        "/api/v1/auth/keys": {"get": {"operationId": "keys", "security": SECURITY["person"]}},
        "/api/v1/auth/me": {"get": {"operationId": "me", "security": SECURITY["keyed"]}},
        "/api/v1/prices": {"get": {"operationId": "prices", "security": SECURITY["anybody"]}},
    }
    config = api_gateway_config({"info": {"version": "1"}, "paths": paths}, MANIFESTS)

    demanded = {path: item["get"].get("security") for path, item in config["paths"].items()}
    assert demanded == {"/api/v1/auth/keys": [{"firebase": []}], "/api/v1/auth/me": None, "/api/v1/prices": None}
    assert not any("security" in item["options"] for item in config["paths"].values())
    scheme = config["components"]["securitySchemes"]["firebase"]["x-google-auth"]
    assert (scheme["issuer"], scheme["audiences"]) == (
        "https://securetoken.google.com/${project_id}",
        ["${project_id}"],
    )


def test_the_gateways_quota_is_filled_in_by_terraform() -> None:
    management = api_gateway_config(PUBLIC, MANIFESTS)["x-google-api-management"]

    limit = management["quota"]["limits"]["requests-per-minute"]
    assert limit == {"metric": "requests", "values": "${requests_per_minute}"}
    assert limit["metric"] in management["metrics"]
    assert "values: ${requests_per_minute}" in yaml.safe_dump(management)
