"""Loads history from the providers, a part of it a call."""
