"""How much one person may keep."""

MOST_PORTFOLIOS = 20
MOST_TRANSACTIONS = 20_000
"""Of one portfolio: 40 documents, replayed in a second."""
