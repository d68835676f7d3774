# The manifests are the one source: a new folder below functions/ is a new function, and nothing here changes.
locals {
  manifests = {
    for file in fileset("${path.module}/../functions", "*/function.yaml") :
    dirname(file) => yamldecode(file("${path.module}/../functions/${file}"))
  }

  bundles = {
    for file in fileset("${path.module}/${var.bundles}", "*.zip") :
    regex("^(.+)-[0-9a-f]{64}[.]zip$", file)[0] => file...
    if can(regex("^.+-[0-9a-f]{64}[.]zip$", file))
  }

  functions = {
    for name, manifest in local.manifests : name => {
      kind        = manifest.kind
      description = manifest.description
      routes      = try(manifest.routes, [])
      hot         = try(manifest.hot, [])
      private     = try(manifest.private, [])
      schedule    = try(manifest.schedule, null)
      enqueues    = try(manifest.enqueues, [])
      promise_s   = try(manifest.promise_s, null)
      warms       = try(manifest.warms, [])
      memory_mb   = manifest.memory_mb
      cpu         = manifest.cpu
      timeout_s   = manifest.timeout_s
      concurrency = manifest.concurrency
      instances   = manifest.instances[var.environment]
      database    = manifest.database
      pool        = try(manifest.pool, { size = 5, overflow = 3 })
      secrets     = try(manifest.secrets, [])

      # Kebab-case, so that the Cloud Run service has the same name as the function.
      service = replace(name, "_", "-")
      # An account's id has six characters at least.
      account = length(name) < 3 ? "fn-${name}-function" : "fn-${replace(name, "_", "-")}"
      url     = "https://${replace(name, "_", "-")}-${var.project_number}.${var.region}.run.app"
    }
  }

  api_functions       = { for name, function in local.functions : name => function if function.kind == "api" }
  refreshers          = { for name, function in local.functions : name => function if function.schedule != null }
  jobs                = { for name, function in local.functions : name => function if function.kind == "job" }
  database_functions  = { for name, function in local.functions : name => function if function.database != "none" }
  connections_at_most = 2 * sum(concat([0], [for function in local.database_functions : function.instances.max * (function.pool.size + function.pool.overflow)]))
}
