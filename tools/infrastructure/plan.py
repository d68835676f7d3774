"""A plan as checks see it: what would be there, beside the manifests that it was made from."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tools.manifests import Environment, Manifest, account_of


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as it would be after an apply; `unknown` tells what only the cloud can say."""

    address: str
    type: str
    name: str
    key: str | None
    after: Mapping[str, Any]
    unknown: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan of one environment."""

    environment: Environment
    manifests: Mapping[str, Manifest]
    resources: tuple[Resource, ...]
    variables: Mapping[str, Any]

    @classmethod
    def read(cls, plan: Mapping[str, Any], manifests: Mapping[str, Manifest], environment: Environment) -> "Planned":
        """Read what `terraform show -json` says of a plan."""
        return cls(
            environment=environment,
            manifests=manifests,
            resources=tuple(_resource(change) for change in plan["resource_changes"] if change["mode"] == "managed"),
            variables={name: variable.get("value") for name, variable in plan["variables"].items()},
        )

    def of(self, kind: str, name: str | None = None) -> list[Resource]:
        """Return the resources of a type, and of a name in the configuration."""
        return [each for each in self.resources if each.type == kind and name in (None, each.name)]

    def one(self, kind: str) -> Resource:
        """Return the only resource of a type."""
        (resource,) = self.of(kind)
        return resource

    def named(self, kind: str, name: str) -> Resource:
        """Return the only resource of a type and name."""
        (resource,) = self.of(kind, name)
        return resource

    def by_key(self, kind: str, name: str | None = None) -> dict[str, Resource]:
        """Return resources by the key of their `for_each`; those in a module by the module's."""
        return {each.key: each for each in self.of(kind, name) if each.key is not None}

    def functions(self) -> dict[str, Resource]:
        """Return the functions by the name of their folder."""
        return self.by_key("google_cloudfunctions2_function")

    def service(self, name: str) -> Mapping[str, Any]:
        """Return a function's service configuration."""
        config: Mapping[str, Any] = self.functions()[name].after["service_config"][0]
        return config

    def email(self, account: str) -> str:
        """Return the address of an account of the platform."""
        return f"cryptoprism-{account}@{self.domain}"

    def function_email(self, name: str) -> str:
        """Return the address of a function's account."""
        return f"{account_of(name)}@{self.domain}"

    @property
    def domain(self) -> str:
        """Return where the project's accounts live."""
        return f"{self.variables['project_id']}.iam.gserviceaccount.com"

    def url(self, name: str) -> str:
        """Return a function's own address."""
        return f"https://{service_name(name)}-{self.variables['project_number']}.{self.variables['region']}.run.app"

    def gateway(self) -> dict[str, Any]:
        """Return the configuration that the gateway would serve."""
        document = self.one("google_api_gateway_api_config").after["openapi_documents"][0]["document"][0]
        spec: dict[str, Any] = yaml.safe_load(base64.b64decode(document["contents"]))
        return spec

    def of_kind(self, *kinds: str) -> Iterable[Manifest]:
        """Return the manifests of some kinds."""
        return (manifest for manifest in self.manifests.values() if manifest.kind in kinds)


def service_name(function: str) -> str:
    """Return the name of a function's Cloud Run service."""
    return function.replace("_", "-")


def _resource(change: Mapping[str, Any]) -> Resource:
    in_module = change.get("module_address", "")
    key = change.get("index", in_module.partition('["')[2].removesuffix('"]') or None)
    return Resource(
        address=change["address"],
        type=change["type"],
        name=change["name"],
        key=None if key is None else str(key),
        after=change["change"]["after"] or {},
        unknown=change["change"]["after_unknown"] or {},
    )
