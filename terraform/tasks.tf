# Jobs have no schedule: an operator, or another function, puts a task with what is to be done into the job's queue,
# which hands them out one by one and tries again what failed. The first million operations a month are free.
resource "google_cloud_tasks_queue" "job" {
  for_each = local.jobs

  project  = var.project_id
  location = var.region
  name     = each.value.service

  rate_limits {
    max_concurrent_dispatches = each.value.instances.max * each.value.concurrency
    max_dispatches_per_second = 1
  }

  retry_config {
    max_attempts       = 5
    min_backoff        = "10s"
    max_backoff        = "300s"
    max_doublings      = 4
    max_retry_duration = "3600s"
  }

  http_target {
    http_method = "POST"

    oidc_token {
      service_account_email = local.emails["scheduler"]
      audience              = each.value.url
    }
  }

  stackdriver_logging_config {
    sampling_ratio = 1.0
  }

  depends_on = [google_project_service.api]
}

# Who asks for a backtest puts a task into the worker's queue, and may do nothing else with it.
resource "google_cloud_tasks_queue_iam_member" "enqueuer" {
  for_each = merge([
    for name, function in local.functions : { for job in function.enqueues : "${name} ${job}" => { function = name, job = job } }
  ]...)

  project  = var.project_id
  location = google_cloud_tasks_queue.job[each.value.job].location
  name     = google_cloud_tasks_queue.job[each.value.job].name
  role     = "roles/cloudtasks.enqueuer"
  member   = "serviceAccount:${local.function_emails[each.value.function]}"

  depends_on = [google_service_account.function]
}
