# What is deployed, by content, and what the pipeline leaves behind: plans and release records.
locals {
  buckets = {
    bundles  = "Zips of the functions, named by what is in them."
    releases = "Plans, release records and reports of the pipeline."
  }
}

resource "google_storage_bucket" "main" {
  for_each = local.buckets

  project                     = var.project_id
  name                        = "${var.project_id}-cryptoprism-${each.key}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  # A version that was overwritten or deleted; what is current is never deleted by age, because an unchanged function
  # is built again from its old zip when its settings change.
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 90
      with_state                 = "ARCHIVED"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_object" "bundle" {
  for_each = local.functions

  bucket = google_storage_bucket.main["bundles"].name
  # The name carries the hash: a function is deployed anew when, and only when, its own content changed.
  name   = "functions/${each.key}/${try(one(local.bundles[each.key]), "missing.zip")}"
  source = "${path.module}/${var.bundles}/${try(one(local.bundles[each.key]), "missing.zip")}"
  # Kept for whoever asks what a revision was made of.
  deletion_policy = "ABANDON"

  lifecycle {
    precondition {
      condition     = length(try(local.bundles[each.key], [])) == 1
      error_message = "bundles: ${var.bundles} must hold exactly one ${each.key}-<sha256>.zip; run `nox -s bundle`."
    }
  }
}

resource "google_storage_bucket_iam_member" "builder_reads" {
  bucket = google_storage_bucket.main["bundles"].name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${local.emails["builder"]}"

  depends_on = [google_service_account.platform]
}

# Images that Cloud Functions builds from the bundles, and that of the migrations.
resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  location      = var.region
  repository_id = "cryptoprism"
  format        = "DOCKER"
  description   = "Images of the functions and of the migration job."

  # A rollback starts the image of an earlier revision: the last ten of each are kept.
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_artifact_registry_repository_iam_member" "builder_writes" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${local.emails["builder"]}"

  depends_on = [google_service_account.platform]
}

# Its source bucket belongs to Cloud Functions; the builder reads what the API staged there.
resource "google_project_iam_member" "builder_reads_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = "serviceAccount:${local.emails["builder"]}"

  condition {
    title      = "sources of functions only"
    expression = "resource.name.startsWith('projects/_/buckets/gcf-v2-sources-')"
  }

  depends_on = [google_service_account.platform]
}
