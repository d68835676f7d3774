"""The database schema, forward-only: what is in a release is never edited, only followed."""
