"""PostgreSQL: connections and pool on first use, prepared reading, bulk writing, table definitions."""
