"""Works off the backtests that callers asked for."""
