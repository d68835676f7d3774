# What starts a release in Cloud Build: dev and staging go through at once, prod is planned first and applied once
# somebody has read the plan and approved. The repository has to be connected to Cloud Build by hand before.
locals {
  triggers = var.pipeline_repository == null ? {} : (
    var.environment == "prod"
    ? {
      plan    = { stage = "plan", tag = "^v.*$", branch = null, approval = false }
      release = { stage = "release", tag = "^v.*$", branch = null, approval = true }
    }
    : {
      release = { stage = "all", tag = null, branch = var.environment == "dev" ? "^dev$" : "^main$", approval = false }
    }
  )
}

resource "google_cloudbuild_trigger" "pipeline" {
  for_each = local.triggers

  project         = var.project_id
  name            = "cryptoprism-${var.environment}-${each.key}"
  description     = each.value.approval ? "Applies the plan that was kept, once it is approved." : "Checks, plans and, outside of prod, releases."
  filename        = "cloudbuild.yaml"
  service_account = google_service_account.platform["deployer"].id

  substitutions = {
    _STAGE        = each.value.stage
    _ENVIRONMENT  = var.environment
    _REGION       = var.region
    _STATE_BUCKET = var.state_bucket
  }

  github {
    owner = var.pipeline_repository.owner
    name  = var.pipeline_repository.name

    push {
      branch = each.value.branch
      tag    = each.value.tag
    }
  }

  approval_config {
    approval_required = each.value.approval
  }

  depends_on = [google_project_service.api]
}
