"""The tables, for Core expressions, one module a concern. `migrations/` makes them; a test compares the two.

Imported by statements and repositories only, which nothing imports before the first statement.
"""
