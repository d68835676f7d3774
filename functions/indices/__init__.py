"""The regime-switching index, its baselines, and backtests on demand."""
