variable "project_id" {
  description = "The Google Cloud project that holds everything of this environment. Free."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "project_number" {
  description = "The project's number (gcloud projects describe PROJECT --format='value(projectNumber)'). The functions' addresses are made of it, so that the gateway's configuration is known before anything exists."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{6,20}$", var.project_number))
    error_message = "project_number: digits only; it is the number of the project, not its id."
  }
}

variable "environment" {
  description = "Which set of instance counts the manifests are read for."
  type        = string
  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment: dev, staging or prod."
  }
}

variable "region" {
  description = "Where functions, database, gateway and schedules are. Prices in docs/operations.md are those of us-central1; API Gateway is not in every region."
  type        = string
  default     = "us-central1"
  validation {
    condition     = contains(["asia-east1", "asia-northeast1", "australia-southeast1", "europe-west1", "europe-west2", "us-east1", "us-east4", "us-central1", "us-west2", "us-west3", "us-west4"], var.region)
    error_message = "region: API Gateway is not offered there."
  }
}

variable "firestore_location" {
  description = "Where documents are; can never be changed. A region costs half of a multi-region such as nam5."
  type        = string
  default     = "us-central1"
  validation {
    condition     = can(regex("^[a-z]+[0-9]+$|^[a-z]+-[a-z]+[0-9]+$", var.firestore_location))
    error_message = "firestore_location: a region such as us-central1, or nam5 or eur3."
  }
}

variable "runtime" {
  description = "Python of the functions; the locks in requirements/ are made for 3.11 to 3.13."
  type        = string
  default     = "python313"
  validation {
    condition     = contains(["python311", "python312", "python313"], var.runtime)
    error_message = "runtime: python311, python312 or python313."
  }
}

variable "bundles" {
  description = "Folder with one <function>-<sha256>.zip for each function, as `nox -s bundle` writes them; relative to the folder of this file."
  type        = string
  default     = "../build"
}

variable "database_tier" {
  description = "Size of PostgreSQL: db-f1-micro about 8, db-g1-small 26, db-custom-2-7680 99 US dollars a month (twice that with a standby)."
  type        = string
  validation {
    condition     = can(regex("^db-(f1-micro|g1-small|custom-[0-9]+-[0-9]+)$", var.database_tier))
    error_message = "database_tier: db-f1-micro, db-g1-small or db-custom-<CPUs>-<MB>, which are what edition ENTERPRISE offers."
  }
}

variable "database_version" {
  description = "PostgreSQL's major version as Cloud SQL names it; tests run on 18."
  type        = string
  default     = "POSTGRES_18"
  validation {
    condition     = contains(["POSTGRES_17", "POSTGRES_18"], var.database_version)
    error_message = "database_version: POSTGRES_17 or POSTGRES_18; older ones lack what the migrations use."
  }
}

variable "database_max_connections" {
  description = "Connections that PostgreSQL accepts. Two revisions of every function at their most instances may take 80 % of them; each costs about 5 to 10 MB when it is open."
  type        = number
  validation {
    condition     = var.database_max_connections >= 100 && var.database_max_connections <= 1000
    error_message = "database_max_connections: 100 to 1000."
  }
}

variable "database_disk_gb" {
  description = "Disk of PostgreSQL at first, in GB at about 0.17 US dollars a month (twice that with a standby); it grows by itself."
  type        = number
  default     = 10
  validation {
    condition     = var.database_disk_gb >= 10 && var.database_disk_gb <= 10000
    error_message = "database_disk_gb: 10 to 10000."
  }
}

variable "database_disk_limit_gb" {
  description = "How far the disk may grow by itself, in GB; it never shrinks, and what it has grown to is paid."
  type        = number
  validation {
    condition     = var.database_disk_limit_gb >= 10 && var.database_disk_limit_gb <= 10000
    error_message = "database_disk_limit_gb: 10 to 10000."
  }
}

variable "database_standby" {
  description = "Whether a second instance in another zone takes over within about a minute; doubles the price of the database."
  type        = bool
}

variable "database_backups" {
  description = "How many daily backups are kept; each costs about 0.08 US dollars a GB and month."
  type        = number
  validation {
    condition     = var.database_backups >= 7 && var.database_backups <= 365
    error_message = "database_backups: 7 to 365."
  }
}

variable "deletion_protection" {
  description = "Whether Terraform and Google both refuse to delete the databases. To delete an environment, apply with false first."
  type        = bool
  default     = true
}

variable "network_cidr" {
  description = "Addresses of the subnet that functions with a database reach it from. Direct VPC takes two for each instance, in blocks of 16."
  type        = string
  default     = "10.20.0.0/24"
  validation {
    condition     = can(cidrhost(var.network_cidr, 0)) && try(tonumber(split("/", var.network_cidr)[1]) <= 26, false)
    error_message = "network_cidr: an IPv4 range of at least 64 addresses, such as 10.20.0.0/24."
  }
}

variable "secret_versions" {
  description = "For each secret that has a value, a counter: raise it together with a new value in secret_values. A secret without an entry exists but is given to no function. About 0.06 US dollars a month for each version."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for version in values(var.secret_versions) : can(regex("^[1-9][0-9]*$", version))])
    error_message = "secret_versions: each value is a whole number from 1, such as { COINCAP_KEYS = \"1\" }."
  }
}

variable "secret_values" {
  description = "New values of secrets whose counter in secret_versions was raised; sent to Secret Manager and kept neither in the plan nor in the state. Give it as TF_VAR_secret_values, never in a file of the repository."
  type        = map(string)
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "rate_limits" {
  description = "Requests a minute, for each group of endpoints and instance, by plan; anonymous callers are counted by address. A function that runs on n instances lets through up to n times as many."
  type        = map(number)
  default     = { anonymous = 300, free = 600, pro = 6000, operator = 60000 }

  validation {
    condition     = toset(keys(var.rate_limits)) == toset(["anonymous", "free", "pro", "operator"]) && alltrue([for count in values(var.rate_limits) : count >= 1 && floor(count) == count])
    error_message = "Give anonymous, free, pro and operator a whole number of requests a minute, at least 1."
  }
}

variable "cors_origins" {
  description = "Origins whose pages may call the API, such as https://app.example.com; * for all of them."
  type        = list(string)
  default     = ["*"]
  validation {
    condition     = length(var.cors_origins) > 0 && alltrue([for origin in var.cors_origins : origin == "*" || can(regex("^https?://[^/ ,]+$", origin))])
    error_message = "cors_origins: * or scheme://host without a path."
  }
}

variable "market_tokens" {
  description = "How many tokens a market refresh asks the providers for; 250 are one page of CoinGecko."
  type        = number
  default     = 250
  validation {
    condition     = var.market_tokens >= 1 && var.market_tokens <= 20000
    error_message = "market_tokens: 1 to 20000."
  }
}

variable "api_keys" {
  description = "For each caller an API key of the gateway, by a short name with a description. Free."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name in keys(var.api_keys) : can(regex("^[a-z][a-z0-9-]{1,40}$", name))])
    error_message = "api_keys: names are lower-case letters, digits and hyphens."
  }
}

variable "api_key_required" {
  description = "Whether the gateway refuses calls without an API key (health, preflights and the documentation apart). Without it everybody may call, and only keys count against the quota."
  type        = bool
  default     = false
}

variable "api_requests_per_minute" {
  description = "Calls a minute that the gateway accepts with keys of one project, where keys are required; more are answered 429."
  type        = number
  default     = 6000
  validation {
    condition     = var.api_requests_per_minute >= 60 && var.api_requests_per_minute <= 600000
    error_message = "api_requests_per_minute: 60 to 600000."
  }
}

variable "gateway_config" {
  description = "Id of the configuration that the gateway keeps serving. The pipeline names the present one while functions are released, so that the gateway changes last; null takes the newest."
  type        = string
  default     = null
  validation {
    condition     = var.gateway_config == null || can(regex("^[a-z0-9-]{1,63}$", var.gateway_config))
    error_message = "gateway_config: the id of an API config, such as cryptoprism-0123456789ab."
  }
}

variable "schedules_paused" {
  description = "Whether no refresh runs by itself. Data then grows stale and says so."
  type        = bool
  default     = false
}

variable "migration_image" {
  description = "Image of the migration job when it is first made; afterwards the pipeline sets it with every release. The default is Google's sample job, which does nothing."
  type        = string
  default     = "us-docker.pkg.dev/cloudrun/container/job:latest"
}

variable "alert_email" {
  description = "Who is told when an alert fires."
  type        = string
  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", var.alert_email))
    error_message = "alert_email: an e-mail address."
  }
}

variable "availability_goal" {
  description = "Share of calls of each API function that must not fail with 5xx within 30 days."
  type        = number
  default     = 0.999
  validation {
    condition     = var.availability_goal >= 0.9 && var.availability_goal < 1
    error_message = "availability_goal: 0.9 to below 1."
  }
}

variable "latency_goal" {
  description = "Share of calls of each API function that must be answered within latency_ms within 30 days."
  type        = number
  default     = 0.95
  validation {
    condition     = var.latency_goal >= 0.5 && var.latency_goal < 1
    error_message = "latency_goal: 0.5 to below 1."
  }
}

variable "latency_ms" {
  description = "What counts as a quick answer of a function, in milliseconds, cold starts included."
  type        = number
  default     = 500
  validation {
    condition     = var.latency_ms >= 10 && var.latency_ms <= 10000
    error_message = "latency_ms: 10 to 10000."
  }
}

variable "billing_account" {
  description = "Billing account to put a budget on, as 0X0X0X-0X0X0X-0X0X0X; null makes no budget. Whoever applies needs roles/billing.costsManager on it."
  type        = string
  default     = null
  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account: three groups of six hexadecimal digits."
  }
}

variable "budget_usd" {
  description = "What this environment may cost a month, in US dollars; mails go out at 50, 90 and 100 %. Nothing is switched off."
  type        = number
  validation {
    condition     = var.budget_usd >= 1 && var.budget_usd <= 1000000 && floor(var.budget_usd) == var.budget_usd
    error_message = "budget_usd: a whole number from 1."
  }
}

variable "hosting_site" {
  description = "Name of the Firebase Hosting site for the dashboard (its address is https://NAME.web.app); null makes none. 10 GB a month are free."
  type        = string
  default     = null
  validation {
    condition     = var.hosting_site == null || can(regex("^[a-z0-9][a-z0-9-]{4,28}[a-z0-9]$", var.hosting_site))
    error_message = "hosting_site: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "github_repository_id" {
  description = "Number of the GitHub repository whose workflow may deploy (gh api repos/OWNER/NAME --jq .id); null lets none. A name could be taken over by somebody else, a number cannot."
  type        = string
  default     = null
  validation {
    condition     = var.github_repository_id == null || can(regex("^[0-9]+$", var.github_repository_id))
    error_message = "github_repository_id: digits."
  }
}

variable "pipeline_repository" {
  description = "GitHub repository, connected to Cloud Build, whose pushes start releases; null makes no triggers. About 0.006 US dollars a build minute past 2,500 a month."
  type        = object({ owner = string, name = string })
  default     = null
}

variable "state_bucket" {
  description = "Bucket of Terraform's state, made by hand before the first apply; the pipeline is told it."
  type        = string
  default     = null
  validation {
    condition     = var.state_bucket != null || var.pipeline_repository == null
    error_message = "state_bucket: the pipeline needs it where pipeline_repository is set."
  }
}
