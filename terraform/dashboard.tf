# One page that tells whether the platform is well, from what callers see down to the database.
locals {
  every_service = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(",", [for function in local.functions : "\"${function.service}\""])})"
  this_database = "resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project_id}:cryptoprism-${var.environment}\""

  charts = [
    { title = "Calls a second, by function", filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.every_service}", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["resource.label.service_name"] },
    { title = "Failed calls a second (5xx), by function", filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.every_service} AND metric.labels.response_code_class=\"5xx\"", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["resource.label.service_name"] },
    { title = "95th percentile of latency in ms, by function", filter = "metric.type=\"run.googleapis.com/request_latencies\" AND ${local.every_service}", aligner = "ALIGN_PERCENTILE_95", reducer = "REDUCE_MAX", by = ["resource.label.service_name"] },
    { title = "Calls a second by revision: what a canary gets", filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.every_service}", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = ["resource.label.revision_name"] },
    { title = "Instances, by function", filter = "metric.type=\"run.googleapis.com/container/instance_count\" AND ${local.every_service}", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = ["resource.label.service_name"] },
    { title = "Memory used by an instance (share), by function", filter = "metric.type=\"run.googleapis.com/container/memory/utilizations\" AND ${local.every_service}", aligner = "ALIGN_PERCENTILE_99", reducer = "REDUCE_MAX", by = ["resource.label.service_name"] },
    { title = "Refreshes that stored data, by name", filter = "metric.type=\"logging.googleapis.com/user/cryptoprism/refresh_succeeded\" AND resource.type=\"cloud_run_revision\"", aligner = "ALIGN_SUM", reducer = "REDUCE_SUM", by = ["metric.label.refresh"] },
    { title = "Refreshes that failed or lost a source, by name", filter = "metric.type=one_of(\"logging.googleapis.com/user/cryptoprism/refresh_failed\",\"logging.googleapis.com/user/cryptoprism/refresh_degraded\") AND resource.type=\"cloud_run_revision\"", aligner = "ALIGN_SUM", reducer = "REDUCE_SUM", by = ["metric.label.refresh"] },
    { title = "Connections to PostgreSQL", filter = "metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\" AND ${local.this_database}", aligner = "ALIGN_MAX", reducer = "REDUCE_SUM", by = [] },
    { title = "Processor of PostgreSQL (share)", filter = "metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\" AND ${local.this_database}", aligner = "ALIGN_MEAN", reducer = "REDUCE_MEAN", by = [] },
    { title = "Documents read a second", filter = "metric.type=\"firestore.googleapis.com/document/read_count\" AND resource.type=\"firestore_instance\"", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = [] },
    { title = "Documents written a second", filter = "metric.type=\"firestore.googleapis.com/document/write_count\" AND resource.type=\"firestore_instance\"", aligner = "ALIGN_RATE", reducer = "REDUCE_SUM", by = [] },
  ]
}

resource "google_monitoring_dashboard" "main" {
  project = var.project_id

  dashboard_json = jsonencode({
    displayName = "CryptoPrism ${var.environment}"
    mosaicLayout = {
      columns = 12
      tiles = [
        for index, chart in local.charts : {
          xPos   = 6 * (index % 2)
          yPos   = 4 * floor(index / 2)
          width  = 6
          height = 4
          widget = {
            title = chart.title
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = chart.filter
                    aggregation = {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = chart.aligner
                      crossSeriesReducer = chart.reducer
                      groupByFields      = chart.by
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.api, google_logging_metric.counted]
}
