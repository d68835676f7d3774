"""Statements over what scores are made of besides the panel."""

from typing import Any

from sqlalchemy import DateTime, Float, Select, Text, bindparam, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import distinct_on

from shared.db.expressions import Expression, microseconds, written
from shared.db.tables.chains import chain_metrics
from shared.db.tables.market import quotes, tokens
from shared.db.tables.scores import score_runs
from shared.db.tables.token_catalogue import category_members

_moment = DateTime(timezone=True)
_m = chain_metrics.c
_since: Expression = literal_column("interval '32 days'")
_day: Expression = literal_column("interval '1 day'")


def sorted_tokens() -> Select[Any]:
    """Select `token_id, symbol, name, categories` of every token with a quote, categories joined by blanks."""
    listed = (
        select(func.string_agg(category_members.c.category_id, written(" ")))
        .where(category_members.c.token_id == tokens.c.token_id, category_members.c.held_until.is_(None))
        .scalar_subquery()
    )
    return (
        select(tokens.c.token_id, tokens.c.symbol, tokens.c.name, func.coalesce(listed, written("")))
        .select_from(tokens.join(quotes, quotes.c.token_id == tokens.c.token_id))
        .where(tokens.c.provisional.is_(literal_column("false")))
        .order_by(quotes.c.rank.asc().nulls_last(), tokens.c.token_id)
    )


def chain_days() -> Select[Any]:
    """Select `chain, metric, observed_us, value, source` of the last month's days, as they were known at `as_of`."""
    as_of = cast(bindparam("as_of"), _moment)
    key = (_m.chain, _m.metric, _m.observed_at, _m.source)
    return (
        select(_m.chain, _m.metric, microseconds(_m.observed_at), cast(_m.value, Float(53)), _m.source)
        .ext(distinct_on(*key))
        .where(
            _m.metric.in_([written("tvl_usd"), written("fees_usd")]),
            _m.resolution == written("day"),
            _m.observed_at >= as_of - _since,
            _m.observed_at <= as_of - _day,
            _m.known_at <= as_of,
        )
        .order_by(*key, _m.known_at.desc())
    )


def newest_run() -> Select[Any]:
    """Select `inputs` of the newest run."""
    return select(cast(score_runs.c.inputs, Text)).order_by(score_runs.c.known_at.desc()).limit(literal_column("1"))
