"""What people get wrong in Terraform and in manifests, and which check must say so."""

from dataclasses import dataclass
from typing import Literal

from tools.manifests import Environment

By = Literal["validate", "plan", "manifest", "check"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A text replaced in one file; `caught` is the check's name, or a part of what the error says."""

    name: str
    file: str
    old: str
    new: str
    by: By
    caught: str
    environment: Environment = "prod"


_FUNCTION = "terraform/modules/function/main.tf"
_MARKET = "functions/market/function.yaml"
_PRICES = "functions/prices/function.yaml"
_REFRESH = "functions/refresh_market/function.yaml"

IN_MANIFESTS = [
    Mistake("unknown key", _PRICES, "cpu: 1", "cpu: 1\ncpus: 2", "manifest", "'cpus' was unexpected"),
    Mistake("unknown kind", _PRICES, "kind: api", "kind: apy", "manifest", "kind: 'apy' is not one of"),
    Mistake("missing memory", _PRICES, "memory_mb: 512\n", "", "manifest", "'memory_mb' is a required property"),
    Mistake(
        "cron with 61 minutes", _REFRESH, '"* * * * *"', '"61 * * * *"', "manifest", "schedule: '61 * * * *' is no"
    ),
    Mistake("cron with four fields", _REFRESH, '"* * * * *"', '"* * * *"', "manifest", "schedule: "),
    Mistake("timeout over the period", _REFRESH, "timeout_s: 50", "timeout_s: 90", "manifest", "timeout_s: 90"),
    Mistake("route of another", _MARKET, "/api/market]", "/api/market, /api/v1/prices]", "manifest", "is claimed by"),
    Mistake("schedule on an API", _PRICES, "cpu: 1", 'cpu: 1\nschedule: "* * * * *"', "manifest", "schedule"),
    Mistake("memory beyond the CPU", _PRICES, "memory_mb: 512", "memory_mb: 8192", "manifest", "memory_mb: 8192"),
    Mistake("three CPUs", _PRICES, "cpu: 1", "cpu: 3", "manifest", "cpu: 3"),
    Mistake("half a CPU for many", _PRICES, "cpu: 1", "cpu: 0.5", "manifest", "concurrency: 80"),
    Mistake("min over max", _PRICES, "{min: 1, max: 10}", "{min: 11, max: 10}", "manifest", "instances/prod"),
    Mistake("warms nobody", _REFRESH, "warms: [prices,", "warms: [pricess,", "manifest", "warms: no function pricess"),
    Mistake(
        "enqueues nobody",
        "functions/indices/function.yaml",
        "[run_backtests]",
        "[run_backtest]",
        "manifest",
        "enqueues: no function run_backtest",
    ),
    Mistake("hot path elsewhere", _PRICES, "hot: [/api/v1/prices/live,", "hot: [/api/v1/live,", "manifest", "hot: "),
    Mistake("secret in lower case", _REFRESH, "COINCAP_KEYS,", "coincap,", "manifest", "'coincap' does not match"),
    Mistake("reader that writes", _PRICES, "database: read", "database: write", "manifest", "database: "),
    Mistake("tabs for YAML", _PRICES, "cpu: 1", "\tcpu: 1", "manifest", "function.yaml: "),
]

IN_TERRAFORM = [
    Mistake("unknown argument", _FUNCTION, "available_memory ", "available_ram ", "validate", "available_ram"),
    Mistake(
        "missing argument", "terraform/tasks.tf", "  location = var.region\n", "", "validate", '"location" is required'
    ),
    Mistake(
        "queue open to the gateway",
        "terraform/tasks.tf",
        "serviceAccount:${local.function_emails[each.value.function]}",
        'serviceAccount:${local.emails["gateway"]}',
        "check",
        "queues_are_filled_by_those_who_say_so",
    ),
    Mistake("wrong enum", "terraform/documents.tf", '"FIRESTORE_NATIVE"', '"NATIVE"', "validate", "FIRESTORE_NATIVE"),
    Mistake("undeclared", "terraform/schedules.tf", "local.attempt_s[", "local.attempts[", "validate", "attempts"),
    Mistake(
        "bad reference",
        "terraform/hosting.tf",
        "dashboard[0].app_id",
        "dashboard[0].application",
        "validate",
        "application",
    ),
    Mistake(
        "everybody may call",
        _FUNCTION,
        '["serviceAccount:${var.invoker}"]',
        '["serviceAccount:${var.invoker}", "allUsers"]',
        "check",
        "nobody_is_everybody",
    ),
    Mistake(
        "scheduler calls everything",
        "terraform/functions.tf",
        'each.value.kind == "api" ? local.emails["gateway"] : local.emails["scheduler"]',
        'local.emails["scheduler"]',
        "check",
        "functions_have_one_caller",
    ),
    Mistake(
        "one account for all",
        "terraform/functions.tf",
        "account         = local.function_emails[each.key]",
        'account         = local.emails["builder"]',
        "check",
        "functions_run_as_themselves",
    ),
    Mistake(
        "function may do everything",
        "terraform/identities.tf",
        'concat(["roles/datastore.user"]',
        'concat(["roles/editor"]',
        "check",
        "functions_have_no_role_to_spare",
    ),
    Mistake(
        "deployer may grant everything",
        "terraform/identities.tf",
        """  condition {
    title      = "roles of functions only"
    expression = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${local.grantable}])"
  }
""",
        "",
        "check",
        "nobody_may_do_everything",
    ),
    Mistake(
        "any repository deploys",
        "terraform/identities.tf",
        "assertion.repository_id == '${var.github_repository_id}' && ",
        "",
        "check",
        "github_is_one_repository",
    ),
    Mistake(
        "prod without approval",
        "terraform/pipeline.tf",
        'stage = "release", tag = "^v.*$", branch = null, approval = true',
        'stage = "release", tag = "^v.*$", branch = null, approval = false',
        "check",
        "prod_waits_for_approval",
    ),
    Mistake(
        "every function reads every secret",
        "terraform/secrets.tf",
        "for name in each.value :",
        "for name in keys(local.functions) :",
        "check",
        "secrets_are_read_by_those_who_name_them",
    ),
    Mistake(
        "secret in the latest version",
        "terraform/functions.tf",
        "google_secret_manager_secret_version.key[secret].version",
        '"latest"',
        "check",
        "secrets_are_pinned",
    ),
    Mistake(
        "secret value in the state",
        "terraform/secrets.tf",
        'secret_data_wo         = lookup(var.secret_values, each.key, "no value was given with the new counter")',
        'secret_data = "value"',
        "check",
        "no_secret_is_in_the_state",
    ),
    Mistake(
        "key as a setting",
        "terraform/functions.tf",
        'LOG_EXECUTION_ID = "false"',
        'LOG_EXECUTION_ID = "false"\n    COINCAP_KEYS = "sandbox-primary"',
        "plan",
        "named like a secret",
    ),
    Mistake(
        "traffic on latest",
        _FUNCTION,
        "all_traffic_on_latest_revision   = false",
        "all_traffic_on_latest_revision   = true",
        "check",
        "traffic_is_not_on_latest",
    ),
    Mistake(
        "bundle without hash",
        "terraform/buckets.tf",
        'name   = "functions/${each.key}/${try(one(local.bundles[each.key]), "missing.zip")}"',
        'name   = "functions/${each.key}/source.zip"',
        "check",
        "bundles_are_named_by_content",
    ),
    Mistake(
        "everything through the network",
        _FUNCTION,
        '"VPC_EGRESS_PRIVATE_RANGES_ONLY"',
        '"VPC_EGRESS_ALL_TRAFFIC"',
        "check",
        "only_database_functions_enter_the_network",
    ),
    Mistake(
        "concurrency forgotten",
        _FUNCTION,
        "= var.concurrency",
        "= 1",
        "check",
        "limits_are_those_of_the_manifest",
    ),
    Mistake(
        "framework marks lines",
        "terraform/functions.tf",
        'LOG_EXECUTION_ID = "false"',
        'LOG_EXECUTION_ID = "true"',
        "check",
        "settings_are_complete",
    ),
    Mistake(
        "function without ingress",
        _FUNCTION,
        '= "ALLOW_ALL"',
        '= "ALLOW_INTERNAL_ONLY"',
        "check",
        "functions_are_reached_from_outside",
    ),
    Mistake(
        "time zone with summer time",
        "terraform/schedules.tf",
        '"Etc/UTC"',
        '"Europe/Berlin"',
        "check",
        "cron_texts_are_valid",
    ),
    Mistake(
        "token for another address",
        "terraform/schedules.tf",
        "audience              = each.value.url",
        'audience              = "${each.value.url}/"',
        "check",
        "schedules_post_as_the_scheduler",
    ),
    Mistake("GET", "terraform/schedules.tf", '"POST"', '"GET"', "check", "schedules_post_as_the_scheduler"),
    Mistake(
        "attempts without end",
        "terraform/schedules.tf",
        '"${local.attempt_s[each.key]}s"',
        '"1800s"',
        "check",
        "attempts_end_before_the_next_run",
    ),
    Mistake(
        "schedule forgotten",
        "terraform/manifests.tf",
        "if function.schedule != null }",
        'if function.schedule != null && name != "maintenance" }',
        "check",
        "every_refresher_has_its_schedule",
    ),
    Mistake(
        "function forgotten",
        "terraform/manifests.tf",
        'fileset("${path.module}/../functions", "*/function.yaml") :',
        'fileset("${path.module}/../functions", "[m-r]*/function.yaml") :',
        "plan",
        "vars map does not contain key",
    ),
    Mistake(
        "path dropped",
        "gateway/api-gateway.yaml",
        """    prices:
      address: ${prices_url}
      jwtAudience: ${prices_url}
      pathTranslation: APPEND_PATH_TO_ADDRESS""",
        """    prices:
      address: ${prices_url}
      jwtAudience: ${prices_url}
      pathTranslation: CONSTANT_ADDRESS""",
        "check",
        "backends_are_the_functions",
    ),
    Mistake(
        "path to the wrong function",
        "gateway/api-gateway.yaml",
        "operationId: prices_live\n      summary: Quotes by market capitalisation\n      x-google-backend: prices",
        "operationId: prices_live\n      summary: Quotes by market capitalisation\n      x-google-backend: market",
        "check",
        "every_route_has_its_path",
    ),
    Mistake(
        "no preflights",
        "gateway/api-gateway.yaml",
        "allowCors: true",
        "allowCors: false",
        "check",
        "preflights_are_answered",
    ),
    Mistake(
        "config with one name",
        "terraform/gateway.tf",
        '"cryptoprism-${substr(sha256(local.served_spec), 0, 12)}"',
        '"cryptoprism-main"',
        "check",
        "configs_are_named_by_content",
    ),
    Mistake(
        "another service enabled",
        "terraform/gateway.tf",
        "service            = google_api_gateway_api.main.managed_service",
        'service            = "apigateway.googleapis.com"',
        "check",
        "the_managed_service_is_enabled",
    ),
    Mistake(
        "public address",
        "terraform/database.tf",
        "ipv4_enabled    = false",
        "ipv4_enabled    = true",
        "check",
        "the_database_is_private",
    ),
    Mistake(
        "no earlier moments",
        "terraform/database.tf",
        "point_in_time_recovery_enabled = true",
        "point_in_time_recovery_enabled = false",
        "check",
        "the_database_can_be_restored",
    ),
    Mistake(
        "Google would delete it",
        "terraform/database.tf",
        "    deletion_protection_enabled = var.deletion_protection\n",
        "    deletion_protection_enabled = false\n",
        "check",
        "the_database_is_hard_to_delete",
        "staging",
    ),
    Mistake(
        "dearer edition",
        "terraform/database.tf",
        'edition                     = "ENTERPRISE"',
        'edition                     = "ENTERPRISE_PLUS"',
        "check",
        "the_edition_is_stated",
    ),
    Mistake(
        "too few connections",
        "terraform/environments/staging.tfvars",
        "database_max_connections = 250",
        "database_max_connections = 100",
        "plan",
        "connections",
        "staging",
    ),
    Mistake(
        "documents for ever",
        "terraform/documents.tf",
        "  ttl_config {}\n",
        "",
        "check",
        "expired_documents_are_cleared_away",
    ),
    Mistake(
        "browsers write",
        "terraform/firestore.rules",
        "allow get: if true;",
        "allow get, write: if true;",
        "check",
        "browsers_only_listen",
    ),
    Mistake(
        "public bucket",
        "terraform/buckets.tf",
        '= "enforced"',
        '= "inherited"',
        "check",
        "buckets_are_private",
    ),
    Mistake(
        "absence noticed late",
        "terraform/monitoring.tf",
        "max(3 * function.promise_s, 180)",
        "max(30 * function.promise_s, 180)",
        "check",
        "every_refresher_is_missed",
    ),
    Mistake(
        "alert without guide",
        "terraform/monitoring.tf",
        'section \\"Latency burns\\"',
        'section \\"Slow\\"',
        "check",
        "every_alert_is_heard_and_explained",
    ),
    Mistake(
        "event that nobody logs",
        "terraform/monitoring.tf",
        'jsonPayload.message=\\"request.failed\\"',
        'jsonPayload.message=\\"request_failed\\"',
        "check",
        "log_metrics_count_what_is_logged",
    ),
    Mistake(
        "health where Google answers itself",
        "terraform/monitoring.tf",
        'path         = "/health"',
        'path         = "/healthz"',
        "check",
        "the_gateway_is_asked_every_minute",
    ),
    Mistake(
        "Python without lock",
        "terraform/functions.tf",
        "= var.runtime",
        '= "python310"',
        "check",
        "runtimes_are_locked_for",
    ),
    Mistake(
        "late refreshes unread",
        "terraform/monitoring.tf",
        '"$.data.summary.refreshes_late"',
        '"$.data.summary.refreshes"',
        "check",
        "the_status_is_asked_whether_a_refresh_is_late",
    ),
]
