"""The statements of one run's transaction, in the order in which they run."""

from datetime import datetime

Row = tuple[str | int | datetime | None, ...]

ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203012)"
DIVERGING = "SELECT token_id, divergence, diverging_since FROM token_signals WHERE divergence IS NOT NULL"

DATAPOINTS = ("token_id", "computed_at", "day", "version", "digest", "bars_at", "values", "contributions")
SIGNALS = (
    "token_id",
    "place",
    "computed_at",
    "known",
    "agreeing",
    "divergence",
    "diverging_since",
    "written_heat",
    "written_consensus",
    "written_divergence",
    "written_verdict",
)
HISTORY = ("token_id", "at", "known_at", "version", "composite", "scores", "values")

EMPTY = ("DELETE FROM token_datapoints", "DELETE FROM token_signals")
"""Readers see the rows of before until the transaction ends. What is quoted no more is gone then; its history and log stay.

Every row changes in every run, so a merge would write each twice.
"""

DAY_KEPT = "SELECT EXISTS (SELECT FROM signal_history WHERE at = CAST(:at AS timestamptz))"
MONTH = "SELECT ensure_month_of('signal_history', 'at', CAST(:at AS timestamptz))"
