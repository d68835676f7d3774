locals {
  # Every secret that a manifest names, with the functions that name it.
  secret_readers = {
    for secret in toset(flatten([for function in local.functions : function.secrets])) :
    secret => [for name, function in local.functions : name if contains(function.secrets, secret)]
  }
}

resource "google_secret_manager_secret" "key" {
  for_each = local.secret_readers

  project   = var.project_id
  secret_id = each.key

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_version" "key" {
  for_each = var.secret_versions

  secret = google_secret_manager_secret.key[each.key].id
  # Write-only: in neither plan nor state. Read only when the counter changes; a pipeline that knows no values sends the
  # text below, and nobody looks at it.
  secret_data_wo         = lookup(var.secret_values, each.key, "no value was given with the new counter")
  secret_data_wo_version = each.value
  # Revisions that a rollback returns to are bound to the version before.
  deletion_policy = "ABANDON"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = contains(keys(local.secret_readers), each.key)
      error_message = "secret_versions: no functions/*/function.yaml names the secret ${each.key}."
    }
  }
}

# A binding, not members: it is the whole list, and what somebody added by hand goes with the next apply.
resource "google_secret_manager_secret_iam_binding" "readers" {
  for_each = local.secret_readers

  project   = var.project_id
  secret_id = google_secret_manager_secret.key[each.key].secret_id
  role      = "roles/secretmanager.secretAccessor"
  members   = [for name in each.value : "serviceAccount:${local.function_emails[name]}"]

  depends_on = [google_service_account.function]
}
