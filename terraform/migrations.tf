# The schema is changed by a job that the pipeline starts before it deploys; nothing else may change it.
resource "google_cloud_run_v2_job" "migrations" {
  project             = var.project_id
  location            = var.region
  name                = "migrations"
  deletion_protection = false

  template {
    task_count  = 1
    parallelism = 1

    template {
      service_account = local.emails["migrations"]
      timeout         = "1800s"
      # A migration that failed is looked at, not repeated.
      max_retries = 0

      containers {
        image = var.migration_image

        env {
          name  = "GOOGLE_CLOUD_PROJECT"
          value = var.project_id
        }
        env {
          name  = "INSTANCE_CONNECTION_NAME"
          value = "${var.project_id}:${var.region}:cryptoprism-${var.environment}"
        }
        env {
          name  = "DB_NAME"
          value = google_sql_database.main.name
        }
        env {
          name  = "DB_USER"
          value = google_sql_user.migrations.name
        }
        # Who is given which role once the schema is there.
        env {
          name  = "DB_READERS"
          value = join(",", [for name, function in local.database_functions : google_sql_user.function[name].name if function.database == "read"])
        }
        env {
          name  = "DB_WRITERS"
          value = join(",", [for name, function in local.database_functions : google_sql_user.function[name].name if function.database == "write"])
        }

        resources {
          limits = { cpu = "1", memory = "1Gi" }
        }
      }

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = google_compute_network.main.id
          subnetwork = google_compute_subnetwork.functions.id
        }
      }
    }
  }

  lifecycle {
    # The pipeline's, as traffic is.
    ignore_changes = [template[0].template[0].containers[0].image, client, client_version]
  }

  depends_on = [google_service_account.platform, google_project_iam_member.platform]
}
