terraform {
  # 1.11 is the first with write-only arguments, which keep secret values out of plans and state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source = "hashicorp/google"
      # From 7.32 on, all_traffic_on_latest_revision = false leaves the traffic of a function as it is.
      version = "~> 8.7"
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 8.7"
    }
  }

  # One bucket with versioning for all environments, one prefix for each:
  # terraform init -backend-config=bucket=STATE_BUCKET -backend-config=prefix=cryptoprism/dev
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region
  # Budgets belong to a billing account; their API wants to know whose quota is used.
  billing_project       = var.project_id
  user_project_override = true
  default_labels        = local.labels
}

provider "google-beta" {
  project               = var.project_id
  region                = var.region
  billing_project       = var.project_id
  user_project_override = true
  default_labels        = local.labels
}

locals {
  labels = { application = "cryptoprism", environment = var.environment }
}
