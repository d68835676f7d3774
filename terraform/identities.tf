# Who acts: one account for each function, and one for each part of the platform. No account has a key.
locals {
  platform_accounts = {
    gateway    = "Calls API functions for the gateway's callers."
    scheduler  = "Starts refreshes and jobs."
    migrations = "Brings the database to the newest schema; owns its tables."
    builder    = "Builds the functions' images."
    deployer   = "Releases: applies this configuration and moves traffic."
  }

  # Written out instead of read from the accounts, so that a plan shows who may do what before any account exists.
  domain          = "${var.project_id}.iam.gserviceaccount.com"
  emails          = { for name in keys(local.platform_accounts) : name => "cryptoprism-${name}@${local.domain}" }
  function_emails = { for name, function in local.functions : name => "${function.account}@${local.domain}" }

  # All a function may do in the project; everything else is granted on the one secret or service.
  function_roles = merge([
    for name, function in local.functions : {
      for role in concat(["roles/datastore.user"], function.database == "none" ? [] : ["roles/cloudsql.client", "roles/cloudsql.instanceUser"], length(function.private) == 0 ? [] : ["roles/firebaseauth.viewer"]) :
      "${name} ${role}" => { email = local.function_emails[name], role = role }
    }
  ]...)

  platform_roles = merge([
    for name, roles in {
      migrations = ["roles/cloudsql.client", "roles/cloudsql.instanceUser"]
      builder    = ["roles/logging.logWriter"]
      # What applying this configuration takes, and no more. Roles of the platform itself are changed by an owner.
      deployer = [
        "roles/apigateway.admin",
        "roles/artifactregistry.admin",
        "roles/cloudbuild.builds.editor",
        "roles/cloudfunctions.admin",
        "roles/cloudscheduler.admin",
        "roles/cloudsql.admin",
        "roles/cloudtasks.admin",
        "roles/compute.networkAdmin",
        "roles/datastore.owner",
        "roles/firebase.viewer",
        "roles/firebasehosting.admin",
        "roles/firebaserules.admin",
        "roles/iam.serviceAccountAdmin",
        "roles/iam.workloadIdentityPoolAdmin",
        "roles/logging.configWriter",
        "roles/logging.logWriter",
        "roles/monitoring.editor",
        "roles/run.admin",
        "roles/secretmanager.admin",
        "roles/serviceusage.apiKeysAdmin",
        "roles/serviceusage.serviceUsageAdmin",
        "roles/storage.admin",
      ]
    } : { for role in roles : "${name} ${role}" => { email = local.emails[name], role = role } }
  ]...)

  # With the right to grant anything, the deployer would be an owner: it may grant what functions are given.
  grantable = join(", ", [for role in sort(distinct([for grant in local.function_roles : grant.role])) : "'${role}'"])
}

resource "google_service_account" "function" {
  for_each = local.functions

  project      = var.project_id
  account_id   = each.value.account
  display_name = "Function ${each.key}"
  description  = substr(each.value.description, 0, 256)

  lifecycle {
    precondition {
      condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", each.value.account))
      error_message = "functions/${each.key}/function.yaml: the folder's name makes the account id ${each.value.account}, which must have 6 to 30 characters."
    }
  }

  depends_on = [google_project_service.api]
}

resource "google_service_account" "platform" {
  for_each = local.platform_accounts

  project      = var.project_id
  account_id   = "cryptoprism-${each.key}"
  display_name = "CryptoPrism ${each.key}"
  description  = each.value

  depends_on = [google_project_service.api]
}

resource "google_project_iam_member" "function" {
  for_each = local.function_roles

  project = var.project_id
  role    = each.value.role
  member  = "serviceAccount:${each.value.email}"

  depends_on = [google_service_account.function]
}

resource "google_project_iam_member" "platform" {
  for_each = local.platform_roles

  project = var.project_id
  role    = each.value.role
  member  = "serviceAccount:${each.value.email}"

  depends_on = [google_service_account.platform]
}

resource "google_project_iam_member" "deployer_grants" {
  project = var.project_id
  role    = "roles/resourcemanager.projectIamAdmin"
  member  = "serviceAccount:${local.emails["deployer"]}"

  condition {
    title      = "roles of functions only"
    expression = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${local.grantable}])"
  }

  depends_on = [google_service_account.platform]
}

# Whoever makes a function that runs as an account must be allowed to use that account.
resource "google_service_account_iam_member" "deployer_uses" {
  for_each = merge(
    { for name, function in google_service_account.function : "function ${name}" => function.name },
    { for name in ["gateway", "scheduler", "migrations", "builder"] : "platform ${name}" => google_service_account.platform[name].name },
  )

  service_account_id = each.value
  role               = "roles/iam.serviceAccountUser"
  member             = "serviceAccount:${local.emails["deployer"]}"

  depends_on = [google_service_account.platform]
}

# The smoke test asks new revisions as the gateway and the scheduler would: the deployer mints their identity tokens.
resource "google_service_account_iam_member" "deployer_speaks_as" {
  for_each = toset(["gateway", "scheduler"])

  service_account_id = google_service_account.platform[each.value].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = "serviceAccount:${local.emails["deployer"]}"

  depends_on = [google_service_account.platform]
}

# GitHub's workflows exchange their own token for the deployer's, without a key; only those of one repository,
# and only for the environment that this is.
resource "google_iam_workload_identity_pool" "github" {
  count = var.github_repository_id == null ? 0 : 1

  project                   = var.project_id
  workload_identity_pool_id = "github"
  display_name              = "GitHub Actions"

  depends_on = [google_project_service.api]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  count = var.github_repository_id == null ? 0 : 1

  project                            = var.project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_condition                = "assertion.repository_id == '${var.github_repository_id}' && assertion.environment == '${var.environment}'"

  attribute_mapping = {
    "google.subject"          = "assertion.sub"
    "attribute.repository_id" = "assertion.repository_id"
    "attribute.environment"   = "assertion.environment"
  }

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "github_deploys" {
  count = var.github_repository_id == null ? 0 : 1

  service_account_id = google_service_account.platform["deployer"].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/projects/${var.project_number}/locations/global/workloadIdentityPools/github/attribute.repository_id/${var.github_repository_id}"

  depends_on = [google_iam_workload_identity_pool_provider.github]
}
