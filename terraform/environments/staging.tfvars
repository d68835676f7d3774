# The shape of production with a database of its own, small and without a standby.
environment              = "staging"
database_tier            = "db-g1-small"
database_max_connections = 250
database_disk_limit_gb   = 50
database_standby         = false
database_backups         = 7
budget_usd               = 80
