"""Who may call what, and what each account may do."""

import re
from collections.abc import Iterable

from tools.infrastructure.plan import Planned

_EVERYBODY = ("allUsers", "allAuthenticatedUsers")
_OF_ANY_FUNCTION = {"roles/datastore.user"}
_WITH_DATABASE = {"roles/cloudsql.client", "roles/cloudsql.instanceUser"}
_WITH_CALLERS = {"roles/firebaseauth.viewer"}
"""Whether an account was disabled, or its tokens revoked."""
_TOO_MUCH = {"roles/owner", "roles/editor", "roles/iam.securityAdmin", "roles/iam.serviceAccountTokenCreator"}


def nobody_is_everybody(planned: Planned) -> Iterable[str]:
    """No grant names everybody, signed in or not."""
    for resource in planned.resources:
        members = [*(resource.after.get("members") or ()), resource.after.get("member")]
        if set(members) & set(_EVERYBODY):
            yield f"{resource.address} lets everybody in"


def functions_have_one_caller(planned: Planned) -> Iterable[str]:
    """Only the gateway calls API functions; only the scheduler starts refreshers and jobs."""
    bindings = planned.by_key("google_cloud_run_v2_service_iam_binding")
    for name, manifest in planned.manifests.items():
        caller = planned.email("gateway" if manifest.kind == "api" else "scheduler")
        binding = bindings.get(name)
        if binding is None:
            yield f"{name} has no caller"
        elif binding.after["members"] != [f"serviceAccount:{caller}"] or binding.after["role"] != "roles/run.invoker":
            yield f"{name} may be called by {binding.after['members']} as {binding.after['role']}"
    others = [each.address for each in planned.resources if _lets_call(each.type, each.after.get("role"))]
    yield from (f"{address} lets somebody call a function besides" for address in others)


def _lets_call(kind: str, role: object) -> bool:
    invokes = role in ("roles/run.invoker", "roles/cloudfunctions.invoker")
    return invokes and kind != "google_cloud_run_v2_service_iam_binding"


def functions_run_as_themselves(planned: Planned) -> Iterable[str]:
    """Each function has an account of its own and runs as it."""
    accounts = planned.by_key("google_service_account", "function")
    for name in planned.manifests:
        if name not in accounts:
            yield f"{name} has no account"
        if planned.service(name)["service_account_email"] != planned.function_email(name):
            yield f"{name} runs as {planned.service(name)['service_account_email']}"


def account_ids_are_valid(planned: Planned) -> Iterable[str]:
    """Google takes 6 to 30 lower-case letters, digits and hyphens."""
    for resource in planned.of("google_service_account"):
        if not re.fullmatch(r"[a-z][a-z0-9-]{4,28}[a-z0-9]", resource.after["account_id"]):
            yield f"{resource.address}: account id {resource.after['account_id']}"


def functions_have_no_role_to_spare(planned: Planned) -> Iterable[str]:
    """Documents for all, the database for those that use it; everything else is granted on the one thing."""
    granted: dict[str, set[str]] = {}
    for resource in planned.of("google_project_iam_member"):
        granted.setdefault(resource.after["member"], set()).add(resource.after["role"])
    for name, manifest in planned.manifests.items():
        wanted = _OF_ANY_FUNCTION | (_WITH_DATABASE if manifest.database != "none" else set())
        wanted |= _WITH_CALLERS if manifest.private else set()
        held = granted.get(f"serviceAccount:{planned.function_email(name)}", set())
        if held != wanted:
            yield f"{name} holds {sorted(held)} instead of {sorted(wanted)}"


def nobody_may_do_everything(planned: Planned) -> Iterable[str]:
    """No account is owner or editor; the right to grant roles is limited to those of functions."""
    for resource in planned.of("google_project_iam_member"):
        role = resource.after["role"]
        if role in _TOO_MUCH:
            yield f"{resource.address} grants {role}"
        if role == "roles/resourcemanager.projectIamAdmin" and not resource.after.get("condition"):
            yield f"{resource.address} may grant any role"


def github_is_one_repository(planned: Planned) -> Iterable[str]:
    """Workflows get in by the number of one repository, and only for this environment."""
    for resource in planned.of("google_iam_workload_identity_pool_provider"):
        condition = resource.after.get("attribute_condition") or ""
        if "repository_id ==" not in condition or f"environment == '{planned.environment}'" not in condition:
            yield f"{resource.address} lets in whoever meets: {condition or 'nothing'}"


def prod_waits_for_approval(planned: Planned) -> Iterable[str]:
    """What changes production was read and approved; planning changes nothing."""
    for trigger in planned.of("google_cloudbuild_trigger"):
        stage = trigger.after["substitutions"]["_STAGE"]
        approved = trigger.after["approval_config"][0]["approval_required"]
        if planned.environment == "prod" and stage != "plan" and not approved:
            yield f"{trigger.address} releases without approval"


CHECKS = (
    nobody_is_everybody,
    functions_have_one_caller,
    functions_run_as_themselves,
    account_ids_are_valid,
    functions_have_no_role_to_spare,
    nobody_may_do_everything,
    github_is_one_repository,
    prod_waits_for_approval,
)
