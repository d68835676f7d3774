locals {
  common_environment = {
    GOOGLE_CLOUD_PROJECT = var.project_id
    DATA_SOURCE          = "live"
    CORS_ORIGINS         = join(",", var.cors_origins)
    FUNCTION_USE_ASGI    = "true"
    # The framework's way to mark lines redirects standard output for the whole process; we log JSON ourselves.
    LOG_EXECUTION_ID = "false"
  }

  database_environment = {
    for name, function in local.database_functions : name => {
      INSTANCE_CONNECTION_NAME = "${var.project_id}:${var.region}:cryptoprism-${var.environment}"
      DB_NAME                  = google_sql_database.main.name
      DB_USER                  = google_sql_user.function[name].name
      DB_POOL_SIZE             = tostring(function.pool.size)
      DB_MAX_OVERFLOW          = tostring(function.pool.overflow)
    }
  }

  # What a function needs to put tasks into the queues of jobs.
  queue_environment = {
    for name, function in local.functions : name => {
      JOB_QUEUES = join(",", [for job in function.enqueues : "${job}=${google_cloud_tasks_queue.job[job].id}"])
      JOB_URLS   = join(",", [for job in function.enqueues : "${job}=${local.functions[job].url}"])
    } if length(function.enqueues) > 0
  }

  gateway_url = "https://${google_api_gateway_gateway.main.default_hostname}"

  refresh_environment = {
    for name, function in local.functions : name => {
      SCHEDULER_ACCOUNT  = local.emails["scheduler"]
      SCHEDULER_AUDIENCE = function.url
      MARKET_TOKENS      = tostring(var.market_tokens)
      WARM_URLS          = join(",", flatten([for warm in function.warms : [for path in local.functions[warm].hot : "${local.gateway_url}${path}"]]))
    } if function.kind != "api"
  }
}

module "function" {
  source   = "./modules/function"
  for_each = local.functions

  project_id      = var.project_id
  region          = var.region
  runtime         = var.runtime
  name            = each.value.service
  entry_point     = each.key
  description     = each.value.description
  labels          = { kind = each.value.kind }
  memory_mb       = each.value.memory_mb
  cpu             = each.value.cpu
  timeout_s       = each.value.timeout_s
  concurrency     = each.value.concurrency
  instances       = each.value.instances
  account         = local.function_emails[each.key]
  invoker         = each.value.kind == "api" ? local.emails["gateway"] : local.emails["scheduler"]
  builder         = google_service_account.platform["builder"].id
  repository      = google_artifact_registry_repository.images.id
  bundle          = { bucket = google_storage_bucket.main["bundles"].name, object = google_storage_bucket_object.bundle[each.key].name }
  database_subnet = each.value.database == "none" ? null : { network = google_compute_network.main.id, subnetwork = google_compute_subnetwork.functions.id }

  environment = merge(
    local.common_environment,
    { HOT_PATHS = join(",", each.value.hot), PRIVATE_PATHS = join(",", each.value.private) },
    # Only the gateway may call them, so its header with the caller's token can be believed to be its own.
    # It stands last in the list of addresses that a request passed; the one before is the caller's.
    each.value.kind == "api" ? { BEHIND_GATEWAY = "true", TRUSTED_PROXIES = "1", RATE_LIMITS = join(",", [for plan, count in var.rate_limits : "${plan}=${count}"]) } : {},
    lookup(local.database_environment, each.key, {}),
    lookup(local.refresh_environment, each.key, {}),
    lookup(local.queue_environment, each.key, {}),
    # Which keys a refresher looks for in Secret Manager besides: a new version needs no new revision.
    each.value.kind == "refresh" ? { ROTATING_SECRETS = join(",", [for secret in each.value.secrets : secret if contains(keys(var.secret_versions), secret)]) } : {},
  )

  secrets = {
    for secret in each.value.secrets : secret => {
      secret  = google_secret_manager_secret.key[secret].secret_id
      version = google_secret_manager_secret_version.key[secret].version
    } if contains(keys(var.secret_versions), secret)
  }

  depends_on = [
    google_service_account.function,
    google_project_iam_member.function,
    google_secret_manager_secret_iam_binding.readers,
    google_storage_bucket_iam_member.builder_reads,
    google_artifact_registry_repository_iam_member.builder_writes,
    google_project_iam_member.builder_reads_sources,
    google_project_iam_member.platform,
    google_service_account_iam_member.deployer_uses,
  ]
}
