variable "project_id" {
  description = "Project of the function."
  type        = string
}

variable "region" {
  description = "Region of the function."
  type        = string
}

variable "name" {
  description = "Name of the function and of its Cloud Run service; kebab-case, so that both are the same."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.name))
    error_message = "functions/${var.entry_point}: the folder's name must make a service name of lower-case letters, digits and hyphens."
  }
}

variable "entry_point" {
  description = "The functions-framework target, named like the folder below functions/."
  type        = string
}

variable "description" {
  description = "What the function is for, from its manifest."
  type        = string
}

variable "labels" {
  description = "Labels, for the bill and for filters."
  type        = map(string)
  default     = {}
}

variable "runtime" {
  description = "Python version as Cloud Functions names it."
  type        = string
}

variable "memory_mb" {
  description = "Memory of an instance in MiB, paid for as long as it works at 0.0000025 US dollars a GiB and second."
  type        = number
  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 32768
    error_message = "functions/${var.entry_point}/function.yaml: memory_mb: 128 to 32768."
  }
}

variable "cpu" {
  description = "Processors of an instance, paid for as long as it works at 0.000024 US dollars each and second."
  type        = number
  validation {
    condition     = (var.cpu > 0 && var.cpu < 1) || contains([1, 2, 4, 6, 8], var.cpu)
    error_message = "functions/${var.entry_point}/function.yaml: cpu: below 1, or 1, 2, 4, 6 or 8."
  }
  validation {
    condition = var.memory_mb <= (
      var.cpu <= 0.5 ? 512 : var.cpu < 1 ? 1024 : var.cpu == 1 ? 4096 : var.cpu == 2 ? 8192 : var.cpu == 4 ? 16384 : var.cpu == 6 ? 24576 : 32768
    )
    error_message = "functions/${var.entry_point}/function.yaml: memory_mb: ${var.memory_mb} MiB is more than Google gives to ${var.cpu} processors."
  }
  validation {
    condition     = var.memory_mb >= (var.cpu >= 6 ? 4096 : var.cpu >= 4 ? 2048 : 128)
    error_message = "functions/${var.entry_point}/function.yaml: memory_mb: ${var.memory_mb} MiB is less than Google asks for ${var.cpu} processors."
  }
}

variable "timeout_s" {
  description = "Seconds after which a request is cut off."
  type        = number
  validation {
    condition     = var.timeout_s >= 1 && var.timeout_s <= 3600
    error_message = "functions/${var.entry_point}/function.yaml: timeout_s: 1 to 3600."
  }
}

variable "concurrency" {
  description = "Requests that one instance works on at a time."
  type        = number
  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000 && (var.concurrency == 1 || var.cpu >= 1)
    error_message = "functions/${var.entry_point}/function.yaml: concurrency: 1 to 1000, and 1 with less than one processor."
  }
}

variable "instances" {
  description = "Instances that are kept warm (about 9.70 US dollars a month each with 1 CPU and 512 MiB), and the most of one revision; a release runs two revisions at once."
  type        = object({ min = number, max = number })
  validation {
    condition     = var.instances.min >= 0 && var.instances.min <= var.instances.max && var.instances.max >= 1
    error_message = "functions/${var.entry_point}/function.yaml: instances: min from 0 to max, and max at least 1."
  }
}

variable "account" {
  description = "E-mail of the service account that the function runs as."
  type        = string
}

variable "invoker" {
  description = "E-mail of the only service account that may call the function."
  type        = string
  validation {
    condition     = endswith(var.invoker, ".iam.gserviceaccount.com")
    error_message = "functions/${var.entry_point}: only a service account may call a function."
  }
}

variable "builder" {
  description = "Id of the service account that builds the image."
  type        = string
}

variable "repository" {
  description = "Id of the Artifact Registry repository for the image."
  type        = string
}

variable "bundle" {
  description = "The zip with the function's code."
  type        = object({ bucket = string, object = string })
}

variable "database_subnet" {
  description = "Network and subnet through which PostgreSQL is reached; null for a function without a database."
  type        = object({ network = string, subnetwork = string })
  default     = null
}

variable "environment" {
  description = "Settings that are no secrets; the whole list is shared/core/settings.py."
  type        = map(string)
  validation {
    condition     = alltrue([for name in keys(var.environment) : !can(regex("(_KEYS?|_SECRET|_PASSWORD|_TOKEN)$", name))])
    error_message = "functions/${var.entry_point}: a setting that is named like a secret belongs to `secrets` in its manifest."
  }
}

variable "secrets" {
  description = "Secrets by the name of the environment variable, each with the version that the revision keeps."
  type        = map(object({ secret = string, version = string }))
  default     = {}
}
