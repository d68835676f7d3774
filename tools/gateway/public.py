"""The public OpenAPI 3.1 document: what people, clients and agents read, merged from the functions' routers."""

import importlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.http.openapi import document
from tools.manifests import ROOT, Manifest

Document = dict[str, Any]

_DESCRIPTION = """\
Crypto-market intelligence. Every answer is `{"data": …, "meta": {…}}`; `meta` says where the data came from (`source`,
`sources`), how old it is (`as_of`, `age_s`) and whether it is older than promised (`stale`). In a cached answer add the
`Age` header to `age_s`. Errors are `application/problem+json` with `detail`, `code` and `request_id`.
"""


EXAMPLES = "gateway/examples.json"
"""Answers of a sandbox, lists cut short, by method and path; `python -m tools.tour --record` writes them."""


class GatewayError(Exception):
    """The routers and the manifests contradict each other."""


def public_document(manifests: Mapping[str, Manifest], root: Path = ROOT) -> Document:
    """Return the document, paths in the order of the functions' names and, inside a function, of its routes.

    Raises:
        GatewayError: a route lies outside its function's prefixes, so that no gateway would send it there.
    """
    routers = []
    for manifest in manifests.values():
        if manifest.kind == "api":
            router = importlib.import_module(f"functions.{manifest.name}.routes").router
            routers.append(router)
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    merged = document(routers, title="CryptoPrism", version=version, description=_DESCRIPTION)
    merged["servers"] = [{"url": "/", "description": "The gateway that served this document."}]
    examples = json.loads((root / EXAMPLES).read_text(encoding="utf-8"))
    for path, item in merged["paths"].items():
        _check(path, item, manifests)
        for method, operation in item.items():
            _exemplify(operation, examples.get(f"{method.upper()} {path}"))
    return merged


def _exemplify(operation: Mapping[str, Any], example: Any) -> None:
    """Put a recorded answer where the operation documents its success."""
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get("application/json")
        if status.startswith("2") and content is not None and example is not None:
            content["example"] = example


def _check(path: str, item: Mapping[str, Any], manifests: Mapping[str, Manifest]) -> None:
    owner = owner_of(path, manifests)
    for operation in item.values():
        tag = owner.replace("_", "-")
        if tag not in operation.get("tags", [tag]):
            raise GatewayError(f"{path} is tagged {operation['tags']}, but the manifests send it to {owner}")


def owner_of(path: str, manifests: Mapping[str, Manifest]) -> str:
    """Return the function that a path belongs to: the one with the longest prefix that ends at a slash.

    Raises:
        GatewayError: no function has such a prefix.
    """
    prefixes = [(prefix, manifest.name) for manifest in manifests.values() for prefix in manifest.routes]
    fitting = [(len(prefix), name) for prefix, name in prefixes if path == prefix or path.startswith(f"{prefix}/")]
    if not fitting:
        raise GatewayError(f"no manifest has a prefix of {path}")
    return max(fitting)[1]
