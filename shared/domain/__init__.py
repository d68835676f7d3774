"""One folder a subject: SQL in `repository`, answers in `service`, pure code in modules named for the idea."""
