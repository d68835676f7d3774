output "gateway_url" {
  description = "Where callers find the API."
  value       = local.gateway_url
}

output "gateway_config" {
  description = "Id of the gateway configuration that belongs to this state of the code."
  value       = local.config_id
}

output "functions" {
  description = "Each function's Cloud Run service, kind and own address, which only its one caller may use."
  value = {
    for name, function in local.functions :
    name => { service = function.service, kind = function.kind, url = function.url, database = function.database }
  }
}

output "database_connection" {
  description = "Connection name of PostgreSQL, for the Cloud SQL proxy."
  value       = "${var.project_id}:${var.region}:cryptoprism-${var.environment}"
}

output "connections_at_most" {
  description = "Connections that two revisions of all functions may open together; at most 80 % of database_max_connections."
  value       = local.connections_at_most
}

output "secrets_without_value" {
  description = "Secrets that manifests name and nobody gave a value: their functions run without them."
  value       = [for secret in keys(local.secret_readers) : secret if !contains(keys(var.secret_versions), secret)]
}

output "releases_bucket" {
  description = "Where the pipeline keeps plans and release records."
  value       = google_storage_bucket.main["releases"].name
}

output "images" {
  description = "Where images are pushed to."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "accounts" {
  description = "E-mails of the platform's own accounts."
  value       = local.emails
}

output "github_provider" {
  description = "What the GitHub workflow names as its workload identity provider; null without github_repository_id."
  value       = one(google_iam_workload_identity_pool_provider.github[*].name)
}

output "dashboard_url" {
  description = "Address of the dashboard; null without hosting_site."
  value       = one(google_firebase_hosting_site.dashboard[*].default_url)
}
