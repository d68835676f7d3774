"""Documents and files: private, cleared away, hard to lose."""

from collections.abc import Iterable

from shared.cache.document_limits import EXPIRY_FIELD
from tools.infrastructure.plan import Planned

_EXPIRING = {"cache", "idempotency", "leases", "refresh_runs"}
"""Collections whose documents are written with an expiry."""


def expired_documents_are_cleared_away(planned: Planned) -> Iterable[str]:
    """A time to live on the field that the code writes, without an index over it."""
    fields = {each.after["collection"]: each for each in planned.of("google_firestore_field", "expiring")}
    for collection in sorted(_EXPIRING - set(fields)):
        yield f"documents of {collection} stay for ever"
    for collection, field in fields.items():
        if field.after["field"] != EXPIRY_FIELD or not field.after.get("ttl_config"):
            yield f"documents of {collection} are not cleared away by {field.after['field']}"
        if not _unindexed(field.after.get("index_config")):
            yield f"{collection}.{field.after['field']} is indexed"


def large_fields_are_not_indexed(planned: Planned) -> Iterable[str]:
    """The body of a cached answer is a megabyte that nobody queries by."""
    for field in planned.of("google_firestore_field", "unindexed"):
        if not _unindexed(field.after.get("index_config")):
            yield f"{field.address} has an index"
    held = {(each.after["collection"], each.after["field"]) for each in planned.of("google_firestore_field")}
    if ("cache", "body") not in held:
        yield "bodies of cached answers are indexed"


def _unindexed(config: object) -> bool:
    return isinstance(config, list) and len(config) == 1 and not config[0].get("indexes")


def browsers_only_listen(planned: Planned) -> Iterable[str]:
    """The rules open one collection to everybody and some to their owners, for reading; nothing for writing."""
    source = planned.one("google_firebaserules_ruleset").after["source"][0]
    text = "".join(file["content"] for file in source["files"])
    allowed = [line.strip() for line in text.splitlines() if line.strip().startswith("allow")]
    others = [line for line in allowed if line != "allow read: if isOwn();"]
    if others != ["allow get: if true;", "allow read, write: if false;"] or "match /live/{topic}" not in text:
        yield f"the rules say {allowed}"
    if planned.one("google_firebaserules_release").after["name"] != "cloud.firestore":
        yield "the rules belong to no database"


def documents_are_hard_to_delete(planned: Planned) -> Iterable[str]:
    """Users' portfolios and keys live there."""
    database = planned.one("google_firestore_database").after
    if planned.environment != "dev" and database["delete_protection_state"] != "DELETE_PROTECTION_ENABLED":
        yield "Google would delete the documents"
    if planned.environment == "prod" and "ENABLED" not in database["point_in_time_recovery_enablement"]:
        yield "documents cannot be restored to an earlier moment"


def buckets_are_private(planned: Planned) -> Iterable[str]:
    """No object can be made public, not even by mistake; overwritten ones are kept."""
    for bucket in planned.of("google_storage_bucket"):
        if bucket.after["public_access_prevention"] != "enforced" or not bucket.after["uniform_bucket_level_access"]:
            yield f"{bucket.address} may be opened to the public"
        if not bucket.after["versioning"][0]["enabled"]:
            yield f"{bucket.address} forgets what was overwritten"


CHECKS = (
    expired_documents_are_cleared_away,
    large_fields_are_not_indexed,
    browsers_only_listen,
    documents_are_hard_to_delete,
    buckets_are_private,
)
