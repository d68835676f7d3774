"""Stand-in for the upstream providers: a seeded market whose truth is known, served in their own wire formats."""
