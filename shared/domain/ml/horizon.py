"""What is predicted: one definition for learning, grading and explaining. No clock, no numbers' library.

The return of a token from one close to another seven days later, relative to the market's over the same days:
`(1 + token) ÷ (1 + market) - 1`. A prediction made of the day `d` (known at its close) is about the closes of `d + 1` and `d + 8`:
whoever acts on it has a day to do so.
"""

HORIZON_DAYS = 7
ENTRY_DAYS = 1
"""So many days after the day that a prediction is made of, it begins to count."""
KNOWN_AFTER_DAYS = ENTRY_DAYS + HORIZON_DAYS
"""So many days later it is known what came of it."""
MARKET_TOKENS = 600
"""Best ranked ones with prices of their own: their weighted return is the market's (`shared.domain.regime.numeric.market`)."""
COVERAGES = (0.8, 0.95)
"""Stated coverages of the two intervals."""
