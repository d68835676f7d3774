"""The whole market in one row."""

from typing import Any

from sqlalchemy import DateTime, Select, Text, bindparam, case, cast, func, literal_column, select

from shared.db.expressions import Expression, json_object, microseconds, written
from shared.db.tables.market import market_totals, quotes

from .quote_statements import newest_ranking

LEADING = 100
"""The age and the sources of the totals are those of the leading tokens, which they are made of almost wholly."""

_now: Expression = cast(bindparam("now"), DateTime(timezone=True))
_one: Expression = literal_column("1")


def overview() -> Select[Any]:
    """Select the totals as they are at `now`, in the columns of `Listed`."""
    newest = newest_ranking()
    totals = (
        select(
            func.sum(quotes.c.market_cap_usd).label("cap"),
            func.sum(quotes.c.volume_24h_usd).label("volume"),
            func.sum(quotes.c.market_cap_usd).filter(quotes.c.token_id == written("bitcoin")).label("btc"),
            func.sum(quotes.c.market_cap_usd).filter(quotes.c.token_id == written("ethereum")).label("eth"),
            func.count().label("active"),
            func.count().filter(quotes.c.change_24h_pct > literal_column("0")).label("gainers"),
            func.count().filter(quotes.c.change_24h_pct < literal_column("0")).label("losers"),
        )
        .where(quotes.c.rank.is_not(None))
        .cte("totals")
    )
    before = _a_day_before()
    comparable = func.abs(totals.c.active - before.c.active_tokens) * literal_column("10") <= before.c.active_tokens
    shown = (
        select(
            totals.c.cap.label("market_cap"),
            totals.c.volume.label("volume_24h"),
            _share(totals.c.btc, totals.c.cap).label("btc_dominance_pct"),
            _share(totals.c.eth, totals.c.cap).label("eth_dominance_pct"),
            case((comparable, _share(totals.c.cap - before.c.market_cap_usd, before.c.market_cap_usd))).label(
                "market_cap_change_24h_pct"
            ),
            totals.c.active.label("active_tokens"),
            totals.c.gainers.label("gainers_24h"),
            totals.c.losers.label("losers_24h"),
        )
        .select_from(totals.outerjoin(before, _one == _one))
        .subquery("shown")
    )
    return select(
        select(json_object(shown)).select_from(shown).scalar_subquery(),
        select(microseconds(func.min(quotes.c.as_of))).where(quotes.c.rank <= LEADING).scalar_subquery(),
        _leading_sources(),
        literal_column("NULL"),
        literal_column("NULL"),
        newest.c.data_source,
    ).select_from(newest)


def _a_day_before() -> Any:
    """Return the totals of a day ago, or of up to an hour earlier; older ones say nothing of a day's change."""
    day: Expression = literal_column("interval '24 hours'")
    return (
        select(market_totals.c.market_cap_usd, market_totals.c.active_tokens)
        .where(
            market_totals.c.observed_at <= _now - day,
            market_totals.c.observed_at > _now - day - literal_column("interval '1 hour'"),
        )
        .order_by(market_totals.c.bucket.desc())
        .limit(_one)
        .cte("before")
    )


def _share(part: Expression, whole: Expression) -> Expression:
    percent = part * literal_column("100") / func.nullif(whole, literal_column("0"))
    return func.round(percent, literal_column("6"))


def _leading_sources() -> Any:
    name = func.unnest(quotes.c.sources).label("name")
    each = select(name).where(quotes.c.rank <= LEADING).subquery("each")
    counted = select(each.c.name, func.count().label("uses")).group_by(each.c.name).subquery("counted")
    ordered = select(counted.c.name).order_by(counted.c.uses.desc(), counted.c.name).subquery("ordered")
    return select(func.string_agg(cast(ordered.c.name, Text), written(","))).scalar_subquery()
