"""Statements of the refresher: what the market's index is made of, and what is stored already."""

from typing import Any

from sqlalchemy import DateTime, Float, Select, bindparam, cast, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from shared.db.expressions import Expression, microseconds, written
from shared.db.tables.market import market_totals, quotes
from shared.db.tables.sentiment import sentiment_values

from .statements import daily_points

_now: Expression = cast(bindparam("now"), DateTime(timezone=True))
_leading: Expression = literal_column("100")
_moved: Expression = literal_column("1")


def measures() -> Select[Any]:
    """Select `change_7d, change_30d, priced_us, closes, volumes, shares, rising, falling` of bitcoin and its market; no row without a
    quote of bitcoin."""
    bitcoin: Expression = written("bitcoin")
    points = daily_points(bitcoin, _now)
    breadth = (
        select(
            func.count().filter(quotes.c.change_7d_pct > _moved).label("rising"),
            func.count().filter(quotes.c.change_7d_pct < -_moved).label("falling"),
        )
        .where(quotes.c.rank <= _leading)
        .subquery("breadth")
    )
    return (
        select(
            cast(quotes.c.change_7d_pct, Float(53)),
            cast(quotes.c.change_30d_pct, Float(53)),
            microseconds(quotes.c.priced_at),
            points.c.closes,
            points.c.volumes,
            _daily_shares(),
            breadth.c.rising,
            breadth.c.falling,
        )
        .select_from(quotes.join(points, true()).join(breadth, true()))
        .where(quotes.c.token_id == bitcoin)
    )


def newest_value() -> Select[Any]:
    """Select the newest moment that Alternative.me's index is stored of, in microseconds; null when there is none."""
    return select(microseconds(func.max(sentiment_values.c.at))).where(
        sentiment_values.c.index_name == written("alternative_me")
    )


def _daily_shares() -> Any:
    totals = market_totals.c
    day = func.date_trunc(literal_column("'day'"), totals.bucket).label("day")
    share = func.avg(totals.btc_market_cap_usd * literal_column("100") / totals.market_cap_usd).label("share")
    daily = (
        select(day, share)
        .where(
            totals.bucket > _now - literal_column("interval '31 days'"),
            totals.bucket <= _now,
            totals.market_cap_usd > literal_column("0"),
            totals.btc_market_cap_usd.is_not(None),
        )
        .group_by(literal_column("1"))
        .subquery("daily")
    )
    listed = func.array_agg(aggregate_order_by(cast(daily.c.share, Float(53)), daily.c.day), type_=ARRAY(Float(53)))
    return select(listed).scalar_subquery()
