# What an operator may get wrong is refused before anything is planned, by a message that names the variable.
variables {
  project_id               = "demo-cryptoprism"
  project_number           = "123456789012"
  alert_email              = "operator@example.com"
  environment              = "dev"
  database_tier            = "db-f1-micro"
  database_max_connections = 200
  database_disk_limit_gb   = 20
  database_standby         = false
  database_backups         = 7
  budget_usd               = 30
}

run "takes_what_the_examples_say" {
  command = plan

  assert {
    condition     = google_sql_database_instance.main.settings[0].availability_type == "ZONAL"
    error_message = "a development database needs no standby"
  }
  assert {
    condition     = length(google_billing_budget.month) == 0 && length(google_firebase_hosting_site.dashboard) == 0
    error_message = "what needs an account of its own is made only where one is named"
  }
  assert {
    condition     = output.connections_at_most <= 160
    error_message = "more connections than PostgreSQL accepts"
  }
}

run "refuses_a_project_id_for_a_number" {
  command = plan
  variables { project_number = "demo-cryptoprism" }
  expect_failures = [var.project_number]
}

run "refuses_an_unknown_environment" {
  command = plan
  variables { environment = "test" }
  expect_failures = [var.environment, ]
}

run "refuses_a_region_without_gateway" {
  command = plan
  variables { region = "moon-north1" }
  expect_failures = [var.region]
}

run "refuses_a_tier_of_another_edition" {
  command = plan
  variables { database_tier = "db-perf-optimized-N-2" }
  expect_failures = [var.database_tier]
}

run "refuses_a_runtime_without_lock" {
  command = plan
  variables { runtime = "python39" }
  expect_failures = [var.runtime]
}

run "refuses_a_subnet_too_small_for_direct_vpc" {
  command = plan
  variables { network_cidr = "10.0.0.0/28" }
  expect_failures = [var.network_cidr]
}

run "refuses_a_counter_that_is_none" {
  command = plan
  variables { secret_versions = { COINCAP_KEYS = "latest" } }
  expect_failures = [var.secret_versions]
}

run "refuses_a_secret_that_nobody_reads" {
  command = plan
  variables { secret_versions = { NOBODYS_KEY = "1" } }
  expect_failures = [google_secret_manager_secret_version.key]
}

run "refuses_more_connections_than_there_are" {
  command = plan
  variables {
    environment              = "prod"
    database_max_connections = 100
  }
  expect_failures = [google_sql_database_instance.main]
}

run "refuses_a_mail_address_that_is_none" {
  command = plan
  variables { alert_email = "operator" }
  expect_failures = [var.alert_email]
}

run "refuses_a_budget_of_nothing" {
  command = plan
  variables { budget_usd = 0 }
  expect_failures = [var.budget_usd]
}

run "refuses_origins_with_paths" {
  command = plan
  variables { cors_origins = ["https://app.example.com/path"] }
  expect_failures = [var.cors_origins]
}

run "keeps_the_gateway_while_functions_are_released" {
  command = plan
  variables { gateway_config = "cryptoprism-0123456789ab" }

  assert {
    condition     = endswith(google_api_gateway_gateway.main.api_config, "/configs/cryptoprism-0123456789ab")
    error_message = "the gateway moves although it was told to stay"
  }
}

run "asks_for_keys_where_they_are_required" {
  command = plan
  variables {
    api_key_required = true
    api_keys         = { partner = "A partner" }
  }

  assert {
    condition = alltrue([
      for path, item in yamldecode(local.served_spec).paths :
      !contains(keys(item.options), "security") && (contains(local.without_key, path) || !contains(keys(item), "get") || try(item.get.security[0].api_key == [], false))
    ])
    error_message = "an operation goes without a key, or a preflight needs one"
  }
  assert {
    condition     = length(google_apikeys_key.caller) == 1
    error_message = "the caller has no key"
  }
}
