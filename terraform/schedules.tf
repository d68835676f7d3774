locals {
  # An attempt may last a little longer than the function's own timeout, whose answer is the better one; Cloud
  # Scheduler takes 15 s to 30 min.
  attempt_s = { for name, function in local.refreshers : name => min(max(function.timeout_s + 5, 15), 1800) }
}

resource "google_cloud_scheduler_job" "refresh" {
  for_each = local.refreshers

  project          = var.project_id
  region           = var.region
  name             = each.value.service
  description      = substr(each.value.description, 0, 499)
  schedule         = each.value.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${local.attempt_s[each.key]}s"
  paused           = var.schedules_paused

  # A run that failed is tried again while that still helps: the next one comes anyway.
  retry_config {
    retry_count          = each.value.promise_s < 300 ? 1 : 3
    min_backoff_duration = "5s"
    max_backoff_duration = "60s"
    max_retry_duration   = "${min(floor(each.value.promise_s / 2), 600)}s"
    max_doublings        = 3
  }

  http_target {
    uri         = each.value.url
    http_method = "POST"

    oidc_token {
      service_account_email = local.emails["scheduler"]
      audience              = each.value.url
    }
  }

  lifecycle {
    precondition {
      condition     = can(regex("^(\\S+ ){4}\\S+$", each.value.schedule))
      error_message = "functions/${each.key}/function.yaml: schedule: five fields, as of cron."
    }
  }

  # After the function: a job that calls nobody only makes noise.
  depends_on = [module.function, google_project_iam_member.platform]
}
