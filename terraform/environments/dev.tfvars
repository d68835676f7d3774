# One developer's or a team's playground: nothing runs while nobody asks.
environment              = "dev"
database_tier            = "db-g1-small"
database_max_connections = 200
database_disk_limit_gb   = 20
database_standby         = false
database_backups         = 7
deletion_protection      = false
budget_usd               = 30
