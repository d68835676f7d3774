# What is watched and who is told. What each alert means and what to do: docs/operations.md, section of its name.
locals {
  guide = "docs/operations.md"

  counted_logs = {
    refresh_succeeded = {
      description = "Refreshes that stored data, by name."
      filter      = "jsonPayload.message=\"refresh.finished\" AND jsonPayload.outcome=(\"succeeded\" OR \"degraded\")"
      label       = "refresh"
    }
    refresh_failed = {
      description = "Refreshes in which every source failed, or PostgreSQL did, by name."
      filter      = "jsonPayload.message=\"refresh.finished\" AND jsonPayload.outcome=\"failed\""
      label       = "refresh"
    }
    refresh_degraded = {
      description = "Refreshes that lost a source they wanted, by name."
      filter      = "jsonPayload.message=\"refresh.finished\" AND jsonPayload.outcome=\"degraded\""
      label       = "refresh"
    }
    request_failed = {
      description = "Requests that ended in an error nobody foresaw, by function."
      filter      = "jsonPayload.message=\"request.failed\""
      label       = null
    }
  }

  # An absence alert sees at most 23.5 hours: it serves refreshers whose three promises fit in there. The others, which
  # run once a day or less, are told of by their failures, and by the platform's own status when they stay away.
  longest_absence_s = 84600
  absent_after_s    = { for name, function in local.refreshers : name => max(3 * function.promise_s, 180) if 3 * function.promise_s <= 84600 }
  seldom_refreshers = { for name, function in local.refreshers : name => function if 3 * function.promise_s > local.longest_absence_s }

  # Two windows each: the long one says that it matters, the short one that it still goes on.
  # Source: https://sre.google/workbook/alerting-on-slos/
  burn_rates = {
    fast = { factor = 14.4, long = "3600s", short = "300s", severity = "CRITICAL" }
    slow = { factor = 6, long = "21600s", short = "1800s", severity = "WARNING" }
  }

  burn_alerts = merge([
    for name, function in local.api_functions : {
      for speed, rate in local.burn_rates : "${name} ${speed}" => merge(rate, { function = name, service = function.service, speed = speed })
    }
  ]...)

  run_filter = {
    for name, function in local.functions : name => "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${function.service}\""
  }
}

resource "google_monitoring_notification_channel" "mail" {
  project      = var.project_id
  display_name = "CryptoPrism ${var.environment}"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [google_project_service.api]
}

resource "google_logging_metric" "counted" {
  for_each = local.counted_logs

  project     = var.project_id
  name        = "cryptoprism/${each.key}"
  description = each.value.description
  filter      = "resource.type=\"cloud_run_revision\" AND ${each.value.filter}"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    unit        = "1"

    dynamic "labels" {
      for_each = each.value.label[*]
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  label_extractors = { for label in each.value.label[*] : label => "EXTRACT(jsonPayload.${label})" }

  depends_on = [google_project_service.api]
}

resource "google_monitoring_service" "function" {
  for_each = local.api_functions

  project      = var.project_id
  service_id   = "cryptoprism-${each.value.service}"
  display_name = "CryptoPrism ${each.key}"

  basic_service {
    service_type   = "CLOUD_RUN"
    service_labels = { service_name = each.value.service, location = var.region }
  }

  depends_on = [module.function]
}

resource "google_monitoring_slo" "availability" {
  for_each = local.api_functions

  project             = var.project_id
  service             = google_monitoring_service.function[each.key].service_id
  slo_id              = "availability"
  display_name        = "${var.availability_goal * 100} % of calls do not fail"
  goal                = var.availability_goal
  rolling_period_days = 30

  request_based_sli {
    good_total_ratio {
      # What callers did wrong is not ours: 4xx counts as good.
      bad_service_filter   = "metric.type=\"run.googleapis.com/request_count\" AND ${local.run_filter[each.key]} AND metric.labels.response_code_class=\"5xx\""
      total_service_filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.run_filter[each.key]}"
    }
  }
}

resource "google_monitoring_slo" "latency" {
  for_each = local.api_functions

  project             = var.project_id
  service             = google_monitoring_service.function[each.key].service_id
  slo_id              = "latency"
  display_name        = "${var.latency_goal * 100} % of calls within ${var.latency_ms} ms"
  goal                = var.latency_goal
  rolling_period_days = 30

  request_based_sli {
    distribution_cut {
      distribution_filter = "metric.type=\"run.googleapis.com/request_latencies\" AND ${local.run_filter[each.key]}"
      range {
        max = var.latency_ms
      }
    }
  }
}

resource "google_monitoring_alert_policy" "availability_burns" {
  for_each = local.burn_alerts

  project               = var.project_id
  display_name          = "Availability of ${each.value.function} burns ${each.value.speed}"
  combiner              = "AND"
  severity              = each.value.severity
  notification_channels = [google_monitoring_notification_channel.mail.id]

  dynamic "conditions" {
    for_each = { long = each.value.long, short = each.value.short }
    content {
      display_name = "${each.value.factor} times too fast over ${conditions.value}"
      condition_threshold {
        filter          = "select_slo_burn_rate(\"${google_monitoring_slo.availability[each.value.function].id}\", \"${conditions.value}\")"
        comparison      = "COMPARISON_GT"
        threshold_value = each.value.factor
        duration        = "0s"
      }
    }
  }

  documentation {
    subject = "CryptoPrism ${var.environment}: ${each.value.function} fails too often"
    content = "Calls of ${each.value.function} end in 5xx so often that the month's allowance is used up ${each.value.factor} times too fast. ${local.guide}, section \"Availability burns\"."
  }
}

resource "google_monitoring_alert_policy" "latency_burns" {
  for_each = local.api_functions

  project               = var.project_id
  display_name          = "Latency of ${each.key} burns slow"
  combiner              = "AND"
  severity              = "WARNING"
  notification_channels = [google_monitoring_notification_channel.mail.id]

  dynamic "conditions" {
    for_each = { long = local.burn_rates.slow.long, short = local.burn_rates.slow.short }
    content {
      display_name = "${local.burn_rates.slow.factor} times too fast over ${conditions.value}"
      condition_threshold {
        filter          = "select_slo_burn_rate(\"${google_monitoring_slo.latency[each.key].id}\", \"${conditions.value}\")"
        comparison      = "COMPARISON_GT"
        threshold_value = local.burn_rates.slow.factor
        duration        = "0s"
      }
    }
  }

  documentation {
    subject = "CryptoPrism ${var.environment}: ${each.key} is slow"
    content = "Too many calls of ${each.key} take longer than ${var.latency_ms} ms. ${local.guide}, section \"Latency burns\"."
  }
}

resource "google_monitoring_alert_policy" "refresh_absent" {
  for_each = local.absent_after_s

  project               = var.project_id
  display_name          = "No success of ${each.key}"
  combiner              = "OR"
  severity              = "ERROR"
  enabled               = !var.schedules_paused
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = "no success for ${each.value} s, three times its promise"
    condition_absent {
      filter   = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.counted["refresh_succeeded"].name}\" AND resource.type=\"cloud_run_revision\" AND metric.labels.refresh=\"${each.key}\""
      duration = "${ceil(each.value / 60) * 60}s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    subject = "CryptoPrism ${var.environment}: data of ${each.key} grow stale"
    content = "${each.key} stored nothing for ${each.value} s; answers made of its data say stale: true by now. ${local.guide}, section \"No success of a refresh\"."
  }
}

resource "google_monitoring_alert_policy" "refresh_failed" {
  for_each = local.seldom_refreshers

  project               = var.project_id
  display_name          = "${each.key} failed"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = "a run failed"
    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.counted["refresh_failed"].name}\" AND resource.type=\"cloud_run_revision\" AND metric.labels.refresh=\"${each.key}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_SUM"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    subject = "CryptoPrism ${var.environment}: ${each.key} failed"
    content = "${each.key} runs so seldom that its absence cannot be watched; this run of it failed. ${local.guide}, section \"A seldom refresh failed\"."
  }
}

resource "google_monitoring_uptime_check_config" "gateway" {
  project      = var.project_id
  display_name = "CryptoPrism gateway"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = "/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
    accepted_response_status_codes {
      status_value = 200
    }
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = google_api_gateway_gateway.main.default_hostname }
  }
}

# What stays away longer than any alert can look back is counted by the platform itself.
resource "google_monitoring_uptime_check_config" "refreshes" {
  project      = var.project_id
  display_name = "CryptoPrism refreshes"
  timeout      = "30s"
  period       = "900s"

  http_check {
    path         = "/api/v1/status"
    port         = 443
    use_ssl      = true
    validate_ssl = true
    accepted_response_status_codes {
      status_value = 200
    }
  }

  content_matchers {
    content = "0"
    matcher = "MATCHES_JSON_PATH"
    json_path_matcher {
      json_path    = "$.data.summary.refreshes_late"
      json_matcher = "EXACT_MATCH"
    }
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = google_api_gateway_gateway.main.default_hostname }
  }
}

locals {
  # Thresholds over one metric each.
  threshold_alerts = {
    gateway_down = {
      title     = "The gateway does not answer"
      severity  = "CRITICAL"
      filter    = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.gateway.uptime_check_id}\""
      above     = 1
      lasting   = "120s"
      align     = "1200s"
      aligner   = "ALIGN_NEXT_OLDER"
      reducer   = "REDUCE_COUNT_FALSE"
      group_by  = ["resource.label.host"]
      condition = "/health fails from two regions or more"
    }
    refreshes_late = {
      title     = "A refresh is late"
      severity  = "WARNING"
      filter    = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.refreshes.uptime_check_id}\""
      above     = 1
      lasting   = "900s"
      align     = "1200s"
      aligner   = "ALIGN_NEXT_OLDER"
      reducer   = "REDUCE_COUNT_FALSE"
      group_by  = ["resource.label.host"]
      condition = "/api/v1/status counts a refresh without success for three promises, or does not answer"
    }
    database_connections = {
      title     = "PostgreSQL runs out of connections"
      severity  = "ERROR"
      filter    = "metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\" AND resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project_id}:cryptoprism-${var.environment}\""
      above     = 0.85 * var.database_max_connections
      lasting   = "300s"
      align     = "60s"
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_SUM"
      group_by  = []
      condition = "more than 85 % of max_connections"
    }
    database_disk = {
      title     = "PostgreSQL's disk reaches its limit"
      severity  = "ERROR"
      filter    = "metric.type=\"cloudsql.googleapis.com/database/disk/bytes_used\" AND resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project_id}:cryptoprism-${var.environment}\""
      above     = 0.85 * var.database_disk_limit_gb * 1024 * 1024 * 1024
      lasting   = "900s"
      align     = "300s"
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      group_by  = []
      condition = "more than 85 % of database_disk_limit_gb"
    }
    database_cpu = {
      title     = "PostgreSQL is short of processor"
      severity  = "WARNING"
      filter    = "metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\" AND resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project_id}:cryptoprism-${var.environment}\""
      above     = 0.85
      lasting   = "900s"
      align     = "60s"
      aligner   = "ALIGN_MEAN"
      reducer   = "REDUCE_MEAN"
      group_by  = []
      condition = "more than 85 % for 15 minutes"
    }
    request_failed = {
      title     = "Errors that nobody foresaw"
      severity  = "WARNING"
      filter    = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.counted["request_failed"].name}\" AND resource.type=\"cloud_run_revision\""
      above     = 10
      lasting   = "0s"
      align     = "600s"
      aligner   = "ALIGN_SUM"
      reducer   = "REDUCE_SUM"
      group_by  = []
      condition = "more than 10 in 10 minutes"
    }
  }
}

resource "google_monitoring_alert_policy" "threshold" {
  for_each = local.threshold_alerts

  project               = var.project_id
  display_name          = each.value.title
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [google_monitoring_notification_channel.mail.id]

  conditions {
    display_name = each.value.condition
    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = each.value.lasting
      aggregations {
        alignment_period     = each.value.align
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = each.value.group_by
      }
    }
  }

  documentation {
    subject = "CryptoPrism ${var.environment}: ${each.value.title}"
    content = "${each.value.condition}. ${local.guide}, section \"${each.value.title}\"."
  }

  depends_on = [google_sql_database_instance.main]
}
