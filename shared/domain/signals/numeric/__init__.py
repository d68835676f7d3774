"""Scores, agreement and grades as arrays over all tokens; only refreshers import this."""
