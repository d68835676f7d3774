resource "google_cloudfunctions2_function" "this" {
  project     = var.project_id
  location    = var.region
  name        = var.name
  description = var.description
  labels      = var.labels

  build_config {
    runtime           = var.runtime
    entry_point       = var.entry_point
    service_account   = var.builder
    docker_repository = var.repository

    source {
      storage_source {
        bucket = var.bundle.bucket
        object = var.bundle.object
      }
    }
  }

  service_config {
    # Traffic is the pipeline's: it is pinned to a revision by name, and a new one starts with none.
    all_traffic_on_latest_revision   = false
    service_account_email            = var.account
    available_memory                 = "${var.memory_mb}Mi"
    available_cpu                    = tostring(var.cpu)
    timeout_seconds                  = var.timeout_s
    max_instance_request_concurrency = var.concurrency
    min_instance_count               = var.instances.min
    max_instance_count               = var.instances.max
    environment_variables            = var.environment
    # API Gateway and Cloud Scheduler come from outside the network; who may call is decided by IAM below.
    ingress_settings  = "ALLOW_ALL"
    direct_vpc_egress = var.database_subnet == null ? null : "VPC_EGRESS_PRIVATE_RANGES_ONLY"

    dynamic "direct_vpc_network_interface" {
      for_each = var.database_subnet[*]
      content {
        network    = direct_vpc_network_interface.value.network
        subnetwork = direct_vpc_network_interface.value.subnetwork
      }
    }

    dynamic "secret_environment_variables" {
      for_each = var.secrets
      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = secret_environment_variables.value.secret
        version    = secret_environment_variables.value.version
      }
    }
  }
}

# The whole list of callers: what somebody adds by hand, such as allUsers, goes with the next apply.
resource "google_cloud_run_v2_service_iam_binding" "invoker" {
  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  members  = ["serviceAccount:${var.invoker}"]

  lifecycle {
    # A function that is made anew has lost its callers.
    replace_triggered_by = [google_cloudfunctions2_function.this.id]
  }
}
