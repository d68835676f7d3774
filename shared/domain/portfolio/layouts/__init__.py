"""Files of transactions: our own, and those of exchanges."""
