"""Refreshes what is measured on order books, every minute."""
