"""Parts of the platform that tests start instead of all of it."""

MARKET = ("prices", "market", "system", "refresh_market")
"""The functions of quotes."""
