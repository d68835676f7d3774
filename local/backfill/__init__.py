"""History into the database of this machine, or a configured one: `python -m local.backfill`, or `nox -s backfill`."""
