"""Parts of the platform that tests start instead of all of it."""

MARKET = ("prices", "market", "system", "refresh_market")
"""The functions of quotes."""
LEAST = ("prices", "refresh_market")
"""One that answers and the one that gives it something to say: enough where the platform is tested and not they."""
