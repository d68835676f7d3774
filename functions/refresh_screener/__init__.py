"""Puts together what the screener filters, every five minutes."""
