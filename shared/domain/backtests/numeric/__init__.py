"""Pure numeric code of backtests; only the worker imports it."""
