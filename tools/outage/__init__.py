"""Stops one source after the other on a running sandbox platform and says what every operation answers then."""
