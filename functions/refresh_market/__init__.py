"""Refreshes quotes every minute."""
