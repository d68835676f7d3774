environment              = "prod"
database_tier            = "db-custom-2-7680"
database_max_connections = 500
database_disk_gb         = 50
database_disk_limit_gb   = 500
database_standby         = true
database_backups         = 30
budget_usd               = 600
