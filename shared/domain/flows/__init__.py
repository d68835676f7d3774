"""Large transfers, and what flows to and from exchanges."""
