"""What a backtest is worth: how much of it luck and choosing may explain."""
