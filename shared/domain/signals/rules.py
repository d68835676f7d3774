"""The rules by which data points become signals, as numbers that are published with every answer.

They are set by judgement and written down before any signal was graded: docs/decisions/0020-signals.md.
"""

from typing import Literal, get_args

Voting = Literal["momentum", "volume", "structure", "on_chain", "flows", "sentiment"]
"""The categories that vote; liquidity decides only whether a signal could be acted upon."""
Direction = Literal["bullish", "bearish"]
Strength = Literal["slight", "moderate", "clear", "strong", "very_strong"]

VOTING: tuple[Voting, ...] = get_args(Voting)
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
VERSION = "1"

SAYS = 0.15
"""A category says something from this score on."""
CONFIDENT = 0.2
"""And with this confidence."""
LEAST_AGREEING = 3
LEAST_EFFECTIVE = 1.5
"""Independent votes that agreeing categories have to amount to, after their correlation is taken off."""
STRENGTH_FROM = (0.25, 0.40, 0.55, 0.70, 0.85)
"""Of the composite times the root of the independent votes."""
VETO_SCORE, VETO_CONFIDENCE = 0.5, 0.4
"""A category that is so sure of the contrary forbids a signal."""
LEAST_VOLUME_USD = 100_000.0
"""Median of 30 days; below it a signal could not be acted upon."""
MOST_SPREAD_BPS = 100.0
DIVERGES = 0.2
"""On-chain and technical scores both beyond this, on different sides, diverge."""
HORIZON_DAYS = 7
"""After so many days a signal is graded; for so long the same one is not emitted again."""
TARGET_VOLATILITY_PCT = 20.0
"""A position of the suggested size alone moves the whole by so much a year."""
LARGEST_POSITION = 0.25
PRIOR_SIGNALS = 20
"""So many imagined signals, half of them right, stand beside those that were graded, when a probability is stated."""
LEAST_PAIRS, UNKNOWN_CORRELATION = 30, 0.3
"""Correlations are measured over this many tokens at least; else they are taken to be so."""
EVEN_WEIGHT = 0.5
"""Share of the measured correlation beside `UNKNOWN_CORRELATION`, against the chance of a day."""
LOST_AFTER_DAYS = 3
"""A token that nobody has priced for so long after the horizon is graded by its last price."""
BLOCK_DAYS, LEAST_BLOCKS = 3 * HORIZON_DAYS, 4
"""Emissions of three horizons are left out together: signals of one day share one market, and those of near days most of their returns.
Of fewer blocks than that, unequal ones counting less, no interval is told."""
INTERVAL = 0.95
"""Of the intervals in the track record."""
