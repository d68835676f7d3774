"""Where secrets are, who reads them, and that they are nowhere else."""

import re
from collections.abc import Iterable

from tools.infrastructure.plan import Planned

_NAMED_LIKE_A_SECRET = re.compile(r"(KEY|KEYS|SECRET|PASSWORD|TOKEN)$")


def secrets_are_read_by_those_who_name_them(planned: Planned) -> Iterable[str]:
    """The readers of each secret are exactly the functions whose manifest names it."""
    bindings = planned.by_key("google_secret_manager_secret_iam_binding")
    wanted = {secret for manifest in planned.manifests.values() for secret in manifest.secrets}
    for secret in sorted(wanted | set(bindings)):
        readers = {planned.function_email(m.name) for m in planned.manifests.values() if secret in m.secrets}
        binding = bindings.get(secret)
        given = set() if binding is None else set(binding.after["members"] or ())
        if given != {f"serviceAccount:{reader}" for reader in readers}:
            yield f"{secret} is read by {sorted(given)}"
    for resource in planned.of("google_secret_manager_secret_iam_member"):
        yield f"{resource.address} gives a secret to {resource.after['member']} besides"
    for resource in planned.of("google_project_iam_member"):
        if resource.after["role"] == "roles/secretmanager.secretAccessor":
            yield f"{resource.address} reads every secret"


def secrets_reach_the_functions_that_name_them(planned: Planned) -> Iterable[str]:
    """A function gets each secret of its manifest that has a value, and no other."""
    valued = set(planned.variables.get("secret_versions") or {})
    for name, manifest in planned.manifests.items():
        bound = {each["key"] for each in planned.service(name).get("secret_environment_variables") or ()}
        if bound != set(manifest.secrets) & valued:
            yield f"{name} is given {sorted(bound)} instead of {sorted(set(manifest.secrets) & valued)}"


def secrets_are_pinned(planned: Planned) -> Iterable[str]:
    """A revision keeps the version that it was released with: a number, in a plan not known yet."""
    for name in planned.manifests:
        for bound in planned.service(name).get("secret_environment_variables") or ():
            version = bound.get("version")
            if version is not None and not version.isdecimal():
                yield f"{name} takes {bound['key']} in version {version}"


def no_secret_is_in_the_state(planned: Planned) -> Iterable[str]:
    """Values are write-only arguments, with a counter that says when they are read; no user has a password."""
    for resource in planned.of("google_secret_manager_secret_version"):
        if resource.after.get("secret_data") is not None or resource.after.get("secret_data_wo") is not None:
            yield f"{resource.address} keeps its value in the state"
        if not resource.after.get("secret_data_wo_version"):
            yield f"{resource.address} has no counter for its value"
    for resource in planned.of("google_sql_user"):
        if resource.after.get("password") is not None:
            yield f"{resource.address} has a password in the state"


def no_secret_is_a_setting(planned: Planned) -> Iterable[str]:
    """No plain setting is named like a secret."""
    for name in planned.manifests:
        for setting in planned.service(name).get("environment_variables") or {}:
            if _NAMED_LIKE_A_SECRET.search(setting):
                yield f"{name} is given {setting} in plain text"


CHECKS = (
    secrets_are_read_by_those_who_name_them,
    secrets_reach_the_functions_that_name_them,
    secrets_are_pinned,
    no_secret_is_in_the_state,
    no_secret_is_a_setting,
)
