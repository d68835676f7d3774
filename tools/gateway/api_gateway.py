"""API Gateway's configuration, a template for Terraform: `${prices_url}` stands for the address of a function.

Only what the gateway acts upon goes in: paths, parameters inside them, backends, deadlines. Schemas stay in the
public document, because the gateway does not check them and may stumble over what it does not know.

Source: https://cloud.google.com/api-gateway/docs/openapi-extensions
"""

import re
from collections.abc import Mapping
from typing import Any

from shared.http.openapi import SECURITY
from tools.manifests import Manifest

from .public import Document, owner_of

_FIREBASE = "firebase"
_METRIC = "requests"
_METHODS = ("get", "put", "post", "delete", "patch", "head")


def api_gateway_config(public: Document, manifests: Mapping[str, Manifest]) -> Document:
    """Return the configuration in its OpenAPI 3.x form, with one backend for each function that has paths."""
    paths = {path: _path(path, item, manifests) for path, item in public["paths"].items()}
    owners = {owner_of(path, manifests) for path in paths}
    return {
        "openapi": "3.0.3",
        "info": {"title": "cryptoprism", "version": public["info"]["version"]},
        # API Gateway has no CORS of its own: with this, and an operation for OPTIONS on each path, functions answer.
        "servers": [{"url": "https://gateway.invalid", "x-google-endpoint": {"allowCors": True}}],
        "x-google-api-management": {
            # Counted for each Google API key: Terraform makes operations cost, where it makes keys.
            "metrics": {_METRIC: {"displayName": "Requests"}},
            "quota": {"limits": {"requests-per-minute": {"metric": _METRIC, "values": "${requests_per_minute}"}}},
            "backends": {name: _backend(manifests[name]) for name in sorted(owners)},
        },
        "components": {"securitySchemes": {_FIREBASE: _firebase()}},
        "paths": paths,
    }


def _firebase() -> Document:
    """Return how the gateway knows people: by the same tokens, whose signatures the functions verify again."""
    return {
        "type": "oauth2",
        "flows": {"implicit": {"authorizationUrl": "", "scopes": {}}},
        "x-google-auth": {
            "issuer": "https://securetoken.google.com/${project_id}",
            "jwksUri": "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
            "audiences": ["${project_id}"],
        },
    }


def _security(operation: Mapping[str, Any]) -> Document:
    """Return what the gateway demands: a person's token where nothing else will do.

    It cannot say "a token or one of our keys", nor "a token or nothing": those the functions decide.
    """
    return {"security": [{_FIREBASE: []}]} if operation.get("security") == SECURITY["person"] else {}


def _backend(manifest: Manifest) -> Document:
    address = f"${{{manifest.name}_url}}"
    return {
        "address": address,
        "jwtAudience": address,
        # The default for operations drops the path.
        "pathTranslation": "APPEND_PATH_TO_ADDRESS",
        "protocol": "http/1.1",
        "deadline": float(manifest.timeout_s),
    }


def _path(path: str, item: Mapping[str, Any], manifests: Mapping[str, Manifest]) -> Document:
    owner = owner_of(path, manifests)
    operations = {method: _operation(item[method], path, owner) for method in _METHODS if method in item}
    preflight = {"operationId": _preflight_name(path), "summary": "CORS preflight"}
    return operations | {"options": _operation(preflight, path, owner)}


def _operation(operation: Mapping[str, Any], path: str, owner: str) -> Document:
    names = re.findall(r"{(\w+)}", path)
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {
        "operationId": operation["operationId"],
        "summary": _literal(operation.get("summary", "")),
        "x-google-backend": owner,
        **({"parameters": parameters} if parameters else {}),
        **_security(operation),
        "responses": {"200": {"description": "See the public document."}},
    }


def _preflight_name(path: str) -> str:
    return "options_" + re.sub(r"\W+", "_", path).strip("_")


def _literal(text: str) -> str:
    """Return text that Terraform's `templatefile` leaves as it is."""
    return text.replace("${", "$${").replace("%{", "%%{")
