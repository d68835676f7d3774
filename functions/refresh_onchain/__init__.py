"""Refreshes metrics of chains every six hours."""
