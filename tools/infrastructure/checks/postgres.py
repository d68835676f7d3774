"""PostgreSQL: reached from inside only, hard to lose, large enough for all connections."""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.infrastructure.plan import Planned
from tools.manifests import Environment

MAX_CONNECTIONS: Mapping[Environment, int] = {"dev": 200, "staging": 250, "prod": 500}
"""The flag of each environment, as docs/decisions/0015 fixes it."""
_SHARE = 0.8
_REVISIONS = 2
"""A release runs the old and the new revision at once, each with its own limit of instances."""


def _settings(planned: Planned) -> Mapping[str, Any]:
    settings: Mapping[str, Any] = planned.one("google_sql_database_instance").after["settings"][0]
    return settings


def _flags(planned: Planned) -> dict[str, str]:
    return {flag["name"]: flag["value"] for flag in _settings(planned)["database_flags"]}


def the_database_is_private(planned: Planned) -> Iterable[str]:
    """No public address, no connection without a certificate, no client but the connector."""
    address = _settings(planned)["ip_configuration"][0]
    if address["ipv4_enabled"] is not False:
        yield "PostgreSQL has a public address"
    if address["ssl_mode"] not in ("ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"):
        yield f"PostgreSQL takes connections that are {address['ssl_mode']}"
    if _settings(planned)["connector_enforcement"] != "REQUIRED":
        yield "PostgreSQL takes connections past the connector"
    if address.get("authorized_networks"):
        yield "PostgreSQL lets networks in"


def the_database_is_signed_in_to_by_accounts(planned: Planned) -> Iterable[str]:
    """Every function with a database has its user there, without a password."""
    if _flags(planned).get("cloudsql.iam_authentication") != "on":
        yield "accounts cannot sign in to PostgreSQL"
    users = planned.by_key("google_sql_user", "function")
    wanted = {manifest.name for manifest in planned.manifests.values() if manifest.database != "none"}
    for name in sorted(wanted ^ set(users)):
        yield f"{name} {'has a user and no database' if name in users else 'has no user'}"
    for name, user in users.items():
        expected = planned.function_email(name).removesuffix(".gserviceaccount.com")
        if (user.after["name"], user.after["type"]) != (expected, "CLOUD_IAM_SERVICE_ACCOUNT"):
            yield f"{name} signs in as {user.after['name']}, {user.after['type']}"


def the_database_can_be_restored(planned: Planned) -> Iterable[str]:
    """Daily backups, seven at least, and every moment of a week."""
    backup = _settings(planned)["backup_configuration"][0]
    if not backup["enabled"] or backup["backup_retention_settings"][0]["retained_backups"] < 7:
        yield "PostgreSQL is not backed up for a week"
    if not backup["point_in_time_recovery_enabled"] or backup["transaction_log_retention_days"] < 7:
        yield "PostgreSQL cannot be restored to a moment of the last week"


def the_database_is_hard_to_delete(planned: Planned) -> Iterable[str]:
    """Outside of development Terraform and Google both refuse; production has a standby."""
    instance = planned.one("google_sql_database_instance").after
    if planned.environment != "dev":
        if not instance["deletion_protection"]:
            yield "Terraform would delete PostgreSQL"
        if not _settings(planned)["deletion_protection_enabled"]:
            yield "Google would delete PostgreSQL"
    if planned.environment == "prod" and _settings(planned)["availability_type"] != "REGIONAL":
        yield "PostgreSQL has no standby"


def the_edition_is_stated(planned: Planned) -> Iterable[str]:
    """Without it a new instance takes the dearer edition, which refuses these sizes."""
    if _settings(planned)["edition"] != "ENTERPRISE":
        yield f"PostgreSQL's edition is {_settings(planned)['edition']}"


def connections_suffice(planned: Planned) -> Iterable[str]:
    """Two revisions of everything at its largest take at most four fifths of the connections."""
    flag = int(_flags(planned).get("max_connections", "0"))
    if flag != MAX_CONNECTIONS[planned.environment]:
        yield f"max_connections is {flag} instead of {MAX_CONNECTIONS[planned.environment]}"
    most = _REVISIONS * sum(_connections(planned, name) for name in planned.functions())
    if most > _SHARE * flag:
        yield f"functions may open {most} connections of {flag}"


def _connections(planned: Planned, name: str) -> int:
    service = planned.service(name)
    settings = service["environment_variables"] or {}
    if "INSTANCE_CONNECTION_NAME" not in settings:
        return 0
    pool = int(settings["DB_POOL_SIZE"]) + int(settings["DB_MAX_OVERFLOW"])
    return int(service["max_instance_count"]) * pool


def migrations_know_who_reads_and_writes(planned: Planned) -> Iterable[str]:
    """The job gives each function the role that its manifest asks for."""
    container = planned.one("google_cloud_run_v2_job").after["template"][0]["template"][0]["containers"][0]
    given = {each["name"]: each.get("value") for each in container["env"]}
    for setting, database in (("DB_READERS", "read"), ("DB_WRITERS", "write")):
        names = [manifest.name for manifest in planned.manifests.values() if manifest.database == database]
        wanted = ",".join(planned.function_email(name).removesuffix(".gserviceaccount.com") for name in sorted(names))
        if given.get(setting) != wanted:
            yield f"{setting} is {given.get(setting)!r} instead of {wanted!r}"


CHECKS = (
    the_database_is_private,
    the_database_is_signed_in_to_by_accounts,
    the_database_can_be_restored,
    the_database_is_hard_to_delete,
    the_edition_is_stated,
    connections_suffice,
    migrations_know_who_reads_and_writes,
)
