"""Which data points a model may look at, and what of a token has to be known: rules, not a choice by results."""

from shared.domain.datapoints.catalogue import data_points

REQUIRED = ("return_7d", "volatility_30")
"""Without 31 days of history, the last week among them, nothing is predicted."""
KEPT_SOURCES = frozenset({"daily closes", "daily candles", "daily volumes"})
"""Every past day of these is known as it was. Quotes, chains, flows, transfers, news, fear & greed and order books are known only
since somebody began to ask, and not for every token."""


def feature_ids() -> tuple[str, ...]:
    """Return the features in the order of the catalogue."""
    return tuple(point.id for point in data_points() if point.source in KEPT_SOURCES)
