"""Data points of all tokens at once, in arrays of days by tokens; only refreshers import this."""
