# Firestore: the shared tier of the cache, provider state, the ledger of refreshes, and what browsers listen to.
resource "google_firestore_database" "main" {
  project                           = var.project_id
  name                              = "(default)"
  location_id                       = var.firestore_location
  type                              = "FIRESTORE_NATIVE"
  database_edition                  = "STANDARD"
  concurrency_mode                  = "OPTIMISTIC"
  app_engine_integration_mode       = "DISABLED"
  point_in_time_recovery_enablement = var.deletion_protection ? "POINT_IN_TIME_RECOVERY_ENABLED" : "POINT_IN_TIME_RECOVERY_DISABLED"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.deletion_protection ? "ABANDON" : "DELETE"

  depends_on = [google_project_service.api]
}

locals {
  # Documents of these collections carry expires_at; the code checks freshness itself, this only clears away.
  expiring = toset(["cache", "idempotency", "leases", "refresh_runs"])

  # Nobody queries by these fields, and each index entry is a write that is paid and waited for.
  unindexed = {
    cache_body           = { collection = "cache", field = "body" }
    cache_headers        = { collection = "cache", field = "headers" }
    live_quotes          = { collection = "live", field = "quotes" }
    refresh_runs_steps   = { collection = "refresh_runs", field = "steps" }
    refresh_runs_sources = { collection = "refresh_runs", field = "sources" }
    portfolio_rows       = { collection = "portfolio_transactions", field = "rows" }
    idempotency_answer   = { collection = "idempotency", field = "answer" }
    trading_positions    = { collection = "trading_accounts", field = "positions" }
    trading_pricing      = { collection = "trading_fills", field = "pricing" }
    trading_until        = { collection = "trading_matching", field = "until" }
  }
}

resource "google_firestore_field" "expiring" {
  for_each = local.expiring

  project    = var.project_id
  database   = google_firestore_database.main.name
  collection = each.value
  field      = "expires_at"

  ttl_config {}
  # Values that only grow make an index a hot spot.
  index_config {}
}

resource "google_firestore_field" "unindexed" {
  for_each = local.unindexed

  project    = var.project_id
  database   = google_firestore_database.main.name
  collection = each.value.collection
  field      = each.value.field

  index_config {}
}

resource "google_firebaserules_ruleset" "documents" {
  project = var.project_id

  source {
    files {
      name    = "firestore.rules"
      content = file("${path.module}/firestore.rules")
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_firestore_database.main]
}

resource "google_firebaserules_release" "documents" {
  project      = var.project_id
  name         = "cloud.firestore"
  ruleset_name = "projects/${var.project_id}/rulesets/${google_firebaserules_ruleset.documents.name}"

  lifecycle {
    replace_triggered_by = [google_firebaserules_ruleset.documents]
  }
}
