"""Asks the serving model about every token, once an hour."""
