resource "google_sql_database_instance" "main" {
  project          = var.project_id
  name             = "cryptoprism-${var.environment}"
  region           = var.region
  database_version = var.database_version
  # Terraform's own protection; Google's is deletion_protection_enabled below.
  deletion_protection = var.deletion_protection

  settings {
    # Without it, new instances become ENTERPRISE_PLUS, which costs more and has no small sizes.
    edition                     = "ENTERPRISE"
    tier                        = var.database_tier
    availability_type           = var.database_standby ? "REGIONAL" : "ZONAL"
    connector_enforcement       = "REQUIRED"
    deletion_protection_enabled = var.deletion_protection
    retain_backups_on_delete    = true
    disk_type                   = "PD_SSD"
    disk_size                   = var.database_disk_gb
    disk_autoresize             = true
    disk_autoresize_limit       = var.database_disk_limit_gb
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.main.id
      ssl_mode        = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = var.database_backups
        retention_unit   = "COUNT"
      }
    }

    maintenance_window {
      day          = 7
      hour         = 4
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled  = true
      record_application_tags = true
    }

    # People and functions sign in as themselves; no password exists.
    database_flags {
      name  = "cloudsql.iam_authentication"
      value = "on"
    }
    database_flags {
      name  = "max_connections"
      value = tostring(var.database_max_connections)
    }
    database_flags {
      name  = "log_min_duration_statement"
      value = "1000"
    }
    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }
    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
  }

  lifecycle {
    # The disk grows by itself.
    ignore_changes = [settings[0].disk_size]

    precondition {
      condition     = local.connections_at_most <= 0.8 * var.database_max_connections
      error_message = "functions/*/function.yaml: instances and pool: two revisions of every function may open ${local.connections_at_most} connections, more than 80 % of database_max_connections = ${var.database_max_connections}."
    }
  }

  depends_on = [google_service_networking_connection.services]
}

resource "google_sql_database" "main" {
  project  = var.project_id
  name     = "cryptoprism"
  instance = google_sql_database_instance.main.name
  # Functions and the migration job hold connections and own tables in it.
  deletion_policy = "ABANDON"
}

# Each function signs in as its own account. What it may do there comes from the role that the migration job gives
# it: cryptoprism_reader or cryptoprism_writer, by `database` in its manifest.
resource "google_sql_user" "function" {
  for_each = local.database_functions

  project  = var.project_id
  instance = google_sql_database_instance.main.name
  type     = "CLOUD_IAM_SERVICE_ACCOUNT"
  name     = trimsuffix(local.function_emails[each.key], ".gserviceaccount.com")
  # It may own nothing, but a release that is rolled back may still use it.
  deletion_policy = "ABANDON"

  depends_on = [google_service_account.function]
}

resource "google_sql_user" "migrations" {
  project         = var.project_id
  instance        = google_sql_database_instance.main.name
  type            = "CLOUD_IAM_SERVICE_ACCOUNT"
  name            = trimsuffix(local.emails["migrations"], ".gserviceaccount.com")
  database_roles  = ["cloudsqlsuperuser"]
  deletion_policy = "ABANDON"

  depends_on = [google_service_account.platform]
}
