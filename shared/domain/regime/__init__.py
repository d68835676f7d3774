"""The market's regime: which way it leans, how surely, since when, and why."""
