"""What a backfill has to know: whose history is wanted, what providers call it, and what is there already."""

from typing import Any

from sqlalchemy import DateTime, Integer, Select, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from shared.db.tables.candles import candle_series, candles, intraday_candles
from shared.db.tables.market import provider_ids, quotes

_moment = DateTime(timezone=True)


def largest() -> Select[Any]:
    """Select the ids of the `count` largest tokens, the largest first."""
    top = quotes.c.rank <= cast(bindparam("count"), Integer)
    return select(quotes.c.token_id).where(top).order_by(quotes.c.rank)


def names() -> Select[Any]:
    """Select token, provider and the provider's name of `token_ids`."""
    wanted = provider_ids.c.token_id == func.any(cast(bindparam("token_ids"), ARRAY(Text)))
    ordered = select(provider_ids.c.token_id, provider_ids.c.provider, provider_ids.c.provider_id).where(wanted)
    return ordered.order_by(provider_ids.c.provider, provider_ids.c.provider_id)


def count(*, long: bool) -> Select[Any]:
    """Select how many closed candles of `token_id` and `interval_s` opened from `start` to before `end`."""
    held = candles if long else intraday_candles
    series = candle_series.c.series_id == held.c.series_id
    return (
        select(func.count())
        .select_from(held.join(candle_series, series))
        .where(
            candle_series.c.token_id == cast(bindparam("token_id"), Text),
            candle_series.c.interval_s == cast(bindparam("interval_s"), Integer),
            held.c.opened_at >= cast(bindparam("start"), _moment),
            held.c.opened_at < cast(bindparam("end"), _moment),
            held.c.closed,
        )
    )
