"""Keeps the tables in shape once a day."""
