"""The regime-switching index, its baselines, and backtests by the same rules."""
